//! Dialplate: a provisioning server for desk phones, compatible with FusionPBX.

mod app;
mod auth_server;
mod clock;
mod config;
mod directory;
mod facts;
mod gate;
mod http;
mod journal;
mod plugin;
mod request;
mod sentry;
mod templates;

use anyhow::{Context, Result, bail};
use clap::{Arg, ArgMatches, Command, ValueHint};
use config::{Config, KEYS, Source};
use std::path::PathBuf;
use std::process::ExitCode;

/// The file's own key: where the other keys may be.
const CONFIG: &str = "config";

fn main() -> ExitCode {
    let matches = command().get_matches();
    let run = match matches.subcommand() {
        Some(("serve", flags)) => configure(flags).and_then(|config| block_on(app::run(config))),
        Some(("check", flags)) => configure(flags).and_then(|config| block_on(app::check(config))),
        _ => Ok(()),
    };
    match run {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // One line a cause, outermost first; the operator's log may show no more than this.
            eprintln!("dialplate: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn command() -> Command {
    let file = Arg::new(CONFIG)
        .long(CONFIG)
        .env("DIALPLATE_CONFIG")
        .value_name("FILE")
        .value_hint(ValueHint::FilePath)
        .help("configuration file (TOML) with the same keys as the flags, `_` for `-`");
    let keys = KEYS.iter().map(|key| {
        let help = format!("{} (environment: {})", key.help, key.environment());
        Arg::new(key.name).long(key.name.replace('_', "-")).value_name(key.value).help(help)
    });
    let keyed = |name, about| Command::new(name).about(about).arg(file.clone()).args(keys.clone());
    Command::new("dialplate")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Provisions SIP phones from FusionPBX's database and templates")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(keyed("serve", "Answers phones until SIGTERM"))
        .subcommand(keyed("check", "Tries configuration, database, plugins and templates, and says what is wrong"))
}

/// Reads the configuration, and starts the log that it is read for.
fn configure(flags: &ArgMatches) -> Result<Config> {
    let given = KEYS.iter().filter_map(|key| Some((key.name, flags.get_one::<String>(key.name)?.clone())));
    let file = flags.get_one::<String>(CONFIG).map(PathBuf::from);
    let source = Source::new(given, &|name| std::env::var(name).ok(), file.as_deref());
    let program = std::env::current_exe().and_then(std::fs::canonicalize).ok();
    let config = match Config::read(source, program.as_deref()) {
        Ok(config) => config,
        Err(faults) => {
            let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
            bail!("{}", faults.join("\ndialplate: "));
        }
    };
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(log_filter()?).with_ansi(false).init();
    Ok(config)
}

fn block_on(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("cannot start the runtime")?.block_on(work)
}

/// What is logged: this server's own from `info`, everything else from `warn`, unless `RUST_LOG` says otherwise.
fn log_filter() -> Result<tracing_subscriber::EnvFilter> {
    use tracing_subscriber::EnvFilter;
    match std::env::var("RUST_LOG") {
        Ok(filter) => EnvFilter::try_new(filter).context("RUST_LOG"),
        Err(_) => Ok(EnvFilter::new("warn,dialplate=info")),
    }
}
