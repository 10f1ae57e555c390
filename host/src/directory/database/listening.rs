//! A connection to PostgreSQL on which triggers notify of changes.

use crate::directory::triggers::{CHANNEL, Payload, check};
use sqlx::postgres::{PgListener, PgNotification, PgPoolOptions};
use sqlx::{Acquire, AssertSqlSafe, Connection, PgPool};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How often the triggers are checked while requests arrive. Nothing notifies of a trigger that was dropped or disabled, or
/// of a table that an upgrade has created anew.
const CHECK_PAUSE: Duration = Duration::from_secs(10);

/// How long the connection may take to answer. Without an answer, requests look for changes with a statement.
const ANSWER_TIMEOUT: Duration = Duration::from_millis(500);

/// How long it may take to open the connection and to check the triggers, while many requests wait for connections.
const OPEN_TIMEOUT: Duration = Duration::from_secs(5);

/// How long the first notification may take to arrive.
const PROOF_TIMEOUT: Duration = Duration::from_secs(1);

/// The pause before the next connection, if the last one was lost, and if notifications cannot be relied on.
const LOST_PAUSE: Duration = Duration::from_secs(1);
const UNRELIABLE_PAUSE: Duration = Duration::from_secs(30);

/// The name of the connection in `pg_stat_activity`.
const NAME: &str = "dialplate listener";

/// An administrator may let PostgreSQL end sessions that rest. PostgreSQL has the setting since release 14.
const STAY: &str = "select set_config(name, '0', false) from pg_settings where name = 'idle_session_timeout'";

/// Why the server cannot rely on notifications.
#[derive(Debug, thiserror::Error)]
pub enum Silence {
    #[error("the triggers were removed")]
    Removed,

    #[error("triggers are missing, disabled or outdated on {tables}; run `dialplate db install-triggers` again")]
    Incomplete { tables: String },

    #[error(
        "notifications do not arrive, as behind a pooler that gives each transaction another session; let the URL name the database itself"
    )]
    Unheard,

    #[error("the connection that listens does not answer")]
    NoAnswer,

    #[error("the connection that listens failed: {0}")]
    Lost(#[from] sqlx::Error),
}

impl Silence {
    /// How long to wait before the next attempt.
    pub fn pause(&self) -> Duration {
        match self {
            // Nothing is tried before a look finds new triggers.
            Self::NoAnswer | Self::Lost(_) | Self::Removed => LOST_PAUSE,
            Self::Incomplete { .. } | Self::Unheard => UNRELIABLE_PAUSE,
        }
    }
}

/// The connection, and what is known of the triggers.
pub struct Listening {
    listener: PgListener,
    query: Arc<str>,
    /// When the triggers were complete; `None` if they have changed since.
    checked: Option<Instant>,
    /// What the check says of the tables' definitions.
    definitions: Option<String>,
}

impl Listening {
    /// Listens, and makes sure that every change will be notified of. The pool leads to the same database.
    pub async fn open(pool: &PgPool) -> Result<Self, Silence> {
        let opening = async {
            let options = pool.connect_options().as_ref().clone().application_name(NAME);
            let single = PgPoolOptions::new().max_connections(1).idle_timeout(None).max_lifetime(None);
            let mut listener = PgListener::connect_with(&single.connect_lazy_with(options)).await?;
            // What was notified of meanwhile would be lost.
            listener.eager_reconnect(false);
            sqlx::query(STAY).persistent(false).execute(&mut listener).await?;
            listener.listen(CHANNEL).await?;
            let mut opened = Self { listener, query: check().into(), checked: None, definitions: None };
            opened.check().await?;
            opened.prove(pool).await?;
            Ok(opened)
        };
        tokio::time::timeout(OPEN_TIMEOUT, opening).await.unwrap_or(Err(Silence::NoAnswer))
    }

    /// Waits for a notification, and returns whether it is of a change. May be abandoned.
    pub async fn receive(&mut self) -> Result<bool, Silence> {
        let lost = || sqlx::Error::Io(std::io::ErrorKind::ConnectionAborted.into());
        let notification = self.listener.try_recv().await?.ok_or_else(lost)?;
        Ok(self.note(&notification))
    }

    /// Returns whether a change was committed before the call that has not been returned yet.
    pub async fn ask(&mut self) -> Result<bool, Silence> {
        tokio::time::timeout(ANSWER_TIMEOUT, self.catch_up()).await.unwrap_or(Err(Silence::NoAnswer))
    }

    /// Whether the triggers have to be checked before anything else.
    pub fn must_check(&self) -> bool {
        self.checked.is_none()
    }

    async fn catch_up(&mut self) -> Result<bool, Silence> {
        let mut has_changed = false;
        loop {
            if self.checked.is_none_or(|at| at.elapsed() >= CHECK_PAUSE) {
                has_changed |= self.check().await?;
            } else {
                // The protocol's Sync, which is no statement. PostgreSQL sends the notifications of all transactions that
                // have been committed before it answers.
                (&mut self.listener).acquire().await?.ping().await?;
            }
            while let Some(notification) = self.listener.next_buffered() {
                has_changed |= self.note(&notification);
            }
            if self.checked.is_some() {
                return Ok(has_changed);
            }
        }
    }

    fn note(&mut self, notification: &PgNotification) -> bool {
        match Payload::parse(notification.payload()) {
            Payload::Changed => true,
            Payload::Check => {
                self.checked = None;
                false
            }
            Payload::Proof(_) => false,
        }
    }

    /// Makes sure that the triggers are complete, and returns whether the definition of a table has changed.
    async fn check(&mut self) -> Result<bool, Silence> {
        let query = sqlx::query_as(AssertSqlSafe(Arc::clone(&self.query)));
        let (is_installed, incomplete, definitions): (bool, Option<String>, Option<String>) =
            query.fetch_one(&mut self.listener).await?;
        if !is_installed {
            return Err(Silence::Removed);
        }
        if let Some(tables) = incomplete {
            return Err(Silence::Incomplete { tables });
        }
        self.checked = Some(Instant::now());
        let has_changed = self.definitions != definitions;
        self.definitions = definitions;
        Ok(has_changed)
    }

    /// Makes sure that notifications arrive while nothing is asked. A pooler drops them if the connection has no session of
    /// its own.
    async fn prove(&mut self, pool: &PgPool) -> Result<(), Silence> {
        let own = uuid::Uuid::new_v4().to_string();
        let notify = sqlx::query("select pg_notify($1, $2)").persistent(false);
        notify.bind(CHANNEL).bind(Payload::proof(&own)).execute(pool).await?;
        let arriving = async {
            while let Some(notification) = self.listener.try_recv().await? {
                if Payload::parse(notification.payload()) == Payload::Proof(&own) {
                    return Ok(());
                }
                self.note(&notification);
            }
            Err(Silence::NoAnswer)
        };
        tokio::time::timeout(PROOF_TIMEOUT, arriving).await.unwrap_or(Err(Silence::Unheard))
    }
}
