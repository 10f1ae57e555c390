//! FusionPBX's recorded database on a PostgreSQL of the test's own.

use crate::corpus;
use crate::postgres::Postgres;
use crate::server::Server;
use std::path::PathBuf;
use tokio::runtime::Runtime;

pub struct Recorded {
    pub corpus: PathBuf,
    pub runtime: Runtime,
    pub postgres: Postgres,
}

impl Recorded {
    /// The name of the database.
    pub const NAME: &str = "fusionpbx";

    /// `None`, with a visible line, where the recordings or PostgreSQL are absent.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// With settings of PostgreSQL's: `log_statement=all`.
    pub fn start_with(settings: &[&str]) -> Option<Self> {
        let (corpus, runtime) = (corpus::find()?, Runtime::new().expect("a runtime"));
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let postgres = runtime.block_on(Postgres::start_with(|_| settings))?;
        let recorded = Self { corpus, runtime, postgres };
        recorded.create(Self::NAME, "");
        Some(recorded)
    }

    /// One more database with all that is recorded, made with these words of `create database`.
    pub fn create(&self, name: &str, words: &str) {
        self.runtime.block_on(self.postgres.run("postgres", &format!("create database {name} {words}")));
        for file in ["schema-postgres.sql", "defaults.sql", "fixture-1.sql"] {
            self.runtime.block_on(self.postgres.run(name, &corpus::text(&self.corpus, file)));
        }
    }

    pub fn run(&self, script: &str) {
        self.runtime.block_on(self.postgres.run(Self::NAME, script));
    }

    /// The one value that a query answers with, as text; empty for NULL.
    pub fn value(&self, query: &str) -> String {
        self.runtime.block_on(self.postgres.value(Self::NAME, query))
    }

    /// What a query says, as `Postgres::rows` does.
    pub fn rows(&self, query: &str) -> Vec<String> {
        self.runtime.block_on(self.postgres.rows(Self::NAME, query))
    }

    pub fn url(&self) -> String {
        self.postgres.url(Self::NAME)
    }

    /// A server on it, as `corpus::serve` starts one.
    pub fn serve(&self, settings: &[(&str, &str)]) -> Server {
        corpus::serve(&self.url(), &self.corpus, settings)
    }
}
