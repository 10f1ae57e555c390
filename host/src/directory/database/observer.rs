//! Notices what others write to the database, without reading a table.
//!
//! On PostgreSQL a snapshot tells which transactions have ended, in a statement of some microseconds. On SQLite
//! `data_version` tells the same, and does not count what its own connection writes: so this server's notes are written on
//! the connection that looks.
//!
//! If the look finds triggers, the listener takes over (`listener.rs`), until its connection is lost.

use super::listener::Listener;
use super::listening::Listening;
use super::pool::Pool;
use super::rounds::Rounds;
use super::snapshot::Snapshot;
use super::unprepared::unprepared;
use crate::directory::error::Error;
use crate::facts::DatabaseVersion;
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::fmt;
use std::sync::{Arc, Mutex as StdMutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long a look may take. Without an answer, requests read the tables, and wait for the database as long as they may.
const LOOK_TIMEOUT: Duration = Duration::from_secs(1);

/// The pause after a look that failed, in which requests read the tables.
const PAUSE: Duration = Duration::from_secs(1);

/// How long a note waits while another process writes to a SQLite file. Looks wait for the note; it is written again later.
const NOTE_BUSY: Duration = Duration::from_millis(50);

/// Transactions of this server that no look has seen ended. There is one for each batch of notes.
const OWN_MAX: usize = 1_000;

/// How a server learns that others have written to a PostgreSQL database. Its `Display` is a line for an operator.
pub enum ChangeNotice {
    /// Triggers notify.
    Triggers,
    /// Requests ask, in one statement for all who ask at a time; the reason if there are triggers.
    Statement(Option<String>),
}

impl fmt::Display for ChangeNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Triggers => {
                write!(f, "changes: triggers notify, so requests send no statement while nothing changes")
            }
            Self::Statement(None) => {
                write!(f, "changes: requests ask in a shared statement; `dialplate db install-triggers` saves it")
            }
            Self::Statement(Some(reason)) => {
                write!(f, "changes: requests ask in a shared statement; the triggers are not used: {reason}")
            }
        }
    }
}

/// Which transactions have ended, and whether the function of the triggers exists.
const SNAPSHOT: &str = "select pg_is_in_recovery(), cast(txid_current_snapshot() as text), \
    to_regprocedure('dialplate_changed()') is not null";

/// The connection that looks, and what it saw last.
pub(super) struct Observer {
    pool: Pool,
    looks: Arc<Rounds<Option<DatabaseVersion>>>,
    session: Mutex<State>,
    listener: Listener,
    /// The numbers of this server's own transactions on PostgreSQL.
    own: StdMutex<Vec<u64>>,
}

#[derive(Default)]
enum State {
    #[default]
    Unconnected,
    Connected(Session),
    FailedAt(Instant),
}

struct Session {
    connection: Looking,
    version: DatabaseVersion,
}

enum Looking {
    Postgres { connection: PgConnection, last: Snapshot },
    Sqlite { connection: SqliteConnection, file: u64, last: i64 },
}

impl Observer {
    pub fn new(pool: Pool) -> Self {
        let listener = Listener::default();
        Self { pool, looks: Arc::default(), session: Mutex::default(), listener, own: StdMutex::default() }
    }

    /// The version that the database has at a moment after the call, or with triggers a moment before; `None` if it cannot be
    /// told. Those who ask at the same time share one statement.
    pub async fn version(self: &Arc<Self>) -> Option<DatabaseVersion> {
        if let Some(version) = self.listener.version().await {
            return Some(version);
        }
        let observer = Arc::clone(self);
        let look = move || {
            let observer = Arc::clone(&observer);
            async move { observer.look().await }
        };
        self.looks.ask(look).await.flatten()
    }

    async fn look(&self) -> Option<DatabaseVersion> {
        let mut state = self.session.lock().await;
        if matches!(&*state, State::FailedAt(at) if at.elapsed() < PAUSE) {
            return None;
        }
        // An abandoned look leaves no session: the answer to its statement may still be on its way.
        let session = match std::mem::take(&mut *state) {
            State::Connected(session) => Some(session),
            State::Unconnected | State::FailedAt(_) => None,
        };
        let looked = tokio::time::timeout(LOOK_TIMEOUT, self.advance(session)).await;
        *state = match looked {
            Ok(Ok(session)) => State::Connected(session),
            Ok(Err(_)) | Err(_) => State::FailedAt(Instant::now()),
        };
        match &*state {
            State::Connected(session) => Some(session.version),
            State::Unconnected | State::FailedAt(_) => None,
        }
    }

