//! Compiles a syntax tree to instructions.

use super::class::Class;
use super::error::{PatternError, fail, unavailable};
use super::syntax::{Assert, Node, Repeat, fixed_length};

/// The maximum number of instructions of one pattern, which bounds the expansion of `{n,m}`.
const INSTRUCTIONS_MAX: usize = 50_000;

#[derive(Debug)]
pub enum Instruction {
    Char(u32, bool),
    Class(Box<Class>),
    Assert(Assert),
    /// Tries the first branch, then the second.
    Split(usize, usize),
    Jump(usize),
    Save(usize),
    BackReference(usize, bool),
    /// Runs a body that ends in `Match`, then continues at `next`.
    Look {
        next: usize,
        back: Option<usize>,
        negative: bool,
    },
    Atomic {
        next: usize,
    },
    /// Stores the position in a slot, so that a loop ends after a round that matched nothing.
    LoopStart(usize),
    LoopCheck(usize),
    Match,
}

#[derive(Debug)]
pub struct RegexProgram {
    pub steps: Vec<Instruction>,
    /// The number of slots: the capture positions, then one slot per loop.
    pub slots: usize,
}

struct Compiler {
    steps: Vec<Instruction>,
    slots: usize,
}

pub fn compile(node: &Node, groups: usize) -> Result<RegexProgram, PatternError> {
    let mut compiler = Compiler { steps: Vec::new(), slots: 2 * groups };
    compiler.node(node)?;
    compiler.push(Instruction::Match)?;
    Ok(RegexProgram { steps: compiler.steps, slots: compiler.slots })
}

impl Compiler {
    fn push(&mut self, step: Instruction) -> Result<usize, PatternError> {
        if self.steps.len() >= INSTRUCTIONS_MAX {
            return unavailable("regular expression is too large");
        }
        self.steps.push(step);
        Ok(self.steps.len() - 1)
    }

    fn node(&mut self, node: &Node) -> Result<(), PatternError> {
        match node {
            Node::Empty => {}
            Node::Char(c, caseless) => _ = self.push(Instruction::Char(*c, *caseless))?,
            Node::Class(class) => _ = self.push(Instruction::Class(Box::new(class.clone())))?,
            Node::Assert(assert) => _ = self.push(Instruction::Assert(*assert))?,
            Node::Concat(parts) => parts.iter().try_for_each(|part| self.node(part))?,
            Node::Alternate(branches) => self.alternate(branches, Self::node)?,
            Node::Group(body, number) => {
                self.push(Instruction::Save(2 * number))?;
                self.node(body)?;
                self.push(Instruction::Save(2 * number + 1))?;
            }
            Node::Repeat(body, repeat) if repeat.possessive => {
                let plain = Repeat { possessive: false, ..*repeat };
                self.atomic(&Node::Repeat(body.clone(), plain))?;
            }
            Node::Repeat(body, repeat) => self.repeat(body, *repeat)?,
            Node::BackReference(number, caseless) => {
                if 2 * number >= self.slots {
                    return fail("reference to non-existent subpattern");
                }
                self.push(Instruction::BackReference(*number, *caseless))?;
            }
            Node::Look { body, ahead, negative } => self.look(body, *ahead, *negative)?,
            Node::Atomic(body) => self.atomic(body)?,
            Node::Keep => _ = self.push(Instruction::Save(0))?,
        }
        Ok(())
    }

    /// Tries the branches in their order. `compile` adds the instructions of one.
    fn alternate(
        &mut self,
        branches: &[Node],
        compile: impl Fn(&mut Self, &Node) -> Result<(), PatternError>,
    ) -> Result<(), PatternError> {
        let mut ends = Vec::new();
        for (i, branch) in branches.iter().enumerate() {
            if i + 1 == branches.len() {
                compile(self, branch)?;
                break;
            }
            let split = self.push(Instruction::Split(0, 0))?;
            compile(self, branch)?;
            ends.push(self.push(Instruction::Jump(0))?);
            self.steps[split] = Instruction::Split(split + 1, self.steps.len());
        }
        let end = self.steps.len();
        for jump in ends {
            self.steps[jump] = Instruction::Jump(end);
        }
        Ok(())
    }

    fn split(&self, greedy: bool, into: usize, past: usize) -> Instruction {
        if greedy { Instruction::Split(into, past) } else { Instruction::Split(past, into) }
    }

    fn repeat(&mut self, body: &Node, repeat: Repeat) -> Result<(), PatternError> {
        for _ in 0..repeat.min {
            self.node(body)?;
        }
        let Some(max) = repeat.max else {
            return self.endless(body, repeat.greedy);
        };
        let mut splits = Vec::new();
        for _ in repeat.min..max {
            splits.push(self.push(Instruction::Split(0, 0))?);
            self.node(body)?;
        }
        let end = self.steps.len();
        for at in splits {
            self.steps[at] = self.split(repeat.greedy, at + 1, end);
        }
        Ok(())
    }

    fn endless(&mut self, body: &Node, greedy: bool) -> Result<(), PatternError> {
        let simple = matches!(body, Node::Char(..) | Node::Class(_));
        let split = self.push(Instruction::Split(0, 0))?;
        if simple {
            self.node(body)?;
        } else {
            let slot = self.slots;
            self.slots += 1;
            self.push(Instruction::LoopStart(slot))?;
            self.node(body)?;
            self.push(Instruction::LoopCheck(slot))?;
        }
        self.push(Instruction::Jump(split))?;
        let end = self.steps.len();
        self.steps[split] = self.split(greedy, split + 1, end);
        Ok(())
    }

    fn atomic(&mut self, body: &Node) -> Result<(), PatternError> {
        let at = self.push(Instruction::Atomic { next: 0 })?;
        self.node(body)?;
        self.push(Instruction::Match)?;
        let next = self.steps.len();
        self.steps[at] = Instruction::Atomic { next };
        Ok(())
    }

    fn look(&mut self, body: &Node, ahead: bool, negative: bool) -> Result<(), PatternError> {
        if ahead {
            return self.looked(body, None, negative);
        }
        let branches = match body {
            Node::Alternate(branches) => branches.as_slice(),
            one => std::slice::from_ref(one),
        };
        // Each branch goes back by its own length.
        let behind = |compiler: &mut Self, branch: &Node| match fixed_length(branch) {
            Some(length) => compiler.looked(branch, Some(length), negative),
            None => fail("lookbehind assertion is not fixed length"),
        };
        // All negative branches must fail; one positive branch must match.
        match negative {
            true => branches.iter().try_for_each(|branch| behind(self, branch)),
            false => self.alternate(branches, behind),
        }
    }

    fn looked(&mut self, body: &Node, back: Option<usize>, negative: bool) -> Result<(), PatternError> {
        let at = self.push(Instruction::Look { next: 0, back, negative })?;
        self.node(body)?;
        self.push(Instruction::Match)?;
        let next = self.steps.len();
        self.steps[at] = Instruction::Look { next, back, negative };
        Ok(())
    }
}
