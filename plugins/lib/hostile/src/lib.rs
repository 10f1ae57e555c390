//! Values that try to change the structure of a phone's file, and checks by the file's format that they do not: XML, JSON,
//! and lines such as `name = value` and `P270=value`.
//!
//! ```
//! use dialplate_hostile::{check, kind, marked};
//!
//! let file = |label: &str| format!("label = {}\nport = 5060\n", marked(label)).into_bytes();
//! let benign = file("");
//! assert!(check(kind(&benign), &benign, &file("a & b"), "a & b").is_ok());
//! assert!(check(kind(&benign), &benign, &file("a\nadmin = 1"), "a\nadmin = 1").is_err());
//! ```

mod check;
mod fields;
mod json;
mod values;
mod xml;

pub use check::{Kind, check, kind};
pub use fields::{CONTACT, Fields, KEY, SELECTORS, TEXTS};
pub use values::{SECRET, SECRET_SETTING, long, marked, values};
