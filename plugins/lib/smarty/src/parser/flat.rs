//! The pieces of an expression before its operators are bound: see [`precedence`](super::precedence).

use crate::program::{Binary, ExprId, Unary};

#[derive(Clone, Copy, Debug)]
pub(super) enum Flat {
    Operand(ExprId),
    Prefix(Unary),
    Infix(Infix),
    Question,
    Colon,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Infix {
    Plain(Binary),
    And,
    Or,
    Concat,
}

/// `|name:argument:argument`
#[derive(Clone, Debug)]
pub(super) struct Modifier {
    pub name: Vec<u8>,
    /// Rows of pieces: a cast that Smarty writes before an argument applies to the first piece only.
    pub args: Vec<Vec<Flat>>,
}
