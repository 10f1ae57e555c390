//! `{html_select_date}`

use super::select::{Entry, Field};
use super::{EvaluatedAttributes, Evaluator, RenderResult, user_error};
use crate::php::{self, Value};

const KNOWN: [&str; 33] = [
    "time",
    "month_names",
    "prefix",
    "field_array",
    "start_year",
    "end_year",
    "day_format",
    "day_value_format",
    "month_format",
    "month_value_format",
    "day_size",
    "month_size",
    "year_size",
    "all_extra",
    "day_extra",
    "month_extra",
    "year_extra",
    "field_order",
    "field_separator",
    "option_separator",
    "all_empty",
    "month_empty",
    "day_empty",
    "year_empty",
    "all_id",
    "month_id",
    "day_id",
    "year_id",
    "display_days",
    "display_months",
    "display_years",
    "year_as_text",
    "reverse_years",
];

/// The first days of the months of 2000, in days since 1970, from which the month names are formatted.
const MONTH_STARTS: [i64; 12] =
    [10_957, 10_988, 11_017, 11_048, 11_078, 11_109, 11_139, 11_170, 11_201, 11_231, 11_262, 11_292];

#[derive(Default)]
struct SelectedDate {
    year: Option<i64>,
    month: Option<i64>,
    day: Option<i64>,
}

impl Evaluator<'_> {
    pub(super) fn html_select_date(&mut self, given: &EvaluatedAttributes) -> RenderResult<Value> {
        let mut extra = Vec::new();
        for (name, value) in &given.0 {
            let twelve = matches!(value, Value::Array(names) if names.len() == 12);
            if name.as_bytes() == b"month_names" && !twelve {
                return Err(user_error("html_select_date: month_names must be an array of 12 names"));
            }
            if !KNOWN.iter().any(|known| known.as_bytes() == name.as_bytes()) {
                self.extra_attribute(&mut extra, name, value)?;
            }
        }
        let date = self.date_of(given)?;
        let order = given.last("field_order").map_or_else(|| "MDY".into(), Value::to_str);
        let field = |part, key| Field { given, part, key, extra: &extra, default_prefix: "Date_" };
        let shown = |name: &str| given.last(name).is_none_or(Value::truthy);
        let mut fields = Vec::new();
        for letter in order.iter().take(3) {
            let made = match letter.to_ascii_lowercase() {
                b'y' if shown("display_years") => self.years(&field("Year", "year"), &date)?,
                b'm' if shown("display_months") => {
                    let months = self.months(given, &date)?;
                    self.drop_down(&field("Month", "month"), months)?
                }
                b'd' if shown("display_days") => {
                    let days = self.days(given, &date)?;
                    self.drop_down(&field("Day", "day"), days)?
                }
                _ => continue,
            };
            fields.push(made);
        }
        Ok(self.join_fields(given, fields))
    }

    fn date_of(&mut self, given: &EvaluatedAttributes) -> RenderResult<SelectedDate> {
        let time = given.last("time");
        let prefix = given.last("prefix").map_or_else(|| "Date_".into(), Value::to_str).to_lossy();
        match time {
            Some(Value::Null) => return Ok(SelectedDate::default()),
            Some(Value::Array(parts)) => {
                let now = self.time_parts(None, "%Y-%m-%d")?;
                let array = given.text("field_array");
                let inner = parts.get_str(&array).cloned().unwrap_or_default().to_array();
                let year = format!("{prefix}Year");
                let from = [parts, &inner].into_iter().find(|from| from.get_str(year.as_bytes()).is_some());
                let part = |name: &str, at: usize| {
                    let value = from?.get_str(format!("{prefix}{name}").as_bytes());
                    value.map(Value::to_int).or_else(|| now.get(at).copied().flatten())
                };
                return Ok(match from {
                    Some(_) => SelectedDate { year: part("Year", 0), month: part("Month", 1), day: part("Day", 2) },
                    None => date(&now),
                });
            }
            Some(text) => {
                if let Some(found) = dashed(&text.to_bytes()) {
                    return Ok(found);
                }
            }
            None => {}
        }
        let parts = self.time_parts(time, "%Y-%m-%d")?;
        Ok(date(&parts))
    }

    fn years(&mut self, field: &Field<'_>, date: &SelectedDate) -> RenderResult<Vec<u8>> {
        let given = field.given;
        if given.last("year_as_text").is_some_and(Value::truthy) {
            let mut out = b"<input type=\"text\" name=\"".to_vec();
            self.raw_html(&mut out, &field.name());
            let year = date.year.map(|year| year.to_string()).unwrap_or_default();
            out.extend(format!("\" value=\"{year}\" size=\"4\" maxlength=\"4\"").into_bytes());
            self.field_extra(&mut out, field);
            out.extend_from_slice(field.extra);
            out.extend_from_slice(b" />");
            return Ok(out);
        }
        let now = self.time_parts(None, "%Y-%m-%d")?.first().copied().flatten().unwrap_or(1970);
        let mut start = year(given.last("start_year"), now);
        let mut end = year(given.last("end_year"), now);
        let reverse = given.last("reverse_years").is_some_and(Value::truthy);
        if (start > end && !reverse) || (start < end && reverse) {
            std::mem::swap(&mut start, &mut end);
        }
        let step = if start > end { -1 } else { 1 };
        let mut entries: Vec<Entry> = Vec::new();
        let mut at = start;
        loop {
            self.step()?;
            self.context.allow_entries(entries.len())?;
            let text = at.to_string().into_bytes();
            entries.push((text.clone(), text, date.year.unwrap_or(0) == at));
            if at == end {
                break;
            }
            at += step;
        }
        self.drop_down(field, entries)
    }

    fn months(&mut self, given: &EvaluatedAttributes, date: &SelectedDate) -> RenderResult<Vec<Entry>> {
        let names = match given.last("month_names") {
            Some(Value::Array(names)) if names.len() == 12 => Some(names.clone()),
            _ => None,
        };
        let mut entries = Vec::with_capacity(12);
        for (month, start) in (1..).zip(MONTH_STARTS) {
            let text = match &names {
                Some(names) => {
                    let name = names.get(php::KeyRef::Int(month)).cloned().unwrap_or_default();
                    self.escaped(&name)?
                }
                None => self.month_text(given, "month_format", "%B", month, start)?,
            };
            let value = self.month_text(given, "month_value_format", "%m", month, start)?;
            entries.push((value, text, date.month == Some(month)));
        }
        Ok(entries)
    }

    fn month_text(
        &mut self,
        given: &EvaluatedAttributes,
        name: &str,
        usual: &str,
        month: i64,
        start: i64,
    ) -> RenderResult<Vec<u8>> {
        let format = given.last(name).map_or_else(|| usual.into(), Value::to_str);
        if format.as_bytes() == b"%m" {
            return Ok(format!("{month:02}").into_bytes());
        }
        // Noon falls into the same month in every time zone.
        let moment = php::date::Moment::at(start * 86_400 + 43_200, &self.context.clock.now().zone);
        let text = php::date::strftime(&moment, &format);
        self.context.allow_bytes(text.len())?;
        Ok(text)
    }

    fn days(&mut self, given: &EvaluatedAttributes, date: &SelectedDate) -> RenderResult<Vec<Entry>> {
        let mut entries = Vec::with_capacity(31);
        for day in 1..=31 {
            let text = self.formatted(given, "day_format", "%02d", day)?;
            let value = self.formatted(given, "day_value_format", "%d", day)?;
            entries.push((value, text, date.day == Some(day)));
        }
        Ok(entries)
    }
}

