//! `filter_var`, with the filters and options that need no callback and no pattern.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::args;
use super::html::{DEFAULT_FLAGS, EscapeOptions, encode};
use super::register::makes;
use super::text_case::addslashes;
use crate::php::convert::{Number, Numeric, numeric};
use crate::php::{Array, Context, Function, PhpError, Str, Value};

pub const FUNCTIONS: &[Function] = &[makes("filter_var", 1, 3, filter_var)];

const INT: i64 = 257;
const BOOL: i64 = 258;
const FLOAT: i64 = 259;
const REGEXP: i64 = 272;
const URL: i64 = 273;
const EMAIL: i64 = 274;
const IP: i64 = 275;
const MAC: i64 = 276;
const DOMAIN: i64 = 277;
const STRIPPED: i64 = 513;
const ENCODED: i64 = 514;
const SPECIAL_CHARS: i64 = 515;
const UNSAFE_RAW: i64 = 516;
const SANITIZE_EMAIL: i64 = 517;
const SANITIZE_URL: i64 = 518;
const NUMBER_INT: i64 = 519;
const NUMBER_FLOAT: i64 = 520;
const FULL_SPECIAL_CHARS: i64 = 522;
const ADD_SLASHES: i64 = 523;
const CALLBACK: i64 = 1024;

const FLAG_ALLOW_OCTAL: i64 = 1;
const FLAG_ALLOW_HEX: i64 = 2;
const FLAG_ALLOW_FRACTION: i64 = 4096;
const FLAG_ALLOW_THOUSAND: i64 = 8192;
const FLAG_ALLOW_SCIENTIFIC: i64 = 16384;
const FLAG_IPV4: i64 = 1 << 20;
const FLAG_IPV6: i64 = 1 << 21;
const FLAG_NO_RES_RANGE: i64 = 1 << 22;
const FLAG_NO_PRIV_RANGE: i64 = 1 << 23;
const NULL_ON_FAILURE: i64 = 1 << 27;

struct FilterOptions {
    flags: i64,
    options: std::rc::Rc<Array>,
}

fn filter_var(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let filter = args::int_or(args, 1, UNSAFE_RAW)?;
    let options = match args.get(2) {
        Some(Value::Array(given)) => FilterOptions {
            flags: given.get_str(b"flags").map_or(0, Value::to_int),
            options: given.get_str(b"options").map(Value::to_array).unwrap_or_default(),
        },
        Some(flags) => FilterOptions { flags: flags.to_int(), options: Default::default() },
        None => FilterOptions { flags: 0, options: Default::default() },
    };
    let null = options.flags & NULL_ON_FAILURE != 0;
    let failure = || {
        let default = options.options.get_str(b"default").cloned();
        default.unwrap_or(if null { Value::Null } else { Value::Bool(false) })
    };
    if matches!(args[0], Value::Array(_)) {
        return Ok(failure());
    }
    let text = args[0].to_str();
    if (INT..=DOMAIN).contains(&filter) {
        let trimmed = trim(&text);
        // An empty string is a false boolean, and not a number.
        let valid = validate(filter, trimmed, &text, &options)?;
        return Ok(valid.unwrap_or_else(failure));
    }
    sanitize(filter, &text, options.flags).map(|text| text.unwrap_or_else(failure))
}

fn trim(text: &[u8]) -> &[u8] {
    let outside = |b: &u8| !matches!(b, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0);
    let start = text.iter().position(outside).unwrap_or(text.len());
    let end = text.iter().rposition(outside).map_or(start, |i| i + 1);
    &text[start..end]
}

fn validate(filter: i64, text: &[u8], whole: &Str, options: &FilterOptions) -> Result<Option<Value>, PhpError> {
    Ok(match filter {
        BOOL => boolean(text, options.flags & NULL_ON_FAILURE != 0),
        INT => int(text, options),
        FLOAT => float(text, options),
        IP => ip(text, options.flags).then(|| Value::Str(Str::new(text))),
        MAC => mac(text).then(|| Value::Str(Str::new(text))),
        EMAIL => email(whole).then(|| Value::Str(whole.clone())),
        DOMAIN => domain(whole, false).then(|| Value::Str(whole.clone())),
        URL => url(whole).then(|| Value::Str(whole.clone())),
        REGEXP => return Err(PhpError::error("this filter is not available in templates")),
        _ => None,
    })
}

fn boolean(text: &[u8], null: bool) -> Option<Value> {
    match text.to_ascii_lowercase().as_slice() {
        b"1" | b"true" | b"on" | b"yes" => Some(Value::Bool(true)),
        b"0" | b"false" | b"off" | b"no" | b"" => Some(Value::Bool(false)),
        _ if null => None,
        _ => None,
    }
}

