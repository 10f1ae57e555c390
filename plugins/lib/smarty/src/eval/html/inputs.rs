//! `{html_radios}` and `{html_checkboxes}`

use super::{Choices, EvaluatedAttributes, Evaluator, RenderResult, Selected, user_error};
use crate::php::{Str, Value};

/// The attributes that all inputs of a tag share.
struct Inputs {
    checkboxes: bool,
    name: Str,
    separator: Value,
    extra: Vec<u8>,
    selected: Selected,
    escape: bool,
    labels: bool,
    label_ids: bool,
}

impl Evaluator<'_> {
    pub(super) fn html_inputs(&mut self, given: &EvaluatedAttributes, checkboxes: bool) -> RenderResult<Value> {
        let selected = match checkboxes {
            true => self.selected(given, &["selected", "checked"])?,
            false => radio_selected(given)?,
        };
        let mut extra = Vec::new();
        for (name, value) in &given.0 {
            match name.as_bytes() {
                b"name" | b"separator" | b"checked" | b"selected" | b"escape" | b"labels" | b"label_ids"
                | b"options" | b"values" | b"output" | b"assign" | b"strict" => {}
                b"radios" if !checkboxes => return Err(user_error("html_radios: write options instead of radios")),
                b"checkboxes" if checkboxes => {
                    return Err(user_error("html_checkboxes: write options instead of checkboxes"));
                }
                b"disabled" | b"readonly" if given.is_set("strict") => {
                    self.flag_attribute(&mut extra, name, value)?;
                }
                _ => self.extra_attribute(&mut extra, name, value)?,
            }
        }
        let flag = |name: &str, otherwise| given.last(name).map_or(otherwise, Value::truthy);
        let name = if checkboxes { "checkbox" } else { "radio" };
        let inputs = Inputs {
            checkboxes,
            name: given.last("name").map_or_else(|| name.into(), Value::to_str),
            separator: Value::Str(given.text("separator")),
            extra,
            selected,
            escape: flag("escape", true),
            labels: flag("labels", true),
            label_ids: flag("label_ids", false),
        };
        let Some(pairs) = Choices::new(given).pairs() else { return Ok(Value::from("")) };
        let mut all = Vec::with_capacity(pairs.len());
        for (value, output) in pairs {
            self.step()?;
            all.push(self.input(&inputs, &value, &output)?);
        }
        match given.get("assign").filter(|assign| assign.truthy()) {
            Some(assign) => {
                let list = Value::list(all.into_iter().map(Value::from));
                self.assign_to(assign, list)?;
                Ok(Value::Null)
            }
            None => Ok(Value::from(all.join(b"\n".as_slice()))),
        }
    }

    fn input(&mut self, inputs: &Inputs, value: &Value, output: &Value) -> RenderResult<Vec<u8>> {
        let mut out = Vec::new();
        let plain = value.to_str();
        let id = identifier(&inputs.name, &plain);
        if inputs.labels && inputs.label_ids {
            out.extend([b"<label for=\"", id.as_bytes(), b"\">"].concat());
        } else if inputs.labels {
            out.extend_from_slice(b"<label>");
        }
        let name = self.escaped(&Value::Str(inputs.name.clone()))?;
        let value = self.escaped(&Value::Str(plain))?;
        let (kind, brackets): (&[u8], &[u8]) = match inputs.checkboxes {
            true => (b"checkbox", b"[]"),
            false => (b"radio", b""),
        };
        let head: [&[u8]; 8] = [b"<input type=\"", kind, b"\" name=\"", &name, brackets, b"\" value=\"", &value, b"\""];
        out.extend(head.concat());
        if inputs.labels && inputs.label_ids {
            out.extend([b" id=\"", id.as_bytes(), b"\""].concat());
        }
        if inputs.selected.has(&value) {
            out.extend_from_slice(b" checked=\"checked\"");
        }
        out.extend_from_slice(&inputs.extra);
        out.extend_from_slice(b" />");
        match inputs.escape {
            true => out.extend(self.escaped(&Value::Str(output.to_str()))?),
            false => self.raw_html(&mut out, output),
        }
        if inputs.labels {
            out.extend_from_slice(b"</label>");
        }
        self.raw_html(&mut out, &inputs.separator);
        Ok(out)
    }
}

/// Smarty compares the selection of radios without escaping.
fn radio_selected(given: &EvaluatedAttributes) -> RenderResult<Selected> {
    let mut selected = Selected::None;
    for (name, value) in &given.0 {
        if !matches!(name.as_bytes(), b"selected" | b"checked") {
            continue;
        }
        if matches!(value, Value::Array(_)) {
            return Err(user_error(&format!("html_radios: the attribute '{}' cannot be an array", name.to_lossy())));
        }
        selected = Selected::One(value.to_str().to_vec());
    }
    Ok(selected)
}

/// `name_value` with `_` for all but letters, digits, `_`, `-` and `.`; empty if it is not UTF-8.
fn identifier(name: &Str, value: &Str) -> String {
    let joined = [name.as_bytes(), b"_", value.as_bytes()].concat();
    let joined = String::from_utf8(joined).unwrap_or_default();
    let kept = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    joined.chars().map(|c| if kept(c) { c } else { '_' }).collect()
}
