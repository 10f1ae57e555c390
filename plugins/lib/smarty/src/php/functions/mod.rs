//! The functions of PHP a template may call, by area.
//!
//! What is here computes from its arguments and the context's clock. What reaches beyond (files, processes,
//! output, randomness, callbacks, the engine's own state) is absent, and so refused.

mod about;
pub(crate) mod args;
mod array_change;
mod array_make;
mod array_pointer;
mod array_read;
mod array_set;
pub(crate) mod ctype;
mod dates;
mod dump;
pub(crate) mod encode;
mod filter;
pub(crate) mod format;
pub(crate) mod html;
mod html_names;
mod json;
mod json_read;
pub(crate) mod math;
pub(crate) mod multibyte;
pub(crate) mod preg;
pub(crate) mod register;
mod serialize;
mod sort;
pub(crate) mod strip_tags;
pub(crate) mod text_case;
pub(crate) mod text_compare;
pub(crate) mod text_cut;
pub(crate) mod text_find;
pub(crate) mod text_lines;
pub(crate) mod text_replace;
mod text_words;
pub(crate) mod types;
mod url;
mod version;

use super::Function;

const AREAS: &[&[Function]] = &[
    about::FUNCTIONS,
    array_change::FUNCTIONS,
    array_make::FUNCTIONS,
    array_pointer::FUNCTIONS,
    array_read::FUNCTIONS,
    array_set::FUNCTIONS,
    ctype::FUNCTIONS,
    dates::FUNCTIONS,
    dump::FUNCTIONS,
    encode::FUNCTIONS,
    filter::FUNCTIONS,
    format::FUNCTIONS,
    html::FUNCTIONS,
    json::FUNCTIONS,
    math::FUNCTIONS,
    multibyte::FUNCTIONS,
    preg::FUNCTIONS,
    serialize::FUNCTIONS,
    sort::FUNCTIONS,
    strip_tags::FUNCTIONS,
    text_case::FUNCTIONS,
    text_compare::FUNCTIONS,
    text_cut::FUNCTIONS,
    text_find::FUNCTIONS,
    text_lines::FUNCTIONS,
    text_replace::FUNCTIONS,
    text_words::FUNCTIONS,
    types::FUNCTIONS,
    url::FUNCTIONS,
    version::FUNCTIONS,
];

/// Looks up a function by its name in any case.
#[must_use]
pub fn find(name: &[u8]) -> Option<&'static Function> {
    all().find(|function| name.eq_ignore_ascii_case(function.name.as_bytes()))
}

/// Every function of the allow list.
pub fn all() -> impl Iterator<Item = &'static Function> {
    AREAS.iter().flat_map(|area| area.iter())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_lower_case_and_unique() {
        let mut names: Vec<_> = all().map(|f| f.name).collect();
        assert!(names.iter().all(|n| !n.bytes().any(|b| b.is_ascii_uppercase())));
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count);
    }

    #[test]
    fn what_reaches_outside_is_absent() {
        for name in ["system", "exec", "file_get_contents", "rand", "printf", "call_user_func", "usort", "putenv"] {
            assert!(find(name.as_bytes()).is_none(), "{name}");
        }
    }
}
