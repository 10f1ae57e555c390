//! `expr` of Smarty's grammar, collected as a flat row.

use super::flat::{Flat, Infix};
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::lexer::Kind;
use crate::program::{Binary, Expr, ExprId, Unary};

impl Parser<'_> {
    /// Parses and builds a whole expression.
    pub(super) fn expression(&mut self) -> ParseResult<ExprId> {
        let mut row = Vec::new();
        self.expr(&mut row)?;
        self.build(&row)
    }

    /// Collects an expression into a row.
    pub(super) fn expr(&mut self, row: &mut Vec<Flat>) -> ParseResult<()> {
        self.enter()?;
        let start = row.len();
        if !self.first(row)? {
            self.rest(row, start)?;
        }
        self.leave();
        Ok(())
    }

    /// Collects the first operand, or a whole ternary; `true` for a ternary, because it extends to the end.
    pub(super) fn first(&mut self, row: &mut Vec<Flat>) -> ParseResult<bool> {
        if self.kind() == Kind::DollarId && self.peek(1) == Kind::Colon {
            self.stream(row)?;
            return Ok(false);
        }
        if self.kind() != Kind::OpenP {
            self.value(row)?;
            return Ok(false);
        }
        self.next();
        let mut inner = Vec::new();
        self.expr(&mut inner)?;
        self.expect(Kind::CloseP)?;
        if self.kind() == Kind::QMark {
            self.ternary_rest(row, &inner)?;
            return Ok(true);
        }
        let operand = self.operand(&inner)?;
        self.modified(row, vec![operand])?;
        Ok(false)
    }

    /// Collects the operators and operands after an operand. `start` is the first piece to which "is even" and the
    /// like apply.
    pub(super) fn rest(&mut self, row: &mut Vec<Flat>, mut start: usize) -> ParseResult<()> {
        loop {
            match self.kind() {
                Kind::Math | Kind::UniMath => self.arithmetic(row)?,
                Kind::DivBy => self.divisible(row, start)?,
                Kind::SingleCond => self.even(row, start)?,
                Kind::IsIn => self.is_in(row, start)?,
                Kind::LogOp | Kind::WordOp => {
                    let operator = self.logical()?;
                    row.push(Flat::Infix(operator));
                    start = row.len();
                    if self.first(row)? {
                        return Ok(());
                    }
                }
                _ => return Ok(()),
            }
        }
    }

    fn arithmetic(&mut self, row: &mut Vec<Flat>) -> ParseResult<()> {
        let token = self.next();
        let operator = match self.word(token) {
            b"+" => Binary::Add,
            b"-" => Binary::Sub,
            b"*" => Binary::Mul,
            b"/" => Binary::Div,
            b"%" => Binary::Mod,
            b"**" => Binary::Pow,
            b"&" => Binary::BitAnd,
            _ => Binary::BitXor,
        };
        self.check_signs(operator)?;
        row.push(Flat::Infix(Infix::Plain(operator)));
        self.value(row)
    }

    /// `2 - -1` becomes `2--1`, which PHP does not parse.
    fn check_signs(&self, operator: Binary) -> ParseResult<()> {
        let sign = match operator {
            Binary::Add => b"+",
            Binary::Sub => b"-",
            _ => return Ok(()),
        };
        let next = self.tokens.get(self.at).filter(|token| token.kind == Kind::UniMath);
        if next.is_some_and(|&token| self.slice(token).starts_with(sign)) {
            return Err(Problem::syntax("an operator followed by the same sign: put the signed value in parentheses"));
        }
        Ok(())
    }

    fn logical(&mut self) -> ParseResult<Infix> {
        let token = self.next();
        let word = self.word(token).to_ascii_lowercase();
        Ok(match word.as_slice() {
            b"==" | b"eq" => Infix::Plain(Binary::Equal),
            b"!=" | b"<>" | b"ne" | b"neq" => Infix::Plain(Binary::NotEqual),
            b"===" => Infix::Plain(Binary::Identical),
            b"!==" => Infix::Plain(Binary::NotIdentical),
            b"<" | b"lt" => Infix::Plain(Binary::Less),
            b"<=" | b"le" | b"lte" => Infix::Plain(Binary::LessEqual),
            b">" | b"gt" => Infix::Plain(Binary::Greater),
            b">=" | b"ge" | b"gte" => Infix::Plain(Binary::GreaterEqual),
            b"&&" | b"and" => Infix::And,
            b"||" | b"or" => Infix::Or,
            b"xor" => Infix::Plain(Binary::Xor),
            b"mod" => Infix::Plain(Binary::Mod),
            _ => {
                let word = String::from_utf8_lossy(&word).into_owned();
                return Err(Problem::syntax(format!("\"{word}\" is not an operator")));
            }
        })
    }

    /// `is div by`, `is even by`, `is odd by`, with or without `not`.
    fn divisible(&mut self, row: &mut Vec<Flat>, start: usize) -> ParseResult<()> {
        let word = self.condition_word();
        let operator = match word.ends_with("divby") {
            true => Binary::Mod,
            false => Binary::Div,
        };
        let mut inner = Vec::new();
        if operator == Binary::Div {
            self.one_and(&mut inner);
        }
        inner.extend(row.drain(start..));
        inner.push(Flat::Infix(Infix::Plain(operator)));
        self.value(&mut inner)?;
        let negated = matches!(word.as_str(), "isdivby" | "isevenby" | "isnotoddby");
        self.push_condition(row, &inner, negated)
    }

    /// `is even`, `is odd`, with or without `not`.
    fn even(&mut self, row: &mut Vec<Flat>, start: usize) -> ParseResult<()> {
        let word = self.condition_word();
        let mut inner = Vec::new();
        self.one_and(&mut inner);
        inner.extend(row.drain(start..));
        let negated = matches!(word.as_str(), "iseven" | "isnotodd");
        self.push_condition(row, &inner, negated)
    }

    fn condition_word(&mut self) -> String {
        let token = self.next();
        let text = self.slice(token).iter().filter(|b| !b.is_ascii_whitespace());
        text.map(|b| char::from(b.to_ascii_lowercase())).collect()
    }

    /// Appends `1 &`.
    fn one_and(&mut self, row: &mut Vec<Flat>) {
        row.push(Flat::Operand(self.b.int(1)));
        row.push(Flat::Infix(Infix::Plain(Binary::BitAnd)));
    }

    /// `(…)` or `!(…)`: the `!` stays a separate piece, since it binds loosely.
    fn push_condition(&mut self, row: &mut Vec<Flat>, inner: &[Flat], negated: bool) -> ParseResult<()> {
        let operand = self.operand(inner)?;
        if negated {
            row.push(Flat::Prefix(Unary::Not));
        }
        row.push(operand);
        Ok(())
    }

    fn is_in(&mut self, row: &mut Vec<Flat>, start: usize) -> ParseResult<()> {
        self.next();
        let needle: Vec<Flat> = row.drain(start..).collect();
        let needle = self.build(&needle)?;
        let mut haystack = vec![Flat::Prefix(Unary::Cast(crate::program::Cast::Array))];
        self.value(&mut haystack)?;
        let haystack = self.build(&haystack)?;
        row.push(Flat::Operand(self.b.expr(Expr::InArray(needle, haystack))));
        Ok(())
    }

    /// Parses `? yes : no` after `(condition)`, whose parentheses Smarty drops.
    fn ternary_rest(&mut self, row: &mut Vec<Flat>, condition: &[Flat]) -> ParseResult<()> {
        row.extend_from_slice(condition);
        self.expect(Kind::QMark)?;
        row.push(Flat::Question);
        if self.kind() == Kind::DollarId && self.peek(1) == Kind::Colon {
            let token = self.next();
            let name = self.variable_name(token);
            row.push(Flat::Operand(self.b.var(&name)));
        } else {
            self.expr(row)?;
        }
        self.expect(Kind::Colon)?;
        row.push(Flat::Colon);
        self.expr(row)
    }
}
