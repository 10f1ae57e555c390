//! The text form of values between this test and the PHP driver.

use dialplate_smarty::php::{Array, Key, Value};

pub fn write(value: &Value) -> String {
    match value {
        Value::Null => "n".into(),
        Value::Bool(b) => format!("b{}", u8::from(*b)),
        Value::Int(n) => format!("i{n}"),
        Value::Float(x) => format!("f{:016x}", x.to_bits()),
        Value::Str(s) => format!("s{}", s.iter().map(|b| format!("{b:02x}")).collect::<String>()),
        Value::Array(array) => {
            let entries: String =
                array.iter().map(|(k, v)| format!(" {} {}", write(&k.to_value()), write(v))).collect();
            format!("a{}{entries}", array.len())
        }
    }
}

pub fn read(text: &str) -> Value {
    read_parts(&mut text.split(' '))
}

fn read_parts<'a>(parts: &mut impl Iterator<Item = &'a str>) -> Value {
    let part = parts.next().unwrap_or("n");
    let rest = &part[1..];
    match part.as_bytes()[0] {
        b'b' => Value::Bool(rest == "1"),
        b'i' => Value::Int(rest.parse().expect("the integer is valid")),
        b'f' => Value::Float(f64::from_bits(u64::from_str_radix(rest, 16).expect("the bits are hexadecimal"))),
        b's' => {
            let byte = |i: usize| u8::from_str_radix(&rest[i..i + 2], 16).expect("the bytes are hexadecimal");
            Value::from((0..rest.len()).step_by(2).map(byte).collect::<Vec<u8>>())
        }
        b'a' => {
            let mut array = Array::new();
            for _ in 0..rest.parse().expect("the count is a number") {
                let key = match read_parts(parts) {
                    Value::Int(n) => Key::Int(n),
                    other => Key::from(other.to_str()),
                };
                array.insert(key, read_parts(parts));
            }
            Value::array(array)
        }
        b'o' => Value::text("<object>"),
        _ => Value::Null,
    }
}

/// True for the same type and bits, with keys in the same order; floats may be `ulps` apart.
pub fn same(a: &Value, b: &Value, ulps: u64) -> bool {
    match (a, b) {
        (Value::Float(x), Value::Float(y)) => {
            x.is_nan() && y.is_nan() || x.to_bits() == y.to_bits() || x.to_bits().abs_diff(y.to_bits()) <= ulps
        }
        (Value::Array(x), Value::Array(y)) => {
            x.len() == y.len() && x.iter().zip(y.iter()).all(|((ka, va), (kb, vb))| ka == kb && same(va, vb, ulps))
        }
        _ => write(a) == write(b),
    }
}
