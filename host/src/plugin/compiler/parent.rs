//! The server's side of a compiler's process: starts it, feeds it, reads what it gives within bounds, and says what
//! became of it.

use super::child::REFUSED;
use super::{COMMAND, Order, REASON_CHARS_MAX};
use crate::plugin::error::CompileError;
use crate::plugin::limits::one_line;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// How many times as long as it may use a processor a compiler may take by the clock: builds give way to requests,
/// and on a busy machine that is no fault of the component.
const PATIENCE: u64 = 10;
/// Of what the compiler says; a refusal is a line.
const ERROR_BYTES_MAX: u64 = 8 << 10;

/// The program that runs, for a compiler of the same making: on Linux also when an upgrade has put another in its
/// place meanwhile.
pub fn own_program() -> io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() { Ok(running) } else { std::env::current_exe() }
}

/// The component's code. Needs a tokio runtime; the process has the priority of the thread that polls this first, and
/// is killed when this is dropped.
pub(super) async fn compile(program: &Path, order: &Order<'_>, component: &[u8]) -> Result<Vec<u8>, CompileError> {
    let patience = Duration::from_secs(order.config.compile_cpu_s_max.saturating_mul(PATIENCE));
    compile_within(patience, program, order, component).await
}

async fn compile_within(
    patience: Duration,
    program: &Path,
    order: &Order<'_>,
    component: &[u8],
) -> Result<Vec<u8>, CompileError> {
    let failed = |error: io::Error| CompileError::Unable(error.to_string());
    // The server's environment may hold passwords, and its folder may go away.
    let mut process = Command::new(program)
        .arg0("dialplate")
        .arg(COMMAND)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)?;
    let Ok(ended) = tokio::time::timeout(patience, converse(&mut process, order, component)).await else {
        // Its end is waited for, so that it is gone when the next one starts.
        let _ = process.kill().await;
        return Err(CompileError::Slow { s: patience.as_secs() });
    };
    let (status, code, said) = ended.map_err(failed)?;
    judge(status, code, &said, order)
}

/// What it ended with, what it gave, and what it said. Whatever it leaves unread or unsaid, its end says why.
async fn converse(
    process: &mut Child,
    order: &Order<'_>,
    component: &[u8],
) -> io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
    let streams = (process.stdin.take(), process.stdout.take(), process.stderr.take());
    let (Some(mut input), Some(output), Some(errors)) = streams else { return Err(io::ErrorKind::BrokenPipe.into()) };
    let order_line = [serde_json::to_vec(order)?, b"\n".to_vec()].concat();
    let feed = async {
        for part in [&order_line[..], component] {
            if input.write_all(part).await.is_err() {
                break;
            }
        }
    };
    let code_bytes_max = order.config.code_bytes_max;
    let ((), code, said) =
        tokio::join!(feed, read(output, code_bytes_max.saturating_add(1)), read(errors, ERROR_BYTES_MAX));
    // Closing the input earlier would end it.
    let status = process.wait().await?;
    drop(input);
    Ok((status, code?, said?))
}

/// Who writes more finds the pipe closed.
async fn read(stream: impl AsyncRead + Unpin, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(bytes_max).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

fn judge(status: ExitStatus, code: Vec<u8>, said: &[u8], order: &Order<'_>) -> Result<Vec<u8>, CompileError> {
    let config = &order.config;
    if code.len() as u64 > config.code_bytes_max {
        return Err(CompileError::Size { bytes_max: config.code_bytes_max });
    }
    if status.success() {
        return Ok(code);
    }
    let said = String::from_utf8_lossy(said);
    let said = said.lines().filter(|line| !line.is_empty()).take(2).collect::<Vec<_>>().join(" ");
    let said = one_line(&said, REASON_CHARS_MAX);
    Err(match status.signal() {
        Some(libc::SIGXCPU) => CompileError::Cpu { s: config.compile_cpu_s_max },
        // The words are the standard library's; a test tells when they change.
        Some(libc::SIGABRT) if said.contains("memory allocation of") => {
            CompileError::Memory { bytes_max: config.compile_memory_bytes_max }
        }
        Some(libc::SIGKILL) => CompileError::Killed,
        _ if status.code() == Some(REFUSED.into()) => CompileError::Refused(said),
        _ => CompileError::Broke(format!("{status}: {said}")),
    })
}
