//! `{extends}`, `{block}`, and references between blocks.

use super::attributes::{AttributeList, AttributeSpec};
use super::open::OpenKind;
use super::output::{Output, Tail};
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::program::{Block, BlockTag, ExprId, NONE, Stmt, add};

impl Parser<'_> {
    pub(super) fn extends_tag(&mut self, written: &AttributeList) -> ParseResult<()> {
        let spec = AttributeSpec { required: &["file"], shorthand: &["file"], ..AttributeSpec::NONE };
        let attributes = self.sorted(written, &spec)?;
        if attributes.flag("nocache") {
            return Err(Problem::syntax("the flag nocache is not allowed here"));
        }
        let file = attributes.need("file")?;
        self.note_file(file);
        self.b.inherits = Some(true);
        self.b.extends.push(file);
        Ok(())
    }

    pub(super) fn block_tag(&mut self, written: &AttributeList) -> ParseResult<()> {
        let nested = self.opens.iter().any(|open| matches!(open.kind, OpenKind::Block(..)));
        let spec = AttributeSpec {
            required: &["name"],
            optional: &["assign"],
            shorthand: &["name"],
            flags: &["hide", "nocache", "append", "prepend"],
            any: false,
        };
        let attributes = self.sorted(written, &spec)?;
        self.b.inherits.get_or_insert(false);
        let tag = BlockTag {
            name: attributes.need("name")?,
            append: attributes.flag("append"),
            prepend: attributes.flag("prepend"),
            hide: attributes.flag("hide"),
            calls_child: false,
            nested,
            assign: attributes.get("assign").unwrap_or(NONE),
            body: Block::default(),
        };
        self.flush_before_detached();
        let outer = self.detach();
        self.push_open(OpenKind::Block(Box::new(tag), outer))
    }

    pub(super) fn close_block(&mut self, tag: BlockTag, outer: Output, body: Block) -> ParseResult<()> {
        let index = add(&mut self.b.tags.blocks, BlockTag { body, ..tag });
        self.attach(outer);
        self.code(Stmt::Block(index), Tail::Keeps);
        Ok(())
    }

    /// `{child}` and `{parent}`, with an optional `assign`.
    pub(super) fn block_call_tag(&mut self, child: bool, written: &AttributeList) -> ParseResult<()> {
        let spec = AttributeSpec { optional: &["assign"], ..AttributeSpec::NONE };
        let assign = self.sorted(written, &spec)?.get("assign").unwrap_or(NONE);
        self.block_call_code(child, assign)
    }

    /// `{$smarty.block.child}` and `{$smarty.block.parent}`
    pub(super) fn block_call(&mut self, child: bool) -> ParseResult<()> {
        self.block_call_code(child, NONE)
    }

    fn block_call_code(&mut self, child: bool, assign: ExprId) -> ParseResult<()> {
        let block = self.opens.iter_mut().rev().find_map(|open| match &mut open.kind {
            OpenKind::Block(tag, _) => Some(tag),
            _ => None,
        });
        let Some(block) = block else {
            return Err(Problem::syntax(
                "{$smarty.block.child} and {$smarty.block.parent} are valid only within {block}",
            ));
        };
        block.calls_child |= child;
        let stmt = if child { Stmt::Child(assign) } else { Stmt::Parent(assign) };
        self.code(stmt, Tail::Keeps);
        Ok(())
    }
}
