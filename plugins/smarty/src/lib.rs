//! Smarty 4's template language over PHP 8's values.
pub mod modifiers;
pub mod php;
mod program;
mod source;

pub use error::{Error, ErrorKind};
pub use eval::{Render, Superglobals, Templates, Variables};
pub use limits::Limits;
pub use program::{Reads, Template};
