//! Functions on numbers: rounding, powers, bases.

use super::args;
use super::register::moves;
use crate::php::convert::Number;
use crate::php::number::{self, Half};
use crate::php::{Context, Function, PhpError, PhpErrorKind, Value, arithmetic};

pub const FUNCTIONS: &[Function] = &[
    moves("abs", 1, 1, |_, a| {
        Ok(match args::number(a, 0)? {
            Number::Int(n) => n.checked_abs().map_or(Value::Float((n as f64).abs()), Value::Int),
            Number::Float(x) => Value::Float(x.abs()),
        })
    }),
    moves("ceil", 1, 1, |_, a| Ok(Value::Float(args::number(a, 0)?.to_float().ceil()))),
    moves("floor", 1, 1, |_, a| Ok(Value::Float(args::number(a, 0)?.to_float().floor()))),
    moves("round", 1, 3, round),
    moves("intdiv", 2, 2, intdiv),
    moves("fmod", 2, 2, |_, a| Ok(Value::Float(args::float(a, 0)? % args::float(a, 1)?))),
    moves("fdiv", 2, 2, |_, a| Ok(Value::Float(args::float(a, 0)? / args::float(a, 1)?))),
    moves("pow", 2, 2, |_, a| arithmetic::power(&a[0], &a[1])),
    moves("sqrt", 1, 1, |_, a| real(a, f64::sqrt)),
    moves("exp", 1, 1, |_, a| real(a, f64::exp)),
    moves("expm1", 1, 1, |_, a| real(a, f64::exp_m1)),
    moves("log", 1, 2, log),
    moves("log10", 1, 1, |_, a| real(a, f64::log10)),
    moves("log1p", 1, 1, |_, a| real(a, f64::ln_1p)),
    moves("sin", 1, 1, |_, a| real(a, f64::sin)),
    moves("cos", 1, 1, |_, a| real(a, f64::cos)),
    moves("tan", 1, 1, |_, a| real(a, f64::tan)),
    moves("asin", 1, 1, |_, a| real(a, f64::asin)),
    moves("acos", 1, 1, |_, a| real(a, f64::acos)),
    moves("atan", 1, 1, |_, a| real(a, f64::atan)),
    moves("sinh", 1, 1, |_, a| real(a, f64::sinh)),
    moves("cosh", 1, 1, |_, a| real(a, f64::cosh)),
    moves("tanh", 1, 1, |_, a| real(a, f64::tanh)),
    moves("asinh", 1, 1, |_, a| real(a, f64::asinh)),
    moves("acosh", 1, 1, |_, a| real(a, f64::acosh)),
    moves("atanh", 1, 1, |_, a| real(a, f64::atanh)),
    moves("atan2", 2, 2, |_, a| Ok(Value::Float(args::float(a, 0)?.atan2(args::float(a, 1)?)))),
    moves("hypot", 2, 2, |_, a| Ok(Value::Float(args::float(a, 0)?.hypot(args::float(a, 1)?)))),
    moves("deg2rad", 1, 1, |_, a| real(a, |x| x / 180.0 * std::f64::consts::PI)),
    moves("rad2deg", 1, 1, |_, a| real(a, |x| x / std::f64::consts::PI * 180.0)),
    moves("pi", 0, 0, |_, _| Ok(Value::Float(std::f64::consts::PI))),
    moves("is_nan", 1, 1, |_, a| Ok(Value::Bool(args::float(a, 0)?.is_nan()))),
    moves("is_finite", 1, 1, |_, a| Ok(Value::Bool(args::float(a, 0)?.is_finite()))),
    moves("is_infinite", 1, 1, |_, a| Ok(Value::Bool(args::float(a, 0)?.is_infinite()))),
    moves("dechex", 1, 1, |_, a| Ok(Value::from(format!("{:x}", args::int(a, 0)?)))),
    moves("decbin", 1, 1, |_, a| Ok(Value::from(format!("{:b}", args::int(a, 0)?)))),
    moves("decoct", 1, 1, |_, a| Ok(Value::from(format!("{:o}", args::int(a, 0)?)))),
    moves("hexdec", 1, 1, |_, a| Ok(from_base(&args::text(a, 0)?, 16).to_value())),
    moves("bindec", 1, 1, |_, a| Ok(from_base(&args::text(a, 0)?, 2).to_value())),
    moves("octdec", 1, 1, |_, a| Ok(from_base(&args::text(a, 0)?, 8).to_value())),
    moves("base_convert", 3, 3, base_convert),
];

