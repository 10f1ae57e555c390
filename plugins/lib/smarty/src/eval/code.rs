//! The templates of a render.

use std::rc::Rc;

use crate::program::{Expr, ExprId, Program, Symbol, Template};

/// A template in one render: its arenas, and the mapping of its symbols.
pub(super) struct Code<'c> {
    pub program: &'c Program,
    pub name: &'c Rc<str>,
    /// The file that is being rendered: for a template function, the file that calls it.
    pub running: &'c Rc<str>,
    /// The evaluator's symbol for each of the template's; `None` if they are equal.
    pub symbols: Option<&'c [u32]>,
    /// Index in `Evaluator::loaded`.
    pub loaded: usize,
}

impl Code<'_> {
    pub(super) fn symbol(&self, symbol: Symbol) -> usize {
        match self.symbols {
            None => symbol as usize,
            Some(symbols) => symbols[symbol as usize] as usize,
        }
    }

    pub(super) fn expr(&self, id: ExprId) -> Expr {
        self.program.exprs[id.0 as usize]
    }
}

/// A template that this render uses.
#[derive(Clone)]
pub(super) struct Loaded<'r> {
    pub template: TemplateRef<'r>,
    pub symbols: Option<Rc<[u32]>>,
}

#[derive(Clone)]
pub(super) enum TemplateRef<'r> {
    Root(&'r Template),
    Shared(Rc<Template>),
}

impl<'r> Loaded<'r> {
    pub(super) fn root(template: &'r Template) -> Loaded<'r> {
        Loaded { template: TemplateRef::Root(template), symbols: None }
    }

    pub(super) fn template(&self) -> &Template {
        match &self.template {
            TemplateRef::Root(template) => template,
            TemplateRef::Shared(template) => template,
        }
    }

    pub(super) fn code(&self, loaded: usize) -> Code<'_> {
        let Template { name, program } = self.template();
        Code { program, name, running: name, symbols: self.symbols.as_deref(), loaded }
    }
}
