//! The values of templates.

use std::rc::Rc;

use super::{Array, Key, Str};

/// A PHP value. A clone is cheap: strings and arrays are shared.
///
/// # Examples
/// ```
/// use dialplate_smarty::php::Value;
///
/// assert_eq!(Value::from("12 apples").to_int(), 12);
/// assert_eq!(Value::list([Value::Null]).type_name(), "array");
/// ```
#[derive(Clone, Debug, Default)]
pub enum Value {
    /// PHP's null, which prints nothing.
    #[default]
    Null,
    /// A bool.
    Bool(bool),
    /// An integer of 64 bits.
    Int(i64),
    /// A float.
    Float(f64),
    /// A string.
    Str(Str),
    /// An array.
    Array(Rc<Array>),
}

impl Value {
    /// A string value.
    pub fn text(text: impl Into<Str>) -> Value {
        Value::Str(text.into())
    }

    /// An array value.
    #[must_use]
    pub fn array(array: Array) -> Value {
        Value::Array(Rc::new(array))
    }

    /// A list: the values under the keys 0, 1, 2 …
    pub fn list(values: impl IntoIterator<Item = Value>) -> Value {
        Value::array(values.into_iter().collect())
    }

    /// True for null.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The name of the type in PHP's messages (`get_debug_type`).
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) => "string",
            Value::Array(_) => "array",
        }
    }

    /// True if the value is, or contains, an untrusted string. An array nested deeper than `nesting` counts as
    /// containing one.
    #[must_use]
    pub fn is_untrusted(&self, nesting: usize) -> bool {
        match self {
            Value::Str(s) => s.is_untrusted(),
            Value::Array(array) => {
                nesting == 0
                    || array.iter().any(|(key, value)| {
                        matches!(key, Key::Str(s) if s.is_untrusted()) || value.is_untrusted(nesting - 1)
                    })
            }
            _ => false,
        }
    }

    /// The same value with all strings in it untrusted.
    #[must_use]
    pub fn into_untrusted(self) -> Value {
        match self {
            Value::Str(s) => Value::Str(s.untrusted()),
            Value::Array(array) => {
                let entries = array.iter().map(|(key, value)| {
                    let key = match key {
                        Key::Str(s) => Key::Str(s.clone().untrusted()),
                        Key::Int(n) => Key::Int(*n),
                    };
                    (key, value.clone().into_untrusted())
                });
                Value::array(entries.collect())
            }
            other => other,
        }
    }
}

impl Key {
    /// The key as a value, as `foreach` and `array_keys` return it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        match self {
            Key::Int(n) => Value::Int(*n),
            Key::Str(s) => Value::Str(s.clone()),
        }
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Value {
        Value::Bool(b)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Value {
        Value::Int(n)
    }
}

/// Lengths and positions; PHP's integers have 64 bits.
impl From<usize> for Value {
    fn from(n: usize) -> Value {
        Value::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

impl From<f64> for Value {
    fn from(x: f64) -> Value {
        Value::Float(x)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Str(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Str(text.into())
    }
}

impl From<Vec<u8>> for Value {
    fn from(bytes: Vec<u8>) -> Value {
        Value::Str(bytes.into())
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Value {
        Value::Str(text)
    }
}

impl From<Array> for Value {
    fn from(array: Array) -> Value {
        Value::array(array)
    }
}
