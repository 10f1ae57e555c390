//! Texts that a regular expression matches, made of its syntax.

use super::random::Random;
use regex::Regex;
use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// Texts of each pattern. An alternative of a model's pattern is rarely one of more than a dozen.
const COUNT: usize = 64;
/// Repetitions beyond those that the pattern asks for.
const MORE_MAX: usize = 3;
/// Bytes of a text, as many as of the User-Agent that a server looks at.
const BYTES_MAX: usize = 512;
/// What a User-Agent may have before and behind the matched part.
const NOISE: [&str; 4] = ["", "x", "Qz/1.0 ", " 9.9 (zz)"];
/// The characters of headers.
const SHOWN: (u32, u32) = (0x20, 0x7e);

/// Texts that the pattern matches; fewer, if it asks for what its syntax does not show, such as the end of a word.
pub fn samples(pattern: &str, regex: &Regex) -> Vec<String> {
    let Ok(hir) = regex_syntax::parse(pattern) else { return Vec::new() };
    let mut random = Random::new(COUNT as u64);
    let looks = hir.properties();
    let (starts, ends) = (looks.look_set_prefix().contains(Look::Start), looks.look_set_suffix().contains(Look::End));
    let made = (0..COUNT).map(|_| {
        let noise = |random: &mut Random, is_anchored: bool| match is_anchored {
            true => "",
            false => random.one_of(&NOISE).unwrap_or_default(),
        };
        let mut text = noise(&mut random, starts).to_owned();
        write(&hir, &mut random, &mut text);
        text + noise(&mut random, ends)
    });
    made.filter(|text| regex.is_match(text)).collect()
}

fn write(hir: &Hir, random: &mut Random, text: &mut String) {
    if text.len() > BYTES_MAX {
        return;
    }
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(class) => text.extend(character(class, random)),
        HirKind::Repetition(repetition) => {
            let min = usize::try_from(repetition.min).unwrap_or(BYTES_MAX);
            let max = repetition.max.and_then(|max| usize::try_from(max).ok()).unwrap_or(usize::MAX);
            let count = min.saturating_add(random.below(MORE_MAX + 1)).min(max).min(BYTES_MAX);
            (0..count).for_each(|_| write(&repetition.sub, random, text));
        }
        HirKind::Capture(capture) => write(&capture.sub, random, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, random, text)),
        HirKind::Alternation(parts) => {
            let part = parts.get(random.below(parts.len()));
            part.into_iter().for_each(|part| write(part, random, text));
        }
    }
}

/// A character of a class, one of a header's if it has any.
fn character(class: &Class, random: &mut Random) -> Option<char> {
    let ranges: Vec<(u32, u32)> = match class {
        Class::Unicode(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
        Class::Bytes(class) => class.iter().map(|range| (range.start().into(), range.end().into())).collect(),
    };
    let shown = ranges.iter().map(|(start, end)| ((*start).max(SHOWN.0), (*end).min(SHOWN.1)));
    let shown: Vec<_> = shown.filter(|(start, end)| start <= end).collect();
    let (start, end) = random.one_of(if shown.is_empty() { &ranges } else { &shown })?;
    let count = usize::try_from(end - start).unwrap_or_default() + 1;
    char::from_u32(start + u32::try_from(random.below(count)).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pattern_matches_its_samples() {
        for pattern in [
            r"^Acme (?<address>[0-9a-f]{12})$",
            r"(?i)fanvil (?:x[34]u?|v\d+) .*",
            r"^[^ ]{11} [^ ]{12} snom(?:[^ ]* ){8}(?<address>[^ ]+)",
            "x+y?|z",
        ] {
            let regex = Regex::new(pattern).unwrap();
            let made = samples(pattern, &regex);
            assert!(made.len() > COUNT / 2 && made.iter().any(|text| *text != made[0]), "{pattern} {made:?}");
            assert!(made.iter().all(|text| text.bytes().all(|byte| (0x20..=0x7e).contains(&byte))), "{made:?}");
        }
    }
}
