//! The server under test as a process: the built program on a free port.

use crate::{client, wait};
use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Long enough to compile every component on a busy machine.
const START_TIMEOUT: Duration = Duration::from_secs(240);

/// Below the range from which Linux chooses ephemeral ports.
const PORTS: Range<u16> = 20_000..32_000;

/// The clock of servers in tests: the moment at which the answers of `../shared` were recorded.
pub const CLOCK: &str = "2026-07-01T12:00:00Z";

/// Longer than several pauses of the log's writer.
const LOG_PAUSES: Duration = Duration::from_millis(7);

/// So often does the log's writer sleep until all lines of before are written: once for a line, once to gather others, and
/// once more for lines that came in between. Some more, since it may also wait for the disk.
const PAUSES_ENOUGH: u64 = 8;

/// A running server. Dropping it kills the process.
pub struct Server {
    pub address: SocketAddr,
    process: Child,
    /// The server's stderr. A file, because the reader of a pipe could lag behind the answers.
    log: File,
}

/// The root folder of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("the tests are in the repository").to_owned()
}

/// Cargo's target folder. The running test is in `<target>/release/deps`.
pub fn target() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a path");
    test.ancestors().nth(3).expect("a test is in the target folder").to_owned()
}

/// A command of the built program, with a cache of compiled components that all tests share.
pub fn command(subcommand: &str, settings: &[(&str, &str)]) -> Command {
    let program = target().join("release/dialplate");
    assert!(program.is_file(), "{} does not exist; run `make build` first", program.display());
    let mut command = Command::new(program);
    command.arg(subcommand).env_clear();
    // Each server chooses free ports and logs them, so that tests can run side by side.
    command.env("DIALPLATE_LISTEN", "127.0.0.1:0").env("DIALPLATE_ADMIN_LISTEN", "127.0.0.1:0");
    command.env("DIALPLATE_PLUGINS", root().join("target/plugins")).env("DIALPLATE_CACHE", target().join("test-cache"));
    // The default file would be one for all tests.
    command.env("DIALPLATE_JOURNAL", "off");
    command.envs(settings.iter().copied()).stdin(Stdio::null());
    command
}

/// Runs a server that is expected to exit, and returns its output.
pub fn run(settings: &[(&str, &str)]) -> Output {
    command("serve", settings).output().expect("the program runs")
}

/// A free port for a program that cannot choose one itself. A UDP socket with the same number reserves the port until
/// this process ends, so that no other test takes it.
pub fn free_port() -> u16 {
    let is_free = |port: &u16| {
        let Ok(mark) = UdpSocket::bind((Ipv4Addr::LOCALHOST, *port)) else { return false };
        std::mem::forget(mark);
        TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok()
    };
    PORTS.clone().find(is_free).expect("a free port")
}

/// The path of the demonstration database in a folder.
pub fn demo_file(folder: &Path) -> PathBuf {
    folder.join("demo.db")
}

/// The URL of the demonstration database in a folder.
pub fn demo_url(folder: &Path) -> String {
    format!("sqlite://{}", demo_file(folder).display())
}

/// The same for a server that creates the demonstration.
pub fn new_demo_url(folder: &Path) -> String {
    format!("{}?mode=rwc", demo_url(folder))
}

impl Server {
    /// Starts a server and waits until it listens.
    pub fn start(settings: &[(&str, &str)]) -> Self {
        Self::start_by(command("serve", settings))
    }

    /// Starts a server through another program, such as `setpriv`: `words` come before the server's command line.
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

