//! `date_format`.

use crate::php::date::{self, make, text};
use crate::php::functions::args;
use crate::php::functions::register::{MANY, makes};
use crate::php::functions::types::is_numeric;
use crate::php::{Context, Function, PhpError, Value};

pub const MODIFIERS: &[Function] = &[makes("date_format", 1, MANY, date_format)];

fn date_format(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    // Smarty's default format.
    const FORMAT: &[u8] = b"%b %e, %Y";
    let absent = |v: &Value| {
        let zero = |text: &[u8]| text == b"0000-00-00" || text == b"0000-00-00 00:00:00";
        !v.truthy() || matches!(v, Value::Str(text) if zero(text))
    };
    let seconds = match (&args[0], args.get(2)) {
        (value, _) if !absent(value) => timestamp(context, value)?,
        (_, Some(default)) if default.truthy() => timestamp(context, default)?,
        _ => return Ok(Value::Null),
    };
    let format = args::text_opt(args, 1)?.unwrap_or_else(|| FORMAT.into());
    let kind = args::text_or(args, 3, b"auto")?;
    let by_percent = kind.as_bytes() == b"strftime" || kind.as_bytes() == b"auto" && format.contains(&b'%');
    let moment = date::Moment::at(seconds, &context.clock.now().zone);
    let text = if by_percent { date::strftime(&moment, &format) } else { date::format(&moment, &format) };
    context.allow_bytes(text.len())?;
    Ok(Value::from(text))
}

/// The date that Smarty reads from a value: MySQL's digits, a number of seconds, or any text that `strtotime` reads;
/// otherwise now.
pub fn timestamp(context: &Context<'_>, value: &Value) -> Result<i64, PhpError> {
    if !value.truthy() {
        return Ok(context.clock.now().seconds);
    }
    if matches!(value, Value::Array(_)) {
        return Err(PhpError::type_error("a date must be of type string, array given"));
    }
    let given = value.to_str();
    if given.len() == 14 && given.iter().all(u8::is_ascii_digit) && matches!(value, Value::Str(_)) {
        let part = |from: usize, to: usize| given[from..to].iter().fold(0, |n, d| n * 10 + i64::from(d - b'0'));
        let fields = make::Fields {
            year: part(0, 4),
            month: part(4, 6),
            day: part(6, 8),
            hour: part(8, 10),
            minute: part(10, 12),
            second: part(12, 14),
        };
        return Ok(make::timestamp(&fields, &context.clock.now().zone));
    }
    if is_numeric(value) {
        return Ok(value.to_int());
    }
    Ok(match text::strtotime(&given, context.clock.now().seconds, &context.clock.now().zone) {
        Some(seconds) if seconds != -1 => seconds,
        _ => context.clock.now().seconds,
    })
}
