//! Variables and their visibility.
//!
//! Smarty's templates hold variables as shared objects: an include starts with its parent's objects, an assignment
//! creates a new object, and a counter (`$i++`) changes the current object in place. So a frame maps symbols to
//! variables in one arena, and tracks which of them are its own.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use crate::php::{Str, Value};
use crate::program::{Prop, Scope};

/// The variable has not been looked up yet.
pub(super) const UNRESOLVED: u32 = u32::MAX;
/// The variable does not exist.
pub(super) const UNSET: u32 = u32::MAX - 1;

#[derive(Clone, Debug, Default)]
pub(super) struct Variable {
    pub value: Value,
    /// The properties that loops set.
    pub props: Option<Box<Props>>,
    /// A running loop needs the properties again.
    pub in_loop: bool,
    /// The host supplied the variable: only the outermost template owns it, whichever template looked it up first.
    pub given: bool,
    /// A loop over the variable has had no pass yet, so `{foreachelse}` would run.
    pub no_pass: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Props {
    /// Bits of [`Prop`]: the properties that are set.
    pub set: u16,
    pub first: bool,
    pub last: bool,
    pub show: bool,
    pub index: i64,
    pub iteration: i64,
    pub total: i64,
    pub key: Value,
    pub step: Value,
}

impl Props {
    pub(super) fn get(&self, prop: Prop) -> Value {
        if self.set & prop.bit() == 0 {
            return Value::Null;
        }
        match prop {
            Prop::First => Value::Bool(self.first),
            Prop::Last => Value::Bool(self.last),
            Prop::Show => Value::Bool(self.show),
            Prop::Index => Value::Int(self.index),
            Prop::Iteration => Value::Int(self.iteration),
            Prop::Total => Value::Int(self.total),
            Prop::Key => self.key.clone(),
            Prop::Step => self.step.clone(),
            Prop::Value | Prop::Other => Value::Null,
        }
    }
}

/// The location of a template function: the loaded template and the function's index there.
pub(super) type FunctionAt = (usize, u32);

pub(super) struct Frame {
    /// The variable of each symbol.
    pub ids: Vec<u32>,
    /// Variables from this index on belong to this frame, or to the function call running in it.
    pub base: u32,
    /// The scope that `{include}` sets for assignments.
    pub scope: Scope,
    /// The variables of the callers of the functions that are running in this template.
    pub saved: Vec<Vec<u32>>,
    pub functions: Rc<FxHashMap<Str, FunctionAt>>,
    pub inheritance: Option<usize>,
}

/// State that `Evaluator::return_from` restores for the caller.
pub(super) struct Caller {
    pub base: u32,
    pub escaped: bool,
}

impl Frame {
    pub(super) fn root(symbols: usize) -> Frame {
        Frame {
            ids: vec![UNRESOLVED; symbols],
            base: 0,
            scope: Scope::Default,
            saved: Vec::new(),
            functions: Rc::default(),
            inheritance: None,
        }
    }

    pub(super) fn id(&self, symbol: usize) -> u32 {
        self.ids.get(symbol).copied().unwrap_or(UNRESOLVED)
    }

    pub(super) fn set(ids: &mut Vec<u32>, symbol: usize, id: u32) {
        if ids.len() <= symbol {
            ids.resize(symbol + 1, UNRESOLVED);
        }
        ids[symbol] = id;
    }
}
