//! `value` of Smarty's grammar: an operand with its signs and modifiers.

use super::flat::Flat;
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::lexer::Kind;
use crate::php::Value;
use crate::program::{Cast, Expr, ExprId, Unary};

impl Parser<'_> {
    /// Collects a value and its modifiers.
    pub(super) fn value(&mut self, row: &mut Vec<Flat>) -> ParseResult<()> {
        self.prefixes(row)?;
        let operand = self.primary()?;
        self.modified(row, operand)
    }

    /// Collects a parameter of a modifier. The bars after it belong to the modified value, except after `!`, after a
    /// cast, and after two signs, where Smarty's grammar takes them for the operand's.
    pub(super) fn parameter_value(&mut self, row: &mut Vec<Flat>) -> ParseResult<()> {
        self.prefixes(row)?;
        let plain = matches!(row.as_slice(), [] | [Flat::Prefix(Unary::Minus | Unary::Plus)]);
        let operand = self.primary()?;
        match plain {
            true => row.extend(operand),
            false => self.modified(row, operand)?,
        }
        Ok(())
    }

    fn prefixes(&mut self, row: &mut Vec<Flat>) -> ParseResult<()> {
        loop {
            let operator = match self.kind() {
                Kind::UniMath => self.sign(),
                Kind::Not => {
                    self.next();
                    Unary::Not
                }
                Kind::Typecast => self.cast()?,
                _ => return Ok(()),
            };
            row.push(Flat::Prefix(operator));
        }
    }

    fn sign(&mut self) -> Unary {
        let token = self.next();
        match self.word(token) {
            b"-" => Unary::Minus,
            _ => Unary::Plus,
        }
    }

    fn cast(&mut self) -> ParseResult<Unary> {
        let token = self.next();
        let word = self.word(token).to_ascii_lowercase();
        let cast = match word.as_slice() {
            b"(int)" | b"(integer)" => Cast::Int,
            b"(bool)" | b"(boolean)" => Cast::Bool,
            b"(float)" | b"(double)" => Cast::Float,
            b"(string)" | b"(binary)" => Cast::Str,
            b"(array)" => Cast::Array,
            b"(object)" => {
                self.note_refusal("objects are not supported");
                Cast::Object
            }
            _ => return Err(Problem::syntax("PHP 8 has no (real) cast: write (float)")),
        };
        Ok(Unary::Cast(cast))
    }

    /// Parses one operand without signs and modifiers; a string may be several pieces.
    fn primary(&mut self) -> ParseResult<Vec<Flat>> {
        let operand = match self.kind() {
            Kind::DollarId | Kind::Dollar | Kind::Hatch => return self.variable_value(),
            Kind::Quote => return self.quoted(),
            Kind::OpenP => {
                self.next();
                let inner = self.expression()?;
                self.expect(Kind::CloseP)?;
                inner
            }
            Kind::Integer => self.number()?,
            Kind::Dot => {
                self.next();
                let token = self.expect(Kind::Integer)?;
                let text = [b"0.", self.slice(token)].concat();
                self.float(&text)
            }
            Kind::SingleQuoted => {
                let token = self.next();
                let text = unescape_single(self.slice(token));
                self.b.string(&text)
            }
            Kind::OpenB | Kind::ArrayOpen => self.array()?,
            Kind::Id => self.name_value()?,
            Kind::Namespace => self.namespaced()?,
            Kind::SimpleTag
            | Kind::BlockChildParent
            | Kind::Ldel
            | Kind::LdelIf
            | Kind::LdelFor
            | Kind::LdelForeach
            | Kind::LdelSlash
            | Kind::CloseTag => self.tag_value()?,
            _ => return Err(self.unexpected("a value")),
        };
        Ok(vec![Flat::Operand(operand)])
    }

    /// `5`, `5.`, `5.5`
    fn number(&mut self) -> ParseResult<ExprId> {
        let token = self.next();
        let digits = self.slice(token);
        if !self.eat(Kind::Dot) {
            return self.integer(digits);
        }
        let mut text = [digits, b"."].concat();
        if self.kind() == Kind::Integer {
            let token = self.next();
            text.extend_from_slice(self.slice(token));
        }
        Ok(self.float(&text))
    }

    fn float(&mut self, text: &[u8]) -> ExprId {
        let value = std::str::from_utf8(text).ok().and_then(|text| text.parse().ok());
        self.b.constant(Value::Float(value.unwrap_or(0.0)))
    }

    /// An integer of PHP: octal with a leading zero, a float if too large.
    pub(super) fn integer(&mut self, digits: &[u8]) -> ParseResult<ExprId> {
        let text = std::str::from_utf8(digits).unwrap_or_default();
        let octal = text.len() > 1 && text.starts_with('0');
        if octal && text.bytes().any(|b| b > b'7') {
            return Err(Problem::syntax(format!("{text} is not an octal number")));
        }
        let radix = if octal { 8 } else { 10 };
        let value = match i64::from_str_radix(text, radix) {
            Ok(n) => Value::Int(n),
            Err(_) => {
                let digits = text.bytes().map(|b| f64::from(b - b'0'));
                Value::Float(match octal {
                    true => digits.fold(0.0, |sum, digit| sum * 8.0 + digit),
                    false => text.parse().unwrap_or(0.0),
                })
            }
        };
        Ok(self.b.constant(value))
    }

    /// A bare word: a call, a constant of PHP, or a string.
    fn name_value(&mut self) -> ParseResult<ExprId> {
        let token = self.next();
        let name = self.slice(token);
        match self.kind() {
            Kind::OpenP => self.call(name),
            Kind::DoubleColon => self.static_access(name),
            _ => Ok(self.bare_word(name)),
        }
    }

    /// A name with backslashes: `\\strlen(…)` and `\\PHP_EOL` are PHP's own.
    fn namespaced(&mut self) -> ParseResult<ExprId> {
        let token = self.next();
        let name = self.slice(token);
        let global = name.strip_prefix(b"\\").filter(|name| !name.contains(&b'\\'));
        match (self.kind(), global) {
            (Kind::OpenP, Some(global)) if !is_construct(global) => self.call(global),
            (Kind::OpenP, _) => Err(Problem::syntax(format!("unknown function \"{}\"", String::from_utf8_lossy(name)))),
            (Kind::DoubleColon, _) => self.static_access(name),
            _ => {
                let value = global.and_then(crate::constants::constant);
                match value {
                    Some(value) => Ok(self.b.constant(value)),
                    None => {
                        let name = self.b.string(name);
                        Ok(self.b.expr(Expr::Constant(name, true)))
                    }
                }
            }
        }
    }

    pub(super) fn bare_word(&mut self, name: &[u8]) -> ExprId {
        match crate::constants::constant(name) {
            Some(value) => self.b.constant(value),
            None => self.b.string(name),
        }
    }

    /// `[…]` or `array(…)`
    fn array(&mut self) -> ParseResult<ExprId> {
        let close = match self.next().kind {
            Kind::OpenB => Kind::CloseB,
            _ => Kind::CloseP,
        };
        let mut entries = Vec::new();
        if !self.eat(close) {
            loop {
                let (key, value) = self.array_element()?;
                entries.extend([key, value]);
                if !self.eat(Kind::Comma) {
                    break;
                }
            }
            self.expect(close)?;
        }
        let entries = self.b.list(&entries);
        Ok(self.b.expr(Expr::Array(entries)))
    }

    fn array_element(&mut self) -> ParseResult<(ExprId, ExprId)> {
        // A bare word is a string here, even `true`.
        if self.kind() == Kind::Id && self.peek(1) == Kind::Aptr {
            let token = self.next();
            let key = self.b.string(self.slice(token));
            self.next();
            return Ok((key, self.expression()?));
        }
        let mut row = Vec::new();
        self.enter()?;
        let ternary = self.first(&mut row)?;
        if !ternary && self.eat(Kind::Aptr) {
            let key = self.build(&row)?;
            let value = self.expression()?;
            self.leave();
            return Ok((key, value));
        }
        if !ternary {
            self.rest(&mut row, 0)?;
        }
        self.leave();
        Ok((crate::program::NONE, self.build(&row)?))
    }
}

/// True for the constructs of PHP's grammar that are written like functions.
fn is_construct(name: &[u8]) -> bool {
    ["isset", "empty", "array"].iter().any(|word| name.eq_ignore_ascii_case(word.as_bytes()))
}

/// Resolves the escapes of a single-quoted string: `\'` and `\\`.
fn unescape_single(quoted: &[u8]) -> Vec<u8> {
    let inner = &quoted[1..quoted.len() - 1];
    let mut text = Vec::with_capacity(inner.len());
    let mut bytes = inner.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match bytes.peek() {
            Some(&next) if byte == b'\\' && matches!(next, b'\'' | b'\\') => {
                text.push(next);
                bytes.next();
            }
            _ => text.push(byte),
        }
    }
    text
}