    async fn advance(&self, session: Option<Session>) -> Result<Session, Error> {
        let Some(Session { connection, version }) = session else {
            let connection = self.open().await?;
            return Ok(Session { connection, version: DatabaseVersion::unused() });
        };
        let (connection, has_changed) = match connection {
            Looking::Postgres { mut connection, last } => {
                let now = self.snapshot(&mut connection).await?;
                let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
                let has_changed = now.differs_from(&last, &own) || self.listener.has_newer(version);
                own.retain(|number| !now.has_ended(*number));
                (Looking::Postgres { connection, last: now }, has_changed)
            }
            Looking::Sqlite { file, .. } if file != self.pool.file_number().await? => (self.open().await?, true),
            Looking::Sqlite { mut connection, file, last } => {
                let now = data_version(&mut connection).await?;
                (Looking::Sqlite { connection, file, last: now }, now != last)
            }
        };
        Ok(Session { connection, version: if has_changed { DatabaseVersion::unused() } else { version } })
    }

    async fn open(&self) -> Result<Looking, Error> {
        Ok(match &self.pool {
            Pool::Postgres(pool) => {
                let mut connection = PgConnection::connect_with(&pool.connect_options()).await?;
                let last = self.snapshot(&mut connection).await?;
                Looking::Postgres { connection, last }
            }
            Pool::Sqlite(file) => {
                let (pool, file) = file.current().await?;
                let options = pool.connect_options().as_ref().clone().busy_timeout(NOTE_BUSY);
                let mut connection = SqliteConnection::connect_with(&options).await?;
                let last = data_version(&mut connection).await?;
                Looking::Sqlite { connection, file, last }
            }
        })
    }

    /// The look on PostgreSQL. If the database has triggers, the listener starts; a standby could not listen.
    async fn snapshot(&self, connection: &mut PgConnection) -> Result<Snapshot, Error> {
        let (on_standby, text, has_triggers): (bool, String, bool) =
            sqlx::query_as(SNAPSHOT).fetch_one(connection).await?;
        if let Pool::Postgres(pool) = &self.pool
            && has_triggers
            && !on_standby
        {
            self.listener.start(pool);
        }
        Snapshot::parse(&text, on_standby).ok_or_else(|| Error::Malformed(format!("snapshot {text}")))
    }

    /// How a server would learn of changes now; `None` for SQLite, whose file tells.
    pub async fn change_notice(&self) -> Result<Option<ChangeNotice>, Error> {
        let Pool::Postgres(pool) = &self.pool else { return Ok(None) };
        let (on_standby, _, has_triggers): (bool, String, bool) = sqlx::query_as(SNAPSHOT).fetch_one(pool).await?;
        Ok(Some(match (has_triggers, on_standby) {
            (false, _) => ChangeNotice::Statement(None),
            (true, true) => ChangeNotice::Statement(Some("a standby cannot listen".to_owned())),
            (true, false) => match Listening::open(pool).await {
                Ok(_) => ChangeNotice::Triggers,
                Err(silence) => ChangeNotice::Statement(Some(silence.to_string())),
            },
        }))
    }

    #[cfg(test)]
    pub fn is_listening(&self) -> bool {
        self.listener.is_listening()
    }

    /// Ends what runs beside requests.
    pub fn close(&self) {
        self.listener.stop();
    }

    /// This server has written: the next version is another one.
    pub fn wrote(&self) {
        self.listener.wrote();
    }

    /// Takes the number of a transaction of this server, before it ends: what it writes is no change.
    pub fn own(&self, number: i64) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if own.len() == OWN_MAX {
            own.remove(0);
        }
        own.extend(u64::try_from(number));
    }

    /// Writes to a SQLite file on the connection that looks; `None` if there is no such connection.
    pub async fn write(&self, sql: &str, binds: &[Option<&str>]) -> Option<Result<u64, sqlx::Error>> {
        let mut state = self.session.lock().await;
        let State::Connected(Session { connection: Looking::Sqlite { connection, file, .. }, .. }) = &mut *state else {
            return None;
        };
        if self.pool.file_number().await.ok() != Some(*file) {
            return None;
        }
        Some(unprepared(sql, binds).execute(connection).await.map(|done| done.rows_affected()))
    }
}

async fn data_version(connection: &mut SqliteConnection) -> Result<i64, Error> {
    Ok(sqlx::query_scalar("pragma data_version").fetch_one(connection).await?)
}
