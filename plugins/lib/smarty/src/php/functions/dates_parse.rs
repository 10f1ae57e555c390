//! The parts that the text of a date names: `date_parse`, `date_parse_from_format`.

use super::args;
use super::register::moves;
use crate::php::date::text::zone::TextZone;
use crate::php::date::text::{DateText, Edge, Parsed, Special};
use crate::php::{Array, Context, Function, Key, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[
    moves("date_parse", 1, 1, |c, a| {
        let text = args::text(a, 0)?;
        report(c, &Parsed::of(&text, false))
    }),
    moves("date_parse_from_format", 2, 2, |c, a| {
        let (format, text) = (args::text(a, 0)?, args::text_without_nul(a, 1)?);
        report(c, &Parsed::by_format(args::c_string(&format), &text))
    }),
];

fn put(out: &mut Array, name: &str, value: impl Into<Value>) {
    out.insert(Key::from(name), value.into());
}

/// PHP's array of the parts. A part that the text does not name is false.
fn report(context: &mut Context<'_>, parsed: &Parsed) -> Result<Value, PhpError> {
    context.allow_entries(parsed.errors.len() + parsed.warnings.len())?;
    let date = &parsed.date;
    let mut out = Array::new();
    let parts = [
        ("year", date.year),
        ("month", date.month),
        ("day", date.day),
        ("hour", date.hour),
        ("minute", date.minute),
        ("second", date.second),
    ];
    for (name, part) in parts {
        put(&mut out, name, part.map_or(Value::Bool(false), Value::Int));
    }
    let fraction = date.micros.map(|micros| Value::Float(micros as f64 / 1e6));
    put(&mut out, "fraction", fraction.unwrap_or(Value::Bool(false)));
    for (count, list, found) in
        [("warning_count", "warnings", &parsed.warnings), ("error_count", "errors", &parsed.errors)]
    {
        put(&mut out, count, found.len());
        let messages = found.iter().map(|(at, message)| (Key::Int(*at as i64), Value::text(*message)));
        put(&mut out, list, messages.collect::<Array>());
    }
    put(&mut out, "is_localtime", date.zone.is_some());
    if let Some(zone) = &date.zone {
        put_zone(&mut out, zone);
    }
    if date.is_relative {
        put(&mut out, "relative", relative(date));
    }
    Ok(Value::array(out))
}

/// PHP numbers the kinds of zones.
fn put_zone(out: &mut Array, zone: &TextZone) {
    let (kind, offset, is_dst) = match zone {
        TextZone::Unknown => (0_i64, None, false),
        TextZone::Offset(seconds) => (1, Some(*seconds), false),
        // The offset is that of standard time.
        TextZone::Abbreviation(a) => (2, Some(a.offset_seconds - if a.is_dst { 3600 } else { 0 }), a.is_dst),
        TextZone::Named(..) => (3, None, false),
    };
    put(out, "zone_type", kind);
    if let Some(offset) = offset {
        put(out, "zone", offset);
        put(out, "is_dst", is_dst);
    }
    match zone {
        TextZone::Abbreviation(abbreviation) => put(out, "tz_abbr", abbreviation.name.as_str()),
        TextZone::Named(named) => {
            if let Some(abbreviation) = &named.abbreviation {
                put(out, "tz_abbr", abbreviation.as_str());
            }
            put(out, "tz_id", named.name.as_str());
        }
        TextZone::Unknown | TextZone::Offset(_) => {}
    }
}

fn relative(date: &DateText) -> Array {
    let relative = &date.relative;
    let mut out = Array::new();
    let parts = [
        ("year", relative.years),
        ("month", relative.months),
        ("day", relative.days),
        ("hour", relative.hours),
        ("minute", relative.minutes),
        ("second", relative.seconds),
    ];
    for (name, part) in parts {
        put(&mut out, name, part);
    }
    if let Some(weekday) = relative.weekday {
        put(&mut out, "weekday", weekday);
    }
    if let Some(Special::Workdays(count)) = relative.special {
        put(&mut out, "weekdays", count);
    }
    match relative.edge {
        Some(Edge::First) => put(&mut out, "first_day_of_month", true),
        Some(Edge::Last) => put(&mut out, "last_day_of_month", true),
        None => {}
    }
    out
}
