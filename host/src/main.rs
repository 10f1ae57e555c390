//! The command line of the provisioning server. Everything else is in the library.

use anyhow::{Context, Error, Result, anyhow};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use dialplate::config::{self, AdminListen, Config, Fault, KEYS, Source};
use dialplate::{admin_command, app, db_command, directory, plugin};
use std::io::stdout;
use std::path::PathBuf;
use std::process::ExitCode;

/// The file's own key: where the other keys may be.
const CONFIG: &str = "config";
const JSON: &str = "json";

/// A database that is named without a flag.
const DATABASE: &str = "named_database";

fn main() -> ExitCode {
    let matches = command().get_matches();
    let run = match matches.subcommand() {
        Some((plugin::COMPILE, _)) => return plugin::compile_for_parent(),
        Some(("serve", flags)) => configure(flags).and_then(|config| block_on(app::run(config))),
        Some(("reload", flags)) => admin(flags).and_then(|admin| block_on(admin_command::reload(admin, &mut stdout()))),
        Some(("plugin", flags)) => match flags.subcommand() {
            Some(("list", flags)) => {
                let json = flags.get_flag(JSON);
                admin(flags).and_then(|admin| block_on(admin_command::plugin_list(admin, json, &mut stdout())))
            }
            _ => Ok(()),
        },
        Some(("check", flags)) => configure(flags).and_then(|config| block_on(app::check(config))),
        Some(("db", flags)) => match flags.subcommand() {
            Some(("init", flags)) => database(flags).and_then(|config| block_on(db_command::init(config))),
            Some(("check", flags)) => database(flags).and_then(|config| block_on(db_command::check(config))),
            _ => Ok(()),
        },
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
    let json = Arg::new(JSON).long(JSON).action(ArgAction::SetTrue).help("everything that is known, as JSON");
    let keyed = |name, about| Command::new(name).about(about).arg(file.clone()).args(keys.clone());
    let named = Arg::new(DATABASE).value_name("DATABASE").help("a file, or a URL [the one of the configuration]");
    let plugin = Command::new("plugin").about("What the running server has loaded").subcommand_required(true);
    let db = Command::new("db").about("Makes an embedded database, or examines one").subcommand_required(true);
    Command::new("dialplate")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Provisions SIP phones from FusionPBX's database and templates")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(Command::new(plugin::COMPILE).hide(true))
        .subcommand(keyed("serve", "Answers phones until SIGTERM"))
        .subcommand(keyed("check", "Tries configuration, database, plugins and templates, and says what is wrong"))
        .subcommand(keyed(
            "reload",
            "Has the running server look at templates and plugins now, and says what came of it",
        ))
        .subcommand(
            plugin
                .subcommand(keyed("list", "Lists the plugins, and what is wrong with plugins and templates").arg(json)),
        )
        .subcommand(
            db.subcommand(keyed("init", "Makes an embedded database with a demonstration in it").arg(named.clone()))
                .subcommand(keyed("check", "Says which release's tables a database has, and what is wrong").arg(named)),
        )
}

fn source(flags: &ArgMatches) -> Source {
    let given = KEYS.iter().filter_map(|key| Some((key.name, flags.get_one::<String>(key.name)?.clone())));
    let file = flags.get_one::<String>(CONFIG).map(PathBuf::from);
    Source::new(given, &|name| std::env::var(name).ok(), file.as_deref())
}

/// All faults, a line each.
fn all(faults: &[Fault]) -> Error {
    let faults: Vec<_> = faults.iter().map(ToString::to_string).collect();
    anyhow!("{}", faults.join("\ndialplate: "))
}

/// Where the running server is to be asked; what else the configuration says is that server's business.
fn admin(flags: &ArgMatches) -> Result<AdminListen> {
    config::read_admin(source(flags)).map_err(|faults| all(&faults))
}

/// Reads the configuration, and starts the log that it is read for.
fn configure(flags: &ArgMatches) -> Result<Config> {
    let program = std::env::current_exe().and_then(std::fs::canonicalize).ok();
    let config = Config::read(source(flags), program.as_deref()).map_err(|faults| all(&faults))?;
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(log_filter()?).with_ansi(false).init();
    Ok(config)
}

/// The database that `db` is about: the one named on the command line, else that of the configuration.
fn database(flags: &ArgMatches) -> Result<directory::Config> {
    let config = configure(flags)?.database;
    let Some(named) = flags.get_one::<String>(DATABASE) else { return Ok(config) };
    let is_url = named.contains("://") || named.starts_with("sqlite:");
    let url = if is_url { named.clone() } else { format!("sqlite://{named}") };
    Ok(directory::Config { url, named_in: None, ..config })
}

fn block_on(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.context("cannot start the runtime")?.block_on(work)
}

/// What is logged: this server's own from `info`, everything else from `warn`, unless `RUST_LOG` says otherwise. Of folders
/// that go, `notify` warns that it cannot unwatch them.
fn log_filter() -> Result<tracing_subscriber::EnvFilter> {
    use tracing_subscriber::EnvFilter;
    match std::env::var("RUST_LOG") {
        Ok(filter) => EnvFilter::try_new(filter).context("RUST_LOG"),
        Err(_) => Ok(EnvFilter::new("warn,dialplate=info,notify=error")),
    }
}
