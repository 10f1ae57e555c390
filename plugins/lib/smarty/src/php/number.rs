//! Numbers as text, and rounding.

use std::io::Write;

/// The significant digits of a printed float: PHP's ini value `precision`.
const PRECISION: usize = 14;

/// C's `strtol` with PHP's prefixes `0x`, `0b` and `0o`; it saturates.
pub fn strtol(text: &[u8], base: i64) -> i64 {
    let start = text.iter().position(|b| !matches!(b, b' ' | b'\t'..=b'\r')).unwrap_or(text.len());
    let (negative, digits) = match &text[start..] {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let prefixed = |letters: [u8; 2]| match digits {
        [b'0', p, rest @ ..] if letters.contains(p) => Some(rest),
        _ => None,
    };
    let (digits, base) = match base {
        0 => {
            if let Some(rest) = prefixed(*b"xX") {
                (rest, 16)
            } else if let Some(rest) = prefixed(*b"bB") {
                (rest, 2)
            } else if let Some(rest) = prefixed(*b"oO") {
                (rest, 8)
            } else {
                (digits, if digits.first() == Some(&b'0') { 8 } else { 10 })
            }
        }
        16 => (prefixed(*b"xX").unwrap_or(digits), 16),
        8 => (prefixed(*b"oO").unwrap_or(digits), 8),
        2 => (prefixed(*b"bB").unwrap_or(digits), 2),
        3..=36 => (digits, base as u32),
        _ => return 0,
    };
    let mut n: i64 = 0;
    for d in digits.iter().map_while(|b| char::from(*b).to_digit(base)) {
        let next = n.checked_mul(base.into()).and_then(|n| n.checked_sub(d.into()));
        let Some(next) = next else {
            return if negative { i64::MIN } else { i64::MAX };
        };
        n = next;
    }
    if negative { n } else { n.checked_neg().unwrap_or(i64::MAX) }
}

/// `echo` of an integer.
pub fn append_int(n: i64, out: &mut Vec<u8>) {
    // Writing into a Vec cannot fail.
    let _ = write!(out, "{n}");
}

/// `echo` of a float: 14 significant digits, no trailing zeros, an exponent from 1.0E+15 and below 1.0E-4.
pub fn append_float(x: f64, out: &mut Vec<u8>) {
    if special(x, out) {
        return;
    }
    append_general(x, PRECISION, out);
}

/// A float with at most `precision` significant digits, in PHP's spelling of C's `%G`.
pub fn append_general(x: f64, precision: usize, out: &mut Vec<u8>) {
    if special(x, out) {
        return;
    }
    let precision = precision.clamp(1, 500);
    let text = format!("{x:.*e}", precision - 1);
    general(&text, precision as i32, out);
}

/// A float as var_export and json_encode write it (`serialize_precision` -1): the shortest digits that read back as the
/// same float, without a trailing `.0`.
pub fn append_float_exact(x: f64, out: &mut Vec<u8>) {
    if special(x, out) {
        return;
    }
    let shortest = format!("{x:e}");
    let digits = shortest.bytes().take_while(|b| *b != b'e').filter(u8::is_ascii_digit).count();
    // Of two shortest forms that are equally near, PHP's dtoa takes the even one, as rounding to that length does.
    let even = format!("{x:.*e}", digits.saturating_sub(1));
    let text = if even.parse() == Ok(x) { even } else { shortest };
    general(&text, 17, out);
}

fn special(x: f64, out: &mut Vec<u8>) -> bool {
    let text: &[u8] = if x.is_nan() {
        b"NAN"
    } else if x.is_infinite() {
        if x > 0.0 { b"INF" } else { b"-INF" }
    } else if x == 0.0 {
        if x.is_sign_negative() { b"-0" } else { b"0" }
    } else {
        return false;
    };
    out.extend_from_slice(text);
    true
}

/// Converts Rust's `d.ddde±x` to PHP's spelling of C's `%.{precision}G` (`1.0E+25`).
fn general(scientific: &str, precision: i32, out: &mut Vec<u8>) {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |m| (true, m));
    let mut digits: Vec<u8> = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    while digits.len() > 1 && digits.last() == Some(&b'0') {
        digits.pop();
    }
    if negative {
        out.push(b'-');
    }
    if exponent < -4 || exponent >= precision {
        out.push(digits[0]);
        out.push(b'.');
        if digits.len() > 1 {
            out.extend_from_slice(&digits[1..]);
        } else {
            out.push(b'0');
        }
        let _ = write!(out, "E{exponent:+}");
    } else if exponent < 0 {
        out.extend_from_slice(b"0.");
        out.resize(out.len() + (-exponent - 1) as usize, b'0');
        out.extend_from_slice(&digits);
    } else {
        let whole = exponent as usize + 1;
        if digits.len() <= whole {
            out.extend_from_slice(&digits);
            out.resize(out.len() + whole - digits.len(), b'0');
        } else {
            out.extend_from_slice(&digits[..whole]);
            out.push(b'.');
            out.extend_from_slice(&digits[whole..]);
        }
    }
}

