//! Tags that write HTML: `{mailto}`, `{html_options}` and the like. Provisioning rarely uses them, but a phone's web
//! page or a directory may.

mod inputs;
mod mailto;
mod options;
mod select;
mod select_date;
mod select_time;
mod table;

use super::plugins::EvaluatedAttributes;
use super::{Evaluator, RenderResult};
use crate::error::Problem;
use crate::php::{self, Str, Value};
use crate::program::HtmlTag;

/// `htmlspecialchars`' flag for double quotes only.
const ENT_COMPAT: i64 = 2;
/// The flags for both quotes, with invalid text replaced.
const ENT_QUOTES_SUBSTITUTE: i64 = 3 | 8;

impl Evaluator<'_> {
    pub(super) fn html(&mut self, tag: HtmlTag, given: &EvaluatedAttributes) -> RenderResult<Value> {
        match tag {
            HtmlTag::Mailto => self.mailto(given),
            HtmlTag::Options => self.html_options(given),
            HtmlTag::Radios => self.html_inputs(given, false),
            HtmlTag::Checkboxes => self.html_inputs(given, true),
            HtmlTag::Table => self.html_table(given),
            HtmlTag::SelectDate => self.html_select_date(given),
            HtmlTag::SelectTime => self.html_select_time(given),
        }
    }

    /// The text escaped for HTML, with existing entities kept.
    fn escaped(&mut self, value: &Value) -> RenderResult<Vec<u8>> {
        if matches!(value, Value::Array(_)) {
            return Ok(b"Array".to_vec());
        }
        self.html_chars(&value.to_str(), ENT_COMPAT, false)
    }

    fn html_chars(&mut self, text: &Str, flags: i64, twice: bool) -> RenderResult<Vec<u8>> {
        let args = vec![Value::Str(text.clone()), Value::Int(flags), Value::from("UTF-8"), Value::Bool(twice)];
        Ok(self.call_named(b"htmlspecialchars", args)?.to_bytes().into_owned())
    }

    /// Appends text that Smarty does not escape; untrusted text is still escaped for the file.
    fn raw_html(&mut self, out: &mut Vec<u8>, value: &Value) {
        match value {
            Value::Str(s) if s.is_untrusted() => self.print_untrusted_after(s, out),
            other => other.append_to(out),
        }
    }

    /// ` name="value"`, for attributes that the tag does not define.
    fn extra_attribute(&mut self, out: &mut Vec<u8>, name: &Str, value: &Value) -> RenderResult<()> {
        if matches!(value, Value::Array(_)) {
            let name = name.to_lossy();
            return Err(user_error(&format!("extra attribute '{name}' cannot be an array")));
        }
        out.push(b' ');
        out.extend_from_slice(name);
        out.extend_from_slice(b"=\"");
        let value = self.escaped(value)?;
        out.extend_from_slice(&value);
        out.push(b'"');
        Ok(())
    }

    /// `disabled` and `readonly` under `strict`: set only for true or their own name.
    fn flag_attribute(&mut self, out: &mut Vec<u8>, name: &Str, value: &Value) -> RenderResult<()> {
        let set = match value {
            Value::Bool(b) => *b,
            Value::Str(s) => s == name,
            Value::Int(_) | Value::Float(_) => false,
            Value::Null | Value::Array(_) => {
                return Err(user_error(&format!("attribute '{}' must be a scalar", name.to_lossy())));
            }
        };
        if set {
            out.extend_from_slice(&[b" ", name.as_bytes(), b"=\"", name.as_bytes(), b"\""].concat());
        }
        Ok(())
    }
}

/// The selection: none, one value, or several.
enum Selected {
    None,
    One(Vec<u8>),
    Some(Vec<Vec<u8>>),
}

impl Selected {
    fn has(&self, value: &[u8]) -> bool {
        match self {
            Selected::None => false,
            Selected::One(one) => one == value,
            Selected::Some(some) => some.iter().any(|one| one == value),
        }
    }
}

/// Pairs of value and text, from `options`, or from `values` with `output`.
struct Choices {
    options: Option<std::rc::Rc<php::Array>>,
    values: Option<Vec<Value>>,
    output: Vec<Value>,
}

impl Choices {
    fn new(given: &EvaluatedAttributes) -> Choices {
        let list = |name: &str| {
            let value = given.last(name)?;
            Some(value.to_array().values().cloned().collect::<Vec<Value>>())
        };
        Choices {
            options: given.last("options").map(Value::to_array),
            values: list("values"),
            output: list("output").unwrap_or_default(),
        }
    }

    fn pairs(&self) -> Option<Vec<(Value, Value)>> {
        if let Some(options) = &self.options {
            return Some(options.iter().map(|(key, value)| (key.to_value(), value.clone())).collect());
        }
        let values = self.values.as_ref()?.iter().enumerate();
        let output = |i| self.output.get(i).cloned().unwrap_or_default();
        Some(values.map(|(i, value)| (value.clone(), output(i))).collect())
    }
}

fn user_error(message: &str) -> Problem {
    Problem::fault(message)
}
