//! Decides what a database URL is.

use sqlx::sqlite::SqliteConnectOptions;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// The embedded database, created at the first start.
const EMBEDDED: &str = "sqlite://data/dialplate.db";

/// Its folder, if the configuration names no other.
const FOLDER: &str = "data";

/// `postgres://user:password@host:5432/fusionpbx` or `sqlite:///path/to/file.db`. It may hold a password, so it has no
/// `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    text: String,
    kind: DatabaseKind,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DatabaseKind {
    Postgres,
    Sqlite,
}

impl DatabaseUrl {
    /// # Errors
    /// The text has the scheme of neither database. The message does not repeat the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        let kind = match text.split_once(':') {
            Some(("sqlite", _)) => DatabaseKind::Sqlite,
            Some(("postgres" | "postgresql", rest)) if rest.starts_with("//") => DatabaseKind::Postgres,
            _ => return Err("is not a database URL; write `postgres://…` or `sqlite://…`".to_owned()),
        };
        Ok(Self { text: text.to_owned(), kind })
    }

    /// The same for a command's argument, which may also be the path of a SQLite file.
    ///
    /// # Errors
    /// The text is a URL of another kind.
    pub fn parse_or_path(text: &str) -> Result<Self, String> {
        let is_url = text.contains("://") || text.starts_with("sqlite:");
        Self::parse(&if is_url { text.to_owned() } else { format!("sqlite://{text}") })
    }

    pub fn embedded() -> Self {
        Self { text: EMBEDDED.to_owned(), kind: DatabaseKind::Sqlite }
    }

    /// The embedded database in this folder.
    pub fn embedded_in(folder: &Path) -> Self {
        if folder == Path::new(FOLDER) {
            return Self::embedded();
        }
        Self { text: format!("sqlite://{}/dialplate.db?mode=rwc", folder.display()), kind: DatabaseKind::Sqlite }
    }

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn kind(&self) -> DatabaseKind {
        self.kind
    }

    /// The file of a SQLite database.
    pub fn file(&self) -> Option<PathBuf> {
        let options =
            (self.kind == DatabaseKind::Sqlite).then(|| SqliteConnectOptions::from_str(&self.text).ok())??;
        Some(options.get_filename().to_owned())
    }

    /// Whether a server creates the SQLite file if it is missing: the embedded default, or a URL with `mode=rwc`.
    pub fn creates_file(&self) -> bool {
        let options = self.text.split_once('?').map_or("", |(_, options)| options);
        *self == Self::embedded() || options.split('&').any(|option| option == "mode=rwc")
    }

    /// Whether PostgreSQL's password is in the URL, in the credentials or as a parameter.
    pub fn has_password(&self) -> bool {
        let (url, parameters) = self.text.split_once('?').unwrap_or((&self.text, ""));
        let login = url.split_once("://").and_then(|(_, rest)| rest.rsplit_once('@'));
        let in_login = login.is_some_and(|(login, _)| login.contains(':'));
        let in_parameters = parameters.split('&').any(|parameter| parameter.starts_with("password="));
        self.kind == DatabaseKind::Postgres && (in_login || in_parameters)
    }

    /// The URL without password and without parameters, which may hold one too.
    pub fn masked(&self) -> String {
        let (url, rest) = self.text.split_at(self.text.find(['?', '#']).unwrap_or(self.text.len()));
        if self.kind == DatabaseKind::Sqlite {
            return url.to_owned();
        }
        // The last `@` ends the credentials, even if the password has an unescaped one.
        match url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
            Some((scheme, (login, place))) => {
                let user = login.split(':').next().unwrap_or_default();
                format!("{scheme}://{user}@{place}")
            }
            // The password may have an unescaped `?`.
            None if rest.contains('@') => "postgres://…".to_owned(),
            None => url.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masked_url_holds_no_password() {
        for (url, masked) in [
            (
                "postgres://fusionpbx:s3cret@db.example.net:5432/fusionpbx",
                "postgres://fusionpbx@db.example.net:5432/fusionpbx",
            ),
            ("postgres://u:p@ss/w@db/fusionpbx?password=s3cret", "postgres://u@db/fusionpbx"),
            ("postgres://u:s3?cret@db/fusionpbx", "postgres://…"),
            ("postgres://db/fusionpbx?sslmode=require", "postgres://db/fusionpbx"),
            ("sqlite:///var/lib/dialplate/a:b@c.db", "sqlite:///var/lib/dialplate/a:b@c.db"),
        ] {
            assert_eq!(DatabaseUrl::parse(url).ok().unwrap().masked(), masked);
        }
    }

    #[test]
    fn other_scheme_is_refused_without_repeating_it() {
        for text in ["mysql://u:s3cret@db/x", "s3cret", "postgres:s3cret", ""] {
            assert!(!DatabaseUrl::parse(text).err().unwrap().contains("s3cret"), "{text}");
        }
        assert!(DatabaseUrl::parse_or_path("mysql://u@db/x").is_err());
    }

    #[test]
    fn path_is_a_sqlite_file_and_only_rwc_creates_it() {
        for (text, file, creates) in [
            ("demo.db", "demo.db", false),
            ("/srv/a demo.db", "/srv/a demo.db", false),
            ("sqlite:///srv/a%20demo.db?mode=rwc", "/srv/a demo.db", true),
            ("sqlite:demo.db?cache=private&mode=rwc", "demo.db", true),
            (EMBEDDED, "data/dialplate.db", true),
        ] {
            let url = DatabaseUrl::parse_or_path(text).ok().unwrap();
            assert_eq!((url.file(), url.creates_file()), (Some(PathBuf::from(file)), creates), "{text}");
        }
        assert_eq!(DatabaseUrl::parse("postgresql://db/x").ok().unwrap().file(), None);
    }
}
