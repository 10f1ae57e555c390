//! The configuration of the directory: the database, and how long requests wait for it.

use super::url::{DatabaseKind, DatabaseUrl};
use crate::facts::Release;
use crate::request::Secret;
use std::path::PathBuf;
use std::time::Duration;

/// The directory's configuration. The URLs may hold passwords, so there is no `Debug`.
#[derive(Clone)]
pub struct Config {
    pub url: DatabaseUrl,
    /// FusionPBX's configuration file, if the URL comes from it; for messages.
    pub named_in: Option<PathBuf>,
    /// The password for a database and a replica whose URL has none.
    pub password: Option<Secret>,
    /// A replica of the same database to read from while it answers. Only PostgreSQL has replicas.
    pub replica: Option<DatabaseUrl>,
    /// The release whose values templates get; `None` for that of the tables.
    pub release: Option<Release>,
    /// The most connections kept open. FusionPBX's PHP workers share the server's `max_connections`, 100 by default, so
    /// this stays well below.
    pub connections_max: u32,
    /// How long a request waits for a free connection, or for a database that is unreachable.
    pub acquire_timeout: Duration,
    /// The database ends a statement that takes longer, which frees the connection.
    pub statement_timeout: Duration,
    /// How long a start waits for a database that does not answer yet. When a machine boots, it starts at the same time
    /// as Dialplate.
    pub start_timeout: Duration,
    /// What the kept facts of a database may take, about; 0 keeps none. Some nine hundred devices with a hundred keys each fit in.
    /// With the documents, a storm of all phones must stay below 400 MiB.
    pub facts_bytes_max: u64,
}

impl Config {
    pub fn new(url: DatabaseUrl) -> Self {
        Self {
            url,
            named_in: None,
            password: None,
            replica: None,
            release: None,
            connections_max: 8,
            acquire_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(5),
            start_timeout: Duration::from_secs(30),
            facts_bytes_max: 24 << 20,
        }
    }

    /// Whether the database is a local file.
    pub fn is_file(&self) -> bool {
        self.url.kind() == DatabaseKind::Sqlite
    }

    /// The database for messages and logs: the masked URL, and the file that names it.
    pub fn shown(&self) -> String {
        let url = self.url.masked();
        self.named_in.as_ref().map_or_else(|| url.clone(), |file| format!("{url} (named in {})", file.display()))
    }
}
