//! One process of the compiler, as the server sees it: its streams, and how it ended.

use super::job::{COMMAND, Job, REASON_CHARS_MAX, REFUSED};
use crate::plugin::error::CompileError;
use crate::plugin::limits::{Config, one_line};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};

/// The wall-clock limit as a multiple of the processor-time limit: builds have a lower priority than requests, and on a
/// busy machine a component is not at fault for the delay.
const PATIENCE: u64 = 10;
/// Bytes of a process's standard error; a refusal is one line.
const ERROR_BYTES_MAX: u64 = 8 << 10;

/// The running program, so that the compiler is of the same build: on Linux even after an upgrade has replaced the
/// file.
pub fn own_program() -> io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() { Ok(running) } else { std::env::current_exe() }
}

/// How long a process may take to compile, by the clock.
pub(super) fn patience(config: &Config) -> Duration {
    Duration::from_secs(config.compile_cpu_s_max.saturating_mul(PATIENCE))
}

/// A running process. It has the priority of the thread that starts it, and is killed when this is dropped.
pub(super) struct Process(Child);

/// The process ends as soon as its input is closed.
pub(super) struct Streams {
    pub(super) input: ChildStdin,
    pub(super) output: ChildStdout,
    pub(super) errors: ChildStderr,
}

impl Process {
    /// Needs a tokio runtime.
    pub(super) fn start(program: &Path) -> Result<(Self, Streams), CompileError> {
        // The server's environment may hold passwords, and its folder may be removed.
        let mut child = Command::new(program)
            .arg0("dialplate")
            .arg(COMMAND)
            .env_clear()
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(unable)?;
        let streams = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(input), Some(output), Some(errors)) = streams else {
            return Err(unable(io::ErrorKind::BrokenPipe.into()));
        };
        Ok((Self(child), Streams { input, output, errors }))
    }

    /// Waits for its end.
    pub(super) async fn end(&mut self) -> Result<ExitStatus, CompileError> {
        self.0.wait().await.map_err(unable)
    }

    /// Kills it and waits for its end, so that it has freed its resources before the next one starts.
    pub(super) async fn kill(&mut self) {
        let _ = self.0.kill().await;
    }
}

/// The cause is the machine, and not the component.
pub(super) fn unable(error: io::Error) -> CompileError {
    CompileError::Unable(error.to_string())
}

/// The line with which a process is given its job.
pub(super) fn line(job: &Job<'_>) -> Result<Vec<u8>, CompileError> {
    let mut line = serde_json::to_vec(job).map_err(|error| unable(error.into()))?;
    line.push(b'\n');
    Ok(line)
}

/// Reads what a process says on its standard error up to a bound, and then closes the pipe.
pub(super) async fn read_errors(errors: impl AsyncRead + Unpin) -> io::Result<Vec<u8>> {
    let mut said = Vec::new();
    errors.take(ERROR_BYTES_MAX).read_to_end(&mut said).await?;
    Ok(said)
}

/// Why a process failed that ended in this way, and said this.
pub(super) fn judge(status: ExitStatus, said: &[u8], config: &Config) -> CompileError {
    let said = String::from_utf8_lossy(said);
    let said = said.lines().filter(|line| !line.is_empty()).take(2).collect::<Vec<_>>().join(" ");
    let said = one_line(&said, REASON_CHARS_MAX);
    match status.signal() {
        Some(libc::SIGXCPU) => CompileError::Cpu { s: config.compile_cpu_s_max },
        // The message is the standard library's; a test fails when it changes.
        Some(libc::SIGABRT) if said.contains("memory allocation of") => {
            CompileError::Memory { bytes_max: config.compile_memory_bytes_max }
        }
        Some(libc::SIGKILL) => CompileError::Killed,
        _ if status.code() == Some(REFUSED.into()) => CompileError::Refused(said),
        _ => CompileError::Broke(format!("{status}: {said}")),
    }
}
