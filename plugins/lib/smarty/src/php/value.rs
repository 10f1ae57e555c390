//! The values a template works with.

use std::rc::Rc;

use super::{Array, Str};

/// A PHP value. A clone is cheap: strings and arrays are shared.
#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Str),
    Array(Rc<Array>),
}

impl Value {
    /// A string value.
    pub fn text(text: impl Into<Str>) -> Value {
        Value::Str(text.into())
    }

    #[must_use]
    pub fn array(array: Array) -> Value {
        Value::Array(Rc::new(array))
    }

    /// A list of values under 0, 1, 2 …
    pub fn list(values: impl IntoIterator<Item = Value>) -> Value {
        Value::array(values.into_iter().collect())
    }

    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The type as PHP's messages name it (`get_debug_type`).
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

    /// Whether the value is, or holds, a string that must be escaped where it is printed. An array nested
    /// deeper than `nesting` is taken to hold one.
    #[must_use]
    pub fn is_untrusted(&self, nesting: usize) -> bool {
        match self {
            Value::Str(s) => s.is_untrusted(),
            Value::Array(array) => {
                nesting == 0
                    || array.iter().any(|(key, value)| {
                        matches!(key, super::Key::Str(s) if s.is_untrusted()) || value.is_untrusted(nesting - 1)
                    })
            }
            _ => false,
        }
    }

    /// The same value with every string in it untrusted.
    #[must_use]
    pub fn into_untrusted(self) -> Value {
        match self {
            Value::Str(s) => Value::Str(s.untrusted()),
            Value::Array(array) => {
                let entries = array.iter().map(|(key, value)| {
                    let key = match key {
                        super::Key::Str(s) => super::Key::Str(s.clone().untrusted()),
                        super::Key::Int(n) => super::Key::Int(*n),
                    };
                    (key, value.clone().into_untrusted())
                });
                Value::array(entries.collect())
            }
            other => other,
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

/// Lengths and positions; PHP's integers are 64 bits wide.
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
