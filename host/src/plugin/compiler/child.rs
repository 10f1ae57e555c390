//! The compiler's process: it sets its own limits, reads one job, works on one component, and ends.

use super::answer::{Answer, Failure, Taken};
use super::code::deserialize;
use super::job::{COMMAND, CompileJob, Job, PrepareJob, REFUSED, translate};
use crate::plugin::engine::{self, tick};
use crate::plugin::limits::Config;
use crate::plugin::purpose::Purpose;
use crate::plugin::snapshot::{self, Subject};
use crate::templates::TemplateFile;
use std::io::{self, BufRead, Read, Write, stderr, stdin, stdout};
use std::process::ExitCode;
use std::thread::Builder;

/// Exit status: the process failed for another reason than the component.
const UNABLE: u8 = 2;

/// Bytes of the job in JSON: some hundred bytes, two paths, and the names of the templates.
const JOB_BYTES_MAX: u64 = 64 << 20;
/// Compilers recurse over their input. Four times a thread's default, and independent of how the server was started.
const STACK_BYTES: usize = 8 << 20;
/// Enough for the standard streams and what the system's library opens on its own.
const OPEN_FILES_MAX: u64 = 8;
/// A snapshot is made of so many copies of the memory that `prepare` left: the memory itself, its segments, the module and
/// the component with them.
const SNAPSHOT_COPIES: u64 = 4;

/// What the work gives: the line that comes first, and the bytes behind it.
type Output = (Vec<u8>, Vec<u8>);

/// The command `dialplate compile-component`: reads a job with its component from standard input, which stays open for as
/// long as the result is wanted, and writes the result to standard output.
pub fn run() -> ExitCode {
    close_inherited();
    // If the machine runs out of memory, the kernel should kill this process and not the server. Best effort.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    let outcome = read_job().and_then(|work| {
        let work = Builder::new().stack_size(STACK_BYTES).spawn(work);
        work.map_err(|error| error.to_string())
    });
    let (line, bytes) = match outcome.map(|working| working.join()) {
        Ok(Ok(Ok(output))) => output,
        Ok(Ok(Err(refusal))) => return end(REFUSED, &refusal),
        // The panic's message is on standard error already.
        Ok(Err(_)) => return ExitCode::from(UNABLE),
        Err(error) => return end(UNABLE, &format!("{COMMAND} is only for the server's own use: {error}")),
    };
    match [line, bytes].iter().try_for_each(|part| stdout().write_all(part)).and_then(|()| stdout().flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => end(UNABLE, &error.to_string()),
    }
}

fn end(status: u8, reason: &str) -> ExitCode {
    let _ = writeln!(stderr(), "{reason}");
    ExitCode::from(status)
}

/// Reads the job, applies its limits to this process, and returns the work.
fn read_job() -> Result<Box<dyn FnOnce() -> Result<Output, String> + Send>, String> {
    let text = |error: io::Error| error.to_string();
    let mut line = String::new();
    let mut input = stdin().lock();
    input.by_ref().take(JOB_BYTES_MAX).read_line(&mut line).map_err(text)?;
    let job: Job<'_> = serde_json::from_str(&line).map_err(|error| error.to_string())?;
    match job {
        Job::Compile(job) => {
            let CompileJob { purpose, config, component_bytes } = job;
            set_limits(&limits_of_compiling(&config)).map_err(text)?;
            let component = read_part(&mut input, component_bytes).map_err(text)?;
            drop(input);
            end_with_parent().map_err(text)?;
            let machine = machine(&config, purpose)?;
            Ok(Box::new(move || Ok((Vec::new(), translate(&machine, &component)?))))
        }
        Job::Prepare(job) => {
            set_limits(&limits_of_preparing(&job.config)).map_err(text)?;
            let code = read_part(&mut input, job.code_bytes).map_err(text)?;
            let component = read_part(&mut input, job.component_bytes).map_err(text)?;
            let templates = job.templates.iter().map(|template| {
                let source = read_part(&mut input, template.bytes)?.into();
                Ok(TemplateFile { folder: template.folder.to_string(), file: template.file.to_string(), source })
            });
            let templates = templates.collect::<io::Result<Vec<_>>>().map_err(text)?;
            drop(input);
            end_with_parent().map_err(text)?;
            Ok(Box::new(move || prepare(&job, code, &component, templates)))
        }
    }
}

