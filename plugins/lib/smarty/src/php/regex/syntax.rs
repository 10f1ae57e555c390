//! The syntax tree of a pattern.

use super::class::Class;

#[derive(Clone, Debug)]
pub enum Node {
    Empty,
    /// One character (a byte without `u`), and whether its case is ignored.
    Char(u32, bool),
    Class(Class),
    Assert(Assert),
    Concat(Vec<Node>),
    Alternate(Vec<Node>),
    Group(Box<Node>, usize),
    Repeat(Box<Node>, Repeat),
    BackReference(usize, bool),
    /// A look-around: the body, and for a look-behind the number of characters that each branch goes back.
    Look {
        body: Box<Node>,
        ahead: bool,
        negative: bool,
    },
    Atomic(Box<Node>),
    /// `\K`: the match starts here.
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
    /// `\Z`, `$`: also before a final newline
    EndOrNewline,
    /// `$` with `m`
    LineEnd,
    WordBoundary,
    NoWordBoundary,
    /// `\G`
    SearchStart,
}

/// The number of characters that a branch of a look-behind matches; `None` if it is not fixed.
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
