//! Runs the instructions over a subject, and backtracks with an explicit stack.

use super::class::other_cases;
use super::compile::{Instruction, RegexProgram};
use super::options::RegexOptions;
use super::syntax::Assert;
use super::unicode;

/// The byte ranges of the groups; entry 0 is the whole match.
pub type Captures = Vec<Option<(usize, usize)>>;

/// The step budget is used up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exhausted;

const UNSET: usize = usize::MAX;

enum Backtrack {
    /// An alternative to continue with.
    Branch(usize, usize),
    /// A slot to restore.
    Slot(usize, usize),
}

struct Matcher<'a> {
    steps: &'a [Instruction],
    options: RegexOptions,
    subject: &'a [u8],
    search_start: usize,
    slots: Vec<usize>,
    stack: Vec<Backtrack>,
    left: &'a mut usize,
}

pub fn find(
    program: &RegexProgram,
    options: RegexOptions,
    subject: &[u8],
    start: usize,
    groups: usize,
    steps: &mut usize,
) -> Result<Option<Captures>, Exhausted> {
    let mut matcher = Matcher::new(program, options, subject, start, steps);
    let mut at = start;
    loop {
        if let Some(found) = matcher.match_at(at, groups, false)? {
            return Ok(Some(found));
        }
        if options.anchored || at >= subject.len() {
            return Ok(None);
        }
        at += matcher.width_at(at);
    }
}

pub fn nonempty_at(
    program: &RegexProgram,
    options: RegexOptions,
    subject: &[u8],
    start: usize,
    groups: usize,
    steps: &mut usize,
) -> Result<Option<Captures>, Exhausted> {
    Matcher::new(program, options, subject, start, steps).match_at(start, groups, true)
}

