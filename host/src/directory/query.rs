//! Statements of several parts, each part the rows of one table, so that all of them travel in one round trip. The
//! same text is built for both databases; where they differ, [`Dialect`] says how.

use super::Error;
use super::catalog::{Column, ColumnKind};
use super::database::{Database, TaggedRows};
use crate::facts::{Table, Value};
use std::collections::HashMap;
use std::sync::Arc;

/// One row: a text or NULL for each column.
pub type RawRow = Vec<Option<String>>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    Postgres,
    Sqlite,
}

impl Dialect {
    /// The order in which rows are stored. FusionPBX often asks for no order; what it gets is this one.
    pub fn storage(self) -> &'static str {
        match self {
            Self::Postgres => "ctid",
            Self::Sqlite => "rowid",
        }
    }

    /// A parameter to be compared with a column: it is sent as text, and PostgreSQL compares only like with like.
    pub fn parameter(self, number: usize, like: ColumnKind) -> String {
        match (self, like) {
            (Self::Postgres, ColumnKind::Uuid) => format!("cast(${number} as uuid)"),
            (Self::Postgres, ColumnKind::Time) => format!("cast(${number} as timestamptz)"),
            _ => format!("${number}"),
        }
    }

    /// The texts of a parameter that is a JSON array, as rows.
    pub fn texts(self, number: usize) -> String {
        match self {
            Self::Postgres => format!("select json_array_elements_text(cast(${number} as json))"),
            Self::Sqlite => format!("select value from json_each(${number})"),
        }
    }

    /// A text that is another one as soon as any of the rows is: a row that is inserted or changed is stored under its
    /// transaction's number, which no other row in its place has had. Servers count transactions each for themselves,
    /// so the server's start is in it. Far cheaper than the rows themselves; SQLite knows nothing like it.
    pub fn stamp(self, alias: &str) -> Option<String> {
        let rows = format!("string_agg(cast({alias}.xmin as text) || cast({alias}.ctid as text), ',')");
        let stamp = format!("cast(pg_postmaster_start_time() as text) || coalesce(md5({rows}), '')");
        (self == Self::Postgres).then_some(stamp)
    }

    /// All rows of a part in one text.
    fn aggregate(self, cells: &str, order: &str) -> String {
        match self {
            Self::Postgres => format!("cast(json_agg(array[{cells}] order by {order}) as text)"),
            Self::Sqlite => format!("json_group_array(json_array({cells}) order by {order})"),
        }
    }
}

/// The rows of one table within a statement.
pub struct Part<'a> {
    pub name: &'static str,
    pub columns: Vec<Column>,
    /// What the table is called in `from` and `order`.
    pub alias: &'a str,
    /// Everything from the word after `from` on.
    pub from: String,
    pub order: String,
}

/// What became of a part's columns: enough to read its rows.
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
pub struct Builder {
    dialect: Dialect,
    with: Vec<String>,
    parts: Vec<String>,
    shapes: Vec<Shape>,
}

impl Builder {
    pub fn new(dialect: Dialect) -> Self {
        Self { dialect, with: Vec::new(), parts: Vec::new(), shapes: Vec::new() }
    }

    /// Names rows that later parts refer to; they are read once.
    pub fn with(mut self, name: &str, select: &str) -> Self {
        self.with.push(format!("{name} as materialized ({select})"));
        self
    }

    pub fn part(self, part: Part<'_>) -> Self {
        let selected = format!("{} from {}", self.rows(&part), part.from);
        self.push(part, &selected)
    }

    /// A part that is not read, and comes back empty, where the condition holds.
    pub fn part_unless(self, condition: &str, part: Part<'_>) -> Self {
        // A query of its own: an aggregate beside a condition is computed whatever the condition says.
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

    /// One text, by a query.
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
        let rows = database.fetch(&self.sql, binds).await?;
        Ok(QueryResult { shapes: &self.shapes, rows: rows.into_iter().map(text_of).collect() })
    }
}

/// An answer without rows is `[]` in one database and NULL in the other.
fn text_of((name, rows): TaggedRows) -> (String, String) {
    (name, rows.unwrap_or_else(|| "[]".to_owned()))
}

/// What the database answered, part by part.
pub struct QueryResult<'a> {
    shapes: &'a [Shape],
    rows: HashMap<String, String>,
}

impl QueryResult<'_> {
    /// A part's rows as the database sent them: a JSON array of arrays.
    pub fn text(&self, name: &str) -> &str {
        self.rows.get(name).map_or("[]", String::as_str)
    }

    /// The one text of a part that has no rows; `None` where the database has no such part.
    pub fn single(&self, name: &str) -> Option<&str> {
        self.rows.get(name).map(String::as_str)
    }

    /// A part's rows as texts in the order of the part's columns.
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
    serde_json::from_str(rows).map_err(|error| Error::QueryResult(error.to_string()))
}

/// A cell's text as the value that it stands for. A boolean is `true` in one database and `1` in the other; a flag of
/// text that says neither yes nor no stays the text it is.
fn value(text: Option<String>, kind: ColumnKind) -> Value {
    let Some(text) = text else { return Value::Null };
    match (kind, text.as_str()) {
        (ColumnKind::Flag, "true" | "1") | (ColumnKind::TextFlag, "true") => Value::Flag(true),
        (ColumnKind::Flag, "false" | "0") | (ColumnKind::TextFlag, "false") => Value::Flag(false),
        (ColumnKind::Number, _) => Value::Number(text),
        _ => Value::Text(text),
    }
}
