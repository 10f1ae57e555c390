//! Calls of PHP functions, and constructs that look like them.

use super::flat::{Flat, Infix};
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::lexer::Kind;
use crate::php;
use crate::program::{Binary, Expr, ExprId};
use crate::registry;

impl Parser<'_> {
    /// Parses `name(…)` with the cursor at the parenthesis.
    pub(super) fn call(&mut self, name: &[u8]) -> ParseResult<ExprId> {
        self.expect(Kind::OpenP)?;
        let name = name.to_ascii_lowercase();
        if name == b"isset" {
            return self.isset();
        }
        let args = self.arguments()?;
        match name.as_slice() {
            b"empty" => return self.empty(&args),
            b"reset" | b"current" | b"end" | b"prev" | b"next" if args.len() != 1 => {
                let name = String::from_utf8_lossy(&name);
                return Err(Problem::syntax(format!("{name}() takes one argument")));
            }
            _ => {}
        }
        match registry::function(&name).or_else(|| self.extra(&name)) {
            Some(function) => Ok(self.b.call(function, &args)),
            None => self.refused_call(&name),
        }
    }

    pub(super) fn arguments(&mut self) -> ParseResult<Vec<ExprId>> {
        let mut args = Vec::new();
        if self.eat(Kind::CloseP) {
            return Ok(args);
        }
        // Smarty's grammar allows a leading comma.
        self.eat(Kind::Comma);
        loop {
            args.push(self.expression()?);
            if !self.eat(Kind::Comma) {
                break;
            }
        }
        self.expect(Kind::CloseP)?;
        Ok(args)
    }

    /// The arguments of `isset(`: PHP tests variables, and Smarty compares anything else with null.
    fn isset(&mut self) -> ParseResult<ExprId> {
        let mut all = None;
        if self.kind() != Kind::CloseP {
            self.eat(Kind::Comma);
            loop {
                let set = self.isset_argument()?;
                all = Some(match all {
                    Some(before) => self.b.expr(Expr::And(before, set)),
                    None => set,
                });
                if !self.eat(Kind::Comma) {
                    break;
                }
            }
        }
        self.expect(Kind::CloseP)?;
        all.ok_or_else(|| Problem::syntax("isset() takes at least one argument"))
    }

    fn isset_argument(&mut self) -> ParseResult<ExprId> {
        let dollar = |kind| matches!(kind, Kind::DollarId | Kind::Dollar);
        let (plain, in_parentheses) = (dollar(self.kind()), dollar(self.peek(1)));
        let mut row = Vec::new();
        self.expr(&mut row)?;
        // Smarty drops the parentheses around the condition of a ternary.
        let ternary = row.iter().any(|piece| matches!(piece, Flat::Question));
        let starts = plain || (ternary && in_parentheses);
        let ends = self.at > 0 && self.tokens[self.at - 1].kind != Kind::CloseP;
        let variable = |piece: &Flat| matches!(piece, Flat::Operand(arg) if self.is_variable(*arg));
        match row.as_slice() {
            [Flat::Operand(only)] if self.is_variable(*only) => {
                let list = self.b.list(&[*only]);
                Ok(self.b.expr(Expr::Isset(list)))
            }
            // Smarty takes a row that starts and ends with a variable for one.
            [first, .., last] if starts && ends && variable(first) && variable(last) && !joined(&row) => {
                Err(Problem::syntax("isset() takes a variable and not an expression: compare with null instead"))
            }
            _ => {
                let null = self.b.constant(php::Value::Null);
                row.extend([Flat::Infix(Infix::Plain(Binary::NotIdentical)), Flat::Operand(null)]);
                self.build(&row)
            }
        }
    }

    /// True for what PHP's own `isset` accepts.
    fn is_variable(&self, arg: ExprId) -> bool {
        matches!(
            self.b.get(arg),
            Expr::Var(_) | Expr::NamedVar(_) | Expr::Index(..) | Expr::Prop(..) | Expr::NamedProp(..) | Expr::Super(_)
        )
    }

    fn empty(&mut self, args: &[ExprId]) -> ParseResult<ExprId> {
        match args {
            [arg] => Ok(self.b.expr(Expr::Empty(*arg))),
            _ => Err(Problem::syntax("empty() takes one argument")),
        }
    }
}

/// True if the first or the last piece is one of `|cat`, which Smarty puts in parentheses.
fn joined(row: &[Flat]) -> bool {
    let cat = |piece: Option<&Flat>| matches!(piece, Some(Flat::Infix(Infix::Concat)));
    cat(row.get(1)) || cat(row.len().checked_sub(2).and_then(|at| row.get(at)))
}