fn date(parts: &[Option<i64>]) -> SelectedDate {
    let part = |at: usize| parts.get(at).copied().flatten();
    SelectedDate { year: part(0), month: part(1), day: part(2) }
}

/// `2020-05-06`, where each part may be missing: the first two dashes with only digits between them.
fn dashed(text: &[u8]) -> Option<SelectedDate> {
    let dashes = text.iter().enumerate().filter(|(_, b)| **b == b'-').map(|(at, _)| at);
    let dashes: Vec<usize> = dashes.collect();
    let pair = dashes.windows(2).find(|pair| text[pair[0] + 1..pair[1]].iter().all(u8::is_ascii_digit))?;
    let number = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse().ok();
    let before = text[..pair[0]].iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let after = text[pair[1] + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
    Some(SelectedDate {
        year: number(&text[pair[0] - before..pair[0]]),
        month: number(&text[pair[0] + 1..pair[1]]),
        day: number(&text[pair[1] + 1..pair[1] + 1 + after]),
    })
}

/// A year, or an offset from the current one: `+5`, `-1`.
fn year(value: Option<&Value>, now: i64) -> i64 {
    let Some(value) = value else { return now };
    let text = value.to_str();
    let rest = || Value::Str(php::Str::new(text.get(1..).unwrap_or_default().trim_ascii())).to_int();
    match text.first() {
        Some(b'+') => now.saturating_add(rest()),
        Some(b'-') => now.saturating_sub(rest()),
        _ => Value::Str(text.clone()).to_int(),
    }
}
