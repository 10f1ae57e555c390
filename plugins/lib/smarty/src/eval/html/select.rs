//! Drop-downs, as `{html_select_date}` and `{html_select_time}` share them.

use super::{EvaluatedAttributes, Evaluator, RenderResult};
use crate::php::{Str, Value};
use crate::registry;

/// One drop-down: `Date_Year`, `Time_Hour` …
pub(super) struct Field<'f> {
    pub given: &'f EvaluatedAttributes,
    /// `Year`, as in the name of the field.
    pub part: &'static str,
    /// `year`, as in the names of its attributes.
    pub key: &'static str,
    /// Attributes that the tag does not define.
    pub extra: &'f [u8],
    pub default_prefix: &'static str,
}

/// The value of an option, its text, and whether it is selected.
pub(super) type Entry = (Vec<u8>, Vec<u8>, bool);

impl Field<'_> {
    fn attribute(&self, name: &str) -> Option<Value> {
        let own = format!("{}_{name}", self.key);
        self.given.last(&own).map(|value| Value::Str(value.to_str()))
    }

    fn shared(&self, name: &str) -> Option<Value> {
        self.given.last(&format!("all_{name}")).map(|value| Value::Str(value.to_str()))
    }

    /// The name of the field, as an element of an array if `field_array` is set.
    pub(super) fn name(&self) -> Value {
        let prefix = self.given.last("prefix").map_or_else(|| self.default_prefix.into(), Value::to_str);
        let array = self.given.text("field_array");
        let name = match matches!(array.as_bytes(), b"" | b"0") {
            true => [prefix.as_bytes(), self.part.as_bytes()].concat(),
            false => [array.as_bytes(), b"[", prefix.as_bytes(), self.part.as_bytes(), b"]"].concat(),
        };
        Value::Str(Str::from(name).with_trust_of(prefix.is_untrusted() || array.is_untrusted()))
    }

    fn separator(&self) -> Value {
        let separator = self.given.last("option_separator");
        Value::Str(separator.map_or_else(|| "\n".into(), Value::to_str))
    }
}

impl Evaluator<'_> {
    /// ` all_extra year_extra`
    pub(super) fn field_extra(&mut self, out: &mut Vec<u8>, field: &Field<'_>) {
        for extra in [field.shared("extra"), field.attribute("extra")].into_iter().flatten() {
            if extra.truthy() {
                out.push(b' ');
                self.raw_html(out, &extra);
            }
        }
    }

    pub(super) fn drop_down(&mut self, field: &Field<'_>, entries: Vec<Entry>) -> RenderResult<Vec<u8>> {
        let name = field.name();
        let separator = field.separator();
        let mut out = b"<select name=\"".to_vec();
        self.raw_html(&mut out, &name);
        out.push(b'"');
        if let Some(id) = identifier(field, &name) {
            out.extend_from_slice(b" id=\"");
            out.extend(self.escaped(&id)?);
            out.push(b'"');
        }
        if let Some(size) = field.attribute("size").filter(Value::truthy) {
            out.extend_from_slice(b" size=\"");
            self.raw_html(&mut out, &size);
            out.push(b'"');
        }
        self.field_extra(&mut out, field);
        out.extend_from_slice(field.extra);
        out.push(b'>');
        self.raw_html(&mut out, &separator);
        if let Some(empty) = field.attribute("empty").or_else(|| field.shared("empty")) {
            out.extend_from_slice(b"<option value=\"\">");
            self.raw_html(&mut out, &empty);
            out.extend_from_slice(b"</option>");
            self.raw_html(&mut out, &separator);
        }
        for (value, text, selected) in entries {
            let mark: &[u8] = if selected { b" selected=\"selected\"" } else { b"" };
            out.extend([b"<option value=\"", value.as_slice(), b"\"", mark, b">", &text, b"</option>"].concat());
            self.raw_html(&mut out, &separator);
        }
        out.extend_from_slice(b"</select>");
        Ok(out)
    }

    /// Joins the drop-downs with the separator.
    pub(super) fn join_fields(&mut self, given: &EvaluatedAttributes, fields: Vec<Vec<u8>>) -> Value {
        let separator = given.last("field_separator").map_or_else(|| "\n".into(), Value::to_str);
        let mut out = Vec::new();
        for (i, field) in fields.into_iter().enumerate() {
            if i > 0 {
                self.raw_html(&mut out, &Value::Str(separator.clone()));
            }
            out.extend(field);
        }
        Value::from(out)
    }

    /// Formats a number with `sprintf`, unless the format is the default one.
    pub(super) fn formatted(
        &mut self,
        given: &EvaluatedAttributes,
        name: &str,
        usual: &str,
        n: i64,
    ) -> RenderResult<Vec<u8>> {
        let format = given.last(name).map_or_else(|| usual.into(), Value::to_str);
        if format.as_bytes() == b"%02d" {
            return Ok(format!("{n:02}").into_bytes());
        }
        let text = self.call_named(b"sprintf", vec![Value::Str(format), Value::Int(n)])?;
        Ok(text.to_bytes().into_owned())
    }

    /// The parts of a time in a `date_format` format; the current time if none is given.
    pub(super) fn time_parts(&mut self, time: Option<&Value>, format: &str) -> RenderResult<Vec<Option<i64>>> {
        let time = match time {
            Some(time) if time.truthy() => time.clone(),
            _ => Value::Int(self.render.clock.now().seconds),
        };
        let text = match registry::modifier(b"date_format") {
            Some(function) => {
                let mut args = [time, Value::from(format)];
                crate::php::call(function, &mut self.context, &mut args)?.to_str()
            }
            None => Str::default(),
        };
        let parts = text.to_lossy();
        Ok(parts.split('-').map(|part| part.parse().ok()).collect())
    }
}

fn identifier(field: &Field<'_>, name: &Value) -> Option<Value> {
    match (field.attribute("id"), field.shared("id")) {
        (Some(own), _) => Some(if own.truthy() { own } else { name.clone() }),
        (None, Some(all)) if all.truthy() => {
            let joined = [all.to_bytes(), name.to_bytes()].concat();
            Some(Value::from(joined))
        }
        (None, Some(_)) => Some(name.clone()),
        (None, None) => None,
    }
}
