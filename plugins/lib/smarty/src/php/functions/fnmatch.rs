//! `fnmatch`: shell patterns, as glibc matches them in the C locale.

use super::args;
use super::register::moves;
use crate::php::regex::posix;
use crate::php::{Context, Function, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[moves("fnmatch", 2, 3, fnmatch)];

const PATHNAME: i64 = 1;
const NO_ESCAPE: i64 = 2;
const PERIOD: i64 = 4;
const LEADING_DIR: i64 = 8;
const FOLD: i64 = 16;

/// PHP's limit for a path; longer ones match nothing.
const BYTES_MAX: usize = 4096;

fn fnmatch(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let (pattern, name) = (args::text_without_nul(args, 0)?, args::text_without_nul(args, 1)?);
    let flags = args::int_or(args, 2, 0)?;
    if pattern.len() >= BYTES_MAX || name.len() >= BYTES_MAX {
        return Ok(Value::Bool(false));
    }
    context.charge(pattern.len() * (name.len() + 1))?;
    Ok(Value::Bool(Shell { flags, name: &name }.matches(&pattern)))
}

struct Shell<'a> {
    flags: i64,
    name: &'a [u8],
}

impl Shell<'_> {
    fn has(&self, flag: i64) -> bool {
        self.flags & flag != 0
    }

    /// Tries the shortest text for each `*`. Only the last `*` needs other tries: what a former one could take more, the
    /// last one can take as well.
    fn matches(&self, pattern: &[u8]) -> bool {
        let (mut p, mut at) = (0, 0);
        let mut retry: Option<(usize, usize)> = None;
        loop {
            if pattern.get(p) == Some(&b'*') {
                if self.is_leading_period(at) {
                    return false;
                }
                p += 1;
                retry = Some((p, at));
                continue;
            }
            let step = if p == pattern.len() { None } else { self.step(&pattern[p..], at) };
            match (step, retry) {
                (Some(length), _) => {
                    p += length;
                    at += 1;
                }
                _ if p == pattern.len() && self.may_end(at) => return true,
                (None, Some((after, from))) => {
                    let Some(&skipped) = self.name.get(from) else { return false };
                    if skipped == b'/' && self.has(PATHNAME) {
                        return false;
                    }
                    (p, at) = (after, from + 1);
                    retry = Some((after, at));
                }
                (None, None) => return false,
            }
        }
    }

    /// True where a pattern may end: at the end, or before a slash if only the leading part has to match.
    fn may_end(&self, at: usize) -> bool {
        self.name.get(at).is_none_or(|b| *b == b'/' && self.has(LEADING_DIR))
    }

    /// A period at the start, or after a slash, that only a period matches.
    fn is_leading_period(&self, at: usize) -> bool {
        let starts = at == 0 || self.has(PATHNAME) && self.name[at - 1] == b'/';
        self.has(PERIOD) && starts && self.name.get(at) == Some(&b'.')
    }

    fn fold(&self, b: u8) -> u8 {
        if self.has(FOLD) { b.to_ascii_lowercase() } else { b }
    }

    /// The length of the pattern's first item if it matches the byte at `at`.
    fn step(&self, pattern: &[u8], at: usize) -> Option<usize> {
        let b = *self.name.get(at)?;
        let may_be_any = (b != b'/' || !self.has(PATHNAME)) && !self.is_leading_period(at);
        match pattern {
            [b'?', ..] => may_be_any.then_some(1),
            [b'[', set @ ..] => match self.set(set, b) {
                Some((length, matches)) => (matches && may_be_any).then_some(1 + length),
                None => (b == b'[').then_some(1),
            },
            [b'\\', literal, ..] if !self.has(NO_ESCAPE) => (self.fold(*literal) == self.fold(b)).then_some(2),
            // glibc refuses a pattern that ends with a backslash.
            [b'\\'] if !self.has(NO_ESCAPE) => None,
            [literal, ..] => (self.fold(*literal) == self.fold(b)).then_some(1),
            [] => None,
        }
    }

    /// The length of a set after its `[`, and whether it has the byte; `None` if the set has no end.
    fn set(&self, set: &[u8], b: u8) -> Option<(usize, bool)> {
        let excludes = matches!(set.first(), Some(b'!' | b'^'));
        let start = usize::from(excludes);
        let mut at = start;
        let mut found = false;
        loop {
            let first = *set.get(at)?;
            if first == b']' && at > start {
                return Some((at + 1, found != excludes));
            }
            if let Some((name, length)) = class(&set[at..]) {
                let has = posix(name)?;
                found |= has(self.fold(b)) || self.has(FOLD) && has(b);
                at += length;
                continue;
            }
            let (low, length) = self.member(&set[at..])?;
            at += length;
            let mut high = low;
            if set.get(at) == Some(&b'-') && !matches!(set.get(at + 1), None | Some(b']')) {
                let (last, length) = self.member(&set[at + 1..])?;
                high = last;
                at += 1 + length;
            }
            found |= (self.fold(low)..=self.fold(high)).contains(&self.fold(b));
        }
    }

    /// One byte of a set, and its length with an escape.
    fn member(&self, set: &[u8]) -> Option<(u8, usize)> {
        match set {
            [b'\\', literal, ..] if !self.has(NO_ESCAPE) => Some((*literal, 2)),
            [b'[', b'.' | b'=', byte, _, b']', ..] if set[1] == set[3] => Some((*byte, 5)),
            [byte, ..] => Some((*byte, 1)),
            [] => None,
        }
    }
}

/// The name of `[:alpha:]`, and its length.
fn class(set: &[u8]) -> Option<(&[u8], usize)> {
    let rest = set.strip_prefix(b"[:")?;
    let end = rest.windows(2).position(|two| two == b":]")?;
    Some((&rest[..end], end + 4))
}
