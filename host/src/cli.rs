//! The command line. Each family of commands has a file of its own in `cli/` and a line in [`FAMILIES`].

mod bench;
mod config;
mod db;
mod device;
mod dhcp;
mod doctor;
mod explain;
mod factory_reset;
mod family;
mod firmware;
mod flags;
mod grandstream;
mod journal;
mod line;
mod manual;
mod output;
mod pin;
mod plugin_author;
mod plugin_capture;
mod plugin_install;
mod plugin_kit;
mod plugin_signature;
mod profile;
mod redirect;
mod render;
mod reset;
mod resync;
mod rows;
mod running;
mod server;
mod set_password;
mod setup;
mod token;
mod user;
mod zoiper;

use self::family::Family;
use crate::log::Log;
use crate::plugin;
use anyhow::Result;
use clap::{ArgMatches, Command};
use std::io::Write;
use std::process::ExitCode;

/// All commands, in the order of the help.
const FAMILIES: &[Family] = &[
    server::SERVE,
    server::CHECK,
    doctor::DOCTOR,
    config::CONFIG,
    running::RELOAD,
    running::PLUGIN,
    running::LIMITS,
    journal::JOURNAL,
    db::DB,
    pin::PIN,
    render::RENDER,
    explain::EXPLAIN,
    resync::RESYNC,
    factory_reset::FACTORY_RESET,
    rows::DOMAIN,
    device::DEVICE,
    line::LINE,
    rows::KEY,
    profile::PROFILE,
    rows::SETTING,
    rows::EXTENSION,
    rows::CONTACT,
    user::USER,
    token::TOKEN,
    dhcp::DHCP,
    redirect::REDIRECT,
    zoiper::ZOIPER,
    grandstream::GRANDSTREAM,
    firmware::FIRMWARE,
    bench::BENCH,
];

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
        // In one piece, so that no line of another thread comes between.
        let _ = (&*log.lines()).write_all(format!("dialplate: {}\n", message(error)).as_bytes());
    }
    log.close();
    if outcome.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// An error with its causes. The message of a room includes its cause already, because a log line is all that an operator
/// sees of it.
fn message(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain().map(ToString::to_string).filter(|cause| !cause.is_empty()) {
        if message.is_empty() {
            message = cause;
        } else if !message.contains(&cause) {
            message = format!("{message}: {cause}");
        }
    }
    message
}

fn dispatch(name: &str, flags: &ArgMatches, log: &Log) -> Result<()> {
    if let Some(outcome) = manual::run(name, flags, command) {
        return outcome;
    }
    let family = FAMILIES.iter().find(|family| (family.command)().get_name() == name);
    family.map_or(Ok(()), |family| (family.run)(flags, log))
}

/// All commands with their flags.
pub fn command() -> Command {
    Command::new("dialplate")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Provisions SIP phones from FusionPBX's database and templates")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(Command::new(plugin::COMPILE).hide(true))
        .subcommands(FAMILIES.iter().map(|family| (family.command)()))
        .subcommands(manual::commands())
}

#[cfg(test)]
mod tests {
    use super::*;
    use anyhow::anyhow;

    #[test]
    fn message_names_each_cause_once() {
        let error = anyhow!("no such file").context("cannot read a.csv: no such file").context("import");
        assert_eq!(message(&error), "import: cannot read a.csv: no such file");
    }
    use crate::config::KEYS;

    #[test]
    fn help_of_serve_lists_every_key() {
        let mut command = command();
        let help = command.find_subcommand_mut("serve").unwrap().render_help().to_string();
        for key in KEYS.iter() {
            assert!(help.contains(&format!("{} <", key.flag())) && help.contains(&key.environment()), "{}", key.name);
        }
    }

    #[test]
    fn command_line_is_consistent() {
        command().debug_assert();
    }
}
