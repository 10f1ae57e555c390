//! `dialplate db`.

use super::family::Family;
use super::flags::keyed;
use super::setup::{block_on, configure, warn_of_secret};
use crate::db_command;
use crate::directory::{self, DatabaseUrl, TriggerChange};
use crate::log::Log;
use anyhow::{Result, anyhow};
use clap::{Arg, ArgAction, ArgMatches, Command};

/// The argument of the commands. The flag `--database` has the other name.
const DATABASE: &str = "named_database";

const DRY_RUN: &str = "dry-run";

pub const DB: Family = Family { command, run };

fn command() -> Command {
    let database = Arg::new(DATABASE).value_name("DATABASE").help("A file or a URL [default: the configured database]");
    let dry_run =
        Arg::new(DRY_RUN).long(DRY_RUN).action(ArgAction::SetTrue).help("Prints the statements, and changes nothing");
    Command::new("db")
        .about("Creates an embedded database, examines a database, or creates indexes and triggers")
        .subcommand_required(true)
        .subcommand(keyed("init", "Creates an embedded database with demonstration phones").arg(database.clone()))
        .subcommand(keyed("check", "Reports the FusionPBX release of a database, and problems").arg(database.clone()))
        .subcommand(
            keyed("index", "Creates the indexes that `db check` suggests; FusionPBX can be used meanwhile")
                .arg(database.clone()),
        )
        .subcommand(
            keyed(
                "install-triggers",
                "Installs triggers by which PostgreSQL notifies of changes, so that requests send no statement",
            )
            .arg(database.clone())
            .arg(dry_run.clone()),
        )
        .subcommand(keyed("remove-triggers", "Removes these triggers").arg(database).arg(dry_run))
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    match flags.subcommand() {
        Some(("init", flags)) => block_on(db_command::init(database(flags, log)?)),
        Some(("check", flags)) => block_on(db_command::check(database(flags, log)?)),
        Some(("index", flags)) => block_on(db_command::index(database(flags, log)?)),
        Some(("install-triggers", flags)) => triggers(flags, log, TriggerChange::Install),
        Some(("remove-triggers", flags)) => triggers(flags, log, TriggerChange::Remove),
        _ => Ok(()),
    }
}

fn triggers(flags: &ArgMatches, log: &Log, change: TriggerChange) -> Result<()> {
    block_on(db_command::triggers(database(flags, log)?, change, flags.get_flag(DRY_RUN)))
}

/// The database that the command line names, else the configured one.
fn database(flags: &ArgMatches, log: &Log) -> Result<directory::Config> {
    let config = configure(flags, log)?.database;
    let Some(named) = flags.get_one::<String>(DATABASE) else { return Ok(config) };
    let url = DatabaseUrl::parse_or_path(named).map_err(|reason| anyhow!("the database {reason}"))?;
    if url.has_password() {
        warn_of_secret("DATABASE", "set DIALPLATE_DATABASE, or use a configuration file");
    }
    Ok(directory::Config { url, named_in: None, ..config })
}
