//! The parts of a date, and of the clock of the request, as arrays.

use super::args;
use super::register::moves;
use crate::php::date::{Moment, month_name, weekday_name};
use crate::php::{Array, Context, Function, Key, PhpError, Value};

pub const FUNCTIONS: &[Function] =
    &[moves("getdate", 0, 1, get_date), moves("localtime", 0, 2, local_time), moves("gettimeofday", 0, 1, time_of_day)];

fn moment(context: &Context<'_>, args: &[Value]) -> Result<Moment, PhpError> {
    let seconds = args::int_opt(args, 0)?.unwrap_or_else(|| context.clock.now().seconds);
    Ok(Moment::at(seconds, &context.clock.now().zone))
}

fn named(parts: &[(&str, i64)]) -> Array {
    parts.iter().map(|(name, n)| (Key::from(*name), Value::Int(*n))).collect()
}

fn get_date(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let moment = moment(context, args)?;
    let c = &moment.civil;
    let mut out = named(&[
        ("seconds", c.second),
        ("minutes", c.minute),
        ("hours", c.hour),
        ("mday", c.day),
        ("wday", c.weekday()),
        ("mon", c.month),
        ("year", c.year),
        ("yday", c.day_of_year()),
    ]);
    out.insert(Key::from("weekday"), Value::text(weekday_name(c)));
    out.insert(Key::from("month"), Value::text(month_name(c)));
    out.insert(Key::Int(0), Value::Int(moment.seconds));
    Ok(Value::array(out))
}

fn local_time(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let moment = moment(context, args)?;
    let c = &moment.civil;
    let out = named(&[
        ("tm_sec", c.second),
        ("tm_min", c.minute),
        ("tm_hour", c.hour),
        ("tm_mday", c.day),
        ("tm_mon", c.month - 1),
        ("tm_year", c.year - 1900),
        ("tm_wday", c.weekday()),
        ("tm_yday", c.day_of_year()),
        ("tm_isdst", i64::from(moment.is_dst)),
    ]);
    if args::flag_or(args, 1, false)? {
        return Ok(Value::array(out));
    }
    Ok(Value::list(out.values().cloned()))
}

/// The clock of the request, as `microtime` has it.
fn time_of_day(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let now = context.clock.now();
    let micros = i64::from(now.nanoseconds / 1000);
    if args::flag_or(args, 0, false)? {
        return Ok(Value::Float(now.seconds as f64 + micros as f64 / 1e6));
    }
    let moment = Moment::at(now.seconds, &now.zone);
    Ok(Value::array(named(&[
        ("sec", now.seconds),
        ("usec", micros),
        ("minuteswest", -moment.offset_seconds / 60),
        ("dsttime", i64::from(moment.is_dst)),
    ])))
}
