//! What a command needs before it runs: the configuration, the log and a runtime.

use super::flags::{joined, source};
use crate::app;
use crate::config::{Config, ConfigSource};
use crate::directory::{self, Directory};
use crate::log::{self, Log};
use anyhow::{Context, Result, ensure};
use clap::ArgMatches;
use std::io::{BufRead, Read, stdin};
use std::path::PathBuf;
use std::time::Duration;

/// The longest secret on standard input, so that a file in its place is not read whole.
const SECRET_BYTES_MAX: u64 = 4096;

/// Reads the configuration, and starts logging.
pub fn configure(flags: &ArgMatches, log: &Log) -> Result<Config> {
    configure_from(source(flags), log)
}

/// Reads the configuration from a source, and starts logging.
pub fn configure_from(source: ConfigSource, log: &Log) -> Result<Config> {
    let config = Config::read(source, program().as_deref()).map_err(|errors| joined(&errors))?;
    // An error of the log itself is not printed: printing it would panic where standard error cannot be written.
    let lines = tracing_subscriber::fmt().with_writer(log.lines()).log_internal_errors(false);
    lines.with_env_filter(log_filter()?).with_ansi(false).init();
    log::log_panics();
    for key in &config.exposed {
        warn_of_secret(&key.flag(), &format!("set {}, or use a configuration file", key.environment()));
    }
    Ok(config)
}

/// Drops all log lines, for a command that reports everything itself.
pub fn silence() {
    tracing_subscriber::fmt().with_writer(std::io::sink).init();
}

/// This program, for the folders next to it.
pub fn program() -> Option<PathBuf> {
    std::env::current_exe().and_then(std::fs::canonicalize).ok()
}

/// Warns of a secret in the command line. `instead` is the next step.
pub fn warn_of_secret(argument: &str, instead: &str) {
    tracing::warn!(argument, "every user of this machine can read the secret in the command line; {instead}");
}

/// Opens the database for one command, which does not wait for a database that is starting.
pub async fn open(config: &directory::Config) -> Result<Directory> {
    app::open_directory(&directory::Config { start_timeout: Duration::ZERO, replica: None, ..config.clone() }).await
}

/// Reads a secret, which is the first line of standard input.
pub fn read_secret() -> Result<String> {
    let mut line = String::new();
    let mut input = stdin().lock().take(SECRET_BYTES_MAX);
    input.read_line(&mut line).context("standard input")?;
    let secret = line.trim_end_matches(['\r', '\n']);
    ensure!(
        !secret.is_empty(),
        "standard input is empty; write the secret to it, for instance with `printf '%s' SECRET |`"
    );
    Ok(secret.to_owned())
}

/// Runs the work of a command.
pub fn block_on(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.context("cannot start the runtime")?;
    let done = runtime.block_on(work);
    // Otherwise the process would wait for calls to a file system that does not answer.
    runtime.shutdown_background();
    done
}

/// `RUST_LOG`, else Dialplate's own events from `info` and others from `warn`.
///
/// `notify` logs errors only, whatever `RUST_LOG` says: it warns when it cannot unwatch a removed folder, which is
/// harmless, and at `trace` it logs every change in a watched folder. If the log lies there, each line would cause the
/// next.
fn log_filter() -> Result<tracing_subscriber::EnvFilter> {
    use tracing_subscriber::EnvFilter;
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) => EnvFilter::try_new(filter).context("RUST_LOG")?,
        Err(_) => EnvFilter::new("warn,dialplate=info"),
    };
    Ok(filter.add_directive("notify=error".parse()?))
}
