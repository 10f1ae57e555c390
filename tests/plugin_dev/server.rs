//! A running `dialplate serve --dev`, and the author's terminal.

use dialplate_tests::author::Machine;
use dialplate_tests::server::{root, target};
use dialplate_tests::wait;
use std::fs::{self, File};
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The variable that marks every process of a server, so that a test finds what is left of it.
const MARK: &str = "DIALPLATE_TEST_MARK";

/// Dropping it kills the server.
pub struct DevServer {
    process: Child,
    folder: PathBuf,
    /// How much of the terminal the test has read.
    read: usize,
}

impl DevServer {
    /// Starts this command line in `project`. What the server writes itself is in `folder`.
    pub fn start(machine: &Machine, folder: &Path, project: &Path, command: &str) -> Self {
        for name in ["plugins", "templates", "tmp"] {
            fs::create_dir_all(folder.join(name)).unwrap();
        }
        let mut shell = machine.shell(project, &format!("exec {command}"));
        let file = |name: &str| File::create(folder.join(name)).unwrap();
        shell.env(MARK, folder).env("TMPDIR", folder.join("tmp")).env("DIALPLATE_CONFIG", "");
        shell.env("DIALPLATE_LISTEN", "127.0.0.1:0").env("DIALPLATE_ADMIN_LISTEN", "127.0.0.1:0");
        shell.env("DIALPLATE_CACHE", target().join("test-cache"));
        shell.env("DIALPLATE_PLUGINS", folder.join("plugins")).env("DIALPLATE_TEMPLATES", folder.join("templates"));
        let tools = std::env::var("PATH").unwrap_or_default();
        let programs = format!("{}:{}:{tools}", folder.join("bin").display(), target().join("release").display());
        shell.env("PATH", programs).stdin(Stdio::null());
        let process = shell.stdout(file("terminal")).stderr(file("log")).spawn().unwrap();
        Self { process, folder: folder.to_owned(), read: 0 }
    }

    /// Installs the generic plugin in the operator's folder.
    pub fn install_generic(folder: &Path) {
        fs::create_dir_all(folder.join("plugins")).unwrap();
        fs::copy(root().join("target/plugins/generic.wasm"), folder.join("plugins/generic.wasm")).unwrap();
    }

    fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(&fs::read(self.folder.join(name)).unwrap()).into_owned()
    }

    pub fn log(&self) -> String {
        self.text("log")
    }

    /// The log without the phones' requests.
    fn events(&self) -> String {
        let log = self.log();
        log.lines().filter(|line| !line.contains("access_log")).collect::<Vec<_>>().join("\n")
    }

    /// Waits until the terminal shows all of these texts after what was read before, in this order, and returns everything
    /// from there to the end of the last one.
    pub fn until(&mut self, texts: &[&str]) -> String {
        let end = |terminal: &str| {
            texts.iter().try_fold(self.read, |at, text| Some(at + terminal.get(at..)?.find(text)? + text.len()))
        };
        let instead = || format!("{texts:?} in\n{}\nlog:\n{}", &self.text("terminal")[self.read..], self.events());
        wait::within(wait::BUILD_PATIENCE, || end(&self.text("terminal")).is_some(), instead);
        let terminal = self.text("terminal");
        let end = end(&terminal).unwrap();
        let shown = terminal[self.read..end].to_owned();
        self.read = end;
        shown
    }

    /// The address for phones, once the server listens.
    pub fn address(&self) -> SocketAddr {
        let find = || self.log().lines().find_map(|line| line.split_once("serving listen=")?.1.trim().parse().ok());
        wait::until(|| find().is_some(), || self.log());
        find().unwrap()
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.process.id().to_string()).status();
        assert!(status.unwrap().success());
    }

    /// Waits for the server's end, and until none of its processes is left. Returns its exit status or signal.
    pub fn end(mut self) -> Result<i32, i32> {
        let log = self.log();
        wait::until(|| self.process.try_wait().unwrap().is_some(), || log);
        let status = self.process.wait().unwrap();
        wait::until(|| marked(&self.folder).is_empty(), || format!("{:?} are left", marked(&self.folder)));
        status.code().ok_or(status.signal().unwrap_or_default())
    }

    /// The command lines of the server's processes.
    pub fn processes(&self) -> Vec<String> {
        marked(&self.folder)
    }

    /// What is left in the folder for temporary files.
    pub fn temporary(folder: &Path) -> Vec<PathBuf> {
        fs::read_dir(folder.join("tmp")).unwrap().map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for DevServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The command lines of the processes that the server of this folder has started, itself included.
fn marked(folder: &Path) -> Vec<String> {
    let mark = format!("{MARK}={}", folder.display());
    let is_marked = |process: &Path| {
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        environment.split(|byte| *byte == 0).any(|variable| variable == mark.as_bytes())
    };
    let processes = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let marked = processes.filter(|process| is_marked(process));
    marked.map(|process| fs::read_to_string(process.join("cmdline")).unwrap_or_default().replace('\0', " ")).collect()
}
