//! `{html_options}`

use super::{Choices, EvaluatedAttributes, Evaluator, RenderResult, Selected};
use crate::error::Problem;
use crate::php::Value;

/// The attributes that all options share.
struct Style {
    selected: Selected,
    class: Vec<u8>,
}

/// The maximum nesting of groups.
const NESTING: usize = 32;

impl Evaluator<'_> {
    pub(super) fn html_options(&mut self, given: &EvaluatedAttributes) -> RenderResult<Value> {
        let selected = self.selected(given, &["selected"])?;
        let mut extra = Vec::new();
        for (name, value) in &given.0 {
            match name.as_bytes() {
                b"name" | b"class" | b"id" | b"options" | b"values" | b"output" | b"selected" | b"strict" => {}
                b"disabled" | b"readonly" if given.is_set("strict") => {
                    self.flag_attribute(&mut extra, name, value)?;
                }
                _ => self.extra_attribute(&mut extra, name, value)?,
            }
        }
        let Some(pairs) = Choices::new(given).pairs() else { return Ok(Value::from("")) };
        let text = |evaluator: &mut Self, name: &str| {
            let mut out = Vec::new();
            evaluator.raw_html(&mut out, &Value::Str(given.text(name)));
            out
        };
        let style = Style { selected, class: text(self, "class") };
        let id = text(self, "id");
        let mut out = Vec::new();
        self.option_list(&mut out, pairs, &style, &id, NESTING)?;
        let name = text(self, "name");
        if !truthy(&name) {
            return Ok(Value::from(out));
        }
        let mut whole = [b"<select name=\"", name.as_slice(), b"\""].concat();
        for (attribute, value) in [(&b" class=\""[..], &style.class), (b" id=\"", &id)] {
            if truthy(value) {
                whole.extend([attribute, value.as_slice(), b"\""].concat());
            }
        }
        whole.extend([extra.as_slice(), b">\n", &out, b"</select>\n"].concat());
        Ok(Value::from(whole))
    }

    fn option_list(
        &mut self,
        out: &mut Vec<u8>,
        pairs: Vec<(Value, Value)>,
        style: &Style,
        id: &[u8],
        nesting: usize,
    ) -> RenderResult<()> {
        if nesting == 0 {
            return Err(Problem::limit("html_options: nesting of option groups is too deep"));
        }
        for (index, (key, value)) in pairs.into_iter().enumerate() {
            self.step()?;
            let numbered = match truthy(id) {
                true => [id, b"-", index.to_string().as_bytes()].concat(),
                false => Vec::new(),
            };
            let key = self.escaped(&key)?;
            if let Value::Array(group) = &value {
                out.extend([b"<optgroup label=\"", key.as_slice(), b"\">\n"].concat());
                let group = group.iter().map(|(key, value)| (key.to_value(), value.clone()));
                self.option_list(out, group.collect(), style, &numbered, nesting - 1)?;
                out.extend_from_slice(b"</optgroup>\n");
                continue;
            }
            out.extend([b"<option value=\"", key.as_slice(), b"\""].concat());
            if style.selected.has(&key) {
                out.extend_from_slice(b" selected=\"selected\"");
            }
            if truthy(&style.class) {
                out.extend([b" class=\"", style.class.as_slice(), b" option\""].concat());
            }
            if truthy(&numbered) {
                out.extend([b" id=\"", numbered.as_slice(), b"\""].concat());
            }
            let text = self.escaped(&value)?;
            out.extend([b">", text.as_slice(), b"</option>\n"].concat());
        }
        Ok(())
    }

    /// The selection; of several attribute names, the last one present counts.
    pub(super) fn selected(&mut self, given: &EvaluatedAttributes, names: &[&str]) -> RenderResult<Selected> {
        let mut selected = Selected::None;
        for (name, value) in &given.0 {
            if !names.iter().any(|known| known.as_bytes() == name.as_bytes()) {
                continue;
            }
            selected = match value {
                Value::Array(several) => {
                    let mut some = Vec::new();
                    for one in several.values() {
                        some.push(self.escaped(one)?);
                    }
                    Selected::Some(some)
                }
                one => Selected::One(self.escaped(one)?),
            };
        }
        Ok(selected)
    }
}

fn truthy(text: &[u8]) -> bool {
    !matches!(text, b"" | b"0")
}
