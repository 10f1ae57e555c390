//! Operator precedence, as PHP applies it.
//!
//! Smarty's grammar only checks the order of operands and operators. PHP then decides the precedence when it parses the
//! code that Smarty has written, in which a string with variables, or `|cat`, is several operands with dots between
//! them. So an expression is first collected as a flat row of pieces, and this module is the second parser.

use super::flat::{Flat, Infix};
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::program::{Binary, Cast, Expr, ExprId, Unary};

/// The precedence of an operator, and whether it may follow another of its level.
struct Binding {
    level: u8,
    chain: Chain,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Chain {
    Left,
    Right,
    No,
}

const TERNARY: u8 = 2;

fn binding(operator: Infix) -> Binding {
    use Binary::{
        Add, BitAnd, BitXor, Div, Equal, Greater, GreaterEqual, Identical, Less, LessEqual, Mod, Mul, NotEqual,
        NotIdentical, Pow, Sub, Xor,
    };
    let (level, chain) = match operator {
        Infix::Plain(Xor) => (1, Chain::Left),
        Infix::Or => (3, Chain::Left),
        Infix::And => (4, Chain::Left),
        Infix::Plain(BitXor) => (5, Chain::Left),
        Infix::Plain(BitAnd) => (6, Chain::Left),
        Infix::Plain(Equal | NotEqual | Identical | NotIdentical) => (7, Chain::No),
        Infix::Plain(Less | LessEqual | Greater | GreaterEqual) => (8, Chain::No),
        Infix::Concat => (9, Chain::Left),
        Infix::Plain(Add | Sub) => (10, Chain::Left),
        Infix::Plain(Mul | Div | Mod) => (11, Chain::Left),
        Infix::Plain(Pow) => (14, Chain::Right),
    };
    Binding { level, chain }
}

fn prefix_level(operator: Unary) -> u8 {
    match operator {
        Unary::Not => 12,
        _ => 13,
    }
}

impl Parser<'_> {
    /// Builds the expression that PHP makes of a row of pieces.
    pub(super) fn build(&mut self, row: &[Flat]) -> ParseResult<ExprId> {
        if let [Flat::Operand(only)] = row {
            return Ok(*only);
        }
        let mut at = 0;
        let built = self.binds(row, &mut at, 0)?;
        match row.get(at) {
            None => Ok(built),
            Some(_) => Err(not_php()),
        }
    }

    /// Builds the content of parentheses, or of an argument of a call.
    pub(super) fn operand(&mut self, row: &[Flat]) -> ParseResult<Flat> {
        Ok(Flat::Operand(self.build(row)?))
    }

    fn binds(&mut self, row: &[Flat], at: &mut usize, least: u8) -> ParseResult<ExprId> {
        let mut left = self.prefixed(row, at)?;
        // The level that may not be repeated: `1 < 2 < 3`.
        let mut blocked = None;
        loop {
            let operator = match row.get(*at) {
                Some(Flat::Infix(operator)) => *operator,
                Some(Flat::Question) if least <= TERNARY => {
                    if blocked == Some(TERNARY) {
                        return Err(Problem::syntax(
                            "nested ternary without parentheses: put the inner one in parentheses",
                        ));
                    }
                    left = self.ternary(left, row, at)?;
                    blocked = Some(TERNARY);
                    continue;
                }
                _ => return Ok(left),
            };
            let Binding { level, chain } = binding(operator);
            if level < least {
                return Ok(left);
            }
            if blocked == Some(level) {
                return Err(Problem::syntax("comparisons cannot be chained: use parentheses"));
            }
            *at += 1;
            let right_least = if chain == Chain::Right { level } else { level + 1 };
            self.enter()?;
            let right = self.binds(row, at, right_least)?;
            self.leave();
            left = self.infix(operator, left, right);
            blocked = (chain == Chain::No).then_some(level);
        }
    }

    fn prefixed(&mut self, row: &[Flat], at: &mut usize) -> ParseResult<ExprId> {
        match row.get(*at) {
            Some(Flat::Operand(operand)) => {
                *at += 1;
                Ok(*operand)
            }
            Some(Flat::Prefix(operator)) => {
                let operator = *operator;
                *at += 1;
                self.enter()?;
                let operand = self.binds(row, at, prefix_level(operator))?;
                self.leave();
                Ok(self.b.expr(Expr::Unary(operator, operand)))
            }
            _ => Err(not_php()),
        }
    }

    fn ternary(&mut self, condition: ExprId, row: &[Flat], at: &mut usize) -> ParseResult<ExprId> {
        *at += 1;
        self.enter()?;
        let yes = self.binds(row, at, 0)?;
        self.leave();
        let Some(Flat::Colon) = row.get(*at) else {
            return Err(not_php());
        };
        *at += 1;
        let no = self.binds(row, at, TERNARY + 1)?;
        Ok(self.b.expr(Expr::Ternary(condition, yes, no)))
    }

    fn infix(&mut self, operator: Infix, left: ExprId, right: ExprId) -> ExprId {
        match operator {
            Infix::Plain(operator) => self.b.binary(operator, left, right),
            Infix::And => self.b.expr(Expr::And(left, right)),
            Infix::Or => self.b.expr(Expr::Or(left, right)),
            Infix::Concat => self.concat(left, right),
        }
    }

    /// Joins `left . right`; longer rows of dots become one node.
    fn concat(&mut self, left: ExprId, right: ExprId) -> ExprId {
        if let (Some(a), Some(b)) = (self.b.constant_of(left), self.b.constant_of(right)) {
            let text = [a.to_bytes(), b.to_bytes()].concat();
            return self.b.string(&text);
        }
        let right = self.uncast(right);
        if let Expr::Concat(list) = self.b.get(left)
            && let Some(longer) = self.b.extend(list, right)
        {
            return self.b.expr(Expr::Concat(longer));
        }
        let left = self.uncast(left);
        let list = self.b.list(&[left, right]);
        self.b.expr(Expr::Concat(list))
    }

    /// A part of a concatenation without its cast to string, since joining casts anyway.
    fn uncast(&self, part: ExprId) -> ExprId {
        match self.b.get(part) {
            Expr::Unary(Unary::Cast(Cast::Str), inner) => inner,
            _ => part,
        }
    }
}

fn not_php() -> Problem {
    Problem::syntax("operators without operands between them")
}
