//! A connection borrowed from the pool for one statement.

use crate::directory::error::is_connection_error;
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, PgPool, Postgres};
use std::time::{Duration, Instant};

/// A statement that is abandoned later than this may never end. One that is abandoned earlier, because its phone hung
/// up, ends in a moment, and its connection stays usable.
const PROMPT: Duration = Duration::from_millis(100);

/// The pause between two attempts to connect.
const PAUSE: Duration = Duration::from_millis(100);

/// Returns the connection to the pool at [`Lease::end`], or when the statement is abandoned early. If it is abandoned
/// late (the database hangs, or the network drops packets), the connection is closed: the pool would wait for its
/// answer, for each of its connections up to a quarter of an hour.
pub struct Lease {
    connection: PoolConnection<Postgres>,
    since: Instant,
    ended: bool,
}

impl Lease {
    /// Waits until `end` for a connection, also if a new one is refused for a reason that may pass: the pool itself
    /// waits for a server that is down or starting, and not for a pooler or a balancer whose server is.
    pub async fn of(pool: &PgPool, end: Instant) -> Result<Self, sqlx::Error> {
        loop {
            match pool.acquire().await {
                Ok(connection) => return Ok(Self { connection, since: Instant::now(), ended: false }),
                Err(error) if Instant::now() + PAUSE < end && may_pass(&error) => tokio::time::sleep(PAUSE).await,
                Err(error) => return Err(error),
            }
        }
    }

    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// The statement has returned, with a result or an error.
    pub fn end(mut self) {
        self.ended = true;
    }
}

/// Whether the next connection may be accepted. An untrusted certificate stays untrusted.
fn may_pass(error: &sqlx::Error) -> bool {
    let has_waited = matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Tls(_));
    is_connection_error(error) && !has_waited
}

impl Drop for Lease {
    fn drop(&mut self) {
        if !self.ended && self.since.elapsed() > PROMPT {
            self.connection.close_on_drop();
        }
    }
}
