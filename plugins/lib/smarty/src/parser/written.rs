//! Modifiers for which Smarty writes PHP code when it compiles the template. The code contains a fixed number of the
//! parameters, so that one too many is never evaluated, and one too few does not compile.

use super::flat::Flat;
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::php::Value;
use crate::program::{Cast, Expr, ExprId, Unary};
use crate::registry;

/// The code for a modifier.
struct Written {
    name: &'static str,
    /// The parameters that the code needs, and those that it uses.
    least: usize,
    most: usize,
    /// Casts before the value and the parameters. Each applies to the first piece of its row only.
    casts: &'static [Option<Cast>],
}

const fn written(name: &'static str, least: usize, most: usize) -> Written {
    Written { name, least, most, casts: &[] }
}

const fn cast(name: &'static str, least: usize, most: usize, casts: &'static [Option<Cast>]) -> Written {
    Written { name, least, most, casts }
}

const WRITTEN: [Written; 16] = [
    written("count_characters", 0, 1),
    written("count_paragraphs", 0, 0),
    written("count_sentences", 0, 0),
    written("count_words", 0, 0),
    written("from_charset", 0, 1),
    written("indent", 0, 2),
    written("lower", 0, 0),
    cast("nl2br", 0, 1, &[None, Some(Cast::Bool)]),
    cast("round", 0, 2, &[Some(Cast::Float), Some(Cast::Int), Some(Cast::Int)]),
    cast("str_repeat", 1, 1, &[Some(Cast::Str), Some(Cast::Int)]),
    written("string_format", 1, 1),
    written("strip", 0, 1),
    written("strip_tags", 0, 1),
    written("strlen", 0, 0),
    written("to_charset", 0, 1),
    written("wordwrap", 0, 3),
];

impl Parser<'_> {
    /// The code that Smarty writes for the modifier; `None` if it calls a function with all parameters.
    pub(super) fn written(&mut self, name: &[u8], value: &[Flat], args: &[Vec<Flat>]) -> ParseResult<Option<ExprId>> {
        match name {
            b"noprint" => return Ok(Some(self.b.string(b""))),
            // `upper` reads its value as `??` does.
            b"upper" => {
                let value = self.build(value)?;
                let value = self.b.expr(Expr::Quiet(value));
                return self.call_written(name, &[value]).map(Some);
            }
            b"escape" => return self.escape(value, args),
            b"unescape" => return self.unescape(value, args).map(Some),
            _ => {}
        }
        let Some(code) = WRITTEN.iter().find(|code| code.name.as_bytes() == name) else { return Ok(None) };
        if args.len() < code.least {
            let name = code.name;
            return Err(Problem::syntax(format!("the modifier {name} needs a parameter: {name}:value")));
        }
        if name == b"wordwrap" {
            self.note_plugin();
        }
        let rows = std::iter::once(value).chain(args.iter().map(Vec::as_slice)).take(1 + code.most);
        let mut all = Vec::new();
        for (i, row) in rows.enumerate() {
            all.push(match code.casts.get(i).copied().flatten() {
                Some(cast) => self.build(&[&[Flat::Prefix(Unary::Cast(cast))], row].concat())?,
                None => self.build(row)?,
            });
        }
        if matches!(name, b"count_characters" | b"strip_tags") && all.len() > 1 {
            self.literal_flag(&mut all);
        }
        self.call_written(name, &all).map(Some)
    }

    /// Reduces the flag after the value to whether it is written as `true`: nothing else is evaluated.
    fn literal_flag(&mut self, all: &mut Vec<ExprId>) {
        let flag = matches!(all.pop().and_then(|flag| self.b.constant_of(flag)), Some(Value::Bool(true)));
        all.push(self.b.constant(Value::Bool(flag)));
    }

    fn call_written(&mut self, name: &[u8], args: &[ExprId]) -> ParseResult<ExprId> {
        // PHP's own function where the code is a call of it.
        let php = matches!(name, b"nl2br" | b"round" | b"str_repeat").then(|| registry::function(name)).flatten();
        match php.or_else(|| registry::modifier(name)) {
            Some(function) => Ok(self.b.call(function, args)),
            None => Err(Problem::syntax(format!("unknown modifier \"{}\"", String::from_utf8_lossy(name)))),
        }
    }

    /// `escape` is code if all its parameters are literal and the type is one of six; otherwise it is a function.
    fn escape(&mut self, value: &[Flat], args: &[Vec<Flat>]) -> ParseResult<Option<ExprId>> {
        const TYPES: [&str; 6] = ["html", "htmlall", "url", "urlpathinfo", "quotes", "javascript"];
        let literals: Option<Vec<Value>> = args.iter().take(3).map(|row| self.literal_parameter(row)).collect();
        let Some(mut literals) = literals else { return Ok(None) };
        match literals.first_mut() {
            // PHP's `switch` takes the first type for `true`.
            Some(kind @ Value::Bool(true)) => *kind = Value::text("html"),
            Some(kind) if !TYPES.contains(&kind.to_str().to_lossy().as_str()) => return Ok(None),
            _ => {}
        }
        let mut all = vec![self.build(value)?];
        all.extend(literals.into_iter().map(|literal| self.b.constant(literal)));
        self.call_written(b"escape", &all).map(Some)
    }

    fn unescape(&mut self, value: &[Flat], args: &[Vec<Flat>]) -> ParseResult<ExprId> {
        let mut all = vec![self.build(value)?];
        if let Some(kind) = args.first() {
            let Some(kind) = self.literal_parameter(kind) else {
                return Err(Problem::syntax("the type of unescape must be a literal: unescape:'html'"));
            };
            // PHP's `switch` takes the first type for `true`.
            let kind = if matches!(kind, Value::Bool(true)) { Value::text("entity") } else { kind };
            let decodes = matches!(&*kind.to_bytes(), b"entity" | b"htmlall");
            all.push(self.b.constant(kind));
            if let Some(charset) = args.get(1).filter(|_| decodes) {
                all.push(self.build(charset)?);
            }
        }
        self.call_written(b"unescape", &all)
    }

    /// The value of a parameter that Smarty takes as a literal: one word of letters, digits and hyphens.
    fn literal_parameter(&self, row: &[Flat]) -> Option<Value> {
        let only = match row {
            [Flat::Operand(only)] => only,
            [Flat::Prefix(Unary::Minus), Flat::Operand(number)] => {
                let &Value::Int(n) = self.b.constant_of(*number)? else { return None };
                return n.checked_neg().map(Value::Int);
            }
            _ => return None,
        };
        let value = self.b.constant_of(*only)?;
        let word = match value {
            Value::Str(text) => !text.is_empty() && text.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-'),
            Value::Int(_) | Value::Bool(_) | Value::Null => true,
            Value::Float(_) | Value::Array(_) => false,
        };
        word.then(|| value.clone())
    }
}
