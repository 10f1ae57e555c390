//! The command line.

use crate::config::{self, AdminListen, Config, ConfigError, ConfigSource, KEYS};
use crate::directory::DatabaseUrl;
use crate::log::{self, Log};
use crate::{admin_command, app, db_command, directory, plugin};
use anyhow::{Context, Error, Result, anyhow};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use std::io::{Write, stdout};
use std::path::PathBuf;
use std::process::ExitCode;

/// The flag that names the configuration file.
const CONFIG: &str = "config";
const JSON: &str = "json";
const EFFECTIVE: &str = "effective";
const MARKDOWN: &str = "markdown";
const SUBJECT: &str = "subject";

/// The argument of `db init` and `db check`.
const DATABASE: &str = "named_database";

/// Runs the command that this process was started with.
pub fn run() -> ExitCode {
    let matches = command().get_matches();
    let Some((name, flags)) = matches.subcommand() else { return ExitCode::SUCCESS };
    if name == plugin::COMPILE {
        return plugin::compile_for_parent();
    }
    // Without a thread for the log, nothing else could run either.
    let Ok(log) = Log::start() else { return ExitCode::FAILURE };
    let outcome = dispatch(name, flags, &log);
    if let Err(error) = &outcome {
        let _ = writeln!(&*log.lines(), "dialplate: {error:#}");
    }
    log.close();
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn dispatch(name: &str, flags: &ArgMatches, log: &Log) -> Result<()> {
    match (name, flags.subcommand()) {
        ("serve", _) => block_on(app::run(configure(flags, log)?)),
        ("check", _) => block_on(app::check(configure(flags, log)?)),
        ("config", _) => print_config(flags),
        ("reload", _) => block_on(admin_command::reload(admin(flags)?, &mut stdout())),
        ("plugin", Some(("list", flags))) => {
            block_on(admin_command::plugin_list(admin(flags)?, flags.get_flag(JSON), &mut stdout()))
        }
        ("limits", Some(("list", flags))) => {
            block_on(admin_command::limits_list(admin(flags)?, flags.get_flag(JSON), &mut stdout()))
        }
        ("limits", Some(("clear", flags))) => {
            let subject = flags.get_one::<String>(SUBJECT).map(String::as_str);
            block_on(admin_command::limits_clear(admin(flags)?, subject, &mut stdout()))
        }
        ("db", Some(("init", flags))) => block_on(db_command::init(database(flags, log)?)),
        ("db", Some(("check", flags))) => block_on(db_command::check(database(flags, log)?)),
        _ => Ok(()),
    }
}

/// All commands with their flags.
pub fn command() -> Command {
    let json = switch(JSON, "Print everything as JSON");
    let effective = switch(EFFECTIVE, "Print the values in force and where each comes from; secrets are masked");
    let markdown = switch(MARKDOWN, "Print the keys as a Markdown table").conflicts_with(EFFECTIVE);
    let database = Arg::new(DATABASE).value_name("DATABASE").help("A file or a URL [default: the configured database]");
    let plugin = Command::new("plugin").about("Shows the plugins of the running server").subcommand_required(true);
    let limits =
        Command::new("limits").about("Shows and lifts the limits of the running server").subcommand_required(true);
    let subject = Arg::new(SUBJECT).value_name("NETWORK|MAKER|DOMAIN").help("Whose limits [default: all]");
    let db = Command::new("db").about("Creates an embedded database, or examines a database").subcommand_required(true);
    Command::new("dialplate")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Provisions SIP phones from FusionPBX's database and templates")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(Command::new(plugin::COMPILE).hide(true))
        .subcommand(keyed("serve", "Answers phones until SIGTERM"))
        .subcommand(keyed("check", "Checks configuration, database, plugins and templates without serving"))
        .subcommand(
            keyed("config", "Prints a commented configuration file with every key and its default")
                .arg(effective)
                .arg(markdown),
        )
        .subcommand(keyed("reload", "Makes the running server reload changed templates and plugins, and waits for it"))
        .subcommand(
            plugin.subcommand(keyed("list", "Lists plugins, and problems of plugins and templates").arg(json.clone())),
        )
        .subcommand(
            limits
                .subcommand(keyed("list", "Lists the limits that are reached").arg(json))
                .subcommand(keyed("clear", "Lifts limits before they end").arg(subject)),
        )
        .subcommand(
            db.subcommand(
                keyed("init", "Creates an embedded database with demonstration phones").arg(database.clone()),
            )
            .subcommand(keyed("check", "Reports the FusionPBX release of a database, and problems").arg(database)),
        )
}

/// A command that takes every configuration key as a flag.
fn keyed(name: &'static str, about: &'static str) -> Command {
    let file = Arg::new(CONFIG)
        .long(CONFIG)
        .env("DIALPLATE_CONFIG")
        .value_name("FILE")
        .value_hint(ValueHint::FilePath)
        .help("Configuration file (TOML); `dialplate config` prints one");
    let keys = KEYS.iter().map(|key| {
        let flag = Arg::new(key.name).long(key.flag_name());
        flag.value_name(key.unit.to_ascii_uppercase()).help(config::help(key))
    });
    Command::new(name).about(about).arg(file).args(keys)
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

fn source(flags: &ArgMatches) -> ConfigSource {
    let given = KEYS.iter().filter_map(|key| Some((key.name, flags.get_one::<String>(key.name)?.clone())));
    let file = flags.get_one::<String>(CONFIG).map(PathBuf::from);
    ConfigSource::new(given, &|name| std::env::var(name).ok(), file.as_deref())
}

/// This program, for the folders next to it.
fn program() -> Option<PathBuf> {
    std::env::current_exe().and_then(std::fs::canonicalize).ok()
}

/// All errors, one per line.
fn joined(errors: &[ConfigError]) -> Error {
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    anyhow!("{}", errors.join("\ndialplate: "))
}

fn admin(flags: &ArgMatches) -> Result<AdminListen> {
    config::read_admin(source(flags)).map_err(|errors| joined(&errors))
}

/// Reads the configuration, and starts logging.
fn configure(flags: &ArgMatches, log: &Log) -> Result<Config> {
    let config = Config::read(source(flags), program().as_deref()).map_err(|errors| joined(&errors))?;
    // An error of the log itself is not printed: printing it would panic where standard error cannot be written.
    let lines = tracing_subscriber::fmt().with_writer(log.lines()).log_internal_errors(false);
    lines.with_env_filter(log_filter()?).with_ansi(false).init();
    log::log_panics();
    for key in &config.exposed {
        warn_of_secret(&key.flag(), &key.environment());
    }
    Ok(config)
}

/// Warns of a secret in the command line.
fn warn_of_secret(argument: &str, instead: &str) {
    tracing::warn!(
        argument,
        "every user of this machine can read the secret in the command line; set {instead}, or use a configuration file"
    );
}

fn print_config(flags: &ArgMatches) -> Result<()> {
    let text = if flags.get_flag(MARKDOWN) {
        config::markdown_table()
    } else if flags.get_flag(EFFECTIVE) {
        let values = config::effective(source(flags), program().as_deref()).map_err(|errors| joined(&errors))?;
        config::effective_lines(&values)
    } else {
        config::default_file()
    };
    stdout().write_all(text.as_bytes()).context("standard output")
}

/// The database that the command line names, else the configured one.
fn database(flags: &ArgMatches, log: &Log) -> Result<directory::Config> {
    let config = configure(flags, log)?.database;
    let Some(named) = flags.get_one::<String>(DATABASE) else { return Ok(config) };
    let url = DatabaseUrl::parse_or_path(named).map_err(|reason| anyhow!("the database {reason}"))?;
    if url.has_password() {
        warn_of_secret("DATABASE", "DIALPLATE_DATABASE");
    }
    Ok(directory::Config { url, named_in: None, ..config })
}

fn block_on(work: impl Future<Output = Result<()>>) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn help_of_serve_lists_every_key() {
        let mut command = command();
        let help = command.find_subcommand_mut("serve").unwrap().render_help().to_string();
        for key in KEYS.iter() {
            assert!(help.contains(&format!("{} <", key.flag())) && help.contains(&key.environment()), "{}", key.name);
        }
    }
}
