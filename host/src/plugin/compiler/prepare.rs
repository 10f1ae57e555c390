//! The server's side of preparing: a process of its own runs `prepare`, and keeps the snapshot for the compiler.

use super::answer::{Answer, Taken};
use super::code::Code;
use super::job::{Job, PrepareJob, Text};
use super::pending::PendingSnapshot;
use super::process::{Process, Streams, judge, line, patience, read_errors, unable};
use super::source::Source;
use crate::plugin::engine::Engine;
use crate::plugin::error::{CompileError, LoadError};
use crate::plugin::job::Prepared;
use crate::plugin::limits::Config;
use crate::plugin::load_log::LoadLog;
use crate::plugin::purpose::Purpose;
use crate::plugin::snapshot::{self, Subject};
use crate::templates::TemplateFile;
use std::borrow::Cow;
use std::io::{self, Read};
use std::path::Path;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::ChildStdin;

/// Bytes that are passed on at once.
const CHUNK_BYTES: usize = 64 << 10;
/// A byte of text takes up to so many in JSON.
const JSON_FACTOR: u64 = 6;
/// Bytes of an answer besides the texts in it.
const ANSWER_BYTES_EXTRA: u64 = 1 << 20;

/// A snapshot, and where it is.
pub(in super::super) enum Snapshot {
    Pending(Box<PendingSnapshot>),
    /// In this process: for tests only.
    Bytes(Vec<u8>),
}

impl Snapshot {
    pub(in super::super) fn source(&mut self) -> Source<'_> {
        match self {
            Self::Pending(snapshot) => Source::Snapshot(snapshot),
            Self::Bytes(bytes) => Source::Bytes(bytes),
        }
    }
}

type Outcome = (LoadLog, Result<(Snapshot, Vec<Prepared>), LoadError>);

/// Runs `prepare` and takes the snapshot: where it is, the result for each template, and the warnings that the plugin
/// has logged.
pub(in super::super) async fn prepare(
    engine: &Engine,
    instrumented: &mut Code,
    subject: &Subject<'_>,
) -> Result<(Snapshot, Vec<Prepared>, Vec<String>), LoadError> {
    let (mut log, outcome) = match &engine.config().compiler {
        Some(program) => elsewhere(program, engine.config(), instrumented, subject).await?,
        None => here(engine, instrumented, subject).await?,
    };
    let warnings = if outcome.is_ok() { log.take_warnings() } else { Vec::new() };
    log.write(subject.plugin, engine.limit_counters());
    outcome.map(|(snapshot, prepared)| (snapshot, prepared, warnings))
}

async fn here(engine: &Engine, instrumented: &Code, subject: &Subject<'_>) -> Result<Outcome, LoadError> {
    let component = instrumented.component(engine).map_err(|error| LoadError::Build(format!("{error:#}")))?;
    let (log, outcome) = snapshot::take(engine.config(), &component, subject).await;
    Ok((log, outcome.map(|(bytes, prepared)| (Snapshot::Bytes(bytes), prepared))))
}

async fn elsewhere(
    program: &Path,
    config: &Config,
    instrumented: &mut Code,
    subject: &Subject<'_>,
) -> Result<Outcome, CompileError> {
    let purpose = instrumented.purpose();
    let (code, code_bytes) = instrumented.reader().map_err(unable)?;
    let line = line(&Job::Prepare(job(subject, config, (purpose, code_bytes))))?;
    let (mut process, Streams { mut input, output, errors }) = Process::start(program)?;
    let mut output = BufReader::with_capacity(CHUNK_BYTES, output);
    let mut answer = Vec::new();
    let conversation = async {
        // A process that does not read its input says why in its status.
        let fed = async {
            let _ = feed(&mut input, &line, code, subject).await;
            std::future::pending().await
        };
        let mut bounded = (&mut output).take(answer_bytes_max(config));
        tokio::select! {
            read = bounded.read_until(b'\n', &mut answer) => read.map_err(unable),
            never = fed => never,
        }
    };
    // What `prepare` may take, and what the rest may take.
    let patience = config.prepare_timeout() + patience(config);
    match tokio::time::timeout(patience, conversation).await {
        Ok(read) => read?,
        Err(_) => {
            process.kill().await;
            return Err(CompileError::Slow { s: patience.as_secs() });
        }
    };
    let Ok(Answer { log, outcome }) = serde_json::from_slice(&answer) else {
        drop(output);
        let said = read_errors(errors).await.map_err(unable)?;
        return Err(judge(process.end().await?, &said, config));
    };
    let outcome = outcome.map_err(|failure| failure.into_error()).map(|Taken { prepared, component_bytes }| {
        let bytes = component_bytes;
        let snapshot = PendingSnapshot { process, input, output, errors, bytes, is_cut: false };
        (Snapshot::Pending(Box::new(snapshot)), prepared)
    });
    Ok((log, outcome))
}

