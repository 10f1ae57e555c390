//! Parts of URLs and paths, IPv4 addresses.

use super::args;
use super::register::{makes, moves};
use crate::php::{Array, Context, Function, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[
    makes("parse_url", 1, 2, parse_url),
    makes("basename", 1, 2, |_, a| {
        let suffix = args::text_or(a, 1, b"")?;
        Ok(Value::Str(Str::new(basename(&args::text(a, 0)?, &suffix))))
    }),
    makes("dirname", 1, 2, dirname),
    makes("pathinfo", 1, 2, pathinfo),
    moves("ip2long", 1, 1, |_, a| {
        let text = args::text_without_nul(a, 0)?;
        let address = text.to_lossy().parse::<std::net::Ipv4Addr>();
        Ok(address.map_or(Value::Bool(false), |ip| Value::Int(u32::from(ip).into())))
    }),
    moves("long2ip", 1, 1, |_, a| Ok(Value::from(std::net::Ipv4Addr::from(args::int(a, 0)? as u32).to_string()))),
];

/// The parts of a URL, borrowed from it.
#[derive(Debug, Default)]
pub struct UrlParts<'a> {
    pub scheme: Option<&'a [u8]>,
    pub host: Option<&'a [u8]>,
    pub port: Option<u16>,
    pub user: Option<&'a [u8]>,
    pub pass: Option<&'a [u8]>,
    pub path: Option<&'a [u8]>,
    pub query: Option<&'a [u8]>,
    pub fragment: Option<&'a [u8]>,
}

fn split_at_byte(text: &[u8], byte: u8) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(|b| *b == byte) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// PHP's lenient `parse_url`; `None` for a URL that PHP calls seriously malformed.
#[must_use]
pub fn parse(url: &[u8]) -> Option<UrlParts<'_>> {
    let mut parts = UrlParts::default();
    if url.is_empty() {
        parts.path = Some(url);
        return Some(parts);
    }
    let (rest, fragment) = split_at_byte(url, b'#');
    parts.fragment = fragment;
    let (mut rest, query) = split_at_byte(rest, b'?');
    parts.query = query;
    let colon = rest.iter().position(|b| *b == b':');
    if let Some(colon) = colon {
        let name = &rest[..colon];
        let after = &rest[colon + 1..];
        let scheme = !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(b));
        let digits = after.iter().take_while(|b| b.is_ascii_digit()).count();
        // `host:80/path` has a port and not a scheme.
        let port = (1..=5).contains(&digits) && matches!(after.get(digits), None | Some(b'/'));
        if scheme && !port {
            parts.scheme = Some(name);
            rest = after;
            if !rest.starts_with(b"//") {
                parts.path = (!rest.is_empty()).then_some(rest);
                return Some(parts);
            }
        } else if scheme {
            return authority(rest, parts);
        } else if !rest.starts_with(b"/") {
            parts.path = Some(rest);
            return Some(parts);
        }
    }
    match rest.strip_prefix(b"//") {
        Some(rest) => {
            if parts.scheme == Some(b"file") && rest.starts_with(b"/") {
                parts.path = Some(rest);
                return Some(parts);
            }
            authority(rest, parts)
        }
        None => {
            parts.path = (!rest.is_empty()).then_some(rest);
            Some(parts)
        }
    }
}

fn authority<'a>(rest: &'a [u8], mut parts: UrlParts<'a>) -> Option<UrlParts<'a>> {
    let end = rest.iter().position(|b| *b == b'/').unwrap_or(rest.len());
    let (mut authority, path) = rest.split_at(end);
    parts.path = (!path.is_empty()).then_some(path);
    if let Some(at) = authority.iter().rposition(|b| *b == b'@') {
        let (user, pass) = split_at_byte(&authority[..at], b':');
        parts.user = Some(user);
        parts.pass = pass;
        authority = &authority[at + 1..];
    }
    let bracket = authority.iter().position(|b| *b == b']').filter(|_| authority.starts_with(b"["));
    let after = bracket.map_or(0, |b| b + 1);
    if let Some(colon) = authority[after..].iter().rposition(|b| *b == b':') {
        let digits = &authority[after + colon + 1..];
        if !digits.is_empty() {
            let port = std::str::from_utf8(digits).ok()?.parse::<u32>().ok()?;
            parts.port = Some(u16::try_from(port).ok()?);
        }
        authority = &authority[..after + colon];
    }
    if authority.is_empty() {
        return None;
    }
    parts.host = Some(authority);
    Some(parts)
}

