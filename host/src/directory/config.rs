//! Which database, and how long anyone waits for it.

use std::path::PathBuf;
use std::time::Duration;

/// What the directory needs to know of the configuration. The URL may hold a password, so there is no `Debug`.
#[derive(Clone)]
pub struct Config {
    /// `postgres://user:password@host:5432/fusionpbx` or `sqlite:///var/lib/dialplate/dialplate.db`.
    pub url: String,
    /// The file of FusionPBX's that named the database, for messages.
    pub named_in: Option<PathBuf>,
    /// A replica of the same database that is read from where it answers. Only PostgreSQL has one.
    pub replica: Option<String>,
    /// Connections kept open at most. FusionPBX's own PHP workers share the server's `max_connections`, 100 by
    /// default, so this stays well below.
    pub connections_max: u32,
    /// How long a request waits for a free connection, or for a database that went away.
    pub acquire_timeout: Duration,
    /// A statement that takes longer is ended by the server, and the connection is free again.
    pub statement_timeout: Duration,
    /// How long a start waits for a database that does not answer yet: on a machine that boots, it comes up beside
    /// Dialplate.
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

    /// Whether the database is a file of this machine.
    pub fn is_file(&self) -> bool {
        self.url.starts_with("sqlite:")
    }

    /// The database as it may be shown: the URL without password and without parameters, which may hold one too.
    pub fn shown(&self) -> String {
        let url = self.shown_url();
        self.named_in.as_ref().map_or_else(|| url.clone(), |file| format!("{url} (named in {})", file.display()))
    }

    fn shown_url(&self) -> String {
        let url = self.url.split(['?', '#']).next().unwrap_or_default();
        let Some((scheme, rest)) = url.split_once("://") else {
            return url.split(':').next().unwrap_or_default().to_owned() + ":…";
        };
        // The last `@` ends the credentials, even where someone forgot to escape one in the password.
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
    fn what_is_shown_of_a_url_holds_no_password() {
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
