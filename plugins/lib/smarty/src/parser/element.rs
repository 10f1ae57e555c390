//! A tag used as a value: `{$x = {counter}}`.

use super::open::OpenKind;
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::program::{Expr, ExprId};

impl Parser<'_> {
    /// Parses one tag; its value is its output.
    pub(super) fn tag_value(&mut self) -> ParseResult<ExprId> {
        self.enter()?;
        let tag_start = self.tag_start;
        let outer = self.detach();
        let depth = self.opens.len();
        self.push_open(OpenKind::Value)?;
        self.smarty_tag()?;
        if self.opens.len() != depth + 1 {
            let name = self.open().kind.name();
            return Err(Problem::syntax(format!("{{{name}}} cannot be used as a value")));
        }
        let stmts = self.opens.pop().map(|open| open.stmts).unwrap_or_default();
        let block = self.b.block(&stmts);
        self.attach(outer);
        self.tag_start = tag_start;
        self.leave();
        Ok(self.b.expr(Expr::Output(block)))
    }
}
