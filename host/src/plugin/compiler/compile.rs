//! The server's side of compiling: sends a process the component, takes its code up to a bound, and reports the outcome.

use super::code::{Code, Place};
use super::job::{CompileJob, Job, translate};
use super::process::{Process, Streams, judge, line, patience, read_errors, unable};
use super::source::{Sink, Source};
use crate::plugin::engine::Engine;
use crate::plugin::error::CompileError;
use crate::plugin::limits::Config;
use crate::plugin::purpose::Purpose;
use std::borrow::Cow;
use std::path::Path;
use std::time::Duration;
use tokio::io::AsyncWriteExt;

/// Compiles for up to `compile_cpu_s_max` of a processor, or less before the server listens. `Refused` means that the
/// compiler rejected the component.
pub(in super::super) async fn compile(
    engine: &Engine,
    purpose: Purpose,
    component: Source<'_>,
) -> Result<Code, CompileError> {
    let mut config = Cow::Borrowed(engine.config());
    let put_off = engine.compile_cpu_s_max();
    if let Some(max) = put_off {
        config.to_mut().compile_cpu_s_max = max;
    }
    let late = |error| match (error, put_off) {
        (CompileError::Cpu { .. } | CompileError::Slow { .. }, Some(s)) => CompileError::Late { s },
        (error, _) => error,
    };
    let place = match (&engine.config().compiler, component) {
        (Some(program), component) => {
            let (patience, sink) = (patience(&config), Sink::new(engine.cache()));
            compile_within(patience, program, (purpose, &config), component, sink).await.map_err(late)?
        }
        (None, Source::Bytes(bytes)) => {
            let code = translate(engine.machine(purpose), bytes).map_err(CompileError::Refused)?;
            let mut sink = Sink::new(engine.cache());
            sink.write(&code).map_err(unable)?;
            sink.into_place()
        }
        (None, Source::Snapshot(_)) => return Err(CompileError::Unable("there is no program for it".into())),
    };
    Ok(Code::new(purpose, place))
}

/// The component's code. Needs a tokio runtime; the process has the priority of the thread that polls this first, and
/// is killed when this future is dropped.
async fn compile_within(
    patience: Duration,
    program: &Path,
    (purpose, config): (Purpose, &Config),
    mut component: Source<'_>,
    mut sink: Sink,
) -> Result<Place, CompileError> {
    let job = CompileJob { purpose, config: Cow::Borrowed(config), component_bytes: component.bytes() };
    let line = line(&Job::Compile(job))?;
    let (mut process, streams) = Process::start(program)?;
    let conversation = converse(&mut process, streams, (&line, &mut component), (&mut sink, config));
    match tokio::time::timeout(patience, conversation).await {
        Ok(outcome) => match component.fault(config).await {
            // The compiler has failed because its input has ended too early.
            Some(fault) => Err(fault),
            None => outcome.map(|()| sink.into_place()),
        },
        Err(_) => {
            process.kill().await;
            Err(CompileError::Slow { s: patience.as_secs() })
        }
    }
}

/// I/O errors of the process are ignored: the status gives the reason.
async fn converse(
    process: &mut Process,
    Streams { mut input, output, errors }: Streams,
    (line, component): (&[u8], &mut Source<'_>),
    (sink, config): (&mut Sink, &Config),
) -> Result<(), CompileError> {
    let feed = async move {
        if input.write_all(line).await.is_ok() {
            component.send(&mut input).await;
        }
        // A process that waits for the rest of a component that is cut would wait for ever.
        (!component.is_cut()).then_some(input)
    };
    let code_bytes_max = config.code_bytes_max;
    let (input, code, said) =
        tokio::join!(feed, sink.read(output, code_bytes_max.saturating_add(1)), read_errors(errors));
    let status = process.end().await?;
    drop(input);
    if code.map_err(unable)? > code_bytes_max {
        return Err(CompileError::Size { bytes_max: code_bytes_max });
    }
    if status.success() { Ok(()) } else { Err(judge(status, &said.map_err(unable)?, config)) }
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let (purpose, source, sink) = (Purpose::Render, Source::Bytes(&component), Sink::new(None));
        let place = runtime.block_on(compile_within(patience, program, (purpose, &config), source, sink))?;
        let Place::Bytes(code) = place else { panic!("there is no cache") };
        Ok(code)
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
