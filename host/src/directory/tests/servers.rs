//! Databases for tests: a SQLite file and a PostgreSQL of their own, in a folder that goes away with them.

use crate::directory::{Config, Directory};
use sqlx::{Connection, SqliteConnection, postgres::PgConnection};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A folder that is removed with everything in it.
pub struct Scratch(PathBuf);

impl Scratch {
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("dialplate-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&path).expect("a folder for the test");
        // PostgreSQL runs as another user below it.
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777)).expect("permissions");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The recorded corpus, where it is at hand.
pub fn corpus(file: &str) -> Option<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/corpus/").to_owned() + file;
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        println!("skipped: the corpus is not here ({file})");
    }
    text
}

/// A SQLite file with these scripts run.
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

/// A running PostgreSQL, stopped and removed at the end.
pub struct Postgres {
    child: Child,
    scratch: Scratch,
    port: u16,
}

impl Postgres {
    /// `None`, with a visible line, where PostgreSQL is not installed.
    pub async fn start() -> Option<Self> {
        let Some(binaries) = binaries() else {
            println!("skipped: no PostgreSQL is installed");
            return None;
        };
        let scratch = Scratch::new();
        let data = scratch.path().join("data");
        let init = unprivileged(&binaries.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--locale=C", "--encoding=UTF8", "--no-sync", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(init.is_ok_and(|status| status.success()), "initdb");
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port();
        let child = launch(&scratch, port);
        let server = Self { child, scratch, port };
        server.wait().await;
        Some(server)
    }

    /// The fast shutdown that PostgreSQL knows: connections are cut, and its own children end with it.
    pub fn stop(&mut self) {
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }

    pub async fn restart(&mut self) {
        self.child = launch(&self.scratch, self.port);
        self.wait().await;
    }

    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    async fn wait(&self) {
        for _ in 0..200 {
            if let Ok(connection) = PgConnection::connect(&self.url("postgres")).await {
                return connection.close().await.expect("closed");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("PostgreSQL does not answer in {}", self.scratch.path().display());
    }

    /// A new database with these scripts run.
    pub async fn database(&self, name: &str, scripts: &[&str]) -> String {
        self.run("postgres", &format!("create database {name}")).await;
        for script in scripts {
            self.run(name, script).await;
        }
        self.url(name)
    }

    pub async fn run(&self, database: &str, script: &str) {
        let mut connection = PgConnection::connect(&self.url(database)).await.expect("connected");
        sqlx::raw_sql(sqlx::AssertSqlSafe(script.to_owned())).execute(&mut connection).await.expect("the script runs");
        connection.close().await.expect("closed");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

fn launch(scratch: &Scratch, port: u16) -> Child {
    let binaries = binaries().expect("PostgreSQL is installed");
    let mut server = unprivileged(&binaries.join("postgres"));
    server.arg("-D").arg(scratch.path().join("data")).args(["-h", "127.0.0.1", "-F", "-c", "log_min_messages=fatal"]);
    server.arg("-p").arg(port.to_string()).arg("-k").arg(scratch.path());
    server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("postgres starts")
}

/// The newest installed PostgreSQL.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.flatten().map(|version| version.path().join("bin"));
    folders.filter(|folder| folder.join("initdb").is_file()).max()
}

/// PostgreSQL refuses to run as root.
fn unprivileged(program: &Path) -> Command {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

pub async fn connect(url: &str) -> Directory {
    connect_with(&Config::new(url)).await
}

pub async fn connect_with(config: &Config) -> Directory {
    Directory::connect(config).await.unwrap_or_else(|error| panic!("{error}"))
}
