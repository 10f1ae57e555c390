//! `{include}`, `{function}`, and calls of template functions.

use super::attributes::{AttributeList, AttributeSpec};
use super::open::OpenKind;
use super::output::{Output, Tail};
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::program::{Block, CallTag, FunctionTag, Include, NONE, Stmt, add};

impl Parser<'_> {
    pub(super) fn include_tag(&mut self, written: &AttributeList) -> ParseResult<()> {
        let spec = AttributeSpec {
            required: &["file"],
            optional: &[],
            shorthand: &["file"],
            flags: &["nocache", "inline", "caching"],
            any: true,
        };
        let attributes = self.sorted(written, &spec)?;
        let scope = self.scope(&attributes, false)?;
        let file = attributes.need("file")?;
        self.note_file(file);
        let assign = attributes.get("assign").unwrap_or(NONE);
        let cache = ["cache_id", "compile_id", "cache_lifetime"];
        let unused = cache.iter().filter_map(|name| attributes.get(name)).collect();
        let own = ["file", "assign", "cache_id", "compile_id", "cache_lifetime", "scope"];
        let params = attributes.params(&own);
        let tag = Include { file, assign, scope, params, unused };
        let index = add(&mut self.b.tags.includes, tag);
        self.code(Stmt::Include(index), Tail::Swallows);
        Ok(())
    }

    /// `{function name=…}`, whose body is compiled separately.
    pub(super) fn define_function(&mut self, written: &AttributeList) -> ParseResult<()> {
        if self.is_within_string() {
            return self.hollow_function(written);
        }
        let tag = self.function_head(written)?;
        self.flush_before_detached();
        let outer = self.detach();
        self.push_open(OpenKind::Function(tag, outer))
    }

    /// The name and the defaults of a function, which is a tag from here on.
    pub(super) fn function_head(&mut self, written: &AttributeList) -> ParseResult<FunctionTag> {
        let spec = AttributeSpec { required: &["name"], shorthand: &["name"], any: true, ..AttributeSpec::NONE };
        let attributes = self.sorted(written, &spec)?;
        if attributes.flag("nocache") {
            return Err(Problem::syntax("the flag nocache is not allowed here"));
        }
        let name = self.text_of(attributes.need("name")?).unwrap_or_default();
        let plain = name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80);
        if name.is_empty() || !plain {
            return Err(Problem::syntax("the name of a function must be a plain word"));
        }
        self.functions.push(name.clone().into_bytes());
        let params = attributes.params(&["name"]);
        Ok(FunctionTag { name: name.as_str().into(), params, body: Block::default() })
    }

    pub(super) fn close_function(&mut self, tag: FunctionTag, outer: Output, body: Block) -> ParseResult<()> {
        add(&mut self.b.tags.functions, FunctionTag { body, ..tag });
        self.attach(outer);
        Ok(())
    }

    /// `{call f}`, or `{f}` if `name` is given.
    pub(super) fn call_tag(&mut self, name: Option<&str>, written: &AttributeList) -> ParseResult<()> {
        let required: &[&str] = if name.is_some() { &[] } else { &["name"] };
        let spec = AttributeSpec { required, shorthand: &["name"], any: true, ..AttributeSpec::NONE };
        let attributes = self.sorted(written, &spec)?;
        let name = match name {
            Some(name) => self.b.string(name.as_bytes()),
            None => attributes.need("name")?,
        };
        let assign = attributes.get("assign").unwrap_or(NONE);
        let params = attributes.params(&["name", "assign"]);
        let index = add(&mut self.b.tags.calls, CallTag { name, assign, params });
        self.code(Stmt::Call(index), Tail::Keeps);
        Ok(())
    }

    /// Writes the text before a tag whose content is compiled separately. Smarty joins that text with the text after the
    /// tag instead, which makes a difference to `{strip}` only.
    pub(super) fn flush_before_detached(&mut self) {
        self.flush();
    }
}