fn int(text: &[u8], options: &FilterOptions) -> Option<Value> {
    let (sign, digits) = match text {
        [b'-', rest @ ..] => ("-", rest),
        [b'+', rest @ ..] => ("", rest),
        rest => ("", rest),
    };
    let plain = std::str::from_utf8(digits).ok()?;
    let n = match digits {
        [b'0', b'x' | b'X', ..] if options.flags & FLAG_ALLOW_HEX != 0 && digits.len() == text.len() => {
            let hex = &plain[2..];
            hex.bytes().all(|b| b.is_ascii_hexdigit()).then_some(())?;
            u64::from_str_radix(hex, 16).ok()? as i64
        }
        [b'0', rest @ ..]
            if options.flags & FLAG_ALLOW_OCTAL != 0 && !rest.is_empty() && digits.len() == text.len() =>
        {
            let octal = plain[1..].trim_start_matches(['o', 'O']);
            octal.bytes().all(|b| b.is_ascii_digit()).then_some(())?;
            u64::from_str_radix(octal, 8).ok()? as i64
        }
        [b'0'] => 0,
        [b'1'..=b'9', ..] if digits.iter().all(u8::is_ascii_digit) => format!("{sign}{plain}").parse().ok()?,
        _ => return None,
    };
    let bound = |name: &[u8]| options.options.get_str(name).map(Value::to_int);
    let inside = bound(b"min_range").is_none_or(|min| n >= min) && bound(b"max_range").is_none_or(|max| n <= max);
    inside.then_some(Value::Int(n))
}

fn float(text: &[u8], options: &FilterOptions) -> Option<Value> {
    let cleaned: Vec<u8> = if options.flags & FLAG_ALLOW_THOUSAND != 0 {
        text.iter().copied().filter(|b| !matches!(b, b',' | b'\'')).collect()
    } else {
        text.to_vec()
    };
    if cleaned.last() == Some(&b'.') {
        return None;
    }
    let x = match numeric(&cleaned) {
        Numeric::Whole(Number::Int(n)) => n as f64,
        Numeric::Whole(Number::Float(x)) if x.is_finite() => x,
        _ => return None,
    };
    let bound = |name: &[u8]| options.options.get_str(name).map(Value::to_float);
    let inside = bound(b"min_range").is_none_or(|min| x >= min) && bound(b"max_range").is_none_or(|max| x <= max);
    inside.then_some(Value::Float(x))
}

fn ip(text: &[u8], flags: i64) -> bool {
    let Ok(text) = std::str::from_utf8(text) else {
        return false;
    };
    let families = flags & (FLAG_IPV4 | FLAG_IPV6);
    let wants = |family| families == 0 || flags & family != 0;
    if text.contains(':') {
        let Ok(address) = text.parse::<Ipv6Addr>() else {
            return false;
        };
        let first = address.segments()[0];
        let private = flags & FLAG_NO_PRIV_RANGE != 0 && first & 0xfe00 == 0xfc00;
        let reserved = flags & FLAG_NO_RES_RANGE != 0 && reserved_v6(address);
        return wants(FLAG_IPV6) && !private && !reserved;
    }
    let Ok(address) = text.parse::<Ipv4Addr>() else {
        return false;
    };
    let private = flags & FLAG_NO_PRIV_RANGE != 0 && address.is_private();
    let o = address.octets();
    let reserved =
        flags & FLAG_NO_RES_RANGE != 0 && (o[0] == 0 || o[0] >= 240 || o[0] == 127 || o[0] == 169 && o[1] == 254);
    wants(FLAG_IPV4) && !private && !reserved
}

fn reserved_v6(address: Ipv6Addr) -> bool {
    let s = address.segments();
    address.is_unspecified()
        || address.is_loopback()
        || s[0] == 0x5f00
        || s[0] == 0x3ff3
        || (0xfe80..=0xfebf).contains(&s[0])
        || s[0] == 0x2001 && (s[1] == 0x0db8 || (0x0010..=0x001f).contains(&s[1]))
        || s[..5] == [0; 5] && s[5] == 0xffff
}

fn mac(text: &[u8]) -> bool {
    let (group, separator) = match (text.len(), text.get(2), text.get(4)) {
        (14, _, Some(b'.')) => (4, b'.'),
        (17, Some(b'-'), _) => (2, b'-'),
        (17, Some(b':'), _) => (2, b':'),
        _ => return false,
    };
    text.split(|b| *b == separator).all(|part| part.len() == group && part.iter().all(u8::is_ascii_hexdigit))
}

