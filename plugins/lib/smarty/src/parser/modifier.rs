//! Modifiers.

use super::flat::{Flat, Infix, Modifier};
use super::open::{Open, OpenKind};
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::lexer::Kind;
use crate::limits::EXPRESSION_NESTING;
use crate::program::{Expr, ExprId};
use crate::registry;

/// Modifiers that Smarty calls as functions of a plugin file, instead of writing PHP code for them.
const PLUGINS: [&[u8]; 12] = [
    b"capitalize",
    b"count",
    b"date_format",
    b"debug_print_var",
    b"escape",
    b"explode",
    b"mb_wordwrap",
    b"number_format",
    b"regex_replace",
    b"replace",
    b"spacify",
    b"truncate",
];

impl Parser<'_> {
    /// Records the use of a plugin; within a function or a block it does not affect the beginning of the file.
    pub(super) fn note_plugin(&mut self) {
        let inner = |open: &Open| matches!(open.kind, OpenKind::Function(..) | OpenKind::Block(..));
        self.loads_plugin |= !self.opens.iter().any(inner);
    }

    /// Collects an operand with the modifiers after it.
    pub(super) fn modified(&mut self, row: &mut Vec<Flat>, operand: Vec<Flat>) -> ParseResult<()> {
        if self.kind() != Kind::Vert {
            row.extend(operand);
            return Ok(());
        }
        let modifiers = self.modifiers()?;
        let operand = self.apply(operand, &modifiers)?;
        row.extend(operand);
        Ok(())
    }

    pub(super) fn modifiers(&mut self) -> ParseResult<Vec<Modifier>> {
        let mut modifiers = Vec::new();
        while self.eat(Kind::Vert) {
            modifiers.push(self.modifier()?);
            if modifiers.len() > EXPRESSION_NESTING {
                return Err(Problem::limit(format!("number of modifiers on one value exceeds {EXPRESSION_NESTING}")));
            }
        }
        Ok(modifiers)
    }

    /// Parses a modifier after its bar.
    pub(super) fn modifier(&mut self) -> ParseResult<Modifier> {
        self.eat(Kind::At);
        let name = self.expect(Kind::Id)?;
        // Modifiers are PHP functions, whose names ignore case.
        let name = self.slice(name).to_ascii_lowercase();
        let args = self.modifier_arguments()?;
        Ok(Modifier { name, args })
    }

    pub(super) fn modifier_arguments(&mut self) -> ParseResult<Vec<Vec<Flat>>> {
        let mut args = Vec::new();
        while self.eat(Kind::Colon) {
            let mut row = Vec::new();
            self.enter()?;
            self.parameter_value(&mut row)?;
            self.leave();
            args.push(row);
        }
        Ok(args)
    }

    pub(super) fn apply(&mut self, mut row: Vec<Flat>, modifiers: &[Modifier]) -> ParseResult<Vec<Flat>> {
        for Modifier { name, args } in modifiers {
            row = match name.as_slice() {
                b"cat" => self.cat(&row, args)?,
                b"default" => vec![Flat::Operand(self.default(&row, args)?)],
                _ => vec![Flat::Operand(self.modifier_call(name, row, args)?)],
            };
        }
        Ok(row)
    }

    /// `(a).(b)`, whose pieces an operator beside it can separate.
    fn cat(&mut self, value: &[Flat], args: &[Vec<Flat>]) -> ParseResult<Vec<Flat>> {
        let mut row = vec![self.operand(value)?];
        for arg in args {
            row.push(Flat::Infix(Infix::Concat));
            row.push(self.operand(arg)?);
        }
        Ok(row)
    }

    fn default(&mut self, value: &[Flat], args: &[Vec<Flat>]) -> ParseResult<ExprId> {
        let value = self.build(value)?;
        let mut args = self.built(args)?;
        if args.is_empty() {
            args.push(self.b.string(b""));
        }
        let args = self.b.list(&args);
        Ok(self.b.expr(Expr::Default(value, args)))
    }

    pub(super) fn built(&mut self, rows: &[Vec<Flat>]) -> ParseResult<Vec<ExprId>> {
        rows.iter().map(|row| self.build(row)).collect()
    }

    fn modifier_call(&mut self, name: &[u8], value: Vec<Flat>, args: &[Vec<Flat>]) -> ParseResult<ExprId> {
        if let Some(written) = self.written(name, &value, args)? {
            return Ok(written);
        }
        let own = registry::modifier(name).or_else(|| registry::function(name));
        let Some(function) = own.or_else(|| self.extra(name)) else {
            return self.refused_modifier(name);
        };
        if PLUGINS.contains(&name) {
            self.note_plugin();
        }
        let mut all = vec![self.build(&value)?];
        all.extend(self.built(args)?);
        Ok(self.b.call(function, &all))
    }
}
