//! The PHP functions that templates may call, by area.
//!
//! They compute from their arguments and the context's clock. Functions that go beyond (files, processes, output,
//! randomness, the engine's state) are absent, and calls of them are refused.

mod about;
mod addresses;
pub(crate) mod args;
mod array_change;
mod array_make;
mod array_pointer;
mod array_read;
mod array_set;
mod callbacks;
mod csv;
pub(crate) mod ctype;
mod dates;
mod dates_parts;
mod dump;
pub(crate) mod encode;
mod filter;
pub(crate) mod format;
pub(crate) mod html;
pub(crate) mod html_names;
mod json;
mod json_read;
pub(crate) mod math;
mod metaphone;
pub(crate) mod multibyte;
mod multibyte_code;
mod multibyte_find;
mod pack;
pub(crate) mod preg;
mod preg_list;
mod preg_split;
pub(crate) mod query_text;
pub(crate) mod register;
mod serialize;
mod sort;
pub(crate) mod strip_tags;
pub mod tables;
pub(crate) mod text_case;
pub(crate) mod text_compare;
pub(crate) mod text_cut;
mod text_escape;
pub(crate) mod text_find;
pub(crate) mod text_lines;
pub(crate) mod text_replace;
mod text_words;
pub(crate) mod types;
mod url;
mod version;
