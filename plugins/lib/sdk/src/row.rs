//! Access to a job's tables by column name.

use crate::types;
use dialplate_smarty::php::{Array, Key, Str, Value};

/// One row of a table of the job.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    columns: &'a [String],
    cells: &'a [types::Value],
}

impl<'a> Row<'a> {
    /// The column's value; NULL when the row has no such column, as PHP reads an absent array key.
    pub fn get(&self, column: &str) -> Value {
        self.cell(column).map_or(Value::Null, untrusted)
    }

    /// The text of a text or number column; empty for every other value.
    pub fn text(&self, column: &str) -> &'a str {
        match self.cell(column) {
            Some(types::Value::Text(text) | types::Value::Number(text)) => text,
            _ => "",
        }
    }

    /// The text of a column as an array key. The key is untrusted, because a template may print it.
    pub fn key(&self, column: &str) -> Key {
        Key::from(Str::from(self.text(column)).untrusted())
    }

    fn cell(&self, column: &str) -> Option<&'a types::Value> {
        let at = self.columns.iter().position(|name| name == column)?;
        self.cells.get(at)
    }

    /// The row as the array that PHP's database layer returns. `names` are the columns as keys, from [`Rows::names`].
    pub fn to_array(self, names: &[Key]) -> Array {
        names.iter().zip(self.cells).map(|(name, cell)| (name.clone(), untrusted(cell))).collect()
    }
}

/// The job's table of this name; an empty one when the job has no such table.
pub fn table<'a>(tables: &'a [types::Table], name: &str) -> Rows<'a> {
    tables.iter().find(|table| table.name == name).map_or(Rows { columns: &[], rows: &[] }, Rows::of)
}

/// The rows of one table.
#[derive(Clone, Copy)]
pub struct Rows<'a> {
    columns: &'a [String],
    rows: &'a [Vec<types::Value>],
}

impl<'a> Rows<'a> {
    pub fn of(table: &'a types::Table) -> Self {
        Self { columns: &table.columns, rows: &table.rows }
    }

    pub fn iter(self) -> impl DoubleEndedIterator<Item = Row<'a>> {
        self.rows.iter().map(move |cells| Row { columns: self.columns, cells })
    }

    /// The columns as array keys.
    pub fn names(self) -> Vec<Key> {
        self.columns.iter().map(|column| Key::from(column.as_str())).collect()
    }

    /// The first row, or one in which every column is NULL.
    pub fn first(self) -> Row<'a> {
        self.iter().next().unwrap_or(Row { columns: &[], cells: &[] })
    }
}

/// A cell that a user can edit, as a value for templates. A number becomes a string, as in PHP's database layer.
pub fn untrusted(cell: &types::Value) -> Value {
    match cell {
        types::Value::Text(text) | types::Value::Number(text) => Value::Str(Str::from(text.as_str()).untrusted()),
        other => trusted(other),
    }
}

/// A cell that only an administrator can edit, as a value for templates.
pub fn trusted(cell: &types::Value) -> Value {
    match cell {
        types::Value::Null => Value::Null,
        types::Value::Text(text) | types::Value::Number(text) => Value::from(text.as_str()),
        types::Value::Flag(flag) => Value::Bool(*flag),
        types::Value::Items(items) => Value::list(items.iter().map(|item| Value::from(item.as_str()))),
    }
}