fn domain(text: &[u8], hostname: bool) -> bool {
    let text = text.strip_suffix(b".").unwrap_or(text);
    let label = |label: &[u8]| {
        let letters = label.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-');
        let ends = [label.first(), label.last()].into_iter().flatten().all(u8::is_ascii_alphanumeric);
        !label.is_empty() && label.len() <= 63 && (!hostname || letters && ends)
    };
    !text.is_empty() && text.len() <= 253 && text.split(|b| *b == b'.').all(label)
}

/// A mailbox with a dot-atom before the `@` and a host name after it: PHP's pattern without quoted parts.
fn email(text: &[u8]) -> bool {
    let Some(at) = text.iter().rposition(|b| *b == b'@') else {
        return false;
    };
    let (local, host) = (&text[..at], &text[at + 1..]);
    let atom = |b: &u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(b);
    let dotted = local.split(|b| *b == b'.').all(|part| !part.is_empty() && part.iter().all(atom));
    let labels: Vec<&[u8]> = host.split(|b| *b == b'.').collect();
    let top = labels.last().is_some_and(|l| !l.iter().all(u8::is_ascii_digit));
    local.len() <= 64 && text.len() <= 320 && dotted && labels.len() > 1 && top && domain(host, true)
}

fn url(text: &[u8]) -> bool {
    if text.iter().any(|b| !b.is_ascii_graphic()) {
        return false;
    }
    let Some(parts) = super::url::parse(text) else {
        return false;
    };
    let scheme = parts.scheme.map(|s| s.to_ascii_lowercase()).unwrap_or_default();
    match (scheme.as_slice(), parts.host) {
        (b"http" | b"https", Some(host)) => {
            let v6 = host.strip_prefix(b"[").and_then(|h| h.strip_suffix(b"]"));
            v6.map_or_else(|| domain(host, true), |v6| ip(v6, FLAG_IPV6))
        }
        (b"http" | b"https", None) => false,
        (b"mailto" | b"news" | b"file", _) => true,
        (b"", _) => false,
        (_, host) => host.is_some(),
    }
}

fn sanitize(filter: i64, text: &Str, flags: i64) -> Result<Option<Value>, PhpError> {
    let only = |keep: &dyn Fn(u8) -> bool| text.iter().copied().filter(|b| keep(*b)).collect::<Vec<u8>>();
    let letters = |extra: &'static [u8]| move |b: u8| b.is_ascii_alphanumeric() || extra.contains(&b);
    Ok(Some(Value::from(match filter {
        UNSAFE_RAW => return Ok(Some(Value::Str(text.clone()))),
        STRIPPED => {
            let plain = super::strip_tags::strip(text, &[]);
            let quoted = plain.iter().flat_map(|b| match b {
                b'"' => b"&#34;".to_vec(),
                b'\'' => b"&#39;".to_vec(),
                _ => vec![*b],
            });
            quoted.collect()
        }
        ENCODED => super::encode::url(text, super::encode::UrlEncoding::Raw).into_iter().collect(),
        SPECIAL_CHARS => text
            .iter()
            .flat_map(|b| match b {
                b'\'' | b'"' | b'<' | b'>' | b'&' | 0..32 => format!("&#{b};").into_bytes(),
                _ => vec![*b],
            })
            .collect(),
        FULL_SPECIAL_CHARS => encode(text, EscapeOptions { flags: DEFAULT_FLAGS, all: false, double: true }),
        SANITIZE_EMAIL => only(&letters(b"!#$%&'*+-=?^_`{|}~@.[]")),
        SANITIZE_URL => only(&letters(b"$-_.+!*'(),{}|\\^~[]`<>#%\";/?:@&=")),
        NUMBER_INT => only(&|b| b.is_ascii_digit() || b"+-".contains(&b)),
        NUMBER_FLOAT => only(&|b| {
            b.is_ascii_digit()
                || b"+-".contains(&b)
                || b == b'.' && flags & FLAG_ALLOW_FRACTION != 0
                || b == b',' && flags & FLAG_ALLOW_THOUSAND != 0
                || b"eE".contains(&b) && flags & FLAG_ALLOW_SCIENTIFIC != 0
        }),
        ADD_SLASHES => addslashes(text),
        CALLBACK => return Err(PhpError::error("this filter is not available in templates")),
        // PHP warns of an unknown filter and returns false.
        _ => return Ok(None),
    })))
}
