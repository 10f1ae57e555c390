//! The recorded FusionPBX database on a PostgreSQL server for one test.

use crate::app::TestApp;
use crate::corpus;
use crate::postgres::{Cluster, Postgres};
use crate::server::Server;
use serde_json::Value;
use std::path::{Path, PathBuf};
use tokio::runtime::Runtime;
use tokio::sync::OnceCell;

/// The files of a server with the recorded database, which each test copies.
static LOADED: OnceCell<Cluster> = OnceCell::const_new();

/// A PostgreSQL server with the recorded database.
pub struct Recorded {
    pub corpus: PathBuf,
    pub runtime: Runtime,
    pub postgres: Postgres,
}

impl Recorded {
    /// The name of the recorded database.
    pub const NAME: &str = "fusionpbx";

    /// Starts the server. If the recordings or PostgreSQL are absent, reports a skipped test and returns `None`.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// Like [`Self::start`], with settings of PostgreSQL such as `log_statement=all`.
    pub fn start_with(settings: &[&str]) -> Option<Self> {
        let (corpus, runtime) = (corpus::find()?, Runtime::new().expect("a runtime"));
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let postgres = runtime.block_on(async {
            let cluster = LOADED.get_or_try_init(|| loaded(&corpus)).await.ok()?;
            Some(Postgres::on(cluster, settings).await)
        })?;
        Some(Self { corpus, runtime, postgres })
    }

    /// Creates another database with the recorded rows. `words` are appended to `create database NAME`.
    pub fn create(&self, name: &str, words: &str) {
        self.runtime.block_on(create(&self.postgres, &self.corpus, name, words));
    }

    /// Runs SQL statements in the recorded database.
    pub fn run(&self, script: &str) {
        self.runtime.block_on(self.postgres.run(Self::NAME, script));
    }

    /// The single value of a query as text, empty for NULL.
    pub fn value(&self, query: &str) -> String {
        self.runtime.block_on(self.postgres.value(Self::NAME, query))
    }

    /// The rows of a query, as [`Postgres::rows`] returns them.
    pub fn rows(&self, query: &str) -> Vec<String> {
        self.runtime.block_on(self.postgres.rows(Self::NAME, query))
    }

    /// The URL of the recorded database.
    pub fn url(&self) -> String {
        self.postgres.url(Self::NAME)
    }

    /// Builds a server on the recorded database in the test's own process, with the recorded templates.
    pub fn app(&self) -> TestApp {
        self.app_on(&self.url())
    }

    /// Like [`Self::app`], on another database with the recorded rows.
    pub fn app_on(&self, url: &str) -> TestApp {
        let app = TestApp::init().with_database(url).with_templates(&self.corpus.join("templates"));
        // The answers are those of the recorded release, also where a test gives the database older tables.
        let app = app.with_config("provision_dialect", "master");
        self.runtime.block_on(app.build())
    }

    /// Replays recorded cases on a server that [`Self::app`] built, as [`corpus::replay`] does.
    pub fn replay(&self, app: &TestApp, cases: &[Value]) -> Vec<String> {
        self.runtime.block_on(corpus::replay_in_process(app, cases))
    }

    /// Starts a Dialplate server on the recorded database, as [`corpus::serve`] does.
    pub fn serve(&self, settings: &[(&str, &str)]) -> Server {
        corpus::serve(&self.url(), &self.corpus, settings)
    }
}

/// An error says that PostgreSQL is not installed, which the skipped test reports.
async fn loaded(corpus: &Path) -> Result<Cluster, ()> {
    let postgres = Postgres::start().await.ok_or(())?;
    create(&postgres, corpus, Recorded::NAME, "").await;
    Ok(postgres.into_cluster())
}

async fn create(postgres: &Postgres, corpus: &Path, name: &str, words: &str) {
    postgres.run("postgres", &format!("create database {name} {words}")).await;
    for file in ["schema-postgres.sql", "defaults.sql", "fixture-1.sql"] {
        postgres.run(name, &corpus::text(corpus, file)).await;
    }
}
