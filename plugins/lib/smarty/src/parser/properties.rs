//! The loop properties that a file mentions.
//!
//! Smarty's loops set only those properties that the file's source mentions anywhere, comments and literal text
//! included; others read as null. So an include sees `$x@last` of an outer loop only if the outer file mentions it too.

use rustc_hash::FxHashMap;

use crate::program::Prop;

pub(super) struct Properties {
    /// Bits of [`Prop`] by item, in lower case since the search ignores case.
    items: FxHashMap<Vec<u8>, u16>,
    foreachs: FxHashMap<Vec<u8>, u16>,
    sections: FxHashMap<Vec<u8>, u16>,
}

/// Properties of sections, by bit.
pub(super) const SECTION: [&str; 10] =
    ["first", "last", "index", "iteration", "show", "total", "rownum", "index_prev", "index_next", "loop"];

const FOREACH: [(&str, Prop); 6] = [
    ("first", Prop::First),
    ("last", Prop::Last),
    ("index", Prop::Index),
    ("iteration", Prop::Iteration),
    ("show", Prop::Show),
    ("total", Prop::Total),
];

impl Properties {
    pub(super) fn scan(src: &[u8]) -> Properties {
        let mut found =
            Properties { items: FxHashMap::default(), foreachs: FxHashMap::default(), sections: FxHashMap::default() };
        for at in memchr::memchr_iter(b'$', src) {
            found.at_dollar(&src[at + 1..]);
        }
        for at in memchr::memchr_iter(b'[', src) {
            found.at_bracket(&src[at + 1..]);
        }
        found
    }

    fn at_dollar(&mut self, rest: &[u8]) {
        let (name, rest) = split_word(rest);
        if let Some(rest) = rest.strip_prefix(b"@") {
            let prop = foreach_prop(rest).or_else(|| followed(rest, "key").then_some(Prop::Key));
            if let Some(prop) = prop {
                *self.items.entry(name.to_ascii_lowercase()).or_default() |= prop.bit();
            }
            return;
        }
        let Some(rest) = rest.strip_prefix(b".") else { return };
        if !name.eq_ignore_ascii_case(b"smarty") {
            return;
        }
        let (tag, rest) = split_word(rest);
        let Some(rest) = rest.strip_prefix(b".") else { return };
        let (name, rest) = split_word(rest);
        let Some(rest) = rest.strip_prefix(b".") else { return };
        let name = name.to_ascii_lowercase();
        if tag.eq_ignore_ascii_case(b"foreach") {
            if let Some(prop) = foreach_prop(rest) {
                *self.foreachs.entry(name).or_default() |= prop.bit();
            }
        } else if tag.eq_ignore_ascii_case(b"section") {
            self.note_section(name, rest);
        }
    }

    fn at_bracket(&mut self, rest: &[u8]) {
        let blanks = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
        let (name, rest) = split_word(&rest[blanks..]);
        if let Some(rest) = rest.strip_prefix(b".") {
            self.note_section(name.to_ascii_lowercase(), rest);
        }
    }

    fn note_section(&mut self, name: Vec<u8>, rest: &[u8]) {
        if let Some(bit) = SECTION.iter().position(|prop| followed(rest, prop)) {
            *self.sections.entry(name).or_default() |= 1 << bit;
        }
    }

    pub(super) fn item(&self, name: &str) -> u16 {
        of(&self.items, name)
    }

    pub(super) fn foreach(&self, name: &str) -> u16 {
        of(&self.foreachs, name)
    }

    pub(super) fn section(&self, name: &str) -> u16 {
        of(&self.sections, name)
    }
}

fn of(map: &FxHashMap<Vec<u8>, u16>, name: &str) -> u16 {
    map.get(name.to_ascii_lowercase().as_bytes()).copied().unwrap_or(0)
}

fn foreach_prop(rest: &[u8]) -> Option<Prop> {
    FOREACH.iter().find(|(name, _)| followed(rest, name)).map(|&(_, prop)| prop)
}

/// True if `rest` starts with `name` and a byte that does not continue the word.
fn followed(rest: &[u8], name: &str) -> bool {
    let (word, rest) = split_word(rest);
    word.eq_ignore_ascii_case(name.as_bytes()) && !rest.is_empty()
}

fn split_word(text: &[u8]) -> (&[u8], &[u8]) {
    let len = text.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
    text.split_at(len)
}
