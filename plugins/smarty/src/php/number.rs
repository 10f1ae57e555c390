//! Numbers as text.

use std::io::Write;

/// Significant digits of a float that is printed: PHP's ini value `precision`.
const PRECISION: usize = 14;

/// `echo` of an integer.
pub fn append_int(n: i64, out: &mut Vec<u8>) {
    // Writing into a Vec cannot fail.
    let _ = write!(out, "{n}");
}

/// `echo` of a float: 14 significant digits, no trailing zeros, exponent from 1.0E+15 and below 1.0E-4.
pub fn append_float(x: f64, out: &mut Vec<u8>) {
    if special(x, out) {
        return;
    }
    let text = format!("{:.*e}", PRECISION - 1, x);
    general(&text, PRECISION as i32, out);
}

/// A float as var_export and json_encode write it (`serialize_precision` -1): the shortest digits that read
/// back as the same float. Without a trailing `.0`.
pub fn append_float_exact(x: f64, out: &mut Vec<u8>) {
    if special(x, out) {
        return;
    }
    let text = format!("{x:e}");
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

/// Rust's `d.ddde±x` in the form of C's `%.{precision}G` as PHP spells it (`1.0E+25`).
fn general(scientific: &str, precision: i32, out: &mut Vec<u8>) {
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let (negative, mantissa) = mantissa
        .strip_prefix('-')
        .map_or((false, mantissa), |m| (true, m));
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
