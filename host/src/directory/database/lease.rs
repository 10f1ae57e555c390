//! A connection borrowed from the pool for one statement.

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use std::time::{Duration, Instant};

/// A statement that is abandoned later than this may never end. One that is abandoned earlier, because its phone hung
/// up, ends in a moment, and its connection stays usable.
const PROMPT: Duration = Duration::from_millis(100);

/// Returns the connection to the pool at [`Lease::end`], or when the statement is abandoned early. If it is abandoned
/// late (the database hangs, or the network drops packets), the connection is closed: the pool would wait for its
/// answer, for each of its connections up to a quarter of an hour.
pub struct Lease {
    connection: PoolConnection<Postgres>,
    since: Instant,
    ended: bool,
}

impl Lease {
    pub async fn of(pool: &PgPool) -> Result<Self, sqlx::Error> {
        let connection = pool.acquire().await?;
        Ok(Self { connection, since: Instant::now(), ended: false })
    }

    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// The statement has returned, with a result or an error.
    pub fn end(mut self) {
        self.ended = true;
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.ended && self.since.elapsed() > PROMPT {
            self.connection.close_on_drop();
        }
    }
}
