//! The server's side of a compiler process: starts it, sends it the component, reads a bounded result, and reports its
//! outcome.

use super::job::{COMMAND, CompileJob, REASON_CHARS_MAX, REFUSED};
use crate::plugin::error::CompileError;
use crate::plugin::limits::one_line;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};

/// The wall-clock limit as a multiple of the processor-time limit: builds have a lower priority than requests, and on a
/// busy machine a component is not at fault for the delay.
const PATIENCE: u64 = 10;
/// Bytes of the compiler's standard error; a refusal is one line.
const ERROR_BYTES_MAX: u64 = 8 << 10;

/// The running program, so that the compiler is of the same build: on Linux even after an upgrade has replaced the
/// file.
pub fn own_program() -> io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() { Ok(running) } else { std::env::current_exe() }
}

/// The component's code. Needs a tokio runtime; the process has the priority of the thread that polls this first, and
/// is killed when this future is dropped.
pub(super) async fn compile(program: &Path, job: &CompileJob<'_>, component: &[u8]) -> Result<Vec<u8>, CompileError> {
    let patience = Duration::from_secs(job.config.compile_cpu_s_max.saturating_mul(PATIENCE));
    compile_within(patience, program, job, component).await
}

async fn compile_within(
    patience: Duration,
    program: &Path,
    job: &CompileJob<'_>,
    component: &[u8],
) -> Result<Vec<u8>, CompileError> {
    let failed = |error: io::Error| CompileError::Unable(error.to_string());
    // The server's environment may hold passwords, and its folder may be removed.
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
    let Ok(ended) = tokio::time::timeout(patience, converse(&mut process, job, component)).await else {
        // Waits for its end, so that it has freed its resources before the next one starts.
        let _ = process.kill().await;
        return Err(CompileError::Slow { s: patience.as_secs() });
    };
    let (status, code, said) = ended.map_err(failed)?;
    judge(status, code, &said, job)
}

/// Returns the exit status, standard output and standard error. I/O errors are ignored: the status gives the reason.
async fn converse(
    process: &mut Child,
    job: &CompileJob<'_>,
    component: &[u8],
) -> io::Result<(ExitStatus, Vec<u8>, Vec<u8>)> {
    let streams = (process.stdin.take(), process.stdout.take(), process.stderr.take());
    let (Some(mut input), Some(output), Some(errors)) = streams else { return Err(io::ErrorKind::BrokenPipe.into()) };
    let job_line = [serde_json::to_vec(job)?, b"\n".to_vec()].concat();
    let feed = async {
        for part in [&job_line[..], component] {
            if input.write_all(part).await.is_err() {
                break;
            }
        }
    };
    let code_bytes_max = job.config.code_bytes_max;
    let ((), code, said) =
        tokio::join!(feed, read(output, code_bytes_max.saturating_add(1)), read(errors, ERROR_BYTES_MAX));
    // The process ends as soon as its input is closed.
    let status = process.wait().await?;
    drop(input);
    Ok((status, code?, said?))
}

/// Reads up to a bound and then closes the pipe.
async fn read(stream: impl AsyncRead + Unpin, bytes_max: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(bytes_max).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

fn judge(status: ExitStatus, code: Vec<u8>, said: &[u8], job: &CompileJob<'_>) -> Result<Vec<u8>, CompileError> {
    let config = &job.config;
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
        // The message is the standard library's; a test fails when it changes.
        Some(libc::SIGABRT) if said.contains("memory allocation of") => {
            CompileError::Memory { bytes_max: config.compile_memory_bytes_max }
        }
        Some(libc::SIGKILL) => CompileError::Killed,
        _ if status.code() == Some(REFUSED.into()) => CompileError::Refused(said),
        _ => CompileError::Broke(format!("{status}: {said}")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin::limits::Config;
    use crate::plugin::purpose::Purpose;
    use std::borrow::Cow;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::time::Instant;

    /// The outcome for a compiler that runs this line of sh instead of compiling.
    fn outcome(command: &str) -> Result<Vec<u8>, CompileError> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("compiler");
        fs::write(&program, format!("#!/bin/sh\n{command}\n")).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
        run(&program, Duration::from_secs(2))
    }

    fn run(program: &Path, patience: Duration) -> Result<Vec<u8>, CompileError> {
        let config = Config { code_bytes_max: 1_000, compile_cpu_s_max: 7, ..Config::default() };
        let component = vec![0; 1 << 20];
        let job = CompileJob { purpose: Purpose::Render, config: Cow::Owned(config), component_bytes: component.len() };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        runtime.block_on(compile_within(patience, program, &job, &component))
    }

    fn refusal(command: &str) -> String {
        outcome(command).unwrap_err().to_string()
    }

    #[test]
    fn code_is_read_from_a_compiler_that_reads_little() {
        assert_eq!(outcome("printf abc").unwrap(), b"abc");
        assert_eq!(outcome("cat > /dev/null & printf abc").unwrap(), b"abc");
    }

    #[test]
    fn flooding_or_hanging_compiler_is_ended_at_its_limit() {
        assert!(refusal("yes").contains("code_bytes_max"));
        assert_eq!(outcome("yes >&2; printf abc").unwrap(), b"abc");
        let began = Instant::now();
        assert!(refusal("exec sleep 60").contains("compile_cpu_s_max"));
        assert!(refusal("exec > /dev/null 2> /dev/null; exec sleep 60").contains("compile_cpu_s_max"));
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
    }

    #[test]
    fn error_names_how_the_compiler_ended() {
        for (command, expected) in [
            ("echo no such thing >&2; exit 1", "cannot be compiled: no such thing"),
            ("kill -XCPU $$", "took more than 7 s of processor time (compile_cpu_s_max)"),
            ("kill -KILL $$", "the compiler was killed"),
            ("kill -SEGV $$", "crashed the compiler: signal: 11"),
            (
                "echo it panicked >&2; echo here >&2; exit 101",
                "crashed the compiler: exit status: 101: it panicked here",
            ),
        ] {
            let refusal = refusal(command);
            assert!(refusal.contains(expected), "{command}: {refusal}");
        }
        let absent = run(Path::new("/nowhere/at/all"), Duration::from_secs(2)).unwrap_err();
        assert!(absent.to_string().contains("the compiler cannot run"), "{absent}");
    }
}
