//! Objects. Values here are never objects, so `->` has only the effect that PHP gives it on other values: a property is
//! null, and nothing is an instance of anything. Method calls are refused when they are reached.

use super::{ParseResult, Parser};
use crate::lexer::Kind;
use crate::php::Value;
use crate::program::ExprId;

impl Parser<'_> {
    /// Parses `->name` and so on, with the cursor at the first arrow.
    pub(super) fn object_chain(&mut self) -> ParseResult<ExprId> {
        let mut calls = false;
        while self.eat(Kind::Ptr) {
            match self.kind() {
                Kind::Id | Kind::DollarId if self.peek(1) == Kind::OpenP => {
                    self.next();
                    self.next();
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
        if calls {
            return Ok(self.refuse("method calls are not supported: templates have no objects"));
        }
        Ok(self.b.constant(Value::Null))
    }

    fn skip_indexes(&mut self) -> ParseResult<()> {
        self.indexed(super::variable::NameOf::Static(String::new()))?;
        Ok(())
    }

    /// `instanceof Name`, or `instanceof` with a variable that holds the name.
    pub(super) fn instance_of(&mut self) -> ParseResult<ExprId> {
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
