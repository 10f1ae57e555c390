//! Conditional and range requests by RFC 9110, sections 13 and 14, for documents that have an entity tag and no
//! modification date.

use axum::http::{HeaderMap, HeaderName, Method, header};
use std::fmt::Display;
use std::ops::Range;

/// The part of a document to send.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Selection {
    Whole,
    Part(Range<usize>),
    /// The client already has this document.
    NotModified,
    /// The requested range contains no byte of the document.
    Unsatisfiable,
    /// The document does not match `If-Match`, or matches `If-None-Match` of a POST.
    PreconditionFailed,
}

impl Selection {
    /// How many bytes of a document of `whole` bytes are sent.
    pub fn bytes(&self, whole: usize) -> usize {
        match self {
            Self::Whole => whole,
            Self::Part(part) => part.len(),
            Self::NotModified | Self::PreconditionFailed | Self::Unsatisfiable => 0,
        }
    }

    /// The value of `Content-Range`, if the answer has this header.
    pub fn content_range(&self, whole: impl Display) -> Option<String> {
        match self {
            Self::Part(part) => Some(format!("bytes {}-{}/{whole}", part.start, part.end - 1)),
            Self::Unsatisfiable => Some(format!("bytes */{whole}")),
            Self::Whole | Self::NotModified | Self::PreconditionFailed => None,
        }
    }
}

/// Evaluates the conditions in the order of RFC 9110, section 13.2.2. `tag` is the document's entity tag, `length` its
/// size in bytes.
///
/// Conditions on dates are ignored, as RFC 9110 requires for a document without a modification date.
pub fn select(method: &Method, headers: &HeaderMap, tag: &str, length: usize) -> Selection {
    let is_read = method == Method::GET || method == Method::HEAD;
    if headers.contains_key(header::IF_MATCH) && !lists(headers, &header::IF_MATCH, |listed| listed == tag) {
        return Selection::PreconditionFailed;
    }
    // Weak comparison, as RFC 9110 requires for `If-None-Match`.
    let same = |listed: &str| listed.strip_prefix("W/").unwrap_or(listed) == tag;
    if lists(headers, &header::IF_NONE_MATCH, same) {
        return if is_read { Selection::NotModified } else { Selection::PreconditionFailed };
    }
    // RFC 9110 defines ranges only for GET.
    if method != Method::GET || !is_range_wanted(headers, tag) {
        return Selection::Whole;
    }
    match single(headers, &header::RANGE).and_then(parse) {
        None => Selection::Whole,
        Some(range) => range.select(length),
    }
}

/// Whether `If-Range` is absent or equals the document's tag. A weak tag or a date never matches.
fn is_range_wanted(headers: &HeaderMap, tag: &str) -> bool {
    !headers.contains_key(header::IF_RANGE) || single(headers, &header::IF_RANGE) == Some(tag)
}

/// The value of a header that may occur once; `None` if it is absent, repeated, or not visible ASCII.
fn single<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next().filter(|_| values.next().is_none())?;
    value.to_str().ok()
}

/// Whether the list of entity tags in all headers of this name is `*` or contains a wanted tag. A malformed list
/// contains none.
fn lists(headers: &HeaderMap, name: &HeaderName, wanted: impl Fn(&str) -> bool) -> bool {
    let values: Option<Vec<_>> = headers.get_all(name).iter().map(|value| value.to_str().ok()).collect();
    let text = values.unwrap_or_default().join(",");
    text.trim_matches(BLANKS) == "*" || parse_tags(&text).is_some_and(|tags| tags.into_iter().any(wanted))
}

/// Optional whitespace (`OWS`) of RFC 9110.
const BLANKS: [char; 2] = [' ', '\t'];

/// The entity tags of a list, each with its quotes and `W/` prefix. `None` if the list is malformed.
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

/// One byte range from a `Range` header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum RangeRequest {
    /// First and last position, both included.
    Between(usize, usize),
    /// This many bytes at the end.
    Last(usize),
}

impl RangeRequest {
    fn select(self, length: usize) -> Selection {
        match self {
            Self::Between(first, _) if first >= length => Selection::Unsatisfiable,
            Self::Between(first, last) => Selection::Part(first..last.min(length - 1) + 1),
            Self::Last(0) => Selection::Unsatisfiable,
            // A `Content-Range` cannot express an empty range.
            Self::Last(_) if length == 0 => Selection::Whole,
            Self::Last(count) => Selection::Part(length.saturating_sub(count)..length),
        }
    }
}

/// Parses a `Range` header. `None` for a header that the server ignores: another unit, a malformed range, or several
/// ranges, because no phone reads a multipart answer.
fn parse(text: &str) -> Option<RangeRequest> {
    let (unit, set) = text.split_once('=')?;
    if !unit.eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut ranges = set.split(',').map(|range| range.trim_matches(BLANKS)).filter(|range| !range.is_empty());
    let range = ranges.next().filter(|_| ranges.next().is_none())?;
    let (first, last) = range.split_once('-')?;
    match (first, last) {
        ("", last) => Some(RangeRequest::Last(position(last)?)),
        (first, "") => Some(RangeRequest::Between(position(first)?, usize::MAX)),
        (first, last) => {
            let (first, last) = (position(first)?, position(last)?);
            (first <= last).then_some(RangeRequest::Between(first, last))
        }
    }
}

/// Parses a decimal number. A number that overflows becomes `usize::MAX`, which is beyond any document.
fn position(text: &str) -> Option<usize> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
#[path = "range_tests.rs"]
mod tests;
