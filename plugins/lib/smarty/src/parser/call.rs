//! Calls of PHP functions, and constructs that look like them.

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
        let args = self.arguments()?;
        let name = name.to_ascii_lowercase();
        match name.as_slice() {
            b"isset" => return self.isset(&args),
            b"empty" => return self.empty(&args),
            b"reset" | b"current" | b"end" | b"prev" | b"next" if args.len() != 1 => {
                let name = String::from_utf8_lossy(&name);
                return Err(Problem::syntax(format!("{name}() takes one argument")));
            }
            _ => {}
        }
        match registry::function(&name) {
            Some(function) => Ok(self.b.call(function, &args)),
            None => Err(unknown(&name)),
        }
    }

    fn arguments(&mut self) -> ParseResult<Vec<ExprId>> {
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

    fn isset(&mut self, args: &[ExprId]) -> ParseResult<ExprId> {
        if args.is_empty() {
            return Err(Problem::syntax("isset() takes at least one argument"));
        }
        if args.iter().all(|&arg| self.is_variable(arg)) {
            let args = self.b.list(args);
            return Ok(self.b.expr(Expr::Isset(args)));
        }
        let mut all = None;
        for &arg in args {
            let set = if self.is_variable(arg) {
                let arg = self.b.list(&[arg]);
                self.b.expr(Expr::Isset(arg))
            } else {
                let null = self.b.constant(php::Value::Null);
                self.b.binary(Binary::NotIdentical, arg, null)
            };
            all = Some(match all {
                Some(before) => self.b.expr(Expr::And(before, set)),
                None => set,
            });
        }
        all.ok_or_else(|| Problem::syntax("isset() takes at least one argument"))
    }

    /// True for what PHP's own `isset` accepts; Smarty compares anything else with null.
    fn is_variable(&self, arg: ExprId) -> bool {
        matches!(
            self.b.get(arg),
            Expr::Var(_) | Expr::NamedVar(_) | Expr::Index(..) | Expr::Prop(..) | Expr::NamedProp(..)
        )
    }

    fn empty(&mut self, args: &[ExprId]) -> ParseResult<ExprId> {
        match args {
            [arg] => Ok(self.b.expr(Expr::Empty(*arg))),
            _ => Err(Problem::syntax("empty() takes one argument")),
        }
    }
}

fn unknown(name: &[u8]) -> Problem {
    let name = String::from_utf8_lossy(name);
    Problem::refused(format!(
        "{name}() is not on the list of functions that templates may call (plugins/lib/smarty/COMPATIBILITY.md)"
    ))
}
