//! Tags in double braces: `{{if $x}}…{{else}}…{{/if}}`.
//!
//! Smarty prints the output of the inner tag. For a tag that opens, divides or closes a block, its code for that output
//! spans the block, so that the block works as in single braces; but a tag that passes its content on finds none at its
//! doubled end, because the content has already been printed.

use super::attributes::AttributeList;
use super::flat::{Flat, Modifier};
use super::open::OpenKind;
use super::output::Tail;
use super::{ParseResult, Parser};
use crate::lexer::Kind;
use crate::program::{Block, Capture, Expr, Stmt, TextFormat, add};

/// Tags without a token of their own that open or divide a block, or leave one.
const BLOCK_TAGS: [&str; 12] = [
    "else",
    "foreachelse",
    "forelse",
    "section",
    "sectionelse",
    "capture",
    "function",
    "block",
    "nocache",
    "textformat",
    "break",
    "continue",
];

impl Parser<'_> {
    /// Parses a block tag and the second brace after it, with the cursor after the first brace; `false` if there is no
    /// such tag.
    pub(super) fn doubled_tag(&mut self) -> ParseResult<bool> {
        if !self.block_tag_ahead() {
            return Ok(false);
        }
        let outer = std::mem::replace(&mut self.doubled, true);
        self.smarty_tag()?;
        self.doubled = outer;
        let written = self.attributes()?;
        self.expect(Kind::Rdel)?;
        self.sorted(&written, &super::tag::PRINT)?;
        self.tail(Tail::Keeps);
        Ok(true)
    }

    fn block_tag_ahead(&self) -> bool {
        // Any number of braces may stand before the tag.
        let mut at = 0;
        while self.peek(at) == Kind::Ldel && self.peek(at + 1) != Kind::Id {
            at += 1;
        }
        let text = |ahead: usize| self.tokens.get(self.at + ahead).map(|token| self.slice(*token));
        let name = match self.peek(at) {
            Kind::LdelIf
            | Kind::LdelFor
            | Kind::LdelForeach
            | Kind::LdelSetfilter
            | Kind::LdelSlash
            | Kind::CloseTag => return true,
            Kind::SimpleTag => text(at).map(|text| &text[1..]),
            Kind::Ldel => text(at + 1),
            _ => None,
        };
        let word = name.unwrap_or_default().split(|b| !b.is_ascii_alphanumeric() && *b != b'_').next();
        word.is_some_and(|word| BLOCK_TAGS.iter().any(|tag| word.eq_ignore_ascii_case(tag.as_bytes())))
    }

    /// True if the content of the `{capture}` or `{textformat}` that ends here is printed, and the tag gets none: in
    /// double braces, and directly within a string.
    pub(super) fn is_hollow(&self) -> bool {
        let captures = |kind: &OpenKind| matches!(kind, OpenKind::Capture(_));
        let outer = self.opens.iter().rev().find(|open| !captures(&open.kind));
        self.doubled || outer.is_some_and(|open| open.kind.is_value())
    }

    /// Ends a tag whose content is printed in its place.
    pub(super) fn close_hollow(&mut self, open: OpenKind, body: Block) {
        self.emit_block(body);
        let empty = Block::default();
        match open {
            OpenKind::Capture(tag) => self.close_loop(OpenKind::Capture(Capture { body: empty, ..tag }), empty),
            OpenKind::TextFormat(tag) => {
                self.close_loop(OpenKind::TextFormat(TextFormat { body: empty, ..tag }), empty);
            }
            _ => {}
        }
    }

    /// Ends a `{textformat}` with modifiers after its name, and prints its output modified.
    pub(super) fn close_modified(&mut self, tag: TextFormat, modifiers: &[Modifier]) -> ParseResult<()> {
        let at = self.tag_start;
        let index = add(&mut self.b.tags.textformats, tag);
        let output = self.b.block(&[(Stmt::TextFormat(index), at)]);
        let output = self.b.expr(Expr::Output(output));
        let row = self.apply(vec![Flat::Operand(output)], modifiers)?;
        let value = self.build(&row)?;
        self.code(Stmt::Print(value), Tail::Swallows);
        Ok(())
    }

    /// `{function}` within a string: Smarty prints its content there, and the function stays empty.
    pub(super) fn hollow_function(&mut self, written: &AttributeList) -> ParseResult<()> {
        let tag = self.function_head(written)?;
        add(&mut self.b.tags.functions, tag);
        self.push_open(OpenKind::HollowFunction)
    }

    pub(super) fn is_within_string(&self) -> bool {
        self.opens.iter().any(|open| open.kind.is_value())
    }
}
