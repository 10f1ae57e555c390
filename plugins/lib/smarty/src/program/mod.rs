//! The compiled form of a template: statements and expressions in flat arenas, referring to each other by
//! index, with all text in one buffer. A template stays in memory for good (and in the snapshot of a
//! component by the hundreds), so nodes are 12 to 16 bytes and rare ones live in tables of their own.

mod builder;
mod nodes;
mod reads;
mod tags;

pub(crate) use builder::Builder;
pub(crate) use nodes::{Binary, Block, Cast, Expr, ExprId, List, NONE, Name, Prop, Stmt, Super, Symbol, Unary};
pub use reads::Reads;
pub(crate) use tags::{
    Assign, BlockTag, Branch, CFor, CStep, CallTag, Capture, For, Foreach, FunctionTag, HtmlTag, Include, Loop, Params,
    Place, Plugin, PluginTag, Scope, Section, SectionProps, TextFormat, add,
};

use std::rc::Rc;

use crate::php::{Function, Value};
use crate::source::LineIndex;

/// A parsed template file.
///
/// It holds no source text and borrows nothing; rendering it any number of times changes nothing in it.
#[derive(Clone, Debug)]
pub struct Template {
    pub(crate) name: Rc<str>,
    pub(crate) program: Rc<Program>,
}

/// What a template's text says, whatever the file is called.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) lines: LineIndex,
    pub(crate) text: Box<[u8]>,
    /// Names of variables, by [`Symbol`].
    pub(crate) symbols: Box<[Box<str>]>,
    pub(crate) constants: Box<[Value]>,
    pub(crate) stmts: Box<[Stmt]>,
    /// Where each statement's tag starts.
    pub(crate) places: Box<[u32]>,
    pub(crate) exprs: Box<[Expr]>,
    /// Operands of expressions with any number of them.
    pub(crate) lists: Box<[ExprId]>,
    pub(crate) calls: Box<[&'static Function]>,
    pub(crate) branches: Box<[Branch]>,
    pub(crate) tags: tags::Tables,
    pub(crate) body: Block,
    /// `Some` when the file takes part in inheritance; true when it begins with `{extends}`.
    pub(crate) inherits: Option<bool>,
    /// The files of `{extends}`.
    pub(crate) extends: Vec<ExprId>,
}

impl Template {
    /// The name given to [`Template::parse`].
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A file of the same text, which takes no room of its own. FusionPBX has most files of a vendor several times.
    #[must_use]
    pub fn renamed(&self, name: &str) -> Template {
        Template { name: Rc::from(name), program: Rc::clone(&self.program) }
    }

    /// Whether both are names of one text.
    #[must_use]
    pub fn shares_text_with(&self, other: &Template) -> bool {
        Rc::ptr_eq(&self.program, &other.program)
    }

    /// Bytes that the compiled form takes, strings and tables included (an estimate).
    #[must_use]
    pub fn size(&self) -> usize {
        self.program.size()
    }
}

impl Program {
    fn size(&self) -> usize {
        let constants = self.constants.iter().map(|value| match value {
            Value::Str(s) => s.len() + 16,
            _ => 0,
        });
        let constants: usize = constants.sum();
        let symbols: usize = self.symbols.iter().map(|s| s.len() + size_of::<Box<str>>()).sum();
        self.text.len()
            + symbols
            + constants
            + size_of_val(&*self.constants)
            + size_of_val(&*self.stmts)
            + size_of_val(&*self.places)
            + size_of_val(&*self.exprs)
            + size_of_val(&*self.lists)
            + size_of_val(&*self.branches)
            + self.lines.size()
            + self.tags.size()
    }

    pub(crate) fn list(&self, list: List) -> &[ExprId] {
        &self.lists[list.start as usize..(list.start + list.len) as usize]
    }
}
