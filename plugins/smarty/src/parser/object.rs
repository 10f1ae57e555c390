//! Objects. Templates here never see one, so all that is left of them is what PHP makes of `->` on other
//! values: a property is null, a method a fault, and nothing is an instance of anything.

use super::{Parsed, Parser};
use crate::lexer::Kind;
use crate::php::Value;
use crate::program::{E, Expr};

impl Parser<'_> {
    /// `->name`, `->name(…)` and so on, the cursor at the first arrow.
    pub(super) fn object_chain(&mut self, operand: E) -> Parsed<E> {
        let mut calls = false;
        while self.eat(Kind::Ptr) {
            match self.kind() {
                Kind::Id | Kind::DollarId if self.peek(1) == Kind::OpenP => {
                    self.next();
                    self.expect(Kind::OpenP)?;
                    self.arguments()?;
                    calls = true;
                }
                Kind::Id => {
                    self.next();
                    if self.kind() == Kind::Ldel {
                        self.braced()?;
                    }
                    self.skip_indexes()?;
                }
                Kind::Ldel => {
                    self.braced()?;
                    self.skip_indexes()?;
                }
                Kind::DollarId | Kind::Dollar => {
                    self.name()?;
                    self.skip_indexes()?;
                }
                _ => return Err(self.unexpected("a property or a method")),
            }
        }
        Ok(match calls {
            true => self.b.expr(Expr::Method(operand)),
            false => self.b.constant(Value::Null),
        })
    }

    fn skip_indexes(&mut self) -> Parsed<()> {
        self.indexed(super::variable::NameOf::Static(String::new()))?;
        Ok(())
    }

    /// `instanceof Name`, or of what a variable names.
    pub(super) fn instance_of(&mut self) -> Parsed<E> {
        self.expect(Kind::Instanceof)?;
        match self.kind() {
            Kind::Id | Kind::Namespace => {
                self.next();
            }
            _ => {
                self.variable_value()?;
            }
        }
        Ok(self.b.constant(Value::Bool(false)))
    }
}
