//! Statements of several parts, each the rows of one table, so that one round trip reads all of them. Both databases
//! get the same text but for what [`Dialect`] writes.

use super::catalog::{Column, ColumnKind};
use super::database::{Database, TaggedRows, Transaction};
use super::dialect::Dialect;
use super::error::Error;
use crate::facts::{Table, Value};
use std::sync::Arc;

/// One row: a text or NULL for each column.
pub type RawRow = Vec<Option<String>>;

/// The rows of one table within a statement.
pub struct Part<'a> {
    pub name: &'static str,
    pub columns: Vec<Column>,
    /// The name of the table in `from` and `order`.
    pub alias: &'a str,
    /// The `from` clause and what follows it, without the word `from`.
    pub from: String,
    pub order: String,
}

/// The columns of a part, by which its rows are decoded.
struct Shape {
    name: &'static str,
    columns: Arc<[String]>,
    kinds: Vec<ColumnKind>,
}

/// A statement, built once for a database and run for many requests.
pub struct Statement {
    sql: Arc<str>,
    shapes: Vec<Shape>,
}

/// Builds a [`Statement`].
pub struct StatementBuilder {
    dialect: Dialect,
    with: Vec<String>,
    parts: Vec<String>,
    shapes: Vec<Shape>,
}

impl StatementBuilder {
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, with: Vec::new(), parts: Vec::new(), shapes: Vec::new() }
    }

    /// Names rows to which later parts refer; the database reads them once.
    pub fn with(mut self, name: &str, select: &str) -> Self {
        self.with.push(format!("{name} as materialized ({select})"));
        self
    }

    pub fn part(self, part: Part<'_>) -> Self {
        let selected = format!("{} from {}", self.rows(&part), part.from);
        self.push(part, &selected)
    }

    /// A part that the database does not read, and returns empty, where the condition holds.
    pub fn part_unless(self, condition: &str, part: Part<'_>) -> Self {
        // In a query of its own, because the database computes an aggregate beside a condition in any case.
        let rows = format!("(select {} from {})", self.rows(&part), part.from);
        self.push(part, &format!("case when {condition} then null else {rows} end"))
    }

    fn rows(&self, part: &Part<'_>) -> String {
        let cell = |column: &Column| format!("cast({} as text)", column.sql(part.alias));
        let cells: Vec<String> = part.columns.iter().map(cell).collect();
        self.dialect.aggregate(&cells.join(", "), &part.order)
    }

    fn push(mut self, part: Part<'_>, selected: &str) -> Self {
        let Part { name, columns, .. } = part;
        self.parts.push(format!("select cast('{name}' as text), {selected}"));
        self.shapes.push(Shape {
            name,
            columns: columns.iter().map(|column| column.name.clone()).collect(),
            kinds: columns.iter().map(|column| column.kind).collect(),
        });
        self
    }

    /// The one text that a query returns.
    pub fn text(mut self, name: &'static str, select: &str) -> Self {
        self.parts.push(format!("select cast('{name}' as text), ({select})"));
        self
    }

    pub fn build(self) -> Statement {
        let with = if self.with.is_empty() { String::new() } else { format!("with {} ", self.with.join(", ")) };
        Statement { sql: (with + &self.parts.join(" union all ")).into(), shapes: self.shapes }
    }
}

impl Statement {
    pub async fn run(&self, database: &Database, binds: &[Option<&str>]) -> Result<QueryResult<'_>, Error> {
        Ok(self.result(database.fetch(&self.sql, binds).await?))
    }

    /// Runs the statement in a transaction.
    pub async fn run_in(
        &self,
        transaction: &mut Transaction,
        binds: &[Option<&str>],
    ) -> Result<QueryResult<'_>, Error> {
        Ok(self.result(transaction.fetch(self.sql.to_string(), binds).await?))
    }

    fn result(&self, rows: Vec<TaggedRows>) -> QueryResult<'_> {
        QueryResult { shapes: &self.shapes, parts: rows.into_iter().map(text_of).collect() }
    }
}

/// A part without rows is `[]` in one database and NULL in the other.
fn text_of((name, rows): TaggedRows) -> (String, String) {
    (name, rows.unwrap_or_else(|| "[]".to_owned()))
}

/// The result of a statement, part by part.
pub struct QueryResult<'a> {
    shapes: &'a [Shape],
    /// Name and text of each part.
    parts: Vec<(String, String)>,
}

impl QueryResult<'_> {
    /// Name and text of each part, in the order of the statement.
    pub fn parts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parts.iter().map(|(name, text)| (name.as_str(), text.as_str()))
    }

    /// A part's rows as the database sent them: a JSON array of arrays.
    pub fn text(&self, name: &str) -> &str {
        self.single(name).unwrap_or("[]")
    }

    /// The text of a part made by [`StatementBuilder::text`]; `None` if the statement has no such part.
    pub fn single(&self, name: &str) -> Option<&str> {
        self.parts().find_map(|(part, text)| (part == name).then_some(text))
    }

    /// A part's rows as texts, in the order of the part's columns.
    pub fn raw(&self, name: &str) -> Result<Vec<RawRow>, Error> {
        parse(self.text(name))
    }

    /// A part's rows as values.
    pub fn table(&self, name: &'static str) -> Result<Table, Error> {
        let Some(shape) = self.shapes.iter().find(|shape| shape.name == name) else { return Ok(Table::empty(name)) };
        let decode = |row: RawRow| row.into_iter().zip(&shape.kinds).map(|(text, kind)| value(text, *kind)).collect();
        let rows = self.raw(name)?.into_iter().map(decode).collect();
        Ok(Table { name, columns: Arc::clone(&shape.columns), rows })
    }
}

/// Reads rows of text.
pub fn parse(rows: &str) -> Result<Vec<RawRow>, Error> {
    serde_json::from_str(rows).map_err(|error| Error::Malformed(error.to_string()))
}

/// A cell's text as a value. A boolean is `true` in one database and `1` in the other; a text flag that is neither
/// `true` nor `false` stays a text.
fn value(text: Option<String>, kind: ColumnKind) -> Value {
    let Some(text) = text else { return Value::Null };
    match (kind, text.as_str()) {
        (ColumnKind::Flag, "true" | "1") | (ColumnKind::TextFlag, "true") => Value::Flag(true),
        (ColumnKind::Flag, "false" | "0") | (ColumnKind::TextFlag, "false") => Value::Flag(false),
        (ColumnKind::Number, _) => Value::Number(text),
        _ => Value::Text(text),
    }
}
