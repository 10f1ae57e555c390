//! Converts JSON to PHP's values as `json_decode` does: 1 is an int, 1.0 a float, and an object an array in its order.
//! `{"$hex": "ff00"}` is a byte string, `{"$float": "INF"}` a number that JSON cannot write.

use std::fmt;

use dialplate_smarty::php::{Array, Key, Str, Value};
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Parses JSON text.
pub fn value(text: &str) -> Value {
    serde_json::from_str::<Typed>(text).expect("the case holds valid JSON").0
}

/// The entries of a JSON object, in its order.
pub fn entries(text: &str) -> Vec<(String, Value)> {
    let Value::Array(array) = value(text) else { panic!("the JSON is not an object: {text}") };
    let name = |key: &Key| key.to_str().to_lossy();
    array.iter().map(|(key, value)| (name(key), value.clone())).collect()
}

struct Typed(Value);

impl<'de> Deserialize<'de> for Typed {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Typed, D::Error> {
        deserializer.deserialize_any(Types).map(Typed)
    }
}

struct Types;

impl<'de> Visitor<'de> for Types {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
        Ok(Value::Int(n))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
        // PHP reads an integer beyond its range as a float.
        #[allow(clippy::cast_precision_loss)]
        Ok(i64::try_from(n).map_or(Value::Float(n as f64), Value::Int))
    }

    fn visit_f64<E>(self, x: f64) -> Result<Value, E> {
        Ok(Value::Float(x))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Str(Str::new(text.as_bytes())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut array = Array::new();
        while let Some(Typed(value)) = seq.next_element()? {
            assert!(array.push(value), "the array has a free index");
        }
        Ok(Value::array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut array = Array::new();
        while let Some((key, Typed(value))) = map.next_entry::<String, Typed>()? {
            match (key.as_str(), &value) {
                ("$hex", Value::Str(hex)) => return Ok(Value::Str(Str::new(&unhex(hex.as_bytes())))),
                ("$float", Value::Str(name)) => return Ok(Value::Float(special(name.as_bytes()))),
                _ => array.insert(Key::from(key.as_str()), value),
            };
        }
        Ok(Value::array(array))
    }
}

fn special(name: &[u8]) -> f64 {
    match name {
        b"INF" => f64::INFINITY,
        b"-INF" => f64::NEG_INFINITY,
        _ => f64::NAN,
    }
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn unhex(hex: &[u8]) -> Vec<u8> {
    let digit = |c: u8| (c as char).to_digit(16).expect("the digit is hexadecimal") as u8;
    hex.chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()
}
