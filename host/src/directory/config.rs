//! Which database, and how long the server waits for it.

use super::url::{DatabaseKind, DatabaseUrl};
use std::path::PathBuf;
use std::time::Duration;

/// The room's settings. The URLs may hold passwords, so there is no `Debug`.
#[derive(Clone)]
pub struct Config {
    pub url: DatabaseUrl,
    /// FusionPBX's configuration file that names the database, for messages.
    pub named_in: Option<PathBuf>,
    /// A replica of the same database; the server reads from it while it answers. Only PostgreSQL has replicas.
    pub replica: Option<DatabaseUrl>,
    /// Limit on open connections. FusionPBX's own PHP workers share the server's `max_connections`, 100 by default,
    /// so this stays well below.
    pub connections_max: u32,
    /// How long a request waits for a free connection, or for a database that is down.
    pub acquire_timeout: Duration,
    /// PostgreSQL ends a statement that takes longer.
    pub statement_timeout: Duration,
    /// How long a start waits for a database that does not answer yet: when a machine boots, the database may come up
    /// after Dialplate.
    pub start_timeout: Duration,
}

impl Config {
    pub fn new(url: DatabaseUrl) -> Self {
        Self {
            url,
            named_in: None,
            replica: None,
            connections_max: 8,
            acquire_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(5),
            start_timeout: Duration::from_secs(30),
        }
    }

    /// Whether the database is a file of this machine.
    pub fn is_file(&self) -> bool {
        self.url.kind() == DatabaseKind::Sqlite
    }

    /// The database for messages and logs: the masked URL, and the file that names it.
    pub fn shown(&self) -> String {
        let url = self.url.masked();
        self.named_in.as_ref().map_or_else(|| url.clone(), |file| format!("{url} (named in {})", file.display()))
    }
}
