//! Variables: names, computed names, indexes, loop properties.

use super::flat::Flat;
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::lexer::{Kind, Token};
use crate::limits::EXPRESSION_NESTING;
use crate::program::{Expr, ExprId, Name, Place, Prop};

/// A variable as the template writes it.
pub(super) struct VariableExpr {
    pub place: Place,
    /// `$smarty`, which is not a variable if it has an index.
    smarty: bool,
}

impl Parser<'_> {
    /// The name after the dollar sign.
    pub(super) fn variable_name(&self, token: Token) -> String {
        let name = self.slice(token).get(1..).unwrap_or_default();
        String::from_utf8_lossy(name).into_owned()
    }

    /// Parses a variable as an operand, with `++` and `--`.
    pub(super) fn variable_value(&mut self) -> ParseResult<Vec<Flat>> {
        if self.kind() == Kind::Hatch {
            let config = self.config_variable()?;
            return Ok(vec![Flat::Operand(config)]);
        }
        let name = self.name()?;
        if self.eat(Kind::At) {
            let property = self.property(name)?;
            return self.stepped(property);
        }
        let variable = self.indexed(name)?;
        self.used(variable)
    }

    /// Parses the rest of a variable that is read.
    pub(super) fn used(&mut self, variable: VariableExpr) -> ParseResult<Vec<Flat>> {
        let operand = self.read(&variable)?;
        self.stepped(operand)
    }

    fn stepped(&mut self, operand: ExprId) -> ParseResult<Vec<Flat>> {
        let operand = match self.kind() {
            Kind::IncDec => self.increment(operand)?,
            Kind::Ptr => {
                let member = self.object_chain()?;
                let refused = matches!(self.b.get(operand), Expr::Refused(_));
                if refused { operand } else { member }
            }
            Kind::Instanceof => self.instance_of()?,
            Kind::DoubleColon => self.static_access(b"")?,
            _ => operand,
        };
        Ok(vec![Flat::Operand(operand)])
    }

    fn increment(&mut self, operand: ExprId) -> ParseResult<ExprId> {
        let token = self.next();
        let variable = self.b.get(operand);
        if !matches!(variable, Expr::Var(_) | Expr::NamedVar(_) | Expr::Index(..)) {
            return Err(Problem::syntax("++ and -- need a variable"));
        }
        let expr = match self.slice(token) {
            b"++" => Expr::Increment(operand),
            b"--" => Expr::Decrement(operand),
            _ => return Err(Problem::syntax("expected \"++\" or \"--\"")),
        };
        Ok(self.b.expr(expr))
    }

    /// `$name`, `$a{$b}c`, `${$b}`
    pub(super) fn name(&mut self) -> ParseResult<NameOf> {
        let token = self.next();
        let (text, bare) = match token.kind {
            Kind::DollarId => (self.variable_name(token), false),
            Kind::Dollar => (String::new(), true),
            _ => return Err(self.unexpected("a variable")),
        };
        if !bare && !matches!(self.kind(), Kind::Ldel | Kind::Id) {
            return Ok(NameOf::Static(text));
        }
        let mut row = Vec::new();
        if !text.is_empty() {
            row.push(self.b.string(text.as_bytes()));
        }
        loop {
            match self.kind() {
                Kind::Id => {
                    let token = self.next();
                    row.push(self.b.string(self.slice(token)));
                }
                Kind::Ldel => row.push(self.braced()?),
                _ => break,
            }
        }
        match row.as_slice() {
            // A lone dollar sign is the variable without a name.
            [] => Ok(NameOf::Static(text)),
            [only] => Ok(NameOf::Computed(*only)),
            parts => {
                let parts = self.b.list(parts);
                Ok(NameOf::Computed(self.b.expr(Expr::Concat(parts))))
            }
        }
    }

    /// `{expression}` within a name or an index.
    pub(super) fn braced(&mut self) -> ParseResult<ExprId> {
        self.expect(Kind::Ldel)?;
        let inner = self.expression()?;
        self.expect(Kind::Rdel)?;
        Ok(inner)
    }

    fn name_node(&mut self, name: NameOf) -> Name {
        match name {
            NameOf::Static(name) => Name::Static(self.b.symbol(&name)),
            NameOf::Computed(name) => Name::Computed(name),
        }
    }

    fn name_read(&mut self, name: NameOf) -> ExprId {
        match self.name_node(name) {
            Name::Static(symbol) => self.b.expr(Expr::Var(symbol)),
            Name::Computed(name) => self.b.expr(Expr::NamedVar(name)),
        }
    }

    /// `@iteration` after a name.
    fn property(&mut self, name: NameOf) -> ParseResult<ExprId> {
        let token = self.expect(Kind::Id)?;
        let prop = Prop::named(self.slice(token));
        Ok(match (self.name_node(name), prop) {
            (Name::Static(symbol), Prop::Value) => self.b.expr(Expr::Var(symbol)),
            (Name::Computed(name), Prop::Value) => self.b.expr(Expr::NamedVar(name)),
            (Name::Static(symbol), _) => self.b.expr(Expr::Prop(symbol, prop)),
            (Name::Computed(name), _) => self.b.expr(Expr::NamedProp(name, prop)),
        })
    }

    /// Parses the indexes after a name.
    pub(super) fn indexed(&mut self, name: NameOf) -> ParseResult<VariableExpr> {
        let smarty = matches!(&name, NameOf::Static(name) if name == "smarty");
        let name = self.name_node(name);
        let mut path = Vec::new();
        loop {
            match self.kind() {
                Kind::Dot => {
                    self.next();
                    path.push(Some(self.dot_index()?));
                }
                Kind::OpenB => {
                    self.next();
                    path.push(self.bracket_index()?);
                }
                _ => break,
            }
            // Each index nests one expression deeper in the evaluator.
            if path.len() > EXPRESSION_NESTING {
                return Err(Problem::limit(format!("number of indexes on one variable exceeds {EXPRESSION_NESTING}")));
            }
        }
        Ok(VariableExpr { place: Place { name, path }, smarty })
    }

    fn dot_index(&mut self) -> ParseResult<ExprId> {
        match self.kind() {
            Kind::Id => {
                let token = self.next();
                Ok(self.b.string(self.slice(token)))
            }
            Kind::Integer => {
                let token = self.next();
                self.integer(self.slice(token))
            }
            Kind::Ldel => self.braced(),
            Kind::DollarId | Kind::Dollar => {
                let name = self.name()?;
                match self.eat(Kind::At) {
                    true => self.property(name),
                    false => Ok(self.name_read(name)),
                }
            }
            _ => Err(self.unexpected("an index: a name, a number, a variable or {...}")),
        }
    }

    fn bracket_index(&mut self) -> ParseResult<Option<ExprId>> {
        if self.eat(Kind::CloseB) {
            return Ok(None);
        }
        if self.kind() == Kind::Id && self.peek(1) == Kind::CloseB {
            let token = self.next();
            self.next();
            return Ok(Some(self.section_property(self.slice(token), b"index")?));
        }
        if self.kind() == Kind::Id && self.peek(1) == Kind::Dot {
            let section = self.next();
            self.next();
            let property = self.expect(Kind::Id)?;
            self.expect(Kind::CloseB)?;
            let property = self.slice(property);
            return Ok(Some(self.section_property(self.slice(section), property)?));
        }
        let index = self.expression()?;
        self.expect(Kind::CloseB)?;
        Ok(Some(index))
    }

    /// The expression that reads a variable.
    pub(super) fn read(&mut self, variable: &VariableExpr) -> ParseResult<ExprId> {
        if variable.smarty && !variable.place.path.is_empty() {
            return self.special(&variable.place.path);
        }
        if variable.place.path.contains(&None) {
            return Err(Problem::syntax("\"[]\" is valid only in an assignment"));
        }
        Ok(self.b.read(&variable.place))
    }

    /// `#name#`: configuration files do not exist here, so that the value is always null.
    fn config_variable(&mut self) -> ParseResult<ExprId> {
        self.expect(Kind::Hatch)?;
        if self.kind() == Kind::Id {
            self.next();
        } else {
            self.variable_value()?;
        }
        self.expect(Kind::Hatch)?;
        if matches!(self.kind(), Kind::Dot | Kind::OpenB) {
            self.indexed(NameOf::Static("smarty".to_owned()))?;
        }
        Ok(self.b.constant(crate::php::Value::Null))
    }
}

/// A name whose use is not known yet.
pub(super) enum NameOf {
    Static(String),
    Computed(ExprId),
}