impl<'a> Matcher<'a> {
    fn new(
        program: &'a RegexProgram,
        options: RegexOptions,
        subject: &'a [u8],
        search_start: usize,
        left: &'a mut usize,
    ) -> Matcher<'a> {
        let slots = vec![UNSET; program.slots];
        Matcher { steps: &program.steps, options, subject, search_start, slots, stack: Vec::new(), left }
    }

    fn match_at(&mut self, at: usize, groups: usize, nonempty: bool) -> Result<Option<Captures>, Exhausted> {
        self.slots.fill(UNSET);
        self.slots[0] = at;
        self.stack.clear();
        let Some(end) = self.run(0, at, nonempty.then_some(at))? else {
            return Ok(None);
        };
        self.slots[1] = end;
        let range = |g: usize| match (self.slots[2 * g], self.slots[2 * g + 1]) {
            (UNSET, _) | (_, UNSET) => None,
            (from, to) => Some((from.min(to), to)),
        };
        Ok(Some((0..groups).map(range).collect()))
    }

    fn width_at(&self, at: usize) -> usize {
        match self.subject.get(at) {
            Some(0xc2..=0xdf) if self.options.utf8 => 2,
            Some(0xe0..=0xef) if self.options.utf8 => 3,
            Some(0xf0..) if self.options.utf8 => 4,
            _ => 1,
        }
    }

    /// The character at a position, and its width.
    fn char_at(&self, at: usize) -> Option<(u32, usize)> {
        let byte = *self.subject.get(at)?;
        let width = self.width_at(at);
        if width == 1 {
            return Some((byte.into(), 1));
        }
        let text = std::str::from_utf8(self.subject.get(at..at + width)?).ok()?;
        text.chars().next().map(|c| (c.into(), width))
    }

    fn back_by(&self, at: usize, chars: usize) -> Option<usize> {
        let mut at = at;
        for _ in 0..chars {
            at = at.checked_sub(1)?;
            while self.options.utf8 && at > 0 && self.subject[at] & 0xc0 == 0x80 {
                at -= 1;
            }
        }
        Some(at)
    }

    /// Runs from `pc` to the `Match` of its level and returns the end position. An end at `not_empty_from` does not
    /// count.
    fn run(&mut self, pc: usize, at: usize, not_empty_from: Option<usize>) -> Result<Option<usize>, Exhausted> {
        let floor = self.stack.len();
        let (mut pc, mut at) = (pc, at);
        loop {
            *self.left = self.left.checked_sub(1).ok_or(Exhausted)?;
            let next = match &self.steps[pc] {
                Instruction::Match if not_empty_from == Some(at) => None,
                Instruction::Match => return Ok(Some(at)),
                Instruction::Split(first, second) => {
                    self.stack.push(Backtrack::Branch(*second, at));
                    Some((*first, at))
                }
                Instruction::Atomic { next } => self.enclosed(pc + 1, at)?.map(|end| (*next, end)),
                Instruction::Look { next, back, negative } => {
                    let (next, back, negative) = (*next, *back, *negative);
                    let from = back.map_or(Some(at), |n| self.back_by(at, n));
                    let held = self.look(pc + 1, from, negative)?;
                    (held != negative).then_some((next, at))
                }
                step => self.simple(step, pc, at),
            };
            match next.or_else(|| self.backtrack(floor)) {
                Some(place) => (pc, at) = place,
                None => return Ok(None),
            }
        }
    }

    /// Runs an instruction that neither branches nor runs a body.
    fn simple(&mut self, step: &'a Instruction, pc: usize, at: usize) -> Option<(usize, usize)> {
        let end = match step {
            Instruction::Char(c, caseless) => {
                let (found, width) = self.char_at(at)?;
                let same = found == *c || *caseless && other_cases(found, self.options.utf8).contains(&Some(*c));
                same.then_some(at + width)?
            }
            Instruction::Class(class) => {
                let (found, width) = self.char_at(at)?;
                class.contains(found).then_some(at + width)?
            }
            Instruction::Assert(assert) => self.holds(*assert, at).then_some(at)?,
            Instruction::Jump(to) => return Some((*to, at)),
            Instruction::Save(slot) | Instruction::LoopStart(slot) => {
                self.set(*slot, at);
                at
            }
            Instruction::LoopCheck(slot) => {
                // A round without progress leaves the loop, whose split is the target of the jump after this
                // instruction.
                if self.slots[*slot] == at {
                    return match &self.steps[pc + 1] {
                        Instruction::Jump(_) => Some((pc + 2, at)),
                        _ => Some((pc + 1, at)),
                    };
                }
                at
            }
            Instruction::BackReference(group, caseless) => self.repeated(*group, *caseless, at)?,
            Instruction::Match | Instruction::Split(..) | Instruction::Atomic { .. } | Instruction::Look { .. } => {
                return None;
            }
        };
        Some((pc + 1, end))
    }

    fn set(&mut self, slot: usize, at: usize) {
        self.stack.push(Backtrack::Slot(slot, self.slots[slot]));
        self.slots[slot] = at;
    }

    fn backtrack(&mut self, floor: usize) -> Option<(usize, usize)> {
        while self.stack.len() > floor {
            match self.stack.pop()? {
                Backtrack::Branch(pc, at) => return Some((pc, at)),
                Backtrack::Slot(slot, old) => self.slots[slot] = old,
            }
        }
        None
    }

    /// Runs a body as a whole: after a match its alternatives are dropped and its captures stay.
    fn enclosed(&mut self, pc: usize, at: usize) -> Result<Option<usize>, Exhausted> {
        let floor = self.stack.len();
        let end = self.run(pc, at, None)?;
        if end.is_some() {
            let mut kept = floor;
            for i in floor..self.stack.len() {
                if matches!(self.stack[i], Backtrack::Slot(..)) {
                    self.stack.swap(kept, i);
                    kept += 1;
                }
            }
            self.stack.truncate(kept);
        }
        Ok(end)
    }

    /// True if a look-around's body matches; the captures of a negative one are dropped.
    fn look(&mut self, pc: usize, from: Option<usize>, negative: bool) -> Result<bool, Exhausted> {
        let Some(from) = from else { return Ok(false) };
        if !negative {
            return Ok(self.enclosed(pc, from)?.is_some());
        }
        let (slots, floor) = (self.slots.clone(), self.stack.len());
        let held = self.run(pc, from, None)?.is_some();
        self.stack.truncate(floor);
        self.slots = slots;
        Ok(held)
    }

    fn repeated(&self, group: usize, caseless: bool, at: usize) -> Option<usize> {
        let (from, to) = (self.slots[2 * group], self.slots[2 * group + 1]);
        if from == UNSET || to == UNSET {
            return None;
        }
        let text = &self.subject[from.min(to)..to];
        let there = self.subject.get(at..at + text.len())?;
        let same = there == text || caseless && there.eq_ignore_ascii_case(text);
        same.then_some(at + text.len())
    }

    fn word_at(&self, at: Option<usize>) -> bool {
        let Some((c, _)) = at.and_then(|at| self.char_at(at)) else {
            return false;
        };
        match char::from_u32(c).filter(|_| self.options.utf8) {
            Some(c) => unicode::is_word(c),
            None => u8::try_from(c).is_ok_and(|b| b.is_ascii_alphanumeric() || b == b'_'),
        }
    }

    fn holds(&self, assert: Assert, at: usize) -> bool {
        let end = self.subject.len();
        let newline_at = |i: usize| self.subject.get(i) == Some(&b'\n');
        match assert {
            Assert::Start => at == 0,
            // A newline at the end of the subject does not start another line.
            Assert::LineStart => at == 0 || at < end && newline_at(at - 1),
            Assert::End => at == end,
            Assert::EndOrNewline => at == end || at + 1 == end && newline_at(at),
            Assert::LineEnd => at == end || newline_at(at),
            Assert::SearchStart => at == self.search_start,
            Assert::WordBoundary | Assert::NoWordBoundary => {
                let boundary = self.word_at(self.back_by(at, 1)) != self.word_at(Some(at));
                boundary == (assert == Assert::WordBoundary)
            }
        }
    }
}
