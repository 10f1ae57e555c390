//! The target of a request without its secrets.
//!
//! The path stays. Of the query, only the values of parameters that hold no secret stay, and only if they consist of
//! harmless characters: so no spelling of a password's parameter needs to be known, and no encoding of it.

use std::fmt::Write;

/// What stands in place of a value.
pub const HIDDEN: &str = "(hidden)";

/// The longest target in the journal. Longer ones are cut.
const CHARS_MAX: usize = 500;
/// Names of parameters, as FusionPBX and its nginx rules write them, whose values are kept.
const SHOWN: [&str; 14] = [
    "mac",
    "address",
    "name",
    "ext",
    "file",
    "template",
    "content_type",
    "contacts",
    "model",
    "label",
    "vendor",
    "version",
    "type",
    "lang",
];
/// The longest name of a parameter that is kept.
const NAME_CHARS_MAX: usize = 40;
/// Characters of a value that is kept, which a query has encoded.
const ENCODED: [char; 3] = [' ', '{', '}'];
/// How often a target is decoded. A proxy may have encoded it a second time.
const DECODINGS_MAX: usize = 3;

/// The path of a target, without everything that may be a query, even an encoded one: it may hold a password.
pub fn path(target: &str) -> &str {
    let lower = target.to_ascii_lowercase();
    let marks = ["?", "#", "&", ";", "=", "%3f", "%23", "%26", "%3b", "%3d"];
    let end = marks.iter().filter_map(|mark| lower.find(mark)).min().unwrap_or(target.len());
    let path = &target[..end];
    // What an encoded mark would be after a second decoding.
    path.find("%25").map_or(path, |twice| &path[..twice])
}

/// The target without secrets and control characters, cut.
pub fn without_secrets(target: &str) -> String {
    if is_harmless(target) {
        return target.to_owned();
    }
    let path = path(target);
    let mut kept = without_account(path);
    let rest = decoded(&target[path.len()..]);
    let pairs = rest.split(['?', '#', '&', ';']).filter(|pair| !pair.is_empty());
    for (at, pair) in pairs.enumerate() {
        kept.push(if at == 0 { '?' } else { '&' });
        let (name, value) = pair.split_once('=').map_or((pair, None), |(name, value)| (name, Some(value)));
        let is_name = name.len() <= NAME_CHARS_MAX && name.bytes().all(is_plain) && !name.is_empty();
        match value {
            // A text without a name may be anything.
            None => kept.push_str(if SHOWN.contains(&name) { name } else { HIDDEN }),
            Some(_) if !is_name => kept.push_str(HIDDEN),
            Some(value) => {
                let value = if is_shown(name, value) { encoded(value) } else { HIDDEN.to_owned() };
                let _ = write!(kept, "{name}={value}");
            }
        }
    }
    super::text::cut(&kept, CHARS_MAX)
}

/// Whether the target can stay as it is, as nearly all do: nothing in it is encoded, and all parameters are shown.
fn is_harmless(target: &str) -> bool {
    let (path, query) = target.split_once('?').map_or((target, None), |(path, query)| (path, Some(query)));
    let stays = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or_default();
        is_shown(name, value) && !value.contains(ENCODED)
    };
    target.len() <= CHARS_MAX
        && path.bytes().all(|byte| is_plain(byte) || byte == b'/')
        && query.is_none_or(|query| query.split('&').all(stays))
}

/// Hides an account before an `@`, as in `//user:password@host/file`.
fn without_account(path: &str) -> String {
    let part = |part: &str| match part.rsplit_once('@') {
        Some((_, host)) => format!("{HIDDEN}@{host}"),
        None if decoded(part).contains('@') => HIDDEN.to_owned(),
        None => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn is_shown(name: &str, value: &str) -> bool {
    let is_file = |byte: u8| is_plain(byte) || matches!(byte, b'/' | b':' | b' ' | b'{' | b'}' | b'$');
    SHOWN.contains(&name) && value.bytes().all(is_file) && !value.contains("://")
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'[' | b']')
}

/// The text with its percent signs decoded, as often as there are some.
fn decoded(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..DECODINGS_MAX {
        if !text.contains('%') {
            break;
        }
        text = String::from_utf8_lossy(&decoded_once(text.as_bytes())).into_owned();
    }
    text.replace('+', " ")
}

fn decoded_once(bytes: &[u8]) -> Vec<u8> {
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        match (bytes[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                decoded.push(u8::try_from(high * 16 + low).unwrap_or_default());
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    decoded
}

/// A value that can stand in a query again.
fn encoded(value: &str) -> String {
    value.replace(' ', "%20").replace('{', "%7B").replace('}', "%7D")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_of_a_line_has_no_query() {
        for (target, expected) in [
            ("/prov/83/da44.xml", "/prov/83/da44.xml"),
            ("/cloud?cloud_password=x", "/cloud"),
            ("/cloud%3Fcloud_password=x", "/cloud"),
            ("/cloud%253Fcloud_password=x", "/cloud"),
            ("/cloud&password=x", "/cloud"),
            ("/cloud;password=x", "/cloud"),
            ("/cloud/password%3dx", "/cloud/password"),
            ("*", "*"),
        ] {
            assert_eq!(path(target), expected, "{target}");
        }
    }

    #[test]
    fn harmless_parameters_stay() {
        for (target, expected) in [
            ("/provision/001565aabbcc.cfg", "/provision/001565aabbcc.cfg"),
            ("/app/provision/?mac=00:15:65:aa:bb:cc", "/app/provision/?mac=00:15:65:aa:bb:cc"),
            ("/app/provision/?mac=1&file=%7B%24mac%7D.cfg", "/app/provision/?mac=1&file=%7B$mac%7D.cfg"),
            ("/app/provision/?mac", "/app/provision/?mac"),
            ("/provision/a%20b.cfg", "/provision/a%20b.cfg"),
        ] {
            assert_eq!(without_secrets(target), expected, "{target}");
        }
    }

    #[test]
    fn no_spelling_of_a_secret_stays() {
        for target in [
            "/app/provision/?mac=1&password=s3cret",
            "/app/provision/?PassWord=s3cret",
            "/app/provision/?password[]=s3cret",
            "/app/provision/?%70assword=s3cret",
            "/app/provision/?%2570assword=s3cret",
            "/app/provision/?p%61ss%3Ds3cret",
            "/app/provision/%3Fpassword=s3cret",
            "/app/provision/%3Fpassword%3Ds3cret",
            "/app/provision/%253Fpassword%253Ds3cret",
            "/app/provision/?secret=s3cret#s3cret",
            "/app/provision/?mac=1;pin=s3cret",
            "/app/provision/?token=s3cret&api_key=s3cret&x=s3cret",
            "/app/provision/?file=http://user:s3cret@host/x",
            "/app/provision/?mac=user%40s3cret",
            "/app/provision/?s3cret",
            "/app/provision/?=s3cret",
            "/app/provision/?mac=1%26password=s3cret",
            "//user:s3cret@host/file",
            "//user:s3cret%40host/file",
        ] {
            let kept = without_secrets(target);
            assert!(!kept.contains("s3cret") && !kept.contains("%73"), "{target}: {kept}");
            assert!(kept.contains(HIDDEN), "{target}: {kept}");
        }
    }
}
