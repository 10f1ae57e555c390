//! `mb_strstr` and its relatives, and `mb_strcut`.

use super::args;
use super::multibyte::{charset, lower, utf8_only};
use super::register::makes;
use crate::php::{Context, Function, PhpError, Value, utf8};

pub const FUNCTIONS: &[Function] = &[
    makes("mb_strstr", 2, 4, |_, a| part(a, false, false)),
    makes("mb_stristr", 2, 4, |_, a| part(a, true, false)),
    makes("mb_strrchr", 2, 4, |_, a| part(a, false, true)),
    makes("mb_strrichr", 2, 4, |_, a| part(a, true, true)),
    makes("mb_strcut", 2, 4, cut),
];

/// The haystack from the first or last needle on, or up to it.
fn part(args: &[Value], fold: bool, last: bool) -> Result<Value, PhpError> {
    let charset = charset(args, 3)?;
    let (hay_text, needle) = (args::text(args, 0)?, args::text(args, 1)?);
    let (hay, needle) = (charset.decode(&hay_text), charset.decode(&needle));
    let before = args::flag_or(args, 2, false)?;
    let folded = |chars: &[char]| -> Vec<char> {
        let text: String = chars.iter().collect();
        if fold { lower(text.as_bytes()).chars().collect() } else { chars.to_vec() }
    };
    let (searched, wanted) = (folded(&hay), folded(&needle));
    let mut places = 0..=searched.len().saturating_sub(wanted.len());
    let is_at = |at: &usize| searched[*at..].starts_with(&wanted);
    let at = if last { places.rev().find(|at| is_at(at)) } else { places.find(is_at) };
    let Some(at) = at.filter(|at| *at <= hay.len() && searched.len() >= wanted.len()) else {
        return Ok(Value::Bool(false));
    };
    if fold && hay.is_empty() {
        return Ok(Value::Bool(false));
    }
    if !charset.is_utf8() {
        return Ok(Value::from(charset.encode(if before { &hay[..at] } else { &hay[at..] })));
    }
    // Bytes that are not UTF-8 stay as they are. PHP counts by first bytes here, so an invalid text has fewer pieces than
    // characters.
    let pieces: Vec<&[u8]> = utf8::pieces(&hay_text).collect();
    let at = at.min(pieces.len());
    Ok(Value::from(if before { pieces[..at].concat() } else { pieces[at..].concat() }))
}

/// `mb_strcut`: a part by bytes that starts and ends between characters.
fn cut(_: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let text = args::text(args, 0)?;
    utf8_only(args, 3)?;
    let (mut start, length) = (args::int(args, 1)?, args::int_opt(args, 2)?);
    let len = i64::try_from(text.len()).unwrap_or(i64::MAX);
    if start < 0 {
        start = start.saturating_add(len).max(0);
    }
    if start > len {
        return Ok(Value::text(""));
    }
    let mut length = length.unwrap_or(len);
    if length < 0 {
        length = (len - start).saturating_add(length).max(0);
    }
    let boundaries: Vec<i64> = utf8::pieces(&text)
        .scan(0, |at, piece| {
            let here = *at;
            *at += piece.len() as i64;
            Some(here)
        })
        .chain([len])
        .collect();
    let before = |at: i64| boundaries[boundaries.partition_point(|known| *known <= at).saturating_sub(1)] as usize;
    // The length counts from the start of the first character.
    let from = before(start);
    let end = (from as i64).saturating_add(length).min(len);
    Ok(Value::from(text[from..before(end).max(from)].to_vec()))
}
