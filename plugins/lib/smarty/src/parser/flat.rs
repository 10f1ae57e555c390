//! Operators as PHP binds them.
//!
//! Smarty's grammar only checks the order of operands and operators; what binds tighter is decided by PHP,
//! which parses the text Smarty put together, where a string with variables in it, or `|cat`, is several
//! operands with dots between them. So an expression is collected as a flat row of pieces, and this is the
//! second parser.

use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::program::{Binary, Cast, Expr, ExprId, Unary};

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

/// How tightly an operator binds, and whether it may stand beside another of its level.
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
    /// Builds the expression that a row of pieces is to PHP.
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

    /// What stands in parentheses, or in the argument of a call.
    pub(super) fn operand(&mut self, row: &[Flat]) -> ParseResult<Flat> {
        Ok(Flat::Operand(self.build(row)?))
    }

    fn binds(&mut self, row: &[Flat], at: &mut usize, least: u8) -> ParseResult<ExprId> {
        let mut left = self.prefixed(row, at)?;
        // The level that may not follow once more: `1 < 2 < 3`.
        let mut blocked = None;
        loop {
            let operator = match row.get(*at) {
                Some(Flat::Infix(operator)) => *operator,
                Some(Flat::Question) if least <= TERNARY => {
                    if blocked == Some(TERNARY) {
                        return Err(Problem::syntax("a ternary within a ternary needs parentheses"));
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

    /// Joins `left . right`, longer rows of dots into one node.
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

    /// What a part of a concatenation is without a cast to string, which joining does anyway.
    fn uncast(&self, part: ExprId) -> ExprId {
        match self.b.get(part) {
            Expr::Unary(Unary::Cast(Cast::Str), inner) => inner,
            _ => part,
        }
    }
}

fn not_php() -> Problem {
    Problem::syntax("these operators do not make an expression: expected operands between them")
}
