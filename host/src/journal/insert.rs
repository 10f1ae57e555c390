//! The statement that writes the lines of a batch.

use super::origins::Origins;
use super::row::Row;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Sqlite, SqliteConnection};
use std::sync::{Arc, LazyLock};

/// Rows in one statement. More do not make it faster.
const ROWS: usize = 64;
const COLUMNS: usize = 15;

static ONE: LazyLock<String> = LazyLock::new(|| statement(1));
static MANY: LazyLock<String> = LazyLock::new(|| statement(ROWS));

fn statement(rows: usize) -> String {
    let row = format!("({})", vec!["?"; COLUMNS].join(", "));
    format!(
        "insert into entries (at_us, request, client, method, domain, device, file, target, agent, status, reason, bytes, \
         sha256, origin, duration_us) values {}",
        vec![row; rows].join(", ")
    )
}

/// Writes the rows in their order.
pub async fn insert(rows: &[Row], origins: &mut Origins, connection: &mut SqliteConnection) -> sqlx::Result<()> {
    let (many, rest) = rows.as_chunks::<ROWS>();
    for rows in many {
        execute(&MANY, rows, origins, connection).await?;
    }
    for row in rest {
        execute(&ONE, std::slice::from_ref(row), origins, connection).await?;
    }
    Ok(())
}

async fn execute(
    statement: &'static str,
    rows: &[Row],
    origins: &mut Origins,
    connection: &mut SqliteConnection,
) -> sqlx::Result<()> {
    let mut query = sqlx::query(statement);
    for row in rows {
        let origin = match &row.origin {
            Some(origin) => Some(origins.id(origin, connection).await?),
            None => None,
        };
        query = bound(query, row, origin);
    }
    query.execute(connection).await.map(drop)
}

fn bound<'q>(
    query: Query<'q, Sqlite, SqliteArguments>,
    row: &'q Row,
    origin: Option<i64>,
) -> Query<'q, Sqlite, SqliteArguments> {
    query
        .bind(row.at.as_microsecond())
        .bind(Arc::clone(&row.request))
        .bind(Arc::clone(&row.client))
        .bind(Arc::clone(&row.method))
        .bind(Arc::clone(&row.domain))
        .bind(row.device.as_ref().map(|device| device.as_str()))
        .bind(Arc::clone(&row.file))
        .bind(Arc::clone(&row.target))
        .bind(Arc::clone(&row.agent))
        .bind(row.status)
        .bind(row.reason.word())
        .bind(row.bytes)
        .bind(row.sha256.as_ref().map(|hash| hash.as_slice()))
        .bind(origin)
        .bind(row.duration_us)
}
