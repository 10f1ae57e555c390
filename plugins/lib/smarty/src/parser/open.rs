//! The stack of open tags, innermost last.

use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::limits;
use crate::parser::output::Output;
use crate::program::{
    Block, BlockTag, Branch, CFor, Capture, ExprId, For, Foreach, FunctionTag, Loop, Section, Stmt, TextFormat,
};

/// An open tag and its content so far.
pub(super) struct Open {
    pub kind: OpenKind,
    /// The start of the tag.
    pub at: u32,
    pub stmts: Vec<(Stmt, u32)>,
}

pub(super) enum OpenKind {
    Template,
    /// A double-quoted string, or a tag used as a value.
    Value,
    If(Vec<Branch>, Arm),
    Else(Vec<Branch>),
    Foreach(Box<Foreach>),
    ForeachElse(Box<Foreach>),
    For(Box<For>),
    ForElse(Box<For>),
    CFor(Box<CFor>),
    CForElse(Box<CFor>),
    While(Loop),
    Section(Box<Section>),
    SectionElse(Box<Section>),
    Capture(Capture),
    Function(FunctionTag, Output),
    /// A `{function}` within a string.
    HollowFunction,
    Block(Box<BlockTag>, Output),
    TextFormat(TextFormat),
    Nocache,
}

/// The arm of an `{if}` that is being parsed.
#[derive(Clone, Copy)]
pub(super) struct Arm {
    pub at: u32,
    pub assign: Option<u32>,
    pub condition: ExprId,
}

impl Open {
    pub(super) fn new(kind: OpenKind, at: u32) -> Open {
        Open { kind, at, stmts: Vec::new() }
    }
}

impl OpenKind {
    pub(super) fn name(&self) -> &'static str {
        match self {
            OpenKind::Template => "template",
            OpenKind::Value => "string",
            OpenKind::If(..) | OpenKind::Else(..) => "if",
            OpenKind::Foreach(_) | OpenKind::ForeachElse(_) => "foreach",
            OpenKind::For(_) | OpenKind::ForElse(_) | OpenKind::CFor(_) | OpenKind::CForElse(_) => "for",
            OpenKind::While(_) => "while",
            OpenKind::Section(_) | OpenKind::SectionElse(_) => "section",
            OpenKind::Capture(_) => "capture",
            OpenKind::Function(..) | OpenKind::HollowFunction => "function",
            OpenKind::Block(..) => "block",
            OpenKind::TextFormat(_) => "textformat",
            OpenKind::Nocache => "nocache",
        }
    }

    pub(super) fn is_template(&self) -> bool {
        matches!(self, OpenKind::Template)
    }

    pub(super) fn is_value(&self) -> bool {
        matches!(self, OpenKind::Value)
    }

    /// True for a loop, which counts as a level of `{break}` and `{continue}`.
    pub(super) fn is_loop(&self) -> bool {
        matches!(
            self,
            OpenKind::Foreach(_) | OpenKind::For(_) | OpenKind::CFor(_) | OpenKind::While(_) | OpenKind::Section(_)
        )
    }
}

impl Parser<'_> {
    pub(super) fn open(&self) -> &Open {
        // The template itself is at the bottom and never removed.
        &self.opens[self.opens.len() - 1]
    }

    pub(super) fn push_open(&mut self, kind: OpenKind) -> ParseResult<()> {
        if self.opens.len() > limits::BLOCK_NESTING {
            let max = limits::BLOCK_NESTING;
            return Err(Problem::limit(format!("nesting of tags exceeds {max}")));
        }
        self.opens.push(Open::new(kind, self.tag_start));
        Ok(())
    }

    /// Adds a statement to the innermost open tag.
    pub(super) fn emit(&mut self, stmt: Stmt) {
        let at = self.tag_start;
        if let Some(open) = self.opens.last_mut() {
            open.stmts.push((stmt, at));
        }
    }

    /// Removes the innermost open tag for the closing tag `closing`. The caller has checked that they match, or reports
    /// the difference with [`Parser::mismatch`].
    pub(super) fn pop_open(&mut self, closing: &str) -> ParseResult<(OpenKind, Block)> {
        let open = self.open();
        if open.kind.is_template() {
            return Err(Problem::syntax(format!("{closing} without an opening tag")));
        }
        if open.kind.is_value() {
            return Err(Problem::syntax(format!("{closing} without an opening tag within this string")));
        }
        match self.opens.pop() {
            Some(open) => {
                // From here on `tag_start` is the opening tag, but an error belongs to the closing one.
                self.problem_at.set(Some(self.tag_start));
                self.tag_start = open.at;
                let body = self.b.block(&open.stmts);
                Ok((open.kind, body))
            }
            None => Err(Problem::syntax(format!("{closing} without an opening tag"))),
        }
    }

    /// The error of closing one tag while another is open.
    pub(super) fn mismatch(&self, open: &OpenKind, closing: &str) -> Problem {
        let name = open.name();
        Problem::syntax(format!("unexpected {closing}: close {{{name}}} first with {{/{name}}}"))
    }
}
