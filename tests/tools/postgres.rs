//! A PostgreSQL server for one test, in a temporary folder.

use crate::author::succeed;
use crate::server::free_port;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Connection, Row};
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::sync::OnceCell;

/// A running PostgreSQL. Dropping it stops the server and removes its folder.
pub struct Postgres {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
    settings: Vec<String>,
}

impl Postgres {
    /// Starts a server. If PostgreSQL is not installed, reports a skipped test and returns `None`.
    pub async fn start() -> Option<Self> {
        Self::start_with(|_| Vec::new()).await
    }

    /// Starts a server with settings such as `ssl=on`. The function gets the server's folder, into which it can put files
    /// that the settings name.
    pub async fn start_with(settings: impl FnOnce(&Path) -> Vec<String>) -> Option<Self> {
        installed()?;
        let folder = open_folder();
        EMPTY.get_or_init(empty).await.unpack(folder.path());
        let settings = settings(folder.path());
        Some(Self::launched(folder, settings).await)
    }

    /// Starts a server on a copy of these files, with settings such as `log_statement=all`.
    pub async fn on(cluster: &Cluster, settings: Vec<String>) -> Self {
        let folder = open_folder();
        cluster.unpack(folder.path());
        Self::launched(folder, settings).await
    }

    /// Stops the server, and returns its files.
    pub fn into_cluster(mut self) -> Cluster {
        self.stop();
        Cluster::pack(self.folder.path())
    }

    /// Starts a streaming replica of this server.
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

    /// Stops the server by a fast shutdown, which closes all connections.
    pub fn stop(&mut self) {
        self.signal("-INT", &[self.child.id()]);
        let _ = self.child.wait();
    }

    /// Kills all processes of the server at once, as a power failure would.
    pub fn kill(&mut self) {
        self.signal("-KILL", &self.processes());
        let _ = self.child.wait();
    }

    /// Suspends all processes of the server: the kernel still accepts connections, but the server does not answer.
    pub fn freeze(&self) {
        self.signal("-STOP", &self.processes());
    }

    /// Resumes the processes that [`Self::freeze`] suspended.
    pub fn thaw(&self) {
        self.signal("-CONT", &self.processes());
    }

    /// Starts the stopped server again, and waits until it answers.
    pub async fn restart(&mut self) {
        self.launch();
        self.wait().await;
    }

    /// Starts the stopped server again without waiting until it answers.
    pub fn launch(&mut self) {
        self.child = launch(self.folder.path(), self.port, &self.settings);
    }

    /// The server's first process and its children.
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

    /// The id of the server's first process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// The port of 127.0.0.1 on which the server listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The server's log so far.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.folder.path().join("log")).unwrap_or_default()).into_owned()
    }

    /// The URL of a database of this server.
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

    /// Creates a database, runs these scripts in it, and returns its URL.
    pub async fn database(&self, name: &str, scripts: &[&str]) -> String {
        self.run("postgres", &format!("create database {name}")).await;
        for script in scripts {
            self.run(name, script).await;
        }
        self.url(name)
    }

    /// Runs SQL statements in a database.
    pub async fn run(&self, database: &str, script: &str) {
        let mut connection = PgConnection::connect(&self.url(database)).await.expect("connected");
        sqlx::raw_sql(sqlx::AssertSqlSafe(script.to_owned())).execute(&mut connection).await.expect("the script runs");
        connection.close().await.expect("closed");
    }

    /// The rows of a query, one line each, with `|` between the columns.
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

    /// The single value of a query as text, empty for NULL.
    pub async fn value(&self, database: &str, query: &str) -> String {
        let mut connection = PgConnection::connect(&self.url(database)).await.expect("connected");
        let query = sqlx::AssertSqlSafe(format!("select cast(({query}) as text)"));
        let (value,): (Option<String>,) = sqlx::query_as(query).fetch_one(&mut connection).await.expect("one value");
        connection.close().await.expect("closed");
        value.unwrap_or_default()
    }
}

/// The files of a stopped server, as an archive in memory. To unpack them costs a tenth of what it costs to make them.
pub struct Cluster(Vec<u8>);

/// The files of a server without databases.
static EMPTY: OnceCell<Cluster> = OnceCell::const_new();

impl Cluster {
    fn pack(folder: &Path) -> Self {
        Self(succeed(Command::new("tar").arg("cC").arg(folder).arg("data")).stdout)
    }

    fn unpack(&self, folder: &Path) {
        let mut tar = Command::new("tar").arg("xC").arg(folder).stdin(Stdio::piped()).spawn().expect("tar runs");
        tar.stdin.take().expect("a pipe").write_all(&self.0).expect("tar reads the archive");
        assert!(tar.wait().is_ok_and(|status| status.success()), "tar");
    }
}

async fn empty() -> Cluster {
    let folder = open_folder();
    let mut init = unprivileged(&installed().expect("PostgreSQL is installed").join("initdb"));
    init.args(["--auth=trust", "--username=postgres", "--locale=C", "--encoding=UTF8", "--no-sync", "-D"]);
    succeed(init.arg(folder.path().join("data")));
    Cluster::pack(folder.path())
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

/// The programs of the newest installed PostgreSQL. If there is none, reports a skipped test.
fn installed() -> Option<PathBuf> {
    let found = binaries();
    if found.is_none() {
        crate::skip("no PostgreSQL is installed");
    }
    found
}

/// Makes the user that runs the server the owner of a file. PostgreSQL refuses keys that belong to others.
pub fn own(file: &Path) {
    let status = Command::new("chown").arg("postgres").arg(file).status();
    assert!(status.is_ok(), "chown runs");
}

/// The folder of the newest PostgreSQL's programs.
fn binaries() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.flatten().map(|version| version.path().join("bin"));
    folders.filter(|folder| folder.join("initdb").is_file()).max()
}

/// A command that does not run as root, because PostgreSQL refuses to. Its user may not be able to enter the folder of
/// the tests.
fn unprivileged(program: &Path) -> Command {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let mut command = Command::new(if is_root { Path::new("setpriv") } else { program });
    if is_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    }
    command.current_dir("/");
    command
}

/// A folder in which another user can create files: if the tests run as root, PostgreSQL runs as the user `postgres`.
fn open_folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).expect("permissions");
    folder
}
