//! The allow list of functions: the tables of all modules.
//!
//! No module of functions imports this one, so that the imports form no circle.

use super::args;
use super::callbacks::{self, Compared};
use super::register::{MANY, by_ref, makes, moves};
use super::{
    about, addresses, array_change, array_make, array_pointer, array_read, array_set, csv, ctype, dates, dates_parse,
    dates_parts, dump, encode, filter, fnmatch, format, hebrev, html, ini, iptc, json, kana, math, metaphone,
    mime_decode, mime_encode, multibyte, multibyte_code, multibyte_detect, multibyte_find, multibyte_variables, pack,
    preg, preg_callback, preg_list, preg_split, quantities, query_text, scan, serialize, sort, sort_many, strip_tags,
    strptime, sun, text_case, text_compare, text_cut, text_escape, text_find, text_lines, text_replace, text_words,
    types, url, version, zones,
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
    dates_parse::FUNCTIONS,
    dates_parts::FUNCTIONS,
    dump::FUNCTIONS,
    encode::FUNCTIONS,
    filter::FUNCTIONS,
    fnmatch::FUNCTIONS,
    format::FUNCTIONS,
    hebrev::FUNCTIONS,
    html::FUNCTIONS,
    ini::FUNCTIONS,
    iptc::FUNCTIONS,
    json::FUNCTIONS,
    kana::FUNCTIONS,
    math::FUNCTIONS,
    metaphone::FUNCTIONS,
    mime_decode::FUNCTIONS,
    mime_encode::FUNCTIONS,
    multibyte::FUNCTIONS,
    multibyte_code::FUNCTIONS,
    multibyte_detect::FUNCTIONS,
    multibyte_find::FUNCTIONS,
    multibyte_variables::FUNCTIONS,
    pack::FUNCTIONS,
    preg::FUNCTIONS,
    preg_list::FUNCTIONS,
    preg_split::FUNCTIONS,
    quantities::FUNCTIONS,
    query_text::FUNCTIONS,
    scan::FUNCTIONS,
    serialize::FUNCTIONS,
    sort::FUNCTIONS,
    sort_many::FUNCTIONS,
    strip_tags::FUNCTIONS,
    strptime::FUNCTIONS,
    sun::FUNCTIONS,
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
    zones::FUNCTIONS,
    LOOKUPS,
];

/// The functions that look up functions, and so need this list. Values that a function called back returns keep their
/// own trust.
const LOOKUPS: &[Function] = &[
    moves("function_exists", 1, 1, |_, a| Ok(find(&args::text(a, 0)?).is_some().into())),
    moves("is_callable", 1, 1, |_, a| Ok(matches!(&a[0], Value::Str(name) if find(name).is_some()).into())),
    moves("array_map", 2, MANY, |c, a| callbacks::array_map(c, a, callable)),
    moves("array_filter", 1, 3, |c, a| callbacks::array_filter(c, a, callable)),
    moves("array_reduce", 2, 3, |c, a| callbacks::array_reduce(c, a, callable)),
    moves("call_user_func", 1, MANY, |c, a| callbacks::call_user_func(c, a, callable)),
    moves("call_user_func_array", 2, 2, |c, a| callbacks::call_user_func_array(c, a, callable)),
    by_ref(makes("preg_replace_callback", 3, 6, |c, a| preg_callback::one(c, a, callable)), 1 << 4),
    by_ref(makes("preg_replace_callback_array", 2, 5, |c, a| preg_callback::many(c, a, callable)), 1 << 3),
    by_ref(moves("usort", 2, 2, |c, a| callbacks::sort(c, a, callable, (false, false))), 1),
    by_ref(moves("uasort", 2, 2, |c, a| callbacks::sort(c, a, callable, (false, true))), 1),
    by_ref(moves("uksort", 2, 2, |c, a| callbacks::sort(c, a, callable, (true, true))), 1),
    moves("array_udiff", 2, MANY, |c, a| callbacks::array_set(c, a, callable, (CALLED, IGNORED, false))),
    moves("array_uintersect", 2, MANY, |c, a| callbacks::array_set(c, a, callable, (CALLED, IGNORED, true))),
    moves("array_udiff_assoc", 2, MANY, |c, a| callbacks::array_set(c, a, callable, (CALLED, PLAIN, false))),
    moves("array_uintersect_assoc", 2, MANY, |c, a| callbacks::array_set(c, a, callable, (CALLED, PLAIN, true))),
    moves("array_diff_uassoc", 2, MANY, |c, a| callbacks::array_set(c, a, callable, (PLAIN, CALLED, false))),
    moves("array_intersect_uassoc", 2, MANY, |c, a| callbacks::array_set(c, a, callable, (PLAIN, CALLED, true))),
    moves("array_diff_ukey", 2, MANY, |c, a| callbacks::array_set(c, a, callable, (IGNORED, CALLED, false))),
    moves("array_intersect_ukey", 2, MANY, |c, a| callbacks::array_set(c, a, callable, (IGNORED, CALLED, true))),
    moves("array_udiff_uassoc", 3, MANY, |c, a| callbacks::array_set(c, a, callable, (CALLED, CALLED, false))),
    moves("array_uintersect_uassoc", 3, MANY, |c, a| callbacks::array_set(c, a, callable, (CALLED, CALLED, true))),
];

const CALLED: Compared = Compared::ByCallback;
const PLAIN: Compared = Compared::Plainly;
const IGNORED: Compared = Compared::Ignored;

/// Finds a function that may be called back: none that calls functions itself.
fn callable(name: &[u8]) -> Option<&'static Function> {
    find(name).filter(|function| !LOOKUPS.iter().any(|lookup| lookup.name == function.name))
}

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
        for name in ["system", "exec", "file_get_contents", "rand", "printf", "register_shutdown_function", "putenv"] {
            assert!(find(name.as_bytes()).is_none(), "{name}");
        }
    }
}
