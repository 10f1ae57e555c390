//! The patterns of the pieces of a date's text, as constants that are matched without compiling anything.

/// A pattern. It can match pieces of several lengths; the longest counts.
#[derive(Clone, Copy, Debug)]
pub enum Pattern {
    /// One byte of the set.
    One(&'static [u8]),
    /// One or more bytes of the set.
    Run(&'static [u8]),
    /// Digits: the least and greatest count of them, then the least and greatest value.
    Number(usize, usize, i64, i64),
    /// The exact text.
    Text(&'static str),
    /// The text in any letter case.
    Word(&'static str),
    /// One of the words, in any letter case.
    Words(&'static [&'static str]),
    /// One of the patterns.
    Any(&'static [Pattern]),
    /// All patterns, one after the other.
    All(&'static [Pattern]),
    /// The pattern or nothing.
    Maybe(&'static Pattern),
    /// The pattern, up to [`REPEATS_MAX`] times.
    Repeat(&'static Pattern),
}

/// The names in a time zone's name, the only repeated pattern: IANA's have three at most.
const REPEATS_MAX: usize = 8;

/// Calls `then` with each position at which a match from `at` can end.
type Then<'a> = &'a mut dyn FnMut(usize);

impl Pattern {
    /// The end of the longest match that starts at `at`.
    #[must_use]
    pub fn longest(&self, text: &[u8], at: usize) -> Option<usize> {
        let mut best = None;
        self.each_end(text, at, &mut |end| best = best.max(Some(end)));
        best
    }

    fn each_end(&self, text: &[u8], at: usize, then: Then<'_>) {
        let rest = &text[at..];
        match *self {
            Pattern::One(set) if rest.first().is_some_and(|b| set.contains(b)) => then(at + 1),
            Pattern::One(_) => {}
            Pattern::Run(set) => {
                let length = rest.iter().take_while(|b| set.contains(b)).count();
                (1..=length).for_each(|n| then(at + n));
            }
            Pattern::Number(min, max, low, high) => {
                let mut value = 0_i64;
                for (i, digit) in rest.iter().take(max).take_while(|b| b.is_ascii_digit()).enumerate() {
                    value = value.saturating_mul(10).saturating_add(i64::from(digit - b'0'));
                    if i + 1 >= min && (low..=high).contains(&value) {
                        then(at + i + 1);
                    }
                }
            }
            Pattern::Text(word) if rest.starts_with(word.as_bytes()) => then(at + word.len()),
            Pattern::Text(_) => {}
            Pattern::Word(word) => one_word(word, rest, at, then),
            Pattern::Words(words) => words.iter().for_each(|word| one_word(word, rest, at, then)),
            Pattern::Any(patterns) => patterns.iter().for_each(|p| p.each_end(text, at, then)),
            Pattern::All(patterns) => sequence(patterns, text, at, then),
            Pattern::Maybe(pattern) => {
                then(at);
                pattern.each_end(text, at, then);
            }
            Pattern::Repeat(pattern) => repeated(pattern, REPEATS_MAX, text, at, then),
        }
    }
}

fn one_word(word: &str, rest: &[u8], at: usize, then: Then<'_>) {
    if rest.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes())) {
        then(at + word.len());
    }
}

fn sequence(patterns: &[Pattern], text: &[u8], at: usize, then: Then<'_>) {
    match patterns {
        [] => then(at),
        [first, rest @ ..] => first.each_end(text, at, &mut |end| sequence(rest, text, end, then)),
    }
}

fn repeated(pattern: &Pattern, left: usize, text: &[u8], at: usize, then: Then<'_>) {
    pattern.each_end(text, at, &mut |end| {
        then(end);
        if left > 1 {
            repeated(pattern, left - 1, text, end, then);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_of_several_matches_counts() {
        let hour = Pattern::Number(1, 2, 0, 24);
        assert_eq!(hour.longest(b"235", 0), Some(2));
        assert_eq!(hour.longest(b"99", 0), Some(1));
        assert_eq!(hour.longest(b"x", 0), None);
        let short = Pattern::All(&[Pattern::Number(1, 2, 0, 99), Pattern::Text("5")]);
        assert_eq!(short.longest(b"15", 0), Some(2));
    }

    #[test]
    fn words_match_in_any_case_and_texts_exactly() {
        assert_eq!(Pattern::Words(&["sat", "saturday"]).longest(b"SATURDAY", 0), Some(8));
        assert_eq!(Pattern::Text("T").longest(b"t", 0), None);
    }
}
