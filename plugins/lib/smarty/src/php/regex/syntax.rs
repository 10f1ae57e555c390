//! The tree a pattern is parsed into.

use super::class::Class;

#[derive(Clone, Debug)]
pub enum Node {
    Empty,
    /// One character (a byte without `u`), perhaps whatever its case.
    Char(u32, bool),
    Class(Class),
    Assert(Assert),
    Concat(Vec<Node>),
    Alternate(Vec<Node>),
    Group(Box<Node>, usize),
    Repeat(Box<Node>, Repeat),
    BackReference(usize, bool),
    /// Look-around: the body, and for a look-behind how many characters each branch goes back.
    Look {
        body: Box<Node>,
        ahead: bool,
        negative: bool,
    },
    Atomic(Box<Node>),
    /// `\K`: the match begins here.
    Keep,
}

#[derive(Clone, Copy, Debug)]
pub struct Repeat {
    pub min: u32,
    pub max: Option<u32>,
    pub greedy: bool,
    pub possessive: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assert {
    /// `^` without `m`, `\A`
    Start,
    /// `^` with `m`
    LineStart,
    /// `\z`, `$` with `D`
    End,
    /// `\Z`, `$`: also before a last newline
    EndOrNewline,
    /// `$` with `m`
    LineEnd,
    WordBoundary,
    NoWordBoundary,
    /// `\G`
    SearchStart,
}

/// Characters that a branch of a look-behind matches; `None` when that is not fixed.
pub fn fixed_length(node: &Node) -> Option<usize> {
    match node {
        Node::Empty | Node::Assert(_) | Node::Look { .. } | Node::Keep => Some(0),
        Node::Char(..) | Node::Class(_) => Some(1),
        Node::Concat(parts) => parts.iter().map(fixed_length).sum(),
        Node::Alternate(branches) => {
            let mut lengths = branches.iter().map(fixed_length);
            let first = lengths.next()??;
            lengths.all(|l| l == Some(first)).then_some(first)
        }
        Node::Group(body, _) | Node::Atomic(body) => fixed_length(body),
        Node::Repeat(body, repeat) if repeat.max == Some(repeat.min) => {
            fixed_length(body)?.checked_mul(repeat.min as usize)
        }
        Node::Repeat(..) | Node::BackReference(..) => None,
    }
}