fn read_part(input: &mut impl Read, bytes: u64) -> io::Result<Vec<u8>> {
    let mut part = vec![0; usize::try_from(bytes).map_err(io::Error::other)?];
    input.read_exact(&mut part)?;
    Ok(part)
}

fn machine(config: &Config, purpose: Purpose) -> Result<wasmtime::Engine, String> {
    wasmtime::Engine::new(&engine::settings(config, purpose)).map_err(|error| format!("{error:#}"))
}

/// Runs `prepare` and takes the snapshot. The deadline of `prepare` is kept here, as in the server.
fn prepare(
    job: &PrepareJob<'_>,
    code: Vec<u8>,
    component: &[u8],
    templates: Vec<TemplateFile>,
) -> Result<Output, String> {
    let machine = machine(&job.config, job.purpose)?;
    tick(vec![machine.weak()]);
    let instrumented = deserialize(&machine, &code).map_err(|error| format!("{error:#}"))?;
    drop(code);
    let subject = Subject {
        plugin: &job.plugin,
        version: job.version,
        bytes: component,
        templates: &templates,
        put_off_after: job.put_off_after,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    let (log, outcome) = runtime.block_on(snapshot::take(&job.config, &instrumented, &subject));
    let (outcome, bytes) = match outcome {
        Ok((bytes, prepared)) => (Ok(Taken { prepared, component_bytes: bytes.len() as u64 }), bytes),
        Err(error) => (Err(Failure::from(error)), Vec::new()),
    };
    let mut line = serde_json::to_vec(&Answer { log, outcome }).map_err(|error| error.to_string())?;
    line.push(b'\n');
    Ok((line, bytes))
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

/// Limits of this process by their numbers.
type Limits = [(libc::__rlimit_resource_t, u64); 5];

fn limits_of_compiling(config: &Config) -> Limits {
    [
        (libc::RLIMIT_CPU, config.compile_cpu_s_max),
        // Linux counts every writable mapping of the process's own here, and none of the address space it reserves.
        (libc::RLIMIT_DATA, config.compile_memory_bytes_max),
        (libc::RLIMIT_NOFILE, OPEN_FILES_MAX),
        (libc::RLIMIT_FSIZE, 0),
        (libc::RLIMIT_CORE, 0),
    ]
}

/// `prepare` has limits of its own, which wasmtime enforces. These are for what takes the snapshot.
fn limits_of_preparing(config: &Config) -> Limits {
    let prepared = (config.prepare_memory_bytes_max as u64).saturating_mul(SNAPSHOT_COPIES);
    [
        (libc::RLIMIT_CPU, config.prepare_timeout().as_secs().saturating_add(config.compile_cpu_s_max)),
        (libc::RLIMIT_DATA, config.compile_memory_bytes_max.saturating_add(prepared)),
        (libc::RLIMIT_NOFILE, OPEN_FILES_MAX),
        // wasmtime keeps the initial memory of a component in a file without a name.
        (libc::RLIMIT_FSIZE, config.prepare_memory_bytes_max as u64),
        (libc::RLIMIT_CORE, 0),
    ]
}

/// Sets only soft limits: nothing here raises them again, and at the hard limit for time the kernel sends a signal
/// that does not name its cause.
#[allow(unsafe_code, reason = "the standard library knows no resource limits")]
fn set_limits(limits: &Limits) -> io::Result<()> {
    for (resource, wanted) in *limits {
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
