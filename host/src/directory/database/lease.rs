//! A connection of the pool while a statement runs on it.

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use std::time::{Duration, Instant};

/// A statement that is given up after this long may never come to its end; one given up earlier, by a phone that hung
/// up, does in a moment, and its connection is worth keeping.
const PROMPT: Duration = Duration::from_millis(100);

/// Goes back to the pool at its [`Lease::end`], or when its statement is given up early. Given up late (the database
/// hangs, or a network swallows packets) it is closed: the pool would wait for its answer, a quarter of an hour with
/// each of its connections.
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

    /// The statement has been answered, well or not.
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