fn real(args: &[Value], f: fn(f64) -> f64) -> Result<Value, PhpError> {
    Ok(Value::Float(f(args::float(args, 0)?)))
}

/// The rounding of a `PHP_ROUND_HALF_*` number; any other number rounds up.
#[must_use]
pub fn half(mode: i64) -> Half {
    match mode {
        2 => Half::Down,
        3 => Half::Even,
        4 => Half::Odd,
        _ => Half::Up,
    }
}

fn round(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let places = args::int_or(args, 1, 0)?.clamp(i32::MIN.into(), i32::MAX.into()) as i32;
    let half = half(args::int_or(args, 2, 1)?);
    Ok(Value::Float(match args::number(args, 0)? {
        Number::Int(n) if places >= 0 => n as f64,
        number => number::round(number.to_float(), places, half),
    }))
}

fn intdiv(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (a, b) = (args::int(args, 0)?, args::int(args, 1)?);
    if b == 0 {
        return Err(PhpError::new(PhpErrorKind::DivisionByZero, "Division by zero"));
    }
    let overflow = || PhpError::new(PhpErrorKind::Arithmetic, "Division of PHP_INT_MIN by -1 is not an integer");
    a.checked_div(b).map(Value::Int).ok_or_else(overflow)
}

fn log(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let x = args::float(args, 0)?;
    if args.len() == 1 {
        return Ok(Value::Float(x.ln()));
    }
    let base = args::float(args, 1)?;
    Ok(Value::Float(if base == 2.0 {
        x.log2()
    } else if base == 10.0 {
        x.log10()
    } else if base == 1.0 {
        f64::NAN
    } else if base <= 0.0 {
        return Err(args::bad(1, "be greater than 0"));
    } else {
        x.ln() / base.ln()
    }))
}

/// The number that `text` spells in `base`; other characters are skipped, and a number beyond 64 bits is a float.
fn from_base(text: &[u8], base: u32) -> Number {
    let prefix: &[u8] = match base {
        16 => b"xX",
        8 => b"oO",
        2 => b"bB",
        _ => b"",
    };
    let digits = match text {
        [b'0', p, rest @ ..] if prefix.contains(p) => rest,
        all => all,
    };
    let digits = digits.iter().filter_map(|b| char::from(*b).to_digit(36)).filter(|d| *d < base);
    let mut number = Number::Int(0);
    for d in digits {
        number = match number {
            Number::Int(n) => match n.checked_mul(base.into()).and_then(|n| n.checked_add(d.into())) {
                Some(n) => Number::Int(n),
                None => Number::Float(n as f64 * f64::from(base) + f64::from(d)),
            },
            Number::Float(x) => Number::Float(x * f64::from(base) + f64::from(d)),
        };
    }
    number
}

fn base_convert(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let base = |i: usize| {
        let base = u32::try_from(args::int(args, i)?).ok().filter(|b| (2..=36).contains(b));
        base.ok_or_else(|| args::bad(i, "be between 2 and 36 (inclusive)"))
    };
    let (from, to) = (base(1)?, base(2)?);
    let mut out = Vec::new();
    let digit = |d: u32| char::from_digit(d, to).map_or(b'0', |c| c as u8);
    match from_base(&args::text(args, 0)?, from) {
        Number::Int(n) => {
            let mut left = n as u64;
            loop {
                out.push(digit((left % u64::from(to)) as u32));
                left /= u64::from(to);
                if left == 0 {
                    break;
                }
            }
        }
        Number::Float(x) => {
            let mut left = x.floor();
            if left.is_infinite() {
                return Ok(Value::text(""));
            }
            while left.abs() >= 1.0 {
                out.push(digit((left % f64::from(to)) as u32));
                left /= f64::from(to);
            }
        }
    }
    out.reverse();
    Ok(Value::from(out))
}
