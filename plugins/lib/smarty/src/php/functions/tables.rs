//! The allow list of functions: the tables of all modules.
//!
//! No module of functions imports this one, so that the imports form no circle.

use super::args;
use super::register::moves;
use super::{
    about, addresses, array_change, array_make, array_pointer, array_read, array_set, csv, ctype, dates, dates_parts,
    dump, encode, filter, format, html, json, math, metaphone, multibyte, multibyte_code, multibyte_find, pack, preg,
    preg_list, preg_split, query_text, serialize, sort, strip_tags, text_case, text_compare, text_cut, text_escape,
    text_find, text_lines, text_replace, text_words, types, url, version,
};
use crate::php::call::Function;
use crate::php::value::Value;

const TABLES: &[&[Function]] = &[
    about::FUNCTIONS,
    addresses::FUNCTIONS,
    array_change::FUNCTIONS,
    array_make::FUNCTIONS,
    array_pointer::FUNCTIONS,
    array_read::FUNCTIONS,
    array_set::FUNCTIONS,
    csv::FUNCTIONS,
    ctype::FUNCTIONS,
    dates::FUNCTIONS,
    dates_parts::FUNCTIONS,
    dump::FUNCTIONS,
    encode::FUNCTIONS,
    filter::FUNCTIONS,
    format::FUNCTIONS,
    html::FUNCTIONS,
    json::FUNCTIONS,
    math::FUNCTIONS,
    metaphone::FUNCTIONS,
    multibyte::FUNCTIONS,
    multibyte_code::FUNCTIONS,
    multibyte_find::FUNCTIONS,
    pack::FUNCTIONS,
    preg::FUNCTIONS,
    preg_list::FUNCTIONS,
    preg_split::FUNCTIONS,
    query_text::FUNCTIONS,
    serialize::FUNCTIONS,
    sort::FUNCTIONS,
    strip_tags::FUNCTIONS,
    text_case::FUNCTIONS,
    text_compare::FUNCTIONS,
    text_cut::FUNCTIONS,
    text_escape::FUNCTIONS,
    text_find::FUNCTIONS,
    text_lines::FUNCTIONS,
    text_replace::FUNCTIONS,
    text_words::FUNCTIONS,
    types::FUNCTIONS,
    url::FUNCTIONS,
    version::FUNCTIONS,
    LOOKUPS,
];

/// The functions that look up functions, and so need this list.
const LOOKUPS: &[Function] = &[
    moves("function_exists", 1, 1, |_, a| Ok(find(&args::text(a, 0)?).is_some().into())),
    moves("is_callable", 1, 1, |_, a| Ok(matches!(&a[0], Value::Str(name) if find(name).is_some()).into())),
];

/// Finds a function by its name, in any case.
#[must_use]
pub fn find(name: &[u8]) -> Option<&'static Function> {
    all().find(|function| name.eq_ignore_ascii_case(function.name.as_bytes()))
}

/// All functions, module by module.
pub fn all() -> impl Iterator<Item = &'static Function> {
    TABLES.iter().flat_map(|table| table.iter())
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
    fn functions_with_outside_effects_are_absent() {
        for name in ["system", "exec", "file_get_contents", "rand", "printf", "call_user_func", "usort", "putenv"] {
            assert!(find(name.as_bytes()).is_none(), "{name}");
        }
    }
}
