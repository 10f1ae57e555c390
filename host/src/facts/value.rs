//! Cells and rows of FusionPBX's tables, with whatever columns the database has.

use std::cmp::Ordering;
use std::sync::Arc;

/// One cell. Templates distinguish a missing value from an empty one, so NULL is a value of its own.
#[derive(Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Text(String),
    /// Decimal notation as the database prints it: PHP reads numbers from its database as such strings.
    Number(String),
    Flag(bool),
    /// A setting of type `array`.
    Items(Vec<String>),
}

impl Value {
    /// The text of a text or number cell.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Null | Self::Flag(_) | Self::Items(_) => None,
        }
    }

    /// PHP's `empty()`, by which FusionPBX tests nearly every column and setting.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) | Self::Number(text) => text.is_empty() || text == "0",
            Self::Flag(flag) => !flag,
            Self::Items(items) => items.is_empty(),
        }
    }
}

/// Rows with the same columns, under a name. All rows of a query share the column names.
#[derive(Clone)]
pub struct Table {
    pub name: &'static str,
    pub columns: Arc<[String]>,
    pub rows: Vec<Vec<Value>>,
}

impl Table {
    pub fn empty(name: &'static str) -> Self {
        Self { name, columns: Arc::default(), rows: Vec::new() }
    }

    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> {
        self.rows.iter().map(|values| Row { columns: &self.columns, values })
    }

    pub fn first(&self) -> Option<Row<'_>> {
        self.rows().next()
    }

    pub fn into_records(self) -> impl Iterator<Item = Record> {
        let Self { columns, rows, .. } = self;
        rows.into_iter().map(move |values| Record { columns: Arc::clone(&columns), values })
    }

    /// Sorts the rows; equal ones keep their order.
    pub fn sort_by(&mut self, compare: impl Fn(Row<'_>, Row<'_>) -> Ordering) {
        let Self { columns, rows, .. } = self;
        rows.sort_by(|one, other| compare(Row { columns, values: one }, Row { columns, values: other }));
    }

    pub fn retain(&mut self, wanted: impl Fn(Row<'_>) -> bool) {
        let Self { columns, rows, .. } = self;
        rows.retain(|values| wanted(Row { columns, values }));
    }
}

/// One row without its table.
#[derive(Clone)]
pub struct Record {
    columns: Arc<[String]>,
    values: Vec<Value>,
}

impl Record {
    /// `values` are in the order of `columns`.
    pub fn new(columns: Arc<[String]>, values: Vec<Value>) -> Self {
        Self { columns, values }
    }

    pub fn row(&self) -> Row<'_> {
        Row { columns: &self.columns, values: &self.values }
    }

    /// Replaces a value. Does nothing if there is no such column.
    pub fn set(&mut self, column: &str, value: Value) {
        let at = self.columns.iter().position(|name| name == column);
        if let Some(slot) = at.and_then(|at| self.values.get_mut(at)) {
            *slot = value;
        }
    }

    /// A table of this row alone.
    pub fn into_table(self, name: &'static str) -> Table {
        Table { name, columns: self.columns, rows: vec![self.values] }
    }
}

/// One row of a table, read by column name.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    columns: &'a [String],
    values: &'a [Value],
}

impl<'a> Row<'a> {
    /// `None` if the table has no such column; a NULL is `Some(Value::Null)`.
    pub fn get(&self, column: &str) -> Option<&'a Value> {
        let at = self.columns.iter().position(|name| name == column)?;
        self.values.get(at)
    }

    /// The column's text; `""` if it is NULL, missing or no text.
    pub fn text(&self, column: &str) -> &'a str {
        self.get(column).and_then(Value::as_str).unwrap_or_default()
    }
}
