//! What a render keeps from one tag to the next: counters, blocks, untrusted output.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::php::{Str, Value};

/// A `{counter}` by its name.
#[derive(Clone, Debug)]
pub(super) struct Counter {
    pub count: Value,
    pub skip: Value,
    pub down: bool,
    pub assign: Option<Value>,
}

/// A `{cycle}` by its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Cycle {
    pub values: Option<Value>,
    pub delimiter: Option<Value>,
    pub index: Option<usize>,
}

/// The progress of a chain of `{extends}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum State {
    #[default]
    Start,
    /// Children are being rendered, for their blocks only.
    Child,
    /// The last child is finished.
    Between,
    /// The topmost parent is being rendered.
    Parent,
}

#[derive(Debug, Default)]
pub(super) struct Inheritance {
    pub state: State,
    pub level: u32,
    /// The number of the current template in the chain.
    pub index: usize,
    /// The blocks of the children so far, by name.
    pub children: FxHashMap<Str, usize>,
    /// The start of the output to discard.
    pub start: usize,
}

/// A block of a template in this render.
#[derive(Clone, Copy, Debug)]
pub(super) struct BlockNode {
    pub loaded: usize,
    pub tag: u32,
    pub index: usize,
    pub child: Option<usize>,
    pub parent: Option<usize>,
    pub append: bool,
    pub prepend: bool,
    pub hide: bool,
    pub calls_child: bool,
}

/// The state of the document that its escaping needs.
#[derive(Default)]
pub(super) struct Trust {
    /// The number of leading bytes that are unchanged since the last untrusted value.
    pub kept: usize,
    /// The number of captures in progress.
    pub captures: u32,
    /// The untrusted values within these captures, with their ranges in the document.
    pub printed: Vec<(Range<usize>, Str)>,
}
