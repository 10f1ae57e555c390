//! `strptime`.

use super::args;
use super::register::makes;
use crate::php::date::strptime::strptime;
use crate::php::{Array, Context, Function, Key, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[makes("strptime", 2, 2, read)];

fn read(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (text, format) = (args::text(args, 0)?, args::text(args, 1)?);
    let Some((parts, unparsed)) = strptime(args::c_string(&text), args::c_string(&format)) else {
        return Ok(Value::Bool(false));
    };
    let numbers = [
        ("tm_sec", parts.second),
        ("tm_min", parts.minute),
        ("tm_hour", parts.hour),
        ("tm_mday", parts.day),
        ("tm_mon", parts.month),
        ("tm_year", parts.year),
        ("tm_wday", parts.weekday),
        ("tm_yday", parts.day_of_year),
    ];
    let mut out: Array = numbers.into_iter().map(|(name, n)| (Key::from(name), Value::Int(n))).collect();
    out.insert(Key::from("unparsed"), Value::from(unparsed.to_vec()));
    Ok(Value::array(out))
}
