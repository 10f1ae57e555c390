//! Tags that are functions: `{counter}`, `{cycle}`, `{math}` …

use super::attributes::{Spec, Written};
use super::flat::Flat;
use super::modifier::Modifier;
use super::output::Tail;
use super::{Parsed, Parser};
use crate::error::Problem;
use crate::program::{Expr, Plugin, PluginTag, Stmt, add};

impl Parser<'_> {
    /// `false` when `name` is no such tag.
    pub(super) fn function_tag(&mut self, name: &str, modifiers: &[Modifier], written: &Written) -> Parsed<bool> {
        let lower = name.to_ascii_lowercase();
        let plugin = match lower.as_str() {
            "counter" => Plugin::Counter,
            "cycle" => Plugin::Cycle,
            "math" => Plugin::Math,
            "html_image" | "html_select_date" | "html_select_time" | "html_options" | "html_radios"
            | "html_checkboxes" | "html_table" | "mailto" => {
                let message = format!("{{{name}}} makes web pages and is not supported");
                return Err(Problem::refused(message));
            }
            _ => return Ok(false),
        };
        self.note_plugin();
        let spec = Spec { any: true, ..Spec::NONE };
        let params = self.sorted(written, &spec)?.params(&[]);
        let index = add(&mut self.b.tags.plugins, PluginTag { plugin, params });
        let value = self.b.expr(Expr::Plugin(index));
        let row = self.apply(vec![Flat::Operand(value)], modifiers)?;
        let value = self.build(&row)?;
        self.code(Stmt::Print(value), Tail::Keeps);
        Ok(true)
    }
}
