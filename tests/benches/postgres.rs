//! A PostgreSQL of the benchmark's own, in a folder that goes away with it.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::support::server::free_port;

pub struct Postgres {
    child: Child,
    port: u16,
    _folder: tempfile::TempDir,
}

impl Postgres {
    /// With the recorded database in it; `None`, with a visible line, where PostgreSQL is not installed.
    pub fn start(corpus: &Path) -> Option<Self> {
        let Some(binaries) = binaries() else {
            println!("skipped: no PostgreSQL is installed");
            return None;
        };
        let folder = tempfile::tempdir().expect("a folder");
        // The server may run as another user.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).expect("permissions");
        let data = folder.path().join("data");
        let mut init = unprivileged(&binaries.join("initdb"));
        init.args(["--auth=trust", "--username=postgres", "--locale=C", "--encoding=UTF8", "--no-sync", "-D"]);
        assert!(init.arg(&data).stdout(Stdio::null()).status().is_ok_and(|status| status.success()), "initdb");
        let port = free_port();
        let mut server = unprivileged(&binaries.join("postgres"));
        server.args(["-h", "127.0.0.1", "-F", "-p"]).arg(port.to_string());
        server.arg("-D").arg(&data).arg("-k").arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let database = Self { child: server.spawn().expect("postgres starts"), port, _folder: folder };
        database.fill(corpus);
        Some(database)
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn fill(&self, corpus: &Path) {
        let run = |arguments: &[&str]| {
            let mut psql = Command::new("psql");
            psql.args(["-q", "-v", "ON_ERROR_STOP=1", &self.url()]).args(arguments);
            psql.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
        };
        let ready = (0..200).any(|_| {
            sleep(Duration::from_millis(50));
            run(&["-c", "select 1"])
        });
        assert!(ready, "PostgreSQL does not answer");
        for file in ["schema-postgres.sql", "defaults.sql", "fixture-1.sql"] {
            assert!(run(&["-f", &corpus.join(file).display().to_string()]), "{file} does not load");
        }
        assert!(run(&["-c", "analyze"]), "the statistics");
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // The fast shutdown: connections are cut, and its own children end with it.
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// The newest installed PostgreSQL.
fn binaries() -> Option<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
    let folders = versions.flatten().map(|version| version.path().join("bin"));
    folders.filter(|folder| folder.join("initdb").is_file()).max()
}

/// PostgreSQL refuses to run as root.
fn unprivileged(program: &Path) -> Command {
    if !fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}
