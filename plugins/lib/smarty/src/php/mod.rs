//! The values of PHP 8.2: types, conversions, comparison and arithmetic, and the functions that a template may call.
//!
//! Nothing here does I/O or depends on Smarty. Every operation that can be slow or large pays with [`Context`]'s fuel
//! and is bounded by its [`ValueLimits`].

pub mod arithmetic;
mod array;
mod call;
pub mod charset;
pub mod compare;
mod constants;
mod context;
pub mod convert;
mod error;
mod key;
pub(crate) mod last_error;
mod string;
pub(crate) mod utf8;
mod value;

pub(crate) mod number;

pub(crate) mod date;
pub(crate) mod functions;
pub(crate) mod regex;

pub use array::Array;
pub use call::{Function, Taint, call};
pub use constants::constant;
pub use context::{Clock, Context, Now, ValueLimits};
pub use error::{PhpError, PhpErrorKind};
pub use functions::query_text::place_variable;
pub use key::{Key, KeyRef};
pub use string::Str;
pub use value::Value;
