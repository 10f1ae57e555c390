//! What of a document a request wants: all of it, a part, or nothing because it has it already. Conditions and ranges
//! by RFC 9110, sections 13 and 14, for documents that have an entity tag and no date of modification.

use axum::http::{HeaderMap, HeaderName, Method, header};
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_128;

/// What to send.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Selection {
    Whole,
    Part(Range<usize>),
    /// The client has these bytes.
    NotModified,
    /// No byte of the document is in the range that was asked for.
    Unsatisfiable,
    /// The client wanted other bytes than there are (`If-Match`), or none at all (`If-None-Match` with a POST).
    PreconditionFailed,
}

/// A strong entity tag of the bytes, quotes included. It is no secret and protects nothing, so a fast hash will do; the
/// same bytes have the same tag on every server.
pub fn entity_tag(body: &[u8]) -> String {
    format!("\"{:032x}\"", xxh3_128(body))
}

/// Chooses, in the order of RFC 9110, section 13.2.2. `tag` is the document's entity tag, `length` its bytes.
///
/// Conditions on dates are ignored, as the standard asks where a document has none.
pub fn select(method: &Method, headers: &HeaderMap, tag: &str, length: usize) -> Selection {
    let is_read = method == Method::GET || method == Method::HEAD;
    if headers.contains_key(header::IF_MATCH) && !lists(headers, &header::IF_MATCH, |listed| listed == tag) {
        return Selection::PreconditionFailed;
    }
    // Weak comparison: what the client has is as good, however it marks it.
    let same = |listed: &str| listed.strip_prefix("W/").unwrap_or(listed) == tag;
    if lists(headers, &header::IF_NONE_MATCH, same) {
        return if is_read { Selection::NotModified } else { Selection::PreconditionFailed };
    }
    // Ranges are defined for GET alone; a HEAD tells about the whole.
    if method != Method::GET || !is_range_wanted(headers, tag) {
        return Selection::Whole;
    }
    match single(headers, &header::RANGE).and_then(parse) {
        None => Selection::Whole,
        Some(asked) => asked.of(length),
    }
}

/// `If-Range` holds: there is none, or it is this very tag. A weak tag and a date never do.
fn is_range_wanted(headers: &HeaderMap, tag: &str) -> bool {
    !headers.contains_key(header::IF_RANGE) || single(headers, &header::IF_RANGE) == Some(tag)
}

/// The value of a header that may come once; `None` when it is absent, repeated, or no text.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok()
}

/// Whether a list of entity tags, over all headers of the name, is `*` or has one that is wanted. A list that cannot be
/// read has none.
fn lists(headers: &HeaderMap, name: &HeaderName, wanted: impl Fn(&str) -> bool) -> bool {
    let values: Option<Vec<_>> = headers.get_all(name).iter().map(|value| value.to_str().ok()).collect();
    let text = values.unwrap_or_default().join(",");
    text.trim_matches(BLANKS) == "*" || parse_tags(&text).is_some_and(|tags| tags.into_iter().any(wanted))
}

/// RFC 9110's optional white space.
const BLANKS: [char; 2] = [' ', '\t'];

/// The entity tags of a list, each with its quotes and its `W/`.
fn parse_tags(text: &str) -> Option<Vec<&str>> {
    let mut tags = Vec::new();
    let mut rest = text.trim_start_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let opaque = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
        let inner = opaque.find('"')?;
        if !opaque.bytes().take(inner).all(|byte| byte > b' ') {
            return None;
        }
        let (tag, after) = rest.split_at(rest.len() - opaque.len() + inner + 1);
        tags.push(tag);
        let after = after.trim_start_matches(BLANKS);
        if !after.is_empty() && !after.starts_with(',') {
            return None;
        }
        rest = after.trim_start_matches([' ', '\t', ',']);
    }
    Some(tags)
}

/// One range of bytes as it is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    /// First and last position, both included.
    Between(usize, usize),
    /// So many at the end.
    Last(usize),
}

impl Asked {
    fn of(self, length: usize) -> Selection {
        match self {
            Self::Between(first, _) if first >= length => Selection::Unsatisfiable,
            Self::Between(first, last) => Selection::Part(first..last.min(length - 1) + 1),
            Self::Last(0) => Selection::Unsatisfiable,
            // The last bytes of nothing are nothing, which no `Content-Range` can say.
            Self::Last(_) if length == 0 => Selection::Whole,
            Self::Last(count) => Selection::Part(length.saturating_sub(count)..length),
        }
    }
}

/// Reads a `Range` header. `None` for what is to be ignored: another unit, what is no range, and several ranges, which
/// would be answered in parts that no phone reads.
fn parse(text: &str) -> Option<Asked> {
    let (unit, set) = text.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut ranges = set.split(',').map(|range| range.trim_matches(BLANKS)).filter(|range| !range.is_empty());
    let range = ranges.next().filter(|_| ranges.next().is_none())?;
    let (first, last) = range.split_once('-')?;
    match (first, last) {
        ("", last) => Some(Asked::Last(position(last)?)),
        (first, "") => Some(Asked::Between(position(first)?, usize::MAX)),
        (first, last) => {
            let (first, last) = (position(first)?, position(last)?);
            (first <= last).then_some(Asked::Between(first, last))
        }
    }
}

/// A decimal number; one that is larger than any document is as good as the largest.
fn position(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
#[path = "range_tests.rs"]
mod tests;
