//! Databases for tests: a SQLite file and a PostgreSQL.

use crate::directory::{Config, DatabaseUrl, Directory};
use sqlx::{Connection, SqliteConnection};
use std::path::Path;

pub use dialplate_test_tools::postgres::Postgres;

/// A temporary folder.
pub struct Scratch(tempfile::TempDir);

impl Default for Scratch {
    fn default() -> Self {
        Self(tempfile::tempdir().expect("a folder for the test"))
    }
}

impl Scratch {
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// A file of `../shared/corpus`, if it exists.
pub fn corpus(file: &str) -> Option<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus/").to_owned() + file;
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        dialplate_test_tools::skip(&format!("../shared/corpus/{file} is missing"));
    }
    text
}

/// A SQLite file on which these scripts have run.
pub async fn sqlite(scratch: &Scratch, scripts: &[&str]) -> String {
    let path = scratch.path().join("fusionpbx.db");
    let url = format!("sqlite://{}", path.display());
    let mut connection = SqliteConnection::connect(&format!("{url}?mode=rwc")).await.expect("a new file");
    for script in scripts {
        sqlx::raw_sql(sqlx::AssertSqlSafe((*script).to_owned()))
            .execute(&mut connection)
            .await
            .expect("the script runs");
    }
    connection.close().await.expect("closed");
    url
}

pub fn config(url: &str) -> Config {
    Config::new(DatabaseUrl::parse(url).unwrap_or_else(|reason| panic!("{url} {reason}")))
}

pub async fn connect(url: &str) -> Directory {
    connect_with(&config(url)).await
}

pub async fn connect_with(config: &Config) -> Directory {
    Directory::connect(config).await.unwrap_or_else(|error| panic!("{error}"))
}
