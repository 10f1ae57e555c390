//! Modifiers that correspond to one PHP function, with Smarty's defaults.

use crate::php::functions::register::{MANY, makes, moves};
use crate::php::functions::{args, encode, format, html, math, multibyte, tables, text_cut};
use crate::php::{Context, Function, PhpError, Str, Value, call, number};

pub const MODIFIERS: &[Function] = &[
    makes("cat", 1, MANY, cat),
    moves("default", 1, MANY, default),
    moves("count", 1, MANY, count),
    moves("in_array", 2, 3, |c, a| through("in_array", c, a, 3)),
    makes("lower", 1, MANY, |_, a| Ok(Value::from(multibyte::lower(&args::text(a, 0)?)))),
    makes("upper", 1, MANY, |_, a| Ok(Value::from(multibyte::upper(&args::text(a, 0)?)))),
    moves("noprint", 0, MANY, |_, _| Ok(Value::text(""))),
    moves("strlen", 1, MANY, |_, a| Ok(Value::from(a[0].to_bytes().len()))),
    makes("nl2br", 1, MANY, |c, a| {
        let xhtml = a.get(1).is_none_or(Value::truthy);
        through("nl2br", c, &mut [Value::Str(a[0].to_str()), Value::Bool(xhtml)], 2)
    }),
    makes("number_format", 1, MANY, number_format),
    moves("round", 1, MANY, round),
    makes("str_repeat", 2, MANY, |c, a| {
        let count = args::size(a[1].to_int()).ok_or_else(|| args::bad(1, "be greater than or equal to 0"))?;
        text_cut::repeat(c, &a[0].to_bytes(), count).map(Value::from)
    }),
    makes("string_format", 2, MANY, |c, a| {
        let pattern = args::text(a, 1)?;
        format::sprintf(c, &pattern, &a[..1])
    }),
    makes("explode", 2, MANY, |c, a| {
        let (separator, text) = (args::text(a, 0)?, args::text(a, 1)?);
        let limit = args::int_opt(a, 2)?.unwrap_or(i64::MAX);
        text_cut::split(c, &separator, &text, limit)
    }),
    makes("from_charset", 1, MANY, |c, a| {
        // PHP takes null for its own encoding.
        let default = if a.len() > 1 { "UTF-8" } else { "ISO-8859-1" };
        let from = args::text_opt(a, 1)?.unwrap_or_else(|| default.into());
        multibyte::convert_value(c, &a[0], b"UTF-8", &from, c.limits.nesting)
    }),
    makes("to_charset", 1, MANY, |c, a| {
        let to = args::text_or(a, 1, b"ISO-8859-1")?;
        multibyte::convert_value(c, &a[0], &to, b"UTF-8", c.limits.nesting)
    }),
    makes("unescape", 1, MANY, unescape),
];

/// Calls the PHP function `name` with at most `max` of the arguments.
fn through(name: &str, context: &mut Context<'_>, args: &mut [Value], max: usize) -> Result<Value, PhpError> {
    let Some(function) = tables::find(name.as_bytes()) else {
        return Err(PhpError::error(format!("the function {name} is not available")));
    };
    let count = args.len().min(max);
    call(function, context, &mut args[..count])
}

fn cat(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    if let [alone] = args {
        return Ok(std::mem::take(alone));
    }
    let mut out = Vec::new();
    for part in args.iter() {
        part.append_to(&mut out);
        context.allow_bytes(out.len())?;
    }
    Ok(Value::from(out))
}

/// Replaces only null and the empty string; a default that is either is itself replaced by the next.
fn default(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let is_absent = |v: &Value| match v {
        Value::Null => true,
        Value::Str(s) => s.is_empty(),
        _ => false,
    };
    let (value, defaults) = args.split_at_mut(1);
    let mut out = std::mem::take(&mut value[0]);
    if defaults.is_empty() && is_absent(&out) {
        return Ok(Value::text(""));
    }
    for default in defaults {
        if !is_absent(&out) {
            break;
        }
        out = std::mem::take(default);
    }
    Ok(out)
}

/// As in Smarty, a value that is not an array counts as one, and null as none.
fn count(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    match &args[0] {
        Value::Null => Ok(Value::Int(0)),
        Value::Array(_) => {
            let mode = args.get(1).map_or(0, Value::to_int);
            through("count", context, &mut [args[0].clone(), Value::Int(mode)], 2)
        }
        _ => Ok(Value::Int(1)),
    }
}

fn number_format(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    if matches!(args.get(1), Some(Value::Null)) {
        return Err(PhpError::type_error("Argument #2 ($decimals) must be of type int, null given"));
    }
    format::number_format(context, args)
}

fn round(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let places = args.get(1).map_or(0, Value::to_int).clamp(i32::MIN.into(), i32::MAX.into()) as i32;
    let half = math::half(args.get(2).map_or(1, Value::to_int));
    Ok(Value::Float(number::round(args[0].to_float(), places, half)))
}

fn unescape(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let kind = args::text_or(args, 1, b"html")?;
    let charset = args::text_or(args, 2, b"UTF-8")?;
    if !matches!(kind.as_bytes(), b"html" | b"entity" | b"htmlall" | b"url") {
        return Ok(args[0].clone());
    }
    let text = args::text(args, 0)?;
    Ok(match kind.as_bytes() {
        b"html" => Value::from(html::decode(&text, html::ENT_QUOTES, false)),
        b"entity" | b"htmlall" => {
            let converted: Str = multibyte::convert(context, &text, &charset, b"UTF-8")?.into();
            Value::from(html::decode(&converted, html::DEFAULT_FLAGS, true))
        }
        b"url" => Value::from(encode::url_decode(&text, encode::UrlEncoding::Raw)),
        _ => args[0].clone(),
    })
}
