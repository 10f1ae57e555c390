//! `array_multisort`.

use super::args;
use super::register::{MANY, by_ref, by_ref_or_value, moves};
use super::sort::{SORT_FLAG_CASE, SortOrder, sorted};
use crate::php::{Array, Context, Function, Key, PhpError, Value};

pub const FUNCTIONS: &[Function] = &[by_ref_or_value(by_ref(moves("array_multisort", 1, MANY, array_multisort), !0))];

const SORT_DESC: i64 = 3;
const SORT_ASC: i64 = 4;
/// The flags that name a comparison; see `SortOrder`.
const KINDS: [i64; 5] = [0, 1, 2, 5, 6];

/// An array, and the flags after it.
struct Column {
    argument: usize,
    entries: Vec<(Key, Value)>,
    order: Option<SortOrder>,
    is_down: Option<bool>,
}

impl Column {
    fn compare(&self, a: usize, b: usize) -> Result<i32, PhpError> {
        let (a, b) = if self.is_down == Some(true) { (b, a) } else { (a, b) };
        self.order.unwrap_or(SortOrder::new(0)).values(&self.entries[a].1, &self.entries[b].1)
    }

    /// The entries in the order of `rows`; those with numbers are renumbered.
    fn arranged(&self, rows: &[usize]) -> Array {
        let mut out = Array::new();
        for row in rows {
            let (key, value) = &self.entries[*row];
            match key {
                Key::Int(_) => _ = out.push(value.clone()),
                Key::Str(_) => _ = out.insert(key.clone(), value.clone()),
            }
        }
        out
    }
}

fn columns(args: &[Value]) -> Result<Vec<Column>, PhpError> {
    let mut columns: Vec<Column> = Vec::new();
    for (argument, arg) in args.iter().enumerate() {
        let number = argument + 1;
        match (arg, columns.last_mut()) {
            (Value::Array(array), _) => {
                let entries = array.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
                columns.push(Column { argument, entries, order: None, is_down: None });
            }
            (Value::Int(flag), column) => {
                let kind = flag & !SORT_FLAG_CASE;
                let is_direction = matches!(kind, SORT_ASC | SORT_DESC);
                if !is_direction && !KINDS.contains(&kind) {
                    return Err(args::bad(argument, "be a valid sort flag"));
                }
                match column {
                    Some(column) if is_direction && column.is_down.is_none() => {
                        column.is_down = Some(kind == SORT_DESC);
                    }
                    Some(column) if !is_direction && column.order.is_none() => {
                        column.order = Some(SortOrder::new(*flag));
                    }
                    _ => {
                        return Err(PhpError::type_error(format!(
                            "Argument #{number} must be an array or a sort flag that has not already been specified"
                        )));
                    }
                }
            }
            _ => return Err(PhpError::type_error(format!("Argument #{number} must be an array or a sort flag"))),
        }
    }
    Ok(columns)
}

/// Sorts the rows that arrays of equal length form: by the first array, then by the next.
fn array_multisort(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let columns = columns(args)?;
    let count = columns.first().map_or(0, |column| column.entries.len());
    if columns.iter().any(|column| column.entries.len() != count) {
        return Err(PhpError::value_error("Array sizes are inconsistent"));
    }
    context.charge(count.saturating_mul(16 * columns.len()))?;
    let rows = sorted((0..count).collect(), &|a: &usize, b: &usize| {
        for column in &columns {
            let order = column.compare(*a, *b)?;
            if order != 0 {
                return Ok(order);
            }
        }
        Ok(0)
    })?;
    for column in &columns {
        args[column.argument] = Value::array(column.arranged(&rows));
    }
    Ok(Value::Bool(true))
}
