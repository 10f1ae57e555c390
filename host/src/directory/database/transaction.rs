//! Several statements that count all or not at all.

use super::pool::Pool;
use super::unprepared::unprepared;
use super::{Database, TaggedRows};
use crate::directory::error::Error;
use sqlx::postgres::PgArguments;
use sqlx::query::QueryAs;
use sqlx::sqlite::SqliteArguments;
use sqlx::{AssertSqlSafe, Postgres, Sqlite};
use std::time::Duration;

/// What a transaction does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
}

/// Rolled back when dropped without [`Transaction::commit`].
pub struct Transaction {
    inner: Inner,
    deadline: Duration,
}

enum Inner {
    Postgres(sqlx::Transaction<'static, Postgres>),
    Sqlite(sqlx::Transaction<'static, Sqlite>),
}

impl Database {
    /// Begins a transaction. One that writes on SQLite waits for the other writers at once: it could not take the lock
    /// later, after it has read.
    pub async fn begin(&self, access: Access) -> Result<Transaction, Error> {
        let beginning = async {
            Ok(match &self.pool {
                Pool::Postgres(pool) => Inner::Postgres(pool.begin().await?),
                Pool::Sqlite(file) if access == Access::Read => Inner::Sqlite(file.pool().await?.begin().await?),
                Pool::Sqlite(file) => Inner::Sqlite(file.pool().await?.begin_with("begin immediate").await?),
            })
        };
        let inner = self.within_deadline(beginning).await?;
        Ok(Transaction { inner, deadline: self.deadline })
    }
}

impl Transaction {
    /// Runs a statement that returns a text and a text or NULL.
    pub async fn fetch(&mut self, sql: String, binds: &[Option<&str>]) -> Result<Vec<TaggedRows>, Error> {
        let text = AssertSqlSafe(sql);
        let reading = async {
            Ok(match &mut self.inner {
                Inner::Postgres(transaction) => {
                    let query: QueryAs<'_, Postgres, TaggedRows, PgArguments> = sqlx::query_as(text).persistent(false);
                    let query = binds.iter().fold(query, |query, bind| query.bind(*bind));
                    query.fetch_all(&mut **transaction).await?
                }
                Inner::Sqlite(transaction) => {
                    let query: QueryAs<'_, Sqlite, TaggedRows, SqliteArguments> =
                        sqlx::query_as(text).persistent(false);
                    let query = binds.iter().fold(query, |query, bind| query.bind(*bind));
                    query.fetch_all(&mut **transaction).await?
                }
            })
        };
        within(self.deadline, reading).await
    }

    /// Runs a statement that writes, and returns the number of rows it changed.
    pub async fn execute(&mut self, sql: String, binds: &[Option<&str>]) -> Result<u64, Error> {
        let writing = async {
            Ok(match &mut self.inner {
                Inner::Postgres(transaction) => {
                    unprepared(&sql, binds).execute(&mut **transaction).await?.rows_affected()
                }
                Inner::Sqlite(transaction) => {
                    unprepared(&sql, binds).execute(&mut **transaction).await?.rows_affected()
                }
            })
        };
        within(self.deadline, writing).await
    }

    pub async fn commit(self) -> Result<(), Error> {
        let deadline = self.deadline;
        let committing = async {
            match self.inner {
                Inner::Postgres(transaction) => transaction.commit().await?,
                Inner::Sqlite(transaction) => transaction.commit().await?,
            }
            Ok(())
        };
        within(deadline, committing).await
    }
}

/// As [`Database::within_deadline`].
async fn within<T>(deadline: Duration, statement: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let timed = tokio::time::timeout(deadline, statement).await;
    timed.unwrap_or(Err(Error::Unavailable(sqlx::Error::PoolTimedOut)))
}
