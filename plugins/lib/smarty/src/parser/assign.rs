//! `{assign}`, `{append}`, and the scope of an assignment.

use super::attributes::{AttributeList, AttributeSpec, Attributes};
use super::{ParseResult, Parser};
use crate::error::Problem;
use crate::php::Value;
use crate::program::{Assign, ExprId, Place, Scope};

impl Parser<'_> {
    pub(super) fn assign_tag(&mut self, written: &AttributeList) -> ParseResult<()> {
        self.assign_or_append(written, &["scope"], |_| Vec::new())
    }

    pub(super) fn append_tag(&mut self, written: &AttributeList) -> ParseResult<()> {
        self.assign_or_append(written, &["scope", "index"], |attributes| vec![attributes.get("index")])
    }

    fn assign_or_append(
        &mut self,
        written: &AttributeList,
        optional: &'static [&'static str],
        path: impl Fn(&Attributes) -> Vec<Option<ExprId>>,
    ) -> ParseResult<()> {
        let spec = AttributeSpec {
            required: &["var", "value"],
            optional,
            shorthand: &["var", "value"],
            flags: &["nocache", "noscope"],
            any: false,
        };
        let attributes = self.sorted(written, &spec)?;
        let scope = self.scope(&attributes, true)?;
        let name = attributes.need("var")?;
        let place = Place { name: self.target(name), path: path(&attributes) };
        let value = attributes.need("value")?;
        self.assign_code(Assign { place, value, scope });
        Ok(())
    }

    /// The attribute `scope`; the value `local` is valid for assignments only.
    pub(super) fn scope(&self, attributes: &Attributes, local: bool) -> ParseResult<Scope> {
        if attributes.flag("noscope") {
            return Ok(Scope::Only);
        }
        let Some(scope) = attributes.get("scope") else { return Ok(Scope::Default) };
        // `true` is the word and not a number here.
        let text = self.b.constant_of(scope).filter(|value| !matches!(value, Value::Bool(_)));
        let text = text.map(|text| text.to_str().to_lossy()).unwrap_or_default();
        match text.as_str() {
            "local" | "1" if local => Ok(Scope::Local),
            "parent" | "2" => Ok(Scope::Parent),
            "root" | "tpl_root" | "global" | "smarty" | "4" | "8" | "16" | "32" => Ok(Scope::Root),
            _ => Err(Problem::syntax("unknown scope: expected parent, root or global")),
        }
    }
}
