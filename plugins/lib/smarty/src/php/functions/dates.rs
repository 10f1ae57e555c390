//! Dates, based on the clock of the request.

use jiff::tz::TimeZone;

use super::args;
use super::register::{makes, moves};
use crate::php::date::make::{Fields, timestamp};
use crate::php::date::{self, Moment, days_in_month};
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[
    moves("time", 0, 0, |c, _| Ok(Value::Int(c.clock.now().seconds))),
    moves("microtime", 0, 1, microtime),
    makes("date", 1, 2, |c, a| formatted(c, a, local, date::format)),
    makes("gmdate", 1, 2, |c, a| formatted(c, a, greenwich, date::format)),
    makes("strftime", 1, 2, |c, a| formatted(c, a, local, date::strftime)),
    makes("gmstrftime", 1, 2, |c, a| formatted(c, a, greenwich, date::strftime)),
    moves("mktime", 1, 6, |c, a| {
        let zone = c.clock.now().zone.clone();
        made(c, a, &zone)
    }),
    moves("gmmktime", 1, 6, |c, a| made(c, a, &TimeZone::UTC)),
    moves("checkdate", 3, 3, checkdate),
    moves("strtotime", 1, 2, strtotime),
    moves("idate", 1, 2, idate),
    moves("date_default_timezone_get", 0, 0, |c, _| Ok(Value::text(Moment::at(0, &c.clock.now().zone).zone_name))),
];

fn now_or(context: &Context<'_>, args: &[Value], i: usize) -> Result<i64, PhpError> {
    Ok(args::int_opt(args, i)?.unwrap_or_else(|| context.clock.now().seconds))
}

fn microtime(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let now = context.clock.now();
    let micros = now.nanoseconds / 1000;
    if args::flag_or(args, 0, false)? {
        return Ok(Value::Float(now.seconds as f64 + f64::from(micros) / 1e6));
    }
    Ok(Value::from(format!("0.{micros:06}00 {}", now.seconds)))
}

fn local(context: &Context<'_>, seconds: i64) -> Moment {
    Moment::at(seconds, &context.clock.now().zone)
}

fn greenwich(_: &Context<'_>, seconds: i64) -> Moment {
    Moment::greenwich(seconds)
}

fn formatted(
    context: &mut Context<'_>,
    args: &[Value],
    moment: fn(&Context<'_>, i64) -> Moment,
    write: fn(&Moment, &[u8]) -> Vec<u8>,
) -> Result<Value, PhpError> {
    let pattern = args::text(args, 0)?;
    // The letters with the longest output, r and c, write some 40 bytes.
    context.allow_bytes(pattern.len().saturating_mul(40))?;
    let seconds = now_or(context, args, 1)?;
    Ok(Value::from(write(&moment(context, seconds), &pattern)))
}

fn made(context: &mut Context<'_>, args: &[Value], zone: &TimeZone) -> Result<Value, PhpError> {
    let now = Moment::at(context.clock.now().seconds, zone).civil;
    let part = |i: usize, now: i64| args::int_opt(args, i).map(|given| given.unwrap_or(now));
    let mut fields = Fields {
        hour: part(0, now.hour)?,
        minute: part(1, now.minute)?,
        second: part(2, now.second)?,
        month: part(3, now.month)?,
        day: part(4, now.day)?,
        year: part(5, now.year)?,
    };
    if args::int_opt(args, 5)?.is_some() {
        fields.year += match fields.year {
            0..70 => 2000,
            70..=100 => 1900,
            _ => 0,
        };
    }
    Ok(Value::Int(timestamp(&fields, zone)))
}

fn checkdate(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (month, day, year) = (args::int(args, 0)?, args::int(args, 1)?, args::int(args, 2)?);
    let valid = (1..=32_767).contains(&year) && (1..=12).contains(&month) && day >= 1;
    Ok(Value::Bool(valid && day <= days_in_month(year, month)))
}

fn strtotime(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let base = now_or(context, args, 1)?;
    Ok(date::text::strtotime(&text, base, &context.clock.now().zone).map_or(Value::Bool(false), Value::Int))
}

fn idate(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let letter = args::text(args, 0)?;
    if letter.len() != 1 || !b"BdhHiILmNsStTUwWyYzZ".contains(&letter[0]) {
        return Err(args::bad(0, "be one character of a date format that is a number"));
    }
    let moment = Moment::at(now_or(context, args, 1)?, &context.clock.now().zone);
    let text = date::format(&moment, &letter);
    Ok(Value::Int(Value::from(text).to_int()))
}
