//! Smarty 4's template language over PHP 8's values: parse once, render bytes, no I/O.

mod constants;
mod error;
mod eval;
mod lexer;
pub mod limits;
pub mod modifiers;
mod names;
mod parser;
pub mod php;
mod program;
mod source;

pub use error::{Error, ErrorKind};
pub use eval::{Render, Superglobals, Templates, Variables};
pub use limits::Limits;
pub use program::{Reads, Template};