fn parse_url(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let component = args::int_or(args, 1, -1)?;
    let Some(parts) = parse(&text) else {
        return Ok(Value::Bool(false));
    };
    // As in PHP, control characters become underscores.
    let clean = |part: Option<&[u8]>| {
        let bytes = |p: &[u8]| p.iter().map(|b| if b.is_ascii_control() { b'_' } else { *b }).collect::<Vec<u8>>();
        part.map(|p| Value::from(bytes(p)))
    };
    let fields: [(&str, Option<Value>); 8] = [
        ("scheme", clean(parts.scheme)),
        ("host", clean(parts.host)),
        ("port", parts.port.map(|p| Value::Int(p.into()))),
        ("user", clean(parts.user)),
        ("pass", clean(parts.pass)),
        ("path", clean(parts.path)),
        ("query", clean(parts.query)),
        ("fragment", clean(parts.fragment)),
    ];
    if component < 0 {
        let entries = fields.into_iter().filter_map(|(name, value)| Some((name.into(), value?)));
        return Ok(Value::array(entries.collect::<Array>()));
    }
    let index = usize::try_from(component).ok().filter(|i| *i < fields.len());
    let index = index.ok_or_else(|| args::bad(1, "be a valid URL component identifier"))?;
    Ok(fields[index].1.clone().unwrap_or_default())
}

fn basename<'a>(path: &'a [u8], suffix: &[u8]) -> &'a [u8] {
    let end = path.iter().rposition(|b| *b != b'/').map_or(0, |i| i + 1);
    let start = path[..end].iter().rposition(|b| *b == b'/').map_or(0, |i| i + 1);
    let name = &path[start..end];
    if name.len() > suffix.len() { name.strip_suffix(suffix).unwrap_or(name) } else { name }
}

fn parent(path: &[u8]) -> &[u8] {
    if path.is_empty() {
        return b"";
    }
    let Some(last) = path.iter().rposition(|b| *b != b'/') else {
        return b"/";
    };
    let Some(slash) = path[..=last].iter().rposition(|b| *b == b'/') else {
        return b".";
    };
    match path[..slash].iter().rposition(|b| *b != b'/') {
        Some(end) => &path[..=end],
        None => b"/",
    }
}

fn dirname(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    let levels = args::int_or(args, 1, 1)?;
    if levels < 1 {
        return Err(args::bad(1, "be greater than or equal to 1"));
    }
    let mut path: &[u8] = &text;
    for _ in 0..levels {
        let up = parent(path);
        if up == path {
            break;
        }
        path = up;
    }
    Ok(Value::Str(Str::new(path)))
}

fn pathinfo(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    const ALL: i64 = 15;
    let path = args::text(args, 0)?;
    let flags = args::int_or(args, 1, ALL)?;
    let name = basename(&path, b"");
    let dot = name.iter().rposition(|b| *b == b'.');
    let directory = parent(&path);
    let part = |bytes: &[u8]| Value::Str(Str::new(bytes));
    let fields = [
        (1, "dirname", (!directory.is_empty()).then(|| part(directory))),
        (2, "basename", Some(part(name))),
        (4, "extension", dot.map(|dot| part(&name[dot + 1..]))),
        (8, "filename", Some(part(&name[..dot.unwrap_or(name.len())]))),
    ];
    let mut wanted = fields.into_iter().filter(|(bit, ..)| flags & bit != 0).filter_map(|(_, n, v)| Some((n, v?)));
    if flags == ALL {
        return Ok(Value::array(wanted.map(|(name, value)| (name.into(), value)).collect::<Array>()));
    }
    Ok(wanted.next().map_or(Value::text(""), |(_, value)| value))
}
