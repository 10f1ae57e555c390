//! PHP 8.2's semantics of values: the value types, their conversions, comparison and arithmetic, and the
//! functions of PHP a template may call.
//!
//! Nothing here does I/O or knows Smarty. Whatever can be slow or large is paid for from [`Context`]'s fuel
//! and bounded by its [`ValueLimits`].

pub mod arithmetic;
mod array;
mod call;
pub mod compare;
mod constants;
mod context;
pub mod convert;
mod fault;
mod key;
mod string;
pub mod utf8;
mod value;

pub mod number;

pub mod date;
pub mod functions;
pub mod regex;

pub use array::Array;
pub use call::{Function, Taint, call};
pub use constants::constant;
pub use context::{Clock, Context, ValueLimits};
pub use fault::{PhpError, PhpErrorKind};
pub use key::{Key, KeyRef};
pub use string::Str;
pub use value::Value;
