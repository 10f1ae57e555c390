//! Builds the plugin in a process of its own, off the path of the requests: `dialplate plugin build` with the tools of the
//! plugin's language. That process leads a group, which ends when this server closes its standard input, or ends itself.

use super::error::DevError;
use super::tail::Tail;
use crate::plugin::own_program;
use crate::plugin_author::Built;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

/// How long a build may take: ten times the first one of a plugin in Rust, with all dependencies, on two slow cores.
const TIME_MAX: Duration = Duration::from_secs(20 * 60);
/// How long an ended build is waited for. It is killed, so it takes milliseconds.
const END_MAX: Duration = Duration::from_secs(5);
/// How long output is read after the build's end: a process that it has left behind may hold the pipe open.
const REST_MAX: Duration = Duration::from_millis(200);
/// Bytes that are read at once, as many as a pipe holds.
const PART_BYTES: usize = 64 << 10;

/// A running build. Dropping it ends it.
pub struct Build {
    child: Child,
    /// The build ends with it.
    input: ChildStdin,
    output: Receiver,
    started: Instant,
}

/// How a build ended.
pub enum BuildOutcome {
    Built {
        built: Built,
        took: Duration,
    },
    /// Why, and what its tools printed.
    Failed {
        why: String,
        output: String,
    },
}

impl Build {
    /// Builds the project in `folder`. Its tools put their temporary files into `scratch`, because a build that is ended leaves
    /// them behind.
    ///
    /// # Errors
    /// The process cannot be started.
    pub fn start(folder: &Path, scratch: &Path) -> Result<Self, DevError> {
        Self::try_start(folder, scratch).map_err(DevError::Start)
    }

    fn try_start(folder: &Path, scratch: &Path) -> io::Result<Self> {
        if scratch.exists() {
            fs::remove_dir_all(scratch)?;
        }
        fs::create_dir(scratch)?;
        // One pipe for both, so that the lines keep their order.
        let (reader, writer) = io::pipe()?;
        let mut command = Command::new(own_program()?);
        command.args(["plugin", "build", "--json", "--end-with-input", "--"]).arg(folder).env("TMPDIR", scratch);
        command.stdin(Stdio::piped()).stdout(writer.try_clone()?).stderr(writer).process_group(0);
        let mut child = command.spawn()?;
        let input = child.stdin.take().ok_or_else(|| io::Error::other("the build has no input"))?;
        let output = Receiver::from_owned_fd(reader.into())?;
        Ok(Self { child, input, output, started: Instant::now() })
    }

    /// Waits for its end.
    pub async fn end(&mut self) -> BuildOutcome {
        let mut tail = Tail::default();
        let failed = |why: String, tail: Tail| BuildOutcome::Failed { why, output: tail.into_text() };
        let Ok(status) = timeout(TIME_MAX, self.read(&mut tail)).await else {
            return failed(format!("it took longer than {} minutes and was ended", TIME_MAX.as_secs() / 60), tail);
        };
        let took = self.started.elapsed();
        match status {
            Err(error) => failed(format!("it cannot be waited for: {error}"), tail),
            Ok(status) if !status.success() => failed(status.to_string(), tail),
            Ok(_) => match serde_json::from_slice(tail.last_line()) {
                Ok(built) => BuildOutcome::Built { built, took },
                Err(_) => failed("it did not name its component".to_owned(), tail),
            },
        }
    }

    async fn read(&mut self, tail: &mut Tail) -> io::Result<ExitStatus> {
        let mut part = vec![0; PART_BYTES];
        let status = loop {
            tokio::select! {
                biased;
                read = self.output.read(&mut part) => match read? {
                    0 => return self.child.wait().await,
                    bytes => tail.take(&part[..bytes]),
                },
                status = self.child.wait() => break status?,
            }
        };
        while let Ok(Ok(bytes @ 1..)) = timeout(REST_MAX, self.output.read(&mut part)).await {
            tail.take(&part[..bytes]);
        }
        Ok(status)
    }

    /// Ends it, and waits until its process is gone, so that the next build finds nothing locked.
    pub async fn stop(self) {
        let Self { mut child, input, output, .. } = self;
        drop((input, output));
        if timeout(END_MAX, child.wait()).await.is_err() {
            tracing::warn!("an ended build of the plugin is still there");
        }
    }
}
