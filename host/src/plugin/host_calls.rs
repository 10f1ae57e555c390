//! What a render asked of the host. Another render of the same job gives the same document if it gets the same answers.

use super::error::RenderError;
use crate::facts::FactsVersion;
use std::ops::Range;
use xxhash_rust::xxh3::Xxh3;

/// Answers with which a document is kept. Renders need one or two.
const ANSWERS_MAX: usize = 32;
/// Times in one document. FusionPBX's templates print one.
const MICROTIMES_MAX: usize = 100;

/// A question of a render, and the version of the answer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asked {
    Contacts {
        rows_max: usize,
        answer: FactsVersion,
    },
    Extension {
        number: String,
        answer: FactsVersion,
    },
    /// The request as PHP's `$_SERVER`, by its hash.
    Request(u128),
}

impl Asked {
    pub fn request(variables: &[(String, String)]) -> Self {
        let mut hash = Xxh3::new();
        for text in variables.iter().flat_map(|(name, value)| [name, value]) {
            hash.update(&text.len().to_le_bytes());
            hash.update(text.as_bytes());
        }
        Self::Request(hash.digest128())
    }

    pub fn bytes(&self) -> usize {
        let text = match self {
            Self::Extension { number, .. } => number.len(),
            Self::Contacts { .. } | Self::Request(_) => 0,
        };
        size_of::<Self>() + text
    }

    /// Whether the other has the same answer, whenever this one has.
    fn is_answered_by(&self, other: &Self) -> bool {
        self == other || self.answer().is_some() && self.answer() == other.answer()
    }

    fn answer(&self) -> Option<FactsVersion> {
        match self {
            Self::Contacts { answer, .. } | Self::Extension { answer, .. } => Some(*answer),
            Self::Request(_) => None,
        }
    }
}

/// The functions of the host that a render called.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct HostCalls {
    asked: Vec<Asked>,
    cannot_be_repeated: bool,
    /// Where the body has the time, in order; empty places where the host has not inserted it yet.
    microtimes: Vec<Range<usize>>,
}

impl HostCalls {
    /// The questions to whose answers the document is bound; `None` if it depends on something else: the time, or answers
    /// without a version. A render that logs counts too, since another one would write the lines again.
    pub fn asked(&self) -> Option<&[Asked]> {
        (!self.cannot_be_repeated).then_some(&self.asked)
    }

    /// Notes that the time belongs before this byte of the body.
    pub(super) fn insert_microtime(&mut self, offset: u32) -> Result<(), RenderError> {
        if self.microtimes.len() >= MICROTIMES_MAX {
            let text = format!("it inserts the time more than {MICROTIMES_MAX} times (insert-microtime)");
            return Err(RenderError::Output(text));
        }
        let offset = offset as usize;
        let at = self.microtimes.partition_point(|place| place.start <= offset);
        self.microtimes.insert(at, offset..offset);
        Ok(())
    }

    pub(super) fn microtimes(&self) -> &[Range<usize>] {
        &self.microtimes
    }

    pub(super) fn with_microtimes(self, microtimes: Vec<Range<usize>>) -> Self {
        Self { microtimes, ..self }
    }

    /// The render called a function whose result is never the same again.
    pub(super) fn cannot_be_repeated(&mut self) {
        self.cannot_be_repeated = true;
    }

    /// Notes a question. Answers with the same version were read together: if one is the same, all are.
    pub(super) fn note(&mut self, asked: Option<Asked>) {
        match asked {
            Some(asked) if asked.answer() == Some(FactsVersion::OF_NOTHING) => {}
            Some(asked) if self.asked.iter().any(|known| known.is_answered_by(&asked)) => {}
            Some(asked) if self.asked.len() < ANSWERS_MAX => self.asked.push(asked),
            Some(_) | None => self.cannot_be_repeated = true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extension(number: &str, answer: FactsVersion) -> Option<Asked> {
        Some(Asked::Extension { number: number.into(), answer })
    }

    #[test]
    fn questions_with_one_answer_are_noted_once() {
        let (mut calls, one, other) = (HostCalls::default(), FactsVersion::unused(), FactsVersion::unused());
        calls.note(extension("101", FactsVersion::OF_NOTHING));
        for (number, answer) in [("101", one), ("102", one), ("900", other)] {
            calls.note(extension(number, answer));
        }
        calls.note(Some(Asked::Request(7)));
        calls.note(Some(Asked::Request(7)));
        let expected = [extension("101", one), extension("900", other), Some(Asked::Request(7))].map(Option::unwrap);
        assert_eq!(calls.asked(), Some(&expected[..]));
    }

    #[test]
    fn unversioned_or_too_many_answers_cannot_be_repeated() {
        let mut calls = HostCalls::default();
        calls.note(None);
        assert_eq!(calls.asked(), None);
        let mut calls = HostCalls::default();
        for number in 0..=ANSWERS_MAX {
            assert!(calls.asked().is_some(), "{number}");
            calls.note(extension(&number.to_string(), FactsVersion::unused()));
        }
        assert_eq!(calls.asked(), None);
    }
}
