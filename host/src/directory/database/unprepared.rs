//! Statements that are run too seldom to be kept prepared.

use sqlx::database::HasStatementCache;
use sqlx::query::Query;
use sqlx::{AssertSqlSafe, Database, Encode, Postgres, Transaction, Type};

/// A statement with its parameters.
pub(super) fn unprepared<'q, DB: Database + HasStatementCache>(
    sql: &str,
    binds: &[Option<&'q str>],
) -> Query<'q, DB, DB::Arguments>
where
    Option<&'q str>: Encode<'q, DB> + Type<DB>,
{
    let query = sqlx::query(AssertSqlSafe(sql.to_owned())).persistent(false);
    binds.iter().fold(query, |query, bind| query.bind(*bind))
}

/// Runs the last statement of a transaction, and commits. Returns the number of rows that the statement changed.
pub(super) async fn commit(
    mut transaction: Transaction<'_, Postgres>,
    sql: &str,
    binds: &[Option<&str>],
) -> Result<u64, sqlx::Error> {
    let rows = unprepared(sql, binds).execute(&mut *transaction).await?.rows_affected();
    transaction.commit().await?;
    Ok(rows)
}
