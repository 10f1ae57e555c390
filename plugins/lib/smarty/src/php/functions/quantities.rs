//! Values of PHP's settings and names of PHP's image types: `ini_parse_quantity`, `image_type_to_*`.

use super::args;
use super::register::moves;
use crate::php::convert::is_space;
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[
    moves("ini_parse_quantity", 1, 1, |_, a| Ok(Value::Int(quantity(&args::text(a, 0)?)))),
    moves("image_type_to_mime_type", 1, 1, |_, a| {
        let number = args::int(a, 0)?;
        let known = IMAGE_TYPES.iter().find(|(known, ..)| *known == number);
        Ok(Value::text(known.map_or(UNKNOWN_TYPE, |(_, mime, _)| mime)))
    }),
    moves("image_type_to_extension", 1, 2, image_extension),
];

const UNKNOWN_TYPE: &str = "application/octet-stream";

/// PHP's number of each type (`IMAGETYPE_GIF` is 1), its MIME type and its extension.
#[rustfmt::skip]
const IMAGE_TYPES: &[(i64, &str, &str)] = &[
    (1, "image/gif", "gif"), (2, "image/jpeg", "jpeg"), (3, "image/png", "png"),
    (4, "application/x-shockwave-flash", "swf"), (5, "image/psd", "psd"), (6, "image/bmp", "bmp"),
    (7, "image/tiff", "tiff"), (8, "image/tiff", "tiff"), (9, UNKNOWN_TYPE, "jpc"), (10, "image/jp2", "jp2"),
    (11, UNKNOWN_TYPE, "jpx"), (12, UNKNOWN_TYPE, "jb2"), (13, "application/x-shockwave-flash", "swf"),
    (14, "image/iff", "iff"), (15, "image/vnd.wap.wbmp", "bmp"), (16, "image/xbm", "xbm"),
    (17, "image/vnd.microsoft.icon", "ico"), (18, "image/webp", "webp"), (19, "image/avif", "avif"),
];

fn image_extension(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let number = args::int(args, 0)?;
    let dot = if args::flag_or(args, 1, true)? { "." } else { "" };
    let known = IMAGE_TYPES.iter().find(|(known, ..)| *known == number);
    Ok(known.map_or(Value::Bool(false), |(.., extension)| Value::from(format!("{dot}{extension}"))))
}

/// `128M` as a number. As in PHP, the last character is the unit, and numbers that are too large wrap around.
fn quantity(text: &[u8]) -> i64 {
    let start = text.iter().position(|b| !is_space(*b)).unwrap_or(text.len());
    let end = text.iter().rposition(|b| !is_space(*b)).map_or(start, |last| last + 1);
    let text = &text[start..end];
    let (negative, digits) = match text {
        [sign @ (b'+' | b'-'), rest @ ..] => (*sign == b'-', rest),
        _ => (false, text),
    };
    let (base, digits) = match digits {
        [b'0', b'x' | b'X', rest @ ..] => (16, rest),
        [b'0', b'o' | b'O', rest @ ..] => (8, rest),
        [b'0', b'b' | b'B', rest @ ..] => (2, rest),
        [b'0', ..] => (8, digits),
        _ => (10, digits),
    };
    let length = digits.iter().take_while(|b| char::from(**b).is_digit(base)).count();
    let Some(number) = std::str::from_utf8(&digits[..length]).ok().filter(|text| !text.is_empty()) else {
        return 0;
    };
    let number = u64::from_str_radix(number, base).unwrap_or(u64::MAX);
    let number = if negative { number.wrapping_neg() } else { number };
    let shift = match digits[length..].last().map(u8::to_ascii_lowercase) {
        Some(b'k') => 10,
        Some(b'm') => 20,
        Some(b'g') => 30,
        _ => 0,
    };
    (number << shift) as i64
}
