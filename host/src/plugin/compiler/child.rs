//! The compiler's process: it sets its own limits, reads one component, writes its code, and ends.

use super::job::{COMMAND, CompileJob, REFUSED, translate};
use crate::plugin::engine;
use crate::plugin::limits::Config;
use std::io::{self, BufRead, Read, Write, stderr, stdin, stdout};
use std::process::ExitCode;
use std::thread::Builder;

/// Exit status: the process failed before it read the component.
const UNABLE: u8 = 2;

/// Bytes of the job in JSON: some hundred bytes and two paths.
const JOB_BYTES_MAX: u64 = 64 << 10;
/// Compilers recurse over their input. Four times a thread's default, and independent of how the server was started.
const STACK_BYTES: usize = 8 << 20;
/// Enough for the standard streams and what the system's library opens on its own.
const OPEN_FILES_MAX: u64 = 8;

/// The command `dialplate compile-component`: reads a job and a component from standard input, which stays open for as
/// long as the code is wanted, and writes the code to standard output.
pub fn run() -> ExitCode {
    close_inherited();
    // If the machine runs out of memory, the kernel should kill this process and not the server. Best effort.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    let outcome = prepare().and_then(|(machine, component)| {
        let compile = move || translate(&machine, &component);
        Builder::new().stack_size(STACK_BYTES).spawn(compile).map_err(|error| error.to_string())
    });
    let code = match outcome.map(|compiling| compiling.join()) {
        Ok(Ok(Ok(code))) => code,
        Ok(Ok(Err(refusal))) => return end(REFUSED, &refusal),
        // The panic's message is on standard error already.
        Ok(Err(_)) => return ExitCode::from(UNABLE),
        Err(error) => return end(UNABLE, &format!("{COMMAND} is only for the server's own use: {error}")),
    };
    match stdout().write_all(&code).and_then(|()| stdout().flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => end(UNABLE, &error.to_string()),
    }
}

fn end(status: u8, reason: &str) -> ExitCode {
    let _ = writeln!(stderr(), "{reason}");
    ExitCode::from(status)
}

/// Reads the job, then applies its limits to this process.
fn prepare() -> Result<(wasmtime::Engine, Vec<u8>), String> {
    let mut line = String::new();
    let mut input = stdin().lock();
    input.by_ref().take(JOB_BYTES_MAX).read_line(&mut line).map_err(|error| error.to_string())?;
    let job: CompileJob = serde_json::from_str(&line).map_err(|error| error.to_string())?;
    set_limits(&job.config).map_err(|error| error.to_string())?;
    let mut component = vec![0; job.component_bytes];
    input.read_exact(&mut component).map_err(|error| error.to_string())?;
    drop(input);
    end_with_parent().map_err(|error| error.to_string())?;
    let settings = engine::settings(&job.config, job.purpose);
    let machine = wasmtime::Engine::new(&settings).map_err(|error| format!("{error:#}"))?;
    Ok((machine, component))
}

/// The input ends when the server closes it or ends for any reason. A parent-death signal would come when the thread
/// that started this process ends.
fn end_with_parent() -> io::Result<()> {
    let watch = || {
        let _ = stdin().lock().read(&mut [0]);
        std::process::exit(UNABLE.into());
    };
    Builder::new().spawn(watch).map(drop)
}

/// Sets only soft limits: nothing here raises them again, and at the hard limit for time the kernel sends a signal
/// that does not name its cause.
#[allow(unsafe_code, reason = "the standard library knows no resource limits")]
fn set_limits(config: &Config) -> io::Result<()> {
    for (resource, wanted) in [
        (libc::RLIMIT_CPU, config.compile_cpu_s_max),
        // Linux counts every writable mapping of the process's own here, and none of the address space it reserves.
        (libc::RLIMIT_DATA, config.compile_memory_bytes_max),
        (libc::RLIMIT_NOFILE, OPEN_FILES_MAX),
        (libc::RLIMIT_FSIZE, 0),
        (libc::RLIMIT_CORE, 0),
    ] {
        let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: both calls get a resource that the system names and a pointer to a structure that outlives them.
        let is_set = unsafe {
            let known = libc::getrlimit(resource, &raw mut limit);
            limit.rlim_cur = wanted.min(limit.rlim_max);
            known == 0 && libc::setrlimit(resource, &raw const limit) == 0
        };
        if !is_set {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

/// Closes files that the server inherited and that are not marked close-on-exec.
#[allow(unsafe_code, reason = "the standard library does not close inherited files")]
fn close_inherited() {
    // SAFETY: the process has just started and has opened nothing, so nothing in it uses the closed descriptors.
    #[cfg(target_os = "linux")]
    unsafe {
        libc::syscall(libc::SYS_close_range, 3 as libc::c_uint, libc::c_uint::MAX, 0 as libc::c_uint)
    };
}
