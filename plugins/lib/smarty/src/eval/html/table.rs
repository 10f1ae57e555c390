//! `{html_table}`

use super::{EvaluatedAttributes, Evaluator, RenderResult, user_error};
use crate::php::convert::{self, Numeric};
use crate::php::{KeyRef, Value};

/// The number of columns, and their headings.
struct Columns {
    count: i64,
    headings: Option<Vec<Value>>,
}

impl Evaluator<'_> {
    pub(super) fn html_table(&mut self, given: &EvaluatedAttributes) -> RenderResult<Value> {
        let Some(cells) = given.get("loop") else {
            return Err(user_error("html_table: missing 'loop' parameter"));
        };
        let cells = cells.to_array();
        let total = i64::try_from(cells.len()).unwrap_or(i64::MAX);
        let mut columns = columns(given.last("cols"));
        let mut rows = given.last("rows").map_or(3, Value::to_int);
        let given_rows = given.get("rows").is_some_and(Value::truthy);
        if !given_rows {
            rows = ceil_div(total, columns.count)?;
        } else if !given.get("cols").is_some_and(Value::truthy) {
            columns.count = ceil_div(total, rows)?;
        }
        let text = |name: &str, otherwise: &str| given.last(name).map_or_else(|| otherwise.into(), Value::to_str);
        let right = text("hdir", "right").as_bytes() == b"right";
        let down = text("vdir", "down").as_bytes() == b"down";
        let by_columns = text("inner", "cols").as_bytes() == b"cols";
        let trailpad = Value::Str(text("trailpad", "&nbsp;"));
        let mut out = b"<table ".to_vec();
        self.raw_html(&mut out, &Value::Str(text("table_attr", "border=\"1\"")));
        out.extend_from_slice(b">\n");
        self.table_head(&mut out, given, &columns, right)?;
        out.extend_from_slice(b"<tbody>\n");
        for row in 0..rows {
            out.extend_from_slice(b"<tr");
            self.table_attribute(&mut out, given.last("tr_attr"), row)?;
            out.extend_from_slice(b">\n");
            let first = if down { row } else { rows - 1 - row }.saturating_mul(columns.count);
            self.step()?;
            for column in 0..columns.count {
                self.step()?;
                let across = if right { column } else { columns.count - 1 - column };
                let mut at = first.saturating_add(across);
                if !by_columns {
                    at = (at / columns.count).saturating_add((at % columns.count).saturating_mul(rows));
                }
                out.extend_from_slice(b"<td");
                self.table_attribute(&mut out, given.last("td_attr"), column)?;
                out.push(b'>');
                let cell = cells.get(KeyRef::Int(at)).cloned().unwrap_or_default();
                self.raw_html(&mut out, if at < total { &cell } else { &trailpad });
                out.extend_from_slice(b"</td>\n");
                self.context.allow_bytes(out.len())?;
            }
            out.extend_from_slice(b"</tr>\n");
        }
        out.extend_from_slice(b"</tbody>\n</table>\n");
        Ok(Value::from(out))
    }

    fn table_head(
        &mut self,
        out: &mut Vec<u8>,
        given: &EvaluatedAttributes,
        columns: &Columns,
        right: bool,
    ) -> RenderResult<()> {
        let caption = Value::Str(given.text("caption"));
        if caption.truthy() {
            out.extend_from_slice(b"<caption>");
            self.raw_html(out, &caption);
            out.extend_from_slice(b"</caption>\n");
        }
        let Some(headings) = &columns.headings else { return Ok(()) };
        out.extend_from_slice(b"<thead><tr>\n");
        for column in 0..columns.count {
            self.step()?;
            out.extend_from_slice(b"<th");
            self.table_attribute(out, given.last("th_attr"), column)?;
            out.push(b'>');
            let at = usize::try_from(column).unwrap_or(usize::MAX);
            let at = if right { Some(at) } else { headings.len().checked_sub(at.saturating_add(1)) };
            let heading = at.and_then(|at| headings.get(at)).cloned().unwrap_or_default();
            self.raw_html(out, &heading);
            out.extend_from_slice(b"</th>\n");
        }
        out.extend_from_slice(b"</tr></thead>\n");
        Ok(())
    }

    /// Appends a text, or the next text of a list that repeats.
    fn table_attribute(&mut self, out: &mut Vec<u8>, attribute: Option<&Value>, at: i64) -> RenderResult<()> {
        let chosen = match attribute {
            Some(Value::Array(list)) if !list.is_empty() => {
                let len = i64::try_from(list.len()).unwrap_or(i64::MAX);
                list.get(KeyRef::Int(at % len)).cloned().unwrap_or_default()
            }
            Some(Value::Array(_)) => {
                return Err(user_error("html_table: Modulo by zero: a list of attributes is empty"));
            }
            None => Value::Null,
            Some(text) => text.clone(),
        };
        if chosen.truthy() {
            out.push(b' ');
            self.raw_html(out, &chosen);
        }
        Ok(())
    }
}

/// `cols`: headings as a list or as comma-separated text, or a number; 3 by default.
fn columns(cols: Option<&Value>) -> Columns {
    let headed = |headings: Vec<Value>| Columns {
        count: i64::try_from(headings.len()).unwrap_or(i64::MAX),
        headings: Some(headings),
    };
    let plain = |count| Columns { count, headings: None };
    match cols {
        Some(Value::Array(list)) if !list.is_empty() => headed(list.values().cloned().collect()),
        Some(Value::Str(text)) if text.is_empty() => plain(3),
        Some(Value::Str(text)) if !matches!(convert::numeric(text), Numeric::Whole(_)) => {
            let part = |part: &[u8]| Value::Str(crate::php::Str::new(part).with_trust_of(text.is_untrusted()));
            headed(text.split(|&b| b == b',').map(part).collect())
        }
        Some(value) if value.truthy() => plain(value.to_int()),
        _ => plain(3),
    }
}

fn ceil_div(total: i64, by: i64) -> RenderResult<i64> {
    if by == 0 {
        return Err(user_error("html_table: Division by zero"));
    }
    Ok((total as f64 / by as f64).ceil() as i64)
}
