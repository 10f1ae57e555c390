//! Modifiers.

use super::flat::{Flat, Infix};
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::lexer::Kind;
use crate::limits::EXPRESSION_NESTING;
use crate::program::{Cast, Expr, ExprId, Unary};
use crate::registry;

/// `|name:argument:argument`
#[derive(Clone, Debug)]
pub(super) struct Modifier {
    pub name: Vec<u8>,
    pub args: Vec<ExprId>,
}

/// Modifiers that Smarty calls as functions of a plugin file, instead of writing PHP code for them.
const PLUGINS: [&[u8]; 12] = [
    b"capitalize",
    b"count",
    b"date_format",
    b"debug_print_var",
    b"explode",
    b"mb_wordwrap",
    b"number_format",
    b"regex_replace",
    b"replace",
    b"spacify",
    b"truncate",
    b"wordwrap",
];

impl Parser<'_> {
    /// Records the use of a plugin; within a function or a block it does not affect the beginning of the file.
    pub(super) fn note_plugin(&mut self) {
        let inner = |open: &super::open::Open| {
            matches!(open.kind, super::open::OpenKind::Function(..) | super::open::OpenKind::Block(..))
        };
        self.loads_plugin |= !self.opens.iter().any(inner);
    }

    /// True if Smarty writes PHP code for `escape` with these arguments: the type is a known constant.
    fn inline_escape(&self, args: &[ExprId]) -> bool {
        let known = ["html", "htmlall", "url", "urlpathinfo", "quotes", "javascript"];
        match args.first() {
            None => true,
            Some(&kind) => self.text_of(kind).is_some_and(|kind| known.contains(&kind.as_str())),
        }
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

    pub(super) fn modifier_arguments(&mut self) -> ParseResult<Vec<ExprId>> {
        let mut args = Vec::new();
        while self.eat(Kind::Colon) {
            let mut row = Vec::new();
            self.enter()?;
            self.bare_value(&mut row)?;
            self.leave();
            args.push(self.build(&row)?);
        }
        Ok(args)
    }

    pub(super) fn apply(&mut self, mut row: Vec<Flat>, modifiers: &[Modifier]) -> ParseResult<Vec<Flat>> {
        for Modifier { name, args } in modifiers {
            if name == b"round"
                && row.len() > 1
                && let Some(round) = registry::function(name)
            {
                // Smarty's cast to float applies only to the first of several pieces.
                row.insert(0, Flat::Prefix(Unary::Cast(Cast::Float)));
                let value = self.build(&row)?;
                let args = [&[value], args.as_slice()].concat();
                row = vec![Flat::Operand(self.b.call(round, &args))];
                continue;
            }
            let value = self.build(&row)?;
            row = match name.as_slice() {
                b"cat" => self.cat(value, args),
                b"noprint" => vec![Flat::Operand(self.b.string(b""))],
                b"default" => vec![Flat::Operand(self.default(value, args))],
                _ => vec![Flat::Operand(self.modifier_call(name, value, args)?)],
            };
        }
        Ok(row)
    }

    /// `(a).(b)`, whose pieces an operator beside it can separate.
    fn cat(&mut self, value: ExprId, args: &[ExprId]) -> Vec<Flat> {
        let mut row = vec![Flat::Operand(value)];
        for &arg in args {
            row.push(Flat::Infix(Infix::Concat));
            row.push(Flat::Operand(arg));
        }
        row
    }

    fn default(&mut self, value: ExprId, args: &[ExprId]) -> ExprId {
        let empty;
        let args = match args {
            [] => {
                empty = [self.b.string(b"")];
                empty.as_slice()
            }
            args => args,
        };
        let args = self.b.list(args);
        self.b.expr(Expr::Default(value, args))
    }

    fn modifier_call(&mut self, name: &[u8], value: ExprId, args: &[ExprId]) -> ParseResult<ExprId> {
        let Some(function) = registry::modifier(name).or_else(|| registry::function(name)) else {
            let name = String::from_utf8_lossy(name);
            return Err(Problem::syntax(format!("unknown modifier \"{name}\"")));
        };
        if PLUGINS.contains(&name) || (name == b"escape" && !self.inline_escape(args)) {
            self.note_plugin();
        }
        // `upper` reads its value as `??` does.
        let value = match name {
            b"upper" => self.b.expr(Expr::Quiet(value)),
            _ => value,
        };
        let args = [&[value], args].concat();
        Ok(self.b.call(function, &args))
    }
}
