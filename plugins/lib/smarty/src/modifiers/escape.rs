//! `escape`.

use crate::php::functions::html::{ENT_QUOTES, EscapeOptions, encode};
use crate::php::functions::multibyte::convert;
use crate::php::functions::register::{MANY, escapes};
use crate::php::functions::text_case::bin2hex;
use crate::php::functions::text_replace::translate;
use crate::php::functions::{args, encode as urls, preg};
use crate::php::{Context, Function, PhpError, Str, Value, utf8};

pub const MODIFIERS: &[Function] = &[escapes("escape", 1, MANY, escape)];

fn escape(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args[0].to_str();
    let kind = args::text_or(args, 1, b"html")?;
    let charset = args.get(2).filter(|name| name.truthy()).map_or_else(|| "UTF-8".into(), Value::to_str);
    let double = args.get(3).is_none_or(Value::truthy);
    context.allow_bytes(text.len().saturating_mul(4))?;
    let out = match kind.as_bytes() {
        b"html" => html(&text, &charset, double),
        b"htmlall" => {
            let text = convert(context, &text, b"UTF-8", &charset)?;
            encode(&text, EscapeOptions { flags: ENT_QUOTES, all: true, double })
        }
        b"url" => urls::url(&text, urls::UrlEncoding::Raw),
        b"urlpathinfo" => path(&text),
        b"quotes" => {
            let mut count = 0;
            let quoted = preg::replace(context, b"%(?<!\\\\)'%", b"\\'", &text, usize::MAX, &mut count)?;
            return Ok(Value::Str(quoted.unwrap_or_default().with_trust_of(text.is_untrusted())));
        }
        b"hex" => text.iter().flat_map(|b| [&b"%"[..], &bin2hex(&[*b])].concat()).collect(),
        b"hexentity" => entities(&text, |c| format!("&#x{:X};", u32::from(c))),
        b"decentity" => entities(&text, |c| format!("&#{};", u32::from(c))),
        b"nonstd" => {
            let text_of = |c: char| match u32::from(c) {
                code @ 126.. => format!("&#{code};"),
                _ => c.to_string(),
            };
            return Ok(Value::Str(Str::from(entities(&text, text_of)).with_trust_of(text.is_untrusted())));
        }
        b"javascript" => return javascript(context, &text),
        b"mail" => return Ok(Value::Str(Str::from(mail(&text)).with_trust_of(text.is_untrusted()))),
        other => {
            let name = String::from_utf8_lossy(other);
            return Err(PhpError::error(format!("unsupported type: {name}")));
        }
    };
    context.allow_bytes(out.len())?;
    Ok(Value::from(out))
}

fn html(text: &[u8], charset: &[u8], double: bool) -> Vec<u8> {
    let escape = EscapeOptions { flags: ENT_QUOTES, all: false, double };
    /// PHP's `htmlspecialchars` takes any other name for UTF-8.
    const OF_ONE_BYTE: &[&str] = &[
        "iso-8859-1",
        "iso8859-1",
        "iso-8859-5",
        "iso8859-5",
        "iso-8859-15",
        "iso8859-15",
        "cp866",
        "866",
        "ibm866",
        "cp1251",
        "windows-1251",
        "win-1251",
        "1251",
        "cp1252",
        "windows-1252",
        "1252",
        "koi8-r",
        "koi8-ru",
        "koi8r",
        "macroman",
    ];
    let is_named = |name: &&str| name.as_bytes().eq_ignore_ascii_case(charset);
    match OF_ONE_BYTE.iter().any(is_named) {
        // Every byte is a character in these charsets, and the special ones are ASCII.
        true => {
            let wide: String = text.iter().map(|b| char::from(*b)).collect();
            let escaped = encode(wide.as_bytes(), escape);
            utf8::chars(&escaped).map(|c| c.map_or(b'?', |c| u8::try_from(u32::from(c)).unwrap_or(b'?'))).collect()
        }
        false => encode(text, escape),
    }
}

fn path(text: &[u8]) -> Vec<u8> {
    let parts: Vec<Vec<u8>> = text.split(|b| *b == b'/').map(|part| urls::url(part, urls::UrlEncoding::Raw)).collect();
    parts.join(&b'/')
}

fn entities(text: &[u8], entity: fn(char) -> String) -> Vec<u8> {
    utf8::chars(text).flat_map(|c| entity(c.unwrap_or('?')).into_bytes()).collect()
}

fn javascript(context: &mut Context<'_>, text: &Str) -> Result<Value, PhpError> {
    const PAIRS: [(&str, &str); 11] = [
        ("\\", "\\\\"),
        ("'", "\\'"),
        ("\"", "\\\""),
        ("\r", "\\r"),
        ("\n", "\\n"),
        ("</", "<\\/"),
        ("<!--", "<\\!--"),
        ("<s", "<\\s"),
        ("<S", "<\\S"),
        ("`", "\\`"),
        ("${", "\\$\\{"),
    ];
    let pairs: Vec<(Str, Str)> = PAIRS.iter().map(|(from, to)| ((*from).into(), (*to).into())).collect();
    translate(context, text, &pairs).map(|out| Value::Str(out.with_trust_of(text.is_untrusted())))
}

fn mail(text: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(text) {
        Ok(text) => text.replace('@', " [AT] ").replace('.', " [DOT] ").into_bytes(),
        Err(_) => Vec::new(),
    }
}
