//! `{textformat}`.

use super::plugins::EvaluatedAttributes;
use super::{Code, Evaluator, Flow, RenderResult};
use crate::error::Problem;
use crate::php::{self, Str, Value};
use crate::program::TextFormat;
use crate::registry;

/// The attributes, with their defaults.
struct Format {
    indent: i64,
    indent_first: i64,
    indent_char: Str,
    wrap: i64,
    wrap_char: Str,
    wrap_cut: bool,
    assign: Option<Str>,
}

impl Evaluator<'_> {
    pub(super) fn textformat(&mut self, code: &Code<'_>, tag: &TextFormat) -> RenderResult<Flow> {
        let mut given = Vec::with_capacity(tag.params.len());
        for (name, value) in &tag.params {
            given.push((name.clone(), self.eval(code, *value)?));
        }
        let format = Format::new(&EvaluatedAttributes(given))?;
        let start = self.out.len();
        let flow = self.block(code, tag.body)?;
        if flow != Flow::Next {
            return Ok(flow);
        }
        let content = self.take_output(start);
        let mut paragraphs = Vec::new();
        for paragraph in split_paragraphs(&content) {
            paragraphs.push(self.paragraph(paragraph, &format)?);
        }
        let between = [format.wrap_char.as_bytes(), format.wrap_char.as_bytes()].concat();
        let text = paragraphs.join(between.as_slice());
        match format.assign {
            Some(name) => self.assign_to(&Value::Str(name), Value::from(text))?,
            None => self.print_bytes(&text)?,
        }
        Ok(Flow::Next)
    }

    fn paragraph(&mut self, text: &[u8], format: &Format) -> RenderResult<Vec<u8>> {
        if matches!(text, b"" | b"0") {
            return Ok(text.to_vec());
        }
        let mut line = self.repeat(&format.indent_char, format.indent_first)?;
        let words = text.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
        line.extend_from_slice(&words.collect::<Vec<_>>().join(b" ".as_slice()));
        let wrapped = self.wordwrap(line, format)?;
        if format.indent <= 0 {
            return Ok(wrapped);
        }
        let indent = self.repeat(&format.indent_char, format.indent)?;
        let lines = wrapped.split(|&b| b == b'\n');
        let lines: Vec<Vec<u8>> = lines.map(|line| [&indent, line].concat()).collect();
        Ok(lines.join(b"\n".as_slice()))
    }

    fn repeat(&mut self, text: &[u8], times: i64) -> RenderResult<Vec<u8>> {
        let times = usize::try_from(times).unwrap_or(0);
        self.context.allow_bytes(text.len().saturating_mul(times))?;
        Ok(text.repeat(times))
    }

    fn wordwrap(&mut self, line: Vec<u8>, format: &Format) -> RenderResult<Vec<u8>> {
        let Some(wordwrap) = registry::modifier(b"wordwrap") else {
            return Err(Problem::fault("wordwrap is not available"));
        };
        let mut args = [
            Value::from(line),
            Value::Int(format.wrap - format.indent),
            Value::Str(format.wrap_char.clone()),
            Value::Bool(format.wrap_cut),
        ];
        let wrapped = php::call(wordwrap, &mut self.context, &mut args)?;
        Ok(wrapped.to_bytes().into_owned())
    }
}

impl Format {
    fn new(given: &EvaluatedAttributes) -> RenderResult<Format> {
        const KNOWN: [&str; 8] =
            ["style", "indent", "indent_first", "indent_char", "wrap", "wrap_char", "wrap_cut", "assign"];
        for (name, _) in &given.0 {
            if !KNOWN.iter().any(|known| known.as_bytes() == name.as_bytes()) {
                let name = name.to_lossy();
                return Err(Problem::fault(format!("textformat: unknown attribute '{name}'")));
            }
        }
        let int = |name, otherwise| given.get(name).map_or(otherwise, Value::to_int);
        let text = |name, otherwise: &str| given.get(name).map_or(otherwise.into(), Value::to_str);
        let email = given.get("style").is_some_and(|style| style.to_str().as_bytes() == b"email");
        Ok(Format {
            indent: int("indent", 0),
            indent_first: int("indent_first", 0),
            indent_char: text("indent_char", " "),
            wrap: if email { 72 } else { int("wrap", 80) },
            wrap_char: text("wrap_char", "\n"),
            wrap_cut: given.get("wrap_cut").is_some_and(Value::truthy),
            assign: given.get("assign").map(Value::to_str).filter(|name| !name.is_empty()),
        })
    }
}

/// Splits the text at each pair of line breaks.
fn split_paragraphs(text: &[u8]) -> Vec<&[u8]> {
    let is_break = |b: u8| matches!(b, b'\r' | b'\n');
    let mut paragraphs = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at + 1 < text.len() {
        if is_break(text[at]) && is_break(text[at + 1]) {
            paragraphs.push(&text[from..at]);
            at += 2;
            from = at;
        } else {
            at += 1;
        }
    }
    paragraphs.push(&text[from..]);
    paragraphs
}
