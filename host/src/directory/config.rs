//! The configuration of the directory: the database, and how long requests wait for it.

use std::path::PathBuf;
use std::time::Duration;

/// The directory's configuration. The URL may hold a password, so there is no `Debug`.
#[derive(Clone)]
pub struct Config {
    /// `postgres://user:password@host:5432/fusionpbx` or `sqlite:///var/lib/dialplate/dialplate.db`.
    pub url: String,
    /// FusionPBX's configuration file, if the URL comes from it; for messages.
    pub named_in: Option<PathBuf>,
    /// A replica of the same database to read from while it answers. Only PostgreSQL has replicas.
    pub replica: Option<String>,
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
}

impl Config {
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            named_in: None,
            replica: None,
            connections_max: 8,
            acquire_timeout: Duration::from_secs(3),
            statement_timeout: Duration::from_secs(5),
            start_timeout: Duration::from_secs(30),
        }
    }

    /// Whether the database is a local file.
    pub fn is_file(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// The database for messages: the URL without password, and without parameters, which may hold one too.
    pub fn shown(&self) -> String {
        let url = self.shown_url();
        self.named_in.as_ref().map_or_else(|| url.clone(), |file| format!("{url} (named in {})", file.display()))
    }

    fn shown_url(&self) -> String {
        let url = self.url.split(['?', '#']).next().unwrap_or_default();
        let Some((scheme, rest)) = url.split_once("://") else {
            return url.split(':').next().unwrap_or_default().to_owned() + ":…";
        };
        // The last `@` ends the credentials, even if the password holds an unescaped one.
        match rest.rsplit_once('@') {
            Some((login, place)) => {
                let user = login.split(':').next().unwrap_or_default();
                format!("{scheme}://{user}@{place}")
            }
            None => format!("{scheme}://{rest}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn displayed_url_holds_no_password() {
        for (url, shown) in [
            (
                "postgres://fusionpbx:s3cret@db.example.net:5432/fusionpbx",
                "postgres://fusionpbx@db.example.net:5432/fusionpbx",
            ),
            ("postgres://u:p@ss/w@db/fusionpbx?password=s3cret", "postgres://u@db/fusionpbx"),
            ("sqlite:///var/lib/dialplate/dialplate.db", "sqlite:///var/lib/dialplate/dialplate.db"),
            ("mysql:s3cret", "mysql:…"),
        ] {
            assert_eq!(Config::new(url).shown(), shown);
        }
    }
}