/// The rounding of halves: PHP's `PHP_ROUND_HALF_*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    Up,
    Down,
    Even,
    Odd,
}

/// PHP 8.2's `round`, pre-rounding included: the value is first rounded to the 15 digits that a float holds reliably,
/// so that 1.005 at two places gives 1.01 although its float is below.
#[must_use]
pub fn round(value: f64, places: i32, half: Half) -> f64 {
    /// `4 * DBL_DIG` in PHP's source: larger powers make the result zero or infinite.
    const POWER_MAX: i32 = 60;
    if !value.is_finite() || value == 0.0 {
        return value;
    }
    let places = places.max(i32::MIN + 1);
    let precision_places = 14 - value.abs().log10().floor() as i32;
    let factor = power_of_ten(places.unsigned_abs());
    let mut scaled;
    if precision_places > places && precision_places - 15 < places {
        let precision = precision_places.max(-POWER_MAX);
        scaled = if precision >= 0 {
            value * power_of_ten(precision.unsigned_abs())
        } else {
            value / power_of_ten(precision.unsigned_abs())
        };
        scaled = round_to_int(scaled, half);
        let back = (places - precision).max(-POWER_MAX);
        scaled /= power_of_ten(back.unsigned_abs());
    } else {
        scaled = if places >= 0 { value * factor } else { value / factor };
        if scaled.abs() >= 1e15 {
            return value;
        }
    }
    scaled = round_to_int(scaled, half);
    if places.unsigned_abs() < 23 {
        return if places > 0 { scaled / factor } else { scaled * factor };
    }
    if scaled == 0.0 {
        // PHP uses its own printf here, which has no negative zero.
        return 0.0;
    }
    let text = format!("{scaled:.6}e{}", -i64::from(places));
    text.parse().ok().filter(|x: &f64| x.is_finite()).unwrap_or(value)
}

fn power_of_ten(power: u32) -> f64 {
    // Exact up to 22; beyond, parsing gives the nearest float, as the C library's pow does.
    if power > 308 { f64::INFINITY } else { format!("1e{power}").parse().unwrap_or(f64::INFINITY) }
}

fn round_to_int(value: f64, half: Half) -> f64 {
    let size = value.abs();
    let rounded = match half {
        Half::Up => (size + 0.5).floor(),
        Half::Down => (size - 0.5).ceil(),
        Half::Even => size.round_ties_even(),
        Half::Odd => {
            let down = size.trunc();
            match size - down {
                0.5 if down % 2.0 == 0.0 => down + 1.0,
                0.5 => down,
                _ => size.round(),
            }
        }
    };
    rounded.abs().copysign(value)
}

/// PHP's `%.{places}f`: exact digits up to its limit of 318 places.
#[must_use]
pub fn fixed(value: f64, places: usize) -> String {
    format!("{value:.*}", places.min(318))
}

/// PHP's `number_format`.
#[must_use]
pub fn format(value: f64, places: usize, point: &[u8], separator: &[u8]) -> Vec<u8> {
    let rounded = round(value, i32::try_from(places).unwrap_or(i32::MAX), Half::Up);
    if !rounded.is_finite() {
        // C's printf spells them in lower case.
        let name = if rounded.is_nan() { "nan" } else { "inf" };
        return name.into();
    }
    let text = fixed(rounded.abs(), places);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let mut out = Vec::with_capacity(text.len() + whole.len() / 3 * separator.len() + 1);
    if rounded < 0.0 {
        out.push(b'-');
    }
    for (i, digit) in whole.bytes().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.extend_from_slice(separator);
        }
        out.push(digit);
    }
    if places > 0 {
        out.extend_from_slice(point);
        out.extend_from_slice(fraction.as_bytes());
        out.resize(out.len() + places - fraction.len(), b'0');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn echo(x: f64) -> String {
        let mut out = Vec::new();
        append_float(x, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn float_prints_fourteen_significant_digits() {
        for (x, text) in [
            (0.1 + 0.2, "0.3"),
            (1e-5, "1.0E-5"),
            (1e19, "1.0E+19"),
            (1e14, "1.0E+14"),
            (99_999_999_999_999.0, "99999999999999"),
            (10.0 / 3.0, "3.3333333333333"),
            (-0.0, "-0"),
            (0.0001, "0.0001"),
            (f64::NAN, "NAN"),
            (f64::NEG_INFINITY, "-INF"),
            (100.0, "100"),
        ] {
            assert_eq!(echo(x), text);
        }
    }

    #[test]
    fn round_uses_the_intended_decimal_value() {
        assert_eq!(round(1.005, 2, Half::Up), 1.01);
        assert_eq!(round(-1.5, 0, Half::Up), -2.0);
        assert_eq!(round(1234.0, -2, Half::Up), 1200.0);
        assert_eq!(round(2.5, 0, Half::Even), 2.0);
    }

    #[test]
    fn number_format_groups_thousands_and_drops_negative_zero() {
        assert_eq!(format(-1234.567, 2, b".", b","), b"-1,234.57");
        assert_eq!(format(-0.4, 0, b".", b","), b"0");
    }
}
