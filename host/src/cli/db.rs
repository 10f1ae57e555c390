//! `dialplate db`.

use super::family::Family;
use super::flags::keyed;
use super::setup::{block_on, configure, warn_of_secret};
use crate::db_command;
use crate::directory::{self, DatabaseUrl};
use crate::log::Log;
use anyhow::{Result, anyhow};
use clap::{Arg, ArgMatches, Command};

/// The argument of the commands. The flag `--database` has the other name.
const DATABASE: &str = "named_database";

pub const DB: Family = Family { command, run };

fn command() -> Command {
    let database = Arg::new(DATABASE).value_name("DATABASE").help("A file or a URL [default: the configured database]");
    Command::new("db")
        .about("Creates an embedded database, examines a database, or creates indexes")
        .subcommand_required(true)
        .subcommand(keyed("init", "Creates an embedded database with demonstration phones").arg(database.clone()))
        .subcommand(keyed("check", "Reports the FusionPBX release of a database, and problems").arg(database.clone()))
        .subcommand(
            keyed("index", "Creates the indexes that `db check` suggests; FusionPBX can be used meanwhile")
                .arg(database),
        )
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    match flags.subcommand() {
        Some(("init", flags)) => block_on(db_command::init(database(flags, log)?)),
        Some(("check", flags)) => block_on(db_command::check(database(flags, log)?)),
        Some(("index", flags)) => block_on(db_command::index(database(flags, log)?)),
        _ => Ok(()),
    }
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
