//! Smarty 4's template language over PHP 8's values: parse once, render bytes, no I/O.
//!
//! FusionPBX provisions phones with [Smarty](https://www.smarty.net/) templates, which PHP renders without
//! auto-escaping. This crate renders the same templates to the same bytes: the grammar with its quirks, PHP's operators
//! and conversions, and the newlines that PHP swallows after tags. `COMPATIBILITY.md` lists the deliberate differences.
//!
//! ```
//! use dialplate_smarty::php::{Array, Clock, Key, Value};
//! use dialplate_smarty::{Render, Template};
//!
//! let source = b"{foreach $lines as $n => $line}\n\
//!                account.{$n}.label = {$line.label|default:'none'}\n\
//!                {/foreach}\n";
//! let template = Template::parse("y.cfg", source)?;
//!
//! let mut line = Array::new();
//! line.insert(Key::from("label"), Value::from("Anna"));
//! let mut variables = Array::new();
//! variables.insert(Key::from("lines"), Value::list([Value::from(line), Value::Null]));
//! let clock = Clock::stopped(1_782_907_200);
//!
//! let document = template.render(&Render::new(&variables, &clock))?;
//! assert_eq!(document, b"account.0.label = Anna\naccount.1.label = none\n");
//! # Ok::<(), dialplate_smarty::Error>(())
//! ```
//!
//! A template that Smarty does not compile, or that PHP stops with a fatal error, gives an [`Error`] with file, line,
//! column and message, and never a partial document:
//!
//! ```
//! # use dialplate_smarty::{ErrorKind, Template};
//! let error = Template::parse("y.cfg", b"a = 1\nb = {if $x}\n").unwrap_err();
//! assert_eq!(error.kind, ErrorKind::Syntax);
//! assert_eq!(error.to_string(), "y.cfg:2:5: {if} is never closed: expected {/if}");
//! ```
//!
//! Templates may be hostile: nothing here panics, every loop, recursion and buffer has a limit ([`limits`]), and a
//! template has no access to files, network, clock or environment except through [`Render`].
//!
//! [`Template::parse_with`] adds functions to the language.
//!
//! # How it works
//!
//! The lexer splits text into tokens, the parser turns tokens into arenas of small nodes, and the evaluator walks these
//! over PHP's values ([`php`]). Variables are symbols that are resolved at parse time, so that printing one is a lookup
//! by index and a copy. A [`Template`] takes about one and a half times the memory of its source.

#![deny(missing_docs)]

mod constants;
mod error;
mod eval;
mod lexer;
pub mod limits;
mod modifiers;
mod names;
mod parser;
pub mod php;
mod program;
pub mod registry;
mod source;

/// Runs the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub use error::{Error, ErrorKind};
pub use eval::{Render, Superglobals, Templates, Variables};
pub use limits::Limits;
pub use program::{Reads, Template};
