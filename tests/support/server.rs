//! The server under test: the built program on a port that it is given, stopped by its process id.

use crate::{client, wait};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// From nothing, with every component to compile on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(240);

/// Below those that Linux gives to whoever asks for any.
const PORTS: Range<u16> = 20_000..32_000;

pub struct Server {
    pub address: SocketAddr,
    process: Child,
    /// What it says; a pipe would have a reader of its own, who may be behind.
    log: File,
}

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in the repository").to_owned()
}

/// The folder with what is built: this test lies in `<target>/release/deps`.
fn target() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    test.ancestors().nth(3).expect("a test is built somewhere").to_owned()
}

/// The program's command line, with a cache of compiled components that all tests share.
pub fn command(subcommand: &str, settings: &[(&str, &str)]) -> Command {
    let program = target().join("release/dialplate");
    assert!(program.is_file(), "there is no {}: run `make build` first", program.display());
    let mut command = Command::new(program);
    command.arg(subcommand).env_clear();
    // Each server has ports of its own, and says which: the usual ones would be another's.
    command.env("DIALPLATE_LISTEN", "127.0.0.1:0").env("DIALPLATE_ADMIN_LISTEN", "127.0.0.1:0");
    command.env("DIALPLATE_PLUGINS", root().join("target/plugins")).env("DIALPLATE_CACHE", target().join("test-cache"));
    command.envs(settings.iter().copied()).stdin(Stdio::null());
    command
}

/// Runs a server that is expected to give up, and returns what it said.
pub fn run(settings: &[(&str, &str)]) -> Output {
    command("serve", settings).output().expect("the program runs")
}

/// A port for a program that has to be told one: nobody listens on it, and no other test gets it while this one runs.
/// The system gives these to nobody; which of them tests have taken, UDP sockets of the same numbers say.
pub fn free_port() -> u16 {
    let is_free = |port: &u16| {
        let Ok(mark) = UdpSocket::bind((Ipv4Addr::LOCALHOST, *port)) else { return false };
        // Until this process ends.
        std::mem::forget(mark);
        TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()
    };
    PORTS.clone().find(is_free).expect("a free port")
}

/// The demonstration database in a folder.
pub fn demo_file(folder: &Path) -> PathBuf {
    folder.join("demo.db")
}

impl Server {
    /// Starts a server and waits until it serves.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_by(command("serve", settings))
    }

    /// The same by another program, which becomes the server: its words stand before the server's command line.
    pub fn start_within(words: &[String], settings: &[(&str, &str)]) -> Self {
        let server = command("serve", settings);
        let mut by = Command::new(&words[0]);
        by.args(&words[1..]).arg(server.get_program()).args(server.get_args());
        by.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin").stdin(Stdio::null());
        by.envs(server.get_envs().filter_map(|(name, value)| Some((name, value?))));
        Self::start_by(by)
    }

    fn start_by(command: Command) -> Self {
        let mut server = Self::launch(command);
        server.until_serving();
        server
    }

    /// Starts a server that does not serve yet, and so has no address.
    pub fn launch(mut command: Command) -> Self {
        let log = tempfile::tempfile().expect("a file for the log");
        let stderr = log.try_clone().expect("the file twice");
        let process = command.stdout(Stdio::null()).stderr(stderr).spawn().expect("the program starts");
        Self { address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), process, log }
    }

    /// Starts a server with a demonstration database in this folder, our own templates, and these settings.
    pub fn demo(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let database = format!("sqlite://{}?mode=rwc", demo_file(folder).display());
        let templates = root().join("templates").display().to_string();
        let own = [
            ("DIALPLATE_DATABASE", database.as_str()),
            ("DIALPLATE_TEMPLATES", templates.as_str()),
            ("DIALPLATE_CLOCK", "2026-07-01T12:00:00Z"),
        ];
        Self::start(&[&own, settings].concat())
    }

    /// Waits until it serves, and notes where.
    pub fn until_serving(&mut self) {
        let end = Instant::now() + START_TIMEOUT;
        loop {
            if let Some(address) = self.listens("serving") {
                self.address = address;
                return;
            }
            let gone = self.process.try_wait().expect("its state");
            assert!(gone.is_none(), "the server gave up:\n{}", self.log());
            assert!(Instant::now() < end, "the server does not serve:\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Where its admin endpoint is.
    pub fn admin(&self) -> SocketAddr {
        self.listens("admin endpoint").expect("an admin endpoint")
    }

    /// Where it listens, by its own words.
    fn listens(&self, what: &str) -> Option<SocketAddr> {
        let said = format!("{what} listen=");
        self.log().lines().find_map(|line| line.split_once(&said)?.1.trim().parse().ok())
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it has logged so far: whatever it logged before it gave an answer is there when the answer is.
    pub fn log(&self) -> String {
        // From the beginning whatever was written: the server's place in the file is its own to move.
        let mut bytes = vec![0; self.log.metadata().expect("its size").len().try_into().expect("it fits")];
        self.log.read_exact_at(&mut bytes, 0).expect("it can be read");
        // A line that is being written may be there in part.
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
        String::from_utf8(bytes).expect("the log is text")
    }

    /// Waits for a line with all of these words, which may be later than the answer it is about.
    pub fn until_logged(&self, words: &[&str]) {
        let is_it = |line: &str| words.iter().all(|word| line.contains(word));
        wait::until(|| self.log().lines().any(is_it), || format!("{words:?} in\n{}", self.log()));
    }

    pub fn get(&self, host: &str, target: &str) -> client::Answer {
        client::get(self.address, host, target)
    }

    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status();
        assert!(status.is_ok_and(|status| status.success()), "kill works");
    }

    /// SIGTERM, and the exit status.
    pub fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        self.process.wait().expect("its end").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Gone already where `stop` was called.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
