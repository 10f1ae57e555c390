//! What a command needs before it runs: the configuration, the log and a runtime.

use super::flags::{joined, source};
use crate::config::Config;
use crate::log::{self, Log};
use anyhow::{Context, Result};
use clap::ArgMatches;
use std::path::PathBuf;

/// Reads the configuration, and starts logging.
pub fn configure(flags: &ArgMatches, log: &Log) -> Result<Config> {
    let config = Config::read(source(flags), program().as_deref()).map_err(|errors| joined(&errors))?;
    // An error of the log itself is not printed: printing it would panic where standard error cannot be written.
    let lines = tracing_subscriber::fmt().with_writer(log.lines()).log_internal_errors(false);
    lines.with_env_filter(log_filter()?).with_ansi(false).init();
    log::log_panics();
    for key in &config.exposed {
        warn_of_secret(&key.flag(), &format!("set {}, or use a configuration file", key.environment()));
    }
    Ok(config)
}

/// This program, for the folders next to it.
pub fn program() -> Option<PathBuf> {
    std::env::current_exe().and_then(std::fs::canonicalize).ok()
}

/// Warns of a secret in the command line. `instead` is the next step.
pub fn warn_of_secret(argument: &str, instead: &str) {
    tracing::warn!(argument, "every user of this machine can read the secret in the command line; {instead}");
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
