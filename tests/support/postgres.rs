//! A PostgreSQL of the test's own, in a folder that goes away with it.

use crate::server::free_port;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection, Row};
use std::fs::OpenOptions;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// A running PostgreSQL, stopped and removed at the end.
pub struct Postgres {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
    settings: Vec<String>,
}

impl Postgres {
    /// `None`, with a visible line, where PostgreSQL is not installed.
    pub async fn start() -> Option<Self> {
        Self::start_with(|_| Vec::new()).await
    }

    /// One with settings of its own (`ssl=on`), chosen when its folder is there: files that they name go into it.
    pub async fn start_with(settings: impl FnOnce(&Path) -> Vec<String>) -> Option<Self> {
        let binaries = installed()?;
        let folder = open_folder();
        let init = unprivileged(&binaries.join("initdb"))
            .args(["--auth=trust", "--username=postgres", "--locale=C", "--encoding=UTF8", "--no-sync", "-D"])
            .arg(folder.path().join("data"))
            .stdout(Stdio::null())
            .status();
        assert!(init.is_ok_and(|status| status.success()), "initdb");
        let settings = settings(folder.path());
        Some(Self::launched(folder, settings).await)
    }

    /// A replica of this server by PostgreSQL's own replication, which follows it from now on.
    pub async fn replica(&self, settings: &[&str]) -> Self {
        let folder = open_folder();
        let copy = unprivileged(&installed().expect("PostgreSQL is installed").join("pg_basebackup"))
            .args([
                "-h",
                "127.0.0.1",
                "-U",
                "postgres",
                "--write-recovery-conf",
                "--checkpoint=fast",
                "--no-sync",
                "-p",
            ])
            .arg(self.port.to_string())
            .arg("-D")
            .arg(folder.path().join("data"))
            .status();
        assert!(copy.is_ok_and(|status| status.success()), "pg_basebackup");
        Self::launched(folder, settings.iter().map(|setting| (*setting).to_owned()).collect()).await
    }

    async fn launched(folder: tempfile::TempDir, settings: Vec<String>) -> Self {
        let port = free_port();
        let child = launch(folder.path(), port, &settings);
        let server = Self { child, folder, port, settings };
        server.wait().await;
        server
    }

    /// The fast shutdown that PostgreSQL knows: connections are cut, and its own children end with it.
    pub fn stop(&mut self) {
        self.signal("-INT", &[self.child.id()]);
        let _ = self.child.wait();
    }

    /// SIGKILL to all of its processes at once, as by a machine that loses its power.
    pub fn kill(&mut self) {
        self.signal("-KILL", &self.processes());
        let _ = self.child.wait();
    }

    /// Stops all of its processes where they are: connections are accepted, and nothing answers.
    pub fn freeze(&self) {
        self.signal("-STOP", &self.processes());
    }

    pub fn thaw(&self) {
        self.signal("-CONT", &self.processes());
    }

    pub async fn restart(&mut self) {
        self.launch();
        self.wait().await;
    }

    /// Starts it again, and does not wait until it answers.
    pub fn launch(&mut self) {
        self.child = launch(self.folder.path(), self.port, &self.settings);
    }

    /// The process that was started, and those that it has started.
    fn processes(&self) -> Vec<u32> {
        let first = self.child.id();
        let children = Command::new("pgrep").args(["-P", &first.to_string()]).output().expect("pgrep runs");
        let children = String::from_utf8_lossy(&children.stdout).into_owned();
        std::iter::once(first).chain(children.lines().filter_map(|line| line.parse().ok())).collect()
    }

    fn signal(&self, name: &str, processes: &[u32]) {
        let _ =
            Command::new("kill").arg(name).args(processes.iter().map(u32::to_string)).stderr(Stdio::null()).status();
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.folder.path().join("log")).unwrap_or_default()).into_owned()
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

    /// The one value that a query answers with, as text; empty for NULL.
    pub async fn value(&self, database: &str, query: &str) -> String {
        let mut connection = PgConnection::connect(&self.url(database)).await.expect("connected");
        let query = sqlx::AssertSqlSafe(format!("select cast(({query}) as text)"));
        let (value,): (Option<String>,) = sqlx::query_as(query).fetch_one(&mut connection).await.expect("one value");
        connection.close().await.expect("closed");
        value.unwrap_or_default()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            self.thaw();
            self.stop();
        }
    }
}

fn launch(folder: &Path, port: u16, settings: &[String]) -> Child {
    let binaries = installed().expect("PostgreSQL is installed");
    let mut server = unprivileged(&binaries.join("postgres"));
    server.arg("-D").arg(folder.join("data")).args(["-h", "127.0.0.1", "-F"]);
    server.arg("-p").arg(port.to_string()).arg("-k").arg(folder);
    server.args(settings.iter().flat_map(|setting| ["-c", setting.as_str()]));
    let log = OpenOptions::new().create(true).append(true).open(folder.join("log")).expect("a log");
    server.stdout(Stdio::null()).stderr(log).spawn().expect("postgres starts")
}

/// The programs of the newest PostgreSQL; a visible line where there is none.
fn installed() -> Option<PathBuf> {
    let found = binaries();
    if found.is_none() {
        crate::skip("no PostgreSQL is installed");
    }
    found
}

/// Hands a file to the user that the server runs as, which keeps its secrets from all others.
pub fn own(file: &Path) {
    let status = Command::new("chown").arg("postgres").arg(file).status();
    assert!(status.is_ok(), "chown runs");
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
