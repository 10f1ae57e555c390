//! Double-quoted strings.

use super::flat::{Flat, Infix};
use super::open::OpenKind;
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::lexer::Kind;
use crate::program::{Cast, Expr, ExprId, Stmt, Unary};

impl Parser<'_> {
    /// Parses `"…"` to its parts, with dots between them.
    pub(super) fn quoted(&mut self) -> ParseResult<Vec<Flat>> {
        self.enter()?;
        let tag_start = self.tag_start;
        let outer = self.detach();
        let strip = std::mem::take(&mut self.output.strip);
        let depth = self.opens.len();
        self.push_open(OpenKind::Value)?;
        let row = self.quoted_parts(depth)?;
        self.opens.pop();
        self.output.strip = strip;
        self.attach(outer);
        self.tag_start = tag_start;
        self.leave();
        Ok(row)
    }

    fn quoted_parts(&mut self, depth: usize) -> ParseResult<Vec<Flat>> {
        self.expect(Kind::Quote)?;
        let mut row = Vec::new();
        loop {
            let within = self.opens.len() > depth + 1;
            match self.kind() {
                Kind::Quote => break,
                Kind::Text => {
                    let token = self.next();
                    let text = unescape_double(self.slice(token));
                    match within {
                        true => self.raw(&text),
                        false => {
                            let part = self.b.string(&text);
                            push_part(&mut row, part);
                        }
                    }
                }
                Kind::Backtick | Kind::DollarId | Kind::Ldel => {
                    if let Some(part) = self.quoted_expression()? {
                        self.quoted_part(&mut row, part, within);
                    }
                }
                Kind::End => return Err(self.unexpected("'\"' to close the string")),
                _ => self.smarty_tag()?,
            }
            if self.opens.len() <= depth + 1 {
                self.collect_output(&mut row);
            }
        }
        self.next();
        if self.opens.len() > depth + 1 {
            let name = self.open().kind.name();
            let message = format!("{{{name}}} is not closed within its string: add {{/{name}}}");
            return Err(Problem::syntax(message));
        }
        if row.is_empty() {
            row.push(Flat::Operand(self.b.string(b"")));
        }
        Ok(row)
    }

    /// A value within the string: a piece of it, or output of a block within it.
    fn quoted_part(&mut self, row: &mut Vec<Flat>, value: ExprId, within: bool) {
        if within {
            self.emit(Stmt::Print(value));
            return;
        }
        let part = self.b.expr(Expr::Unary(Unary::Cast(Cast::Str), value));
        push_part(row, part);
    }

    /// Collects the output of tags since the last piece as a piece.
    fn collect_output(&mut self, row: &mut Vec<Flat>) {
        let Some(open) = self.opens.last_mut() else { return };
        if open.stmts.is_empty() {
            return;
        }
        let stmts = std::mem::take(&mut open.stmts);
        let block = self.b.block(&stmts);
        let part = self.b.expr(Expr::Output(block));
        push_part(row, part);
    }

    /// Parses `$name`, `` `expression` `` or `{expression}`; `None` if the brace opens a tag.
    fn quoted_expression(&mut self) -> ParseResult<Option<ExprId>> {
        if self.kind() == Kind::DollarId {
            let token = self.next();
            let name = self.variable_name(token);
            return Ok(Some(self.b.var(&name)));
        }
        let open = self.next();
        if open.kind == Kind::Backtick {
            let value = self.expression()?;
            self.expect(Kind::Backtick)?;
            return Ok(Some(value));
        }
        if self.tag_ahead() {
            self.tag_behind_brace(open)?;
            return Ok(None);
        }
        if self.doubled_tag()? {
            return Ok(None);
        }
        let mut row = Vec::new();
        // A plain variable and an expression with an operator are pieces of the string. Any other value is a tag that
        // prints, so that `{setfilter}` applies.
        let mut piece;
        if let Some(variable) = self.assignable()? {
            if self.kind() == Kind::Equal {
                self.assignment(variable)?;
                return Ok(None);
            }
            piece = self.kind() == Kind::Rdel;
            let operand = self.used(variable)?;
            self.modified(&mut row, operand)?;
            piece |= self.piece_rest(&mut row)?;
        } else {
            piece = self.first(&mut row)? || self.piece_rest(&mut row)?;
        }
        if self.kind() == Kind::Rdel && (piece || self.filters.is_empty()) {
            let value = self.build(&row)?;
            self.next();
            return Ok(Some(value));
        }
        self.print_rest(&row)?;
        Ok(None)
    }
}

impl Parser<'_> {
    /// Collects the operators after the first operand; `true` if there are any.
    fn piece_rest(&mut self, row: &mut Vec<Flat>) -> ParseResult<bool> {
        let at = self.at;
        self.rest(row, 0)?;
        Ok(self.at > at)
    }
}

fn push_part(row: &mut Vec<Flat>, part: ExprId) {
    if !row.is_empty() {
        row.push(Flat::Infix(Infix::Concat));
    }
    row.push(Flat::Operand(part));
}

/// Resolves the escapes of PHP's double-quoted strings.
fn unescape_double(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let end = match text[at] {
            b'\\' => escape(&text[at..], &mut out).map(|len| at + len),
            _ => None,
        };
        at = end.unwrap_or_else(|| {
            out.push(text[at]);
            at + 1
        });
    }
    out
}

/// Writes the character of one escape and returns the escape's length; `None` if it is not an escape.
fn escape(text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let simple = match text.get(1)? {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'v' => 0x0B,
        b'e' => 0x1B,
        b'f' => 0x0C,
        b'\\' => b'\\',
        b'$' => b'$',
        b'"' => b'"',
        b'0'..=b'7' => return Some(1 + byte_escape(&text[1..], 8, 3, out)),
        b'x' if text.get(2).is_some_and(u8::is_ascii_hexdigit) => {
            return Some(2 + byte_escape(&text[2..], 16, 2, out));
        }
        b'u' if text.get(2) == Some(&b'{') => return unicode_escape(text, out),
        _ => return None,
    };
    out.push(simple);
    Some(2)
}

fn byte_escape(digits: &[u8], radix: u32, most: usize, out: &mut Vec<u8>) -> usize {
    let values = digits.iter().take(most).map_while(|&b| char::from(b).to_digit(radix));
    let values: Vec<u32> = values.collect();
    let value = values.iter().fold(0, |sum, digit| sum * radix + digit);
    // PHP takes the low byte of `\777`.
    out.push((value & 0xFF) as u8);
    values.len()
}

/// `\u{1F600}`
fn unicode_escape(text: &[u8], out: &mut Vec<u8>) -> Option<usize> {
    let len = text[3..].iter().take_while(|b| b.is_ascii_hexdigit()).count();
    if len == 0 || len > 8 || text.get(3 + len) != Some(&b'}') {
        return None;
    }
    let digits = std::str::from_utf8(&text[3..3 + len]).ok()?;
    let scalar = char::from_u32(u32::from_str_radix(digits, 16).ok()?)?;
    out.extend_from_slice(scalar.encode_utf8(&mut [0; 4]).as_bytes());
    Some(4 + len)
}
