//! Tags that are functions: `{counter}`, `{cycle}`, `{math}` …

use super::attributes::{AttributeList, AttributeSpec};
use super::flat::{Flat, Modifier};
use super::output::Tail;
use super::{ParseResult, Parser};
use crate::program::{Expr, HtmlTag, Plugin, PluginTag, Stmt, add};

impl Parser<'_> {
    /// Parses the function tag `name`; `false` if there is none of that name.
    pub(super) fn function_tag(
        &mut self,
        name: &str,
        modifiers: &[Modifier],
        written: &AttributeList,
    ) -> ParseResult<bool> {
        let lower = name.to_ascii_lowercase();
        let plugin = match lower.as_str() {
            "counter" => Plugin::Counter,
            "cycle" => Plugin::Cycle,
            "math" => Plugin::Math,
            "mailto" => Plugin::Html(HtmlTag::Mailto),
            "html_options" => Plugin::Html(HtmlTag::Options),
            "html_radios" => Plugin::Html(HtmlTag::Radios),
            "html_checkboxes" => Plugin::Html(HtmlTag::Checkboxes),
            "html_table" => Plugin::Html(HtmlTag::Table),
            "html_select_date" => Plugin::Html(HtmlTag::SelectDate),
            "html_select_time" => Plugin::Html(HtmlTag::SelectTime),
            "html_image" | "fetch" => {
                self.note_plugin();
                let spec = AttributeSpec { any: true, ..AttributeSpec::NONE };
                self.sorted(written, &spec)?;
                let value = self.refuse(format!("{{{lower}}} is refused: templates cannot read other files"));
                let row = self.apply(vec![Flat::Operand(value)], modifiers)?;
                let value = self.build(&row)?;
                self.code(Stmt::Print(value), Tail::Keeps);
                return Ok(true);
            }
            _ => return Ok(false),
        };
        self.note_plugin();
        let spec = AttributeSpec { any: true, ..AttributeSpec::NONE };
        let params = self.sorted(written, &spec)?.params(&[]);
        let index = add(&mut self.b.tags.plugins, PluginTag { plugin, params });
        let value = self.b.expr(Expr::Plugin(index));
        let row = self.apply(vec![Flat::Operand(value)], modifiers)?;
        let value = self.build(&row)?;
        self.code(Stmt::Print(value), Tail::Keeps);
        Ok(true)
    }
}
