//! Brings a database that an older Dialplate created up to date: adds the tables, columns and indexes that it lacks, and
//! changes nothing else.

use super::{MARK, SCHEMA};
use crate::directory::directory::Directory;
use crate::directory::error::Error;
use crate::files::ANSWER_MAX;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions, Connection, Row};
use std::collections::HashSet;
use std::path::Path;
use std::time::Duration;

/// How long each statement of the update waits while another process writes. A start that has to wait longer says so itself.
const BUSY_MAX: Duration = Duration::from_millis(300);

/// Whether a file has the mark, whose number is decimal here. Older releases marked nothing; their rows tell.
const IS_MARKED: &str = "select application_id = 1147756908 from pragma_application_id";
const HAS_DEMONSTRATION: &str = "select exists(select 1 from v_default_settings where default_setting_uuid like \
    '5e000000-0000-4000-8000-0000000000%' and default_setting_description = 'Answer phones at all.') \
    or exists(select 1 from v_domains where domain_description = 'The domain of the demonstration')";

/// A table or an index, and the statement that creates it.
struct Object {
    name: String,
    is_table: bool,
    sql: String,
}

/// What a database lacks: the names for the log, and the statements that add it.
#[derive(Default)]
struct Missing {
    names: Vec<String>,
    statements: Vec<String>,
}

impl Directory {
    /// Adds to the file what the present schema has more, and returns the names of the tables, columns and indexes.
    /// Another program's file stays as it is, and so does one that does not answer.
    ///
    /// # Errors
    /// The file lacks something, and cannot be written.
    pub async fn update_embedded(path: &Path) -> Result<Vec<String>, Error> {
        let error = |error: sqlx::Error| Error::Update { path: path.display().to_string(), reason: error.to_string() };
        match tokio::time::timeout(ANSWER_MAX + BUSY_MAX, update(path)).await {
            Ok(updated) => updated.map_err(error),
            // The first connection says what is wrong with the file.
            Err(_) => Ok(Vec::new()),
        }
    }
}

async fn update(path: &Path) -> Result<Vec<String>, sqlx::Error> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false).busy_timeout(BUSY_MAX);
    let Ok(mut connection) = options.disable_statement_logging().connect().await else { return Ok(Vec::new()) };
    let added = if is_ours(&mut connection).await { add_missing(&mut connection).await } else { Ok(Vec::new()) };
    connection.close().await?;
    added
}

/// Whether Dialplate created a database. One that FusionPBX or an administrator made keeps the tables of its release.
async fn is_ours(connection: &mut SqliteConnection) -> bool {
    for sql in [IS_MARKED, HAS_DEMONSTRATION] {
        if sqlx::query_scalar(sql).fetch_one(&mut *connection).await.unwrap_or(false) {
            return true;
        }
    }
    false
}

async fn add_missing(connection: &mut SqliteConnection) -> Result<Vec<String>, sqlx::Error> {
    if missing(connection).await?.statements.is_empty() {
        return Ok(Vec::new());
    }
    let mut transaction = connection.begin_with("begin immediate").await?;
    // Another process may have been first.
    let Missing { names, statements } = missing(&mut transaction).await?;
    for statement in statements {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    }
    sqlx::raw_sql(MARK).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(names)
}

/// Compares a database with an empty one of the present schema.
async fn missing(connection: &mut SqliteConnection) -> Result<Missing, sqlx::Error> {
    let mut model = SqliteConnectOptions::new().in_memory(true).connect().await?;
    sqlx::raw_sql(SCHEMA).execute(&mut model).await?;
    let known: HashSet<String> = objects(connection).await?.into_iter().map(|object| object.name).collect();
    let mut missing = Missing::default();
    for object in objects(&mut model).await? {
        if !known.contains(&object.name) {
            missing.names.push(object.name);
            missing.statements.push(object.sql);
        } else if object.is_table {
            let table = &object.name;
            let present: HashSet<_> = columns(connection, table).await?.into_iter().map(|(name, _)| name).collect();
            for (name, kind) in columns(&mut model, table).await? {
                if !present.contains(&name) {
                    missing.statements.push(format!("alter table {table} add column {name} {kind}"));
                    missing.names.push(format!("{table}.{name}"));
                }
            }
        }
    }
    model.close().await?;
    Ok(missing)
}

/// The tables, then the indexes. Those that SQLite makes itself have no statement.
async fn objects(connection: &mut SqliteConnection) -> Result<Vec<Object>, sqlx::Error> {
    let sql = "select name, type = 'table', sql from sqlite_master \
        where type in ('table', 'index') and sql is not null order by type desc, rowid";
    let rows = sqlx::query(sql).fetch_all(connection).await?;
    let object = |row: SqliteRow| Ok(Object { name: row.try_get(0)?, is_table: row.try_get(1)?, sql: row.try_get(2)? });
    rows.into_iter().map(object).collect()
}

/// The names and types of a table's columns.
async fn columns(connection: &mut SqliteConnection, table: &str) -> Result<Vec<(String, String)>, sqlx::Error> {
    let rows = sqlx::query("select name, type from pragma_table_info($1)").bind(table).fetch_all(connection).await?;
    rows.into_iter().map(|row| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}
