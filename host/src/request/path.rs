//! The path as nginx normalises it before it matches rules: decoded, without doubled slashes, `.` and `..` resolved.

use super::error::RequestError;
use std::borrow::Cow;

/// Splits a request target at its `?`, and drops a fragment after `#`.
pub fn split(target: &str) -> (&str, &str) {
    let target = target.split('#').next().unwrap_or_default();
    target.split_once('?').unwrap_or((target, ""))
}

/// Decodes a path. Encoded slashes and dots count as real ones, so that encoding cannot bypass the resolution of `..`.
///
/// # Errors
/// [`RequestError::Path`]: a `%` without two hexadecimal digits, an encoded NUL, no leading slash, a way out of the
/// root, or bytes that are not UTF-8.
pub fn decode(path: &str) -> Result<String, RequestError> {
    let bytes = decode_percent(path.as_bytes())?;
    let text = String::from_utf8(bytes).map_err(|_| RequestError::Path)?;
    let rest = text.strip_prefix('/').ok_or(RequestError::Path)?;
    let mut segments = Vec::new();
    let mut is_folder = true;
    for segment in rest.split('/') {
        is_folder = matches!(segment, "" | "." | "..");
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop().ok_or(RequestError::Path)?;
            }
            _ => segments.push(segment),
        }
    }
    let slash = if is_folder && !segments.is_empty() { "/" } else { "" };
    Ok(format!("/{}{slash}", segments.join("/")))
}

fn decode_percent(text: &[u8]) -> Result<Vec<u8>, RequestError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let byte = hex_pair(tail).filter(|byte| *byte != 0).ok_or(RequestError::Path)?;
        bytes.push(byte);
        rest = &tail[2..];
    }
    Ok(bytes)
}

/// The byte that the first two characters spell in hexadecimal.
pub fn hex_pair(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| text.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

/// Decodes one name or value of a form: `+` is a blank, and a `%` without two digits is literal.
pub fn decode_form(text: &[u8]) -> Cow<'_, str> {
    if !text.iter().any(|byte| matches!(byte, b'+' | b'%')) {
        return String::from_utf8_lossy(text);
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        rest = tail;
        match (first, hex_pair(tail)) {
            (b'+', _) => bytes.push(b' '),
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => bytes.push(*first),
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn slashes_and_dots_are_resolved_encoded_or_not() {
        for (path, decoded) in [
            ("//provision//a.cfg", "/provision/a.cfg"),
            ("/app/./provision/x/../a", "/app/provision/a"),
            ("/provision/file/..%2f..%2fx.xml", "/x.xml"),
            ("/a/%2e%2E/b/", "/b/"),
            ("/a/..", "/"),
            ("/%7Bx%3f", "/{x?"),
            ("/a+b", "/a+b"),
        ] {
            assert_eq!(decode(path).as_deref(), Ok(decoded), "{path}");
        }
    }

    #[test]
    fn bad_encoding_and_ways_out_are_refused() {
        for path in ["/..", "/a/../../b", "/%2e%2e/x", "/a%00", "/%zz", "/%4", "/%", "a", "*", "", "/%ff"] {
            assert_eq!(decode(path), Err(RequestError::Path), "{path}");
        }
    }

    #[test]
    fn forms_are_decoded_as_php_does() {
        assert_eq!(decode_form(b"a+b%20c%2B"), "a b c+");
        assert_eq!(decode_form(b"{$mac}.cfg%"), "{$mac}.cfg%");
        assert_eq!(decode_form(b"%zz%4"), "%zz%4");
        assert_eq!(decode_form(b"\xff%fe"), "\u{fffd}\u{fffd}");
    }

    #[test]
    fn query_ends_at_a_fragment() {
        assert_eq!(split("/a?b=c?d#e?f"), ("/a", "b=c?d"));
        assert_eq!(split("/a"), ("/a", ""));
    }

    proptest! {
        #[test]
        fn decoded_path_is_absolute_without_parent_parts(path in "(/|\\.|%2[eEfF]|%[0-9a-f]{0,2}|[ -~]){0,20}") {
            if let Ok(decoded) = decode(&path) {
                prop_assert!(decoded.starts_with('/') && !decoded.contains("//") && !decoded.contains('\0'));
                prop_assert!(decoded.split('/').all(|segment| !matches!(segment, "." | "..")));
            }
        }
    }
}
