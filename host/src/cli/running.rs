//! The commands that talk to the running server: `dialplate reload`, `plugin` and `limits`.

use super::family::Family;
use super::flags::{admin, keyed, switch};
use super::plugin_author;
use super::plugin_install;
use super::plugin_kit;
use super::plugin_signature;
use super::setup::block_on;
use crate::admin_command;
use crate::log::Log;
use anyhow::Result;
use clap::{Arg, ArgMatches, Command};
use std::io::stdout;

const JSON: &str = "json";
const SUBJECT: &str = "subject";

pub const RELOAD: Family = Family {
    command: || keyed("reload", "Makes the running server reload changed templates and plugins, and waits for it"),
    run: |flags, _| block_on(admin_command::reload(admin(flags)?, &mut stdout())),
};

pub const PLUGIN: Family = Family { command: plugin, run: run_plugin };

pub const LIMITS: Family = Family { command: limits, run: |flags, _| run_limits(flags) };

fn json() -> Arg {
    switch(JSON, "Print everything as JSON")
}

fn plugin() -> Command {
    Command::new("plugin")
        .about("Shows and installs plugins, makes new ones, examines and signs components")
        .subcommand_required(true)
        .subcommands(plugin_install::commands())
        .subcommands(plugin_author::commands())
        .subcommands(plugin_kit::commands())
        .subcommands(plugin_signature::commands())
}

fn run_plugin(flags: &ArgMatches, log: &Log) -> Result<()> {
    match flags.subcommand() {
        Some((name, flags)) if plugin_install::has(name) => plugin_install::run(name, flags, log),
        Some((name @ (plugin_author::NEW | plugin_author::BUILD), flags)) => plugin_author::run(name, flags),
        Some((name, flags)) => {
            plugin_signature::run(name, flags, log).unwrap_or_else(|| plugin_kit::run(name, flags, log))
        }
        None => Ok(()),
    }
}

fn limits() -> Command {
    let subject = Arg::new(SUBJECT).value_name("NETWORK|MAKER|DOMAIN").help("Whose limits [default: all]");
    Command::new("limits")
        .about("Shows and lifts the limits of the running server")
        .subcommand_required(true)
        .subcommand(keyed("list", "Lists the limits that are reached").arg(json()))
        .subcommand(keyed("clear", "Lifts limits before they end").arg(subject))
}

fn run_limits(flags: &ArgMatches) -> Result<()> {
    match flags.subcommand() {
        Some(("list", flags)) => {
            block_on(admin_command::limits_list(admin(flags)?, flags.get_flag(JSON), &mut stdout()))
        }
        Some(("clear", flags)) => {
            let subject = flags.get_one::<String>(SUBJECT).map(String::as_str);
            block_on(admin_command::limits_clear(admin(flags)?, subject, &mut stdout()))
        }
        _ => Ok(()),
    }
}
