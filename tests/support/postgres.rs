//! A PostgreSQL of the test's own, in a folder that goes away with it.

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection, Row};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running PostgreSQL, stopped and removed at the end.
pub struct Postgres {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Postgres {
    /// `None`, with a visible line, where PostgreSQL is not installed.
    pub async fn start() -> Option<Self> {
        let Some(binaries) = binaries() else {
            println!("skipped: no PostgreSQL is installed");
            return None;
        };
        let folder = open_folder();
        let data = folder.path().join("data");
        let init = unprivileged(&binaries.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--locale=C", "--encoding=UTF8", "--no-sync", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(init.is_ok_and(|status| status.success()), "initdb");
        let port = std::net::TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port").port();
        let child = launch(folder.path(), port);
        let server = Self { child, folder, port };
        server.wait().await;
        Some(server)
    }

    /// The fast shutdown that PostgreSQL knows: connections are cut, and its own children end with it.
    pub fn stop(&mut self) {
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }

    pub async fn restart(&mut self) {
        self.child = launch(self.folder.path(), self.port);
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
        panic!("PostgreSQL does not answer in {}", self.folder.path().display());
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

    /// What a query says, a line for each row with `|` between the columns, as psql prints them unaligned.
    pub async fn rows(&self, database: &str, query: &str) -> Vec<String> {
        let mut connection = PgConnection::connect(&self.url(database)).await.expect("connected");
        let query = sqlx::raw_sql(sqlx::AssertSqlSafe(query.to_owned()));
        let rows = query.fetch_all(&mut connection).await.expect("the query runs");
        connection.close().await.expect("closed");
        let cell = |row: &PgRow, at| row.try_get_raw(at).ok().and_then(|cell| cell.as_str().ok().map(str::to_owned));
        let line =
            |row: &PgRow| (0..row.len()).map(|at| cell(row, at).unwrap_or_default()).collect::<Vec<_>>().join("|");
        rows.iter().map(line).collect()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.stop();
        }
    }
}

fn launch(folder: &Path, port: u16) -> Child {
    let binaries = binaries().expect("PostgreSQL is installed");
    let mut server = unprivileged(&binaries.join("postgres"));
    server.arg("-D").arg(folder.join("data")).args(["-h", "127.0.0.1", "-F", "-c", "log_min_messages=fatal"]);
    server.arg("-p").arg(port.to_string()).arg("-k").arg(folder);
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
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

/// PostgreSQL runs as another user below it.
fn open_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).expect("permissions");
    folder
}
