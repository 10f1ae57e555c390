//! An open tag.

use super::output::Output;
use crate::program::{
    BlockTag, Branch, CFor, Capture, ExprId, For, Foreach, FunctionTag, Loop, Section, Stmt, TextFormat,
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
