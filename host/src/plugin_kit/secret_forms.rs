//! The forms in which secrets stand in texts, and the same forms of the texts that take their places.

use crate::facts::hex;
use crate::journal::forms_of_secret;
use md5::{Digest, Md5};
use sha2::Sha256;
use std::collections::BTreeMap;

/// A secret in one form.
struct Pattern {
    text: String,
    instead: String,
    /// The position of the secret.
    secret: usize,
    /// Whether it is the same secret in capital letters. Base64 is not.
    folds: bool,
}

/// All forms of some secrets by their first bytes in lower case, the longest first: a secret may be a part of another one.
#[derive(Default)]
pub struct Patterns(BTreeMap<u8, Vec<Pattern>>);

impl Patterns {
    /// `pairs` are positions of secrets, the secrets, and what takes their places.
    pub fn of<'a>(pairs: impl Iterator<Item = (usize, &'a str, &'a str)>) -> Self {
        let mut patterns = Self::default();
        for (secret, text, instead) in pairs {
            let same = forms(text).into_iter().zip(forms(instead));
            let mut seen = Vec::new();
            for ((text, folds), (instead, _)) in same {
                let Some(first) = text.bytes().next().filter(|_| !seen.contains(&text)) else { continue };
                seen.push(text.clone());
                let list = patterns.0.entry(first.to_ascii_lowercase()).or_default();
                list.push(Pattern { text, instead, secret, folds });
            }
        }
        patterns.0.values_mut().for_each(|list| list.sort_by_key(|pattern| std::cmp::Reverse(pattern.text.len())));
        patterns
    }

    /// The start of a text with another secret in place of the one with which it begins, and the bytes of that one.
    pub fn replace_start(&self, text: &str) -> Option<(String, usize)> {
        let pattern = self.at_start(text)?;
        let length = pattern.text.len();
        Some((in_case_of(&text[..length], pattern), length))
    }

    /// The position of a secret that the text contains, unless `skips` it.
    pub fn first_in(&self, text: &str, skips: impl Fn(usize) -> bool) -> Option<usize> {
        let starts = text.char_indices().map(|(at, _)| &text[at..]);
        let found = |start| self.all_at_start(start).map(|pattern| pattern.secret).find(|secret| !skips(*secret));
        starts.map(found).find_map(|found| found)
    }

    fn at_start<'a>(&'a self, text: &str) -> Option<&'a Pattern> {
        let exact = self.all_at_start(text).find(|pattern| text.starts_with(&pattern.text));
        exact.or_else(|| self.all_at_start(text).next())
    }

    fn all_at_start<'a, 'b>(&'a self, text: &'b str) -> impl Iterator<Item = &'a Pattern> + use<'a, 'b> {
        let first = text.bytes().next().map(|byte| byte.to_ascii_lowercase());
        let list = first.and_then(|first| self.0.get(&first)).into_iter().flatten();
        list.filter(move |pattern| {
            let start = text.get(..pattern.text.len());
            start.is_some_and(|start| {
                start == pattern.text || pattern.folds && start.eq_ignore_ascii_case(&pattern.text)
            })
        })
    }
}

/// Each form, and whether its letters' case says nothing. In the order of `forms_of_secret`, whose last form is Base64.
fn forms(secret: &str) -> Vec<(String, bool)> {
    let plain = forms_of_secret(secret);
    let last = plain.len().saturating_sub(1);
    let mut forms: Vec<_> = plain.into_iter().enumerate().map(|(at, form)| (form, at < last)).collect();
    let hashes = [hex(&Md5::digest(secret)), hex(&Sha256::digest(secret)), hex(secret.as_bytes())];
    forms.extend(hashes.map(|hash| (hash, true)));
    forms
}

/// What takes the pattern's place, in capital letters where the text that was found has them and the pattern has not.
fn in_case_of(found: &str, pattern: &Pattern) -> String {
    let (text, instead) = (&pattern.text, &pattern.instead);
    if found == text {
        return instead.clone();
    }
    // A hash has digits where the other one has letters.
    if *found == text.to_ascii_uppercase() {
        return instead.to_ascii_uppercase();
    }
    if *found == text.to_ascii_lowercase() || found.chars().count() != instead.chars().count() {
        return instead.to_ascii_lowercase();
    }
    let letters = found.chars().zip(text.chars()).zip(instead.chars());
    let letter = |((found, text), instead): ((char, char), char)| match found == text {
        true => instead,
        false if found.is_ascii_uppercase() => instead.to_ascii_uppercase(),
        false => instead.to_ascii_lowercase(),
    };
    letters.map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns() -> Patterns {
        Patterns::of([(0, "Secr&t1", "Qwer.y7"), (1, "Secr&t1-long", "Asdf-g2.hjkl")].into_iter())
    }

    #[test]
    fn each_form_gets_the_same_form_of_the_other_text() {
        for (text, expected) in [
            ("Secr&t1", "Qwer.y7"),
            ("Secr&t1-long", "Asdf-g2.hjkl"),
            ("SECR&T1", "QWER.Y7"),
            ("secr&t1", "qwer.y7"),
            ("secr&T1", "qwer.Y7"),
            ("Secr&amp;t1", "Qwer.y7"),
            ("Secr%26t1", "Qwer.y7"),
            ("U2VjciZ0MQ==", "UXdlci55Nw=="),
            ("5365637226743 1", ""),
            ("53656372267431", "517765722e7937"),
        ] {
            let found = patterns().replace_start(text);
            assert_eq!(found.map(|(instead, _)| instead).unwrap_or_default(), expected, "{text}");
        }
        let hash = hex(&Md5::digest("Secr&t1"));
        let instead = patterns().replace_start(&hash.to_uppercase()).unwrap().0;
        assert_eq!(instead, hex(&Md5::digest("Qwer.y7")).to_uppercase());
    }

    #[test]
    fn secret_is_found_in_a_text_unless_skipped() {
        assert_eq!(patterns().first_in("äx=SECR&T1;", |_| false), Some(0));
        assert_eq!(patterns().first_in("x=secr&t1-LONG", |secret| secret == 0), Some(1));
        assert_eq!(patterns().first_in("x=Secr&t", |_| false), None);
    }
}