    /// Starts a server without waiting. It has no address until [`Self::until_serving`] has returned.
    pub fn launch(mut command: Command) -> Self {
        let log = tempfile::tempfile().expect("a file for the log");
        let stderr = log.try_clone().expect("the file twice");
        let process = command.stdout(Stdio::null()).stderr(stderr).spawn().expect("the program starts");
        Self { address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), process, log }
    }

    /// Starts a server at this address, with a log that the test cannot read.
    pub fn launch_logging(mut command: Command, address: SocketAddr, stderr: impl Into<Stdio>) -> Self {
        let process = command.stdout(Stdio::null()).stderr(stderr).spawn().expect("the program starts");
        Self { address, process, log: tempfile::tempfile().expect("a file for no log") }
    }

    /// Starts a server with a demonstration database in this folder, the repository's templates, and these settings.
    pub fn demo(folder: &Path, settings: &[(&str, &str)]) -> Self {
        let database = new_demo_url(folder);
        let templates = root().join("templates").display().to_string();
        let own = [
            ("DIALPLATE_DATABASE", database.as_str()),
            ("DIALPLATE_TEMPLATES", templates.as_str()),
            ("DIALPLATE_CLOCK", CLOCK),
        ];
        Self::start(&[&own, settings].concat())
    }

    /// Waits until the server listens, and sets its address.
    pub fn until_serving(&mut self) {
        let end = Instant::now() + START_TIMEOUT;
        loop {
            if let Some(address) = self.listens("serving") {
                self.address = address;
                return;
            }
            let exited = self.process.try_wait().expect("its state");
            assert!(exited.is_none(), "the server exited:\n{}", self.log());
            assert!(Instant::now() < end, "the server does not listen yet:\n{}", self.log());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// The address of the admin endpoint.
    pub fn admin(&self) -> SocketAddr {
        self.listens("admin endpoint").expect("an admin endpoint")
    }

    /// The address of the listener for TLS.
    pub fn tls(&self) -> SocketAddr {
        self.listens("serving TLS").expect("a listener for TLS")
    }

    /// The address in the log line with this event.
    fn listens(&self, event: &str) -> Option<SocketAddr> {
        let field = format!("{event} listen=");
        self.log().lines().find_map(|line| line.split_once(&field)?.1.trim().parse().ok())
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The log so far. It contains every line that the server logged before an answer that the test has received.
    pub fn log(&self) -> String {
        self.until_log_is_written();
        // The server shares the file's position, so the test must not move it.
        let mut bytes = vec![0; self.log.metadata().expect("its size").len().try_into().expect("it fits")];
        self.log.read_exact_at(&mut bytes, 0).expect("it can be read");
        // The last line may be incomplete.
        bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
        String::from_utf8(bytes).expect("the log is text")
    }

    /// Waits until the thread that writes the log sleeps for longer than its pauses, which it does only if no line waits, or
    /// has slept so often that it has written every line of before: under load it never sleeps for long.
    fn until_log_is_written(&self) {
        let threads = std::fs::read_dir(format!("/proc/{}/task", self.id())).into_iter().flatten().flatten();
        let is_writer = |status: &String| status.contains("Name:\tlog-writer\n");
        let read = |path: &Path| std::fs::read_to_string(path).ok().filter(is_writer);
        let Some(path) = threads.map(|thread| thread.path().join("status")).find(|path| read(path).is_some()) else {
            return;
        };
        let is_in = |status: &str, state: &str| status.contains(&format!("State:\t{state}"));
        // Each pause begins with a switch from the thread.
        let switches = |status: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            line.and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or_default()
        };
        let first = read(&path).map(|status| switches(&status)).unwrap_or_default();
        let sleeps_on = |status: String| {
            thread::sleep(LOG_PAUSES);
            is_in(&status, "S") && read(&path).is_none_or(|later| switches(&later) == switches(&status))
        };
        let is_stopped = |status: &str| is_in(status, "Z") || is_in(status, "T");
        let is_done =
            |status: String| is_stopped(&status) || switches(&status) >= first + PAUSES_ENOUGH || sleeps_on(status);
        wait::until(|| read(&path).is_none_or(is_done), || "the log's writer sleeps".to_owned());
    }

    /// Waits for a log line with all of these words, which the server may write after its answer.
    pub fn until_logged(&self, words: &[&str]) {
        let is_it = |line: &str| words.iter().all(|word| line.contains(word));
        wait::until(|| self.log().lines().any(is_it), || format!("{words:?} in\n{}", self.log()));
    }

    /// Sends a GET request.
    pub fn get(&self, host: &str, target: &str) -> client::Answer {
        client::get(self.address, host, target)
    }

    /// Sends a signal, such as `TERM`.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").arg(format!("-{name}")).arg(self.id().to_string()).status();
        assert!(status.is_ok_and(|status| status.success()), "kill works");
    }

    /// Stops the server by SIGTERM, and returns its exit status.
    pub fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        self.process.wait().expect("its end").code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail after `stop`.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
