//! The compiled form of a template: statements and expressions in flat arenas that refer to each other by index, with
//! all text in one buffer. Hundreds of templates stay in memory for the life of a component, so nodes have 12 to 16
//! bytes and rare ones have their own tables.

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

use crate::error::{Error, Problem};
use crate::php::{Function, Str, Value};
use crate::source::LineIndex;

/// A parsed template file.
///
/// It holds no source text and borrows nothing; rendering does not change it. A clone is cheap: it shares the compiled
/// form.
#[derive(Clone, Debug)]
pub struct Template {
    pub(crate) name: Rc<str>,
    pub(crate) program: Rc<Program>,
}

/// The compiled form of a source text, independent of the file's name.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) lines: LineIndex,
    pub(crate) text: Box<[u8]>,
    /// The names of variables, by [`Symbol`].
    pub(crate) symbols: Box<[Box<str>]>,
    pub(crate) constants: Box<[Value]>,
    pub(crate) stmts: Box<[Stmt]>,
    /// The start of each statement's tag.
    pub(crate) places: Box<[u32]>,
    pub(crate) exprs: Box<[Expr]>,
    /// The operands of expressions that have any number of them.
    pub(crate) lists: Box<[ExprId]>,
    pub(crate) calls: Box<[&'static Function]>,
    pub(crate) branches: Box<[Branch]>,
    pub(crate) tags: tags::Tables,
    pub(crate) body: Block,
    /// `Some` if the file takes part in inheritance; true if it starts with `{extends}`.
    pub(crate) inherits: Option<bool>,
    /// The files that `{extends}` names.
    pub(crate) extends: Vec<ExprId>,
    /// Tags that only a `{function}` of an including file can define, and where they are.
    pub(crate) unknown_tags: Vec<(Str, u32)>,
    /// What the evaluator refuses when it reaches it, and where it is.
    pub(crate) refusals: Vec<(Box<str>, u32)>,
}

impl Template {
    /// The name given to [`Template::parse`].
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same template under another name, at no cost in memory. FusionPBX ships most files of a vendor several
    /// times.
    #[must_use]
    pub fn renamed(&self, name: &str) -> Template {
        Template { name: Rc::from(name), program: Rc::clone(&self.program) }
    }

    /// True if both templates share one compiled form.
    #[must_use]
    pub fn shares_text_with(&self, other: &Template) -> bool {
        Rc::ptr_eq(&self.program, &other.program)
    }

    /// Checks that the file defines each `{function}` that it calls by a tag of its own, except those that are `defined`
    /// elsewhere. Otherwise only a file that defines the function can include it.
    ///
    /// # Errors
    /// [`Syntax`](crate::ErrorKind::Syntax) at the first tag that neither defines.
    pub fn stands_alone(&self, defined: impl Fn(&[u8]) -> bool) -> Result<(), Error> {
        let unknown = self.unknown_tag(|name| defined(name.as_bytes()));
        unknown.map_or(Ok(()), |(problem, at)| Err(self.error_at(problem, at)))
    }

    /// What Smarty renders and this crate refuses on purpose. Each is an error of kind
    /// [`Refused`](crate::ErrorKind::Refused) once a render reaches it.
    pub fn refusals(&self) -> impl Iterator<Item = Error> {
        let refusals = self.program.refusals.iter();
        refusals.map(|(message, at)| self.error_at(Problem::refused(&**message), *at))
    }

    fn error_at(&self, problem: Problem, at: u32) -> Error {
        let place = self.program.lines.position(at);
        Error {
            kind: problem.kind,
            template: self.name.to_string(),
            line: place.line,
            column: place.column,
            excerpt: String::new(),
            message: problem.message,
        }
    }

    /// The names of the `{function}`s that the file defines.
    pub fn functions(&self) -> impl Iterator<Item = &[u8]> {
        self.program.tags.functions.iter().map(|function| function.name.as_bytes())
    }

    /// The first tag that is not `defined`, and where it is.
    pub(crate) fn unknown_tag(&self, defined: impl Fn(&Str) -> bool) -> Option<(Problem, u32)> {
        let (name, at) = self.program.unknown_tags.iter().find(|(name, _)| !defined(name))?;
        Some((Problem::unknown_tag(&name.to_lossy()), *at))
    }

    /// An estimate of the compiled form's size in bytes, strings and tables included.
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
