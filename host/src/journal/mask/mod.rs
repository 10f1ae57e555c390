//! Hides secrets in a phone's file, whatever its format. The server knows no format of a maker, so it shows a value only if
//! the value's name says what it is. In doubt it hides the value.

mod hidden;
mod known;
mod lines;
mod name;
#[cfg(test)]
mod tests;
mod xml;

pub use known::{find, forms};
pub use name::Kind;

use hidden::Hidden;
use std::ops::Range;

/// The lines of a text as they may be shown. `known` are the places of secrets that the server knew when it sent the text.
pub fn masked(text: &str, known: &[Range<usize>]) -> Vec<String> {
    let mut hidden = Hidden::of(text);
    match text.trim_start_matches('\u{feff}').trim_start().chars().next() {
        Some('<') => xml::hide_xml(&mut hidden),
        // JSON, and other nested formats.
        Some('{' | '[') if text.trim_end().ends_with(['}', ']']) && text.contains("\":") => hidden.hide(0..text.len()),
        _ => lines::hide_lines(&mut hidden, 0..text.len()),
    }
    known.iter().for_each(|range| hidden.hide(range.clone()));
    hidden.lines()
}

/// The lines of a text as they are, but without control characters, which a terminal would obey.
pub fn shown(text: &str) -> Vec<String> {
    Hidden::of(text).lines()
}