fn job<'a>(subject: &Subject<'a>, config: &'a Config, (purpose, code_bytes): (Purpose, u64)) -> PrepareJob<'a> {
    let text = |template: &'a TemplateFile| Text {
        folder: Cow::Borrowed(&template.folder),
        file: Cow::Borrowed(&template.file),
        bytes: template.source.len() as u64,
    };
    PrepareJob {
        plugin: Cow::Borrowed(subject.plugin),
        version: subject.version,
        purpose,
        config: Cow::Borrowed(config),
        put_off_after: subject.put_off_after,
        code_bytes,
        component_bytes: subject.bytes.len() as u64,
        templates: subject.templates.iter().map(text).collect(),
    }
}

async fn feed(input: &mut ChildStdin, line: &[u8], mut code: impl Read, subject: &Subject<'_>) -> io::Result<()> {
    input.write_all(line).await?;
    let mut chunk = vec![0; CHUNK_BYTES];
    loop {
        let count = code.read(&mut chunk)?;
        if count == 0 {
            break;
        }
        input.write_all(&chunk[..count]).await?;
    }
    input.write_all(subject.bytes).await?;
    for template in subject.templates {
        input.write_all(&template.source).await?;
    }
    Ok(())
}

/// What `prepare` may return and log, in JSON.
fn answer_bytes_max(config: &Config) -> u64 {
    let log = u64::from(config.log_lines_max).saturating_mul(config.log_line_chars_max as u64);
    let texts = log.saturating_add(config.prepare_output_bytes_max as u64);
    texts.saturating_mul(JSON_FACTOR).saturating_add(ANSWER_BYTES_EXTRA)
}

#[cfg(test)]
mod tests {
    use super::super::code::Place;
    use super::super::compile::compile;
    use super::*;
    use crate::plugin::interface::Version;
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    /// The line of an answer with a snapshot of five bytes.
    const TAKEN: &str = r#"{"log":{"lines":[],"dropped":0},"outcome":{"Ok":{"prepared":[],"component_bytes":5}}}"#;

    /// The code for a program whose lines of sh prepare in this way, and compile a component into itself.
    fn code(preparing: &str) -> Result<Vec<u8>, LoadError> {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("compiler");
        let script = format!("read -r job\ncase $job in *'\"Prepare\"'*) {preparing};; *) head -c 5;; esac");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        let config =
            Config { compiler: Some(program), instances_max: 1, prepare_timeout_ms: 1_000, ..Config::default() };
        let engine = Engine::new(Config { compile_cpu_s_max: 1, prepare_output_bytes_max: 1 << 20, ..config }).unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut instrumented = Code::new(Purpose::Snapshot, Place::Bytes(vec![0; 1 << 20]));
            let (plugin, version, bytes) = ("p", Version::V0_2, &[0; 1 << 20][..]);
            let subject = Subject { plugin, version, bytes, templates: &[], put_off_after: None };
            let (mut snapshot, ..) = prepare(&engine, &mut instrumented, &subject).await?;
            let mut code = compile(&engine, Purpose::Render, snapshot.source()).await?;
            let mut bytes = Vec::new();
            code.reader().unwrap().0.read_to_end(&mut bytes).unwrap();
            Ok(bytes)
        })
    }

    #[test]
    fn snapshot_is_passed_on_to_the_compiler() {
        assert_eq!(code(&format!("echo '{TAKEN}'; printf hello")).unwrap(), b"hello");
        assert_eq!(code(&format!("head -c 2097152 > /dev/null; echo '{TAKEN}'; printf hello")).unwrap(), b"hello");
    }

    #[test]
    fn error_names_how_preparing_ended() {
        let trap = r#"{"log":{"lines":[["Info","a"]],"dropped":1},"outcome":{"Err":{"Trap":"it trapped"}}}"#;
        for (preparing, expected) in [
            (format!("echo '{trap}'"), "failed in `prepare`: crashed: it trapped"),
            ("echo no line >&2; exit 101".to_owned(), "crashed the compiler: exit status: 101: no line"),
            ("printf no".to_owned(), "crashed the compiler: exit status: 0"),
            ("yes | tr -d '\\n'".to_owned(), "crashed the compiler"),
            ("kill -KILL $$".to_owned(), "the compiler was killed"),
            (format!("echo '{TAKEN}'; printf hel; kill -KILL $$"), "the compiler was killed"),
            (format!("echo '{TAKEN}'; printf hel; echo cut >&2; exit 3"), "exit status: 3: cut"),
        ] {
            let error = code(&preparing).unwrap_err().to_string();
            assert!(error.contains(expected), "{preparing}: {error}");
        }
    }

    #[test]
    fn hanging_preparation_is_ended_at_its_limit() {
        let began = std::time::Instant::now();
        assert!(code("exec sleep 60").unwrap_err().to_string().contains("compile_cpu_s_max"));
        assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
    }
}
