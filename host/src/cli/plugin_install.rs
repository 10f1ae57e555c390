//! The commands of `dialplate plugin` that change or show what is in the folder of the plugins.

use super::flags::{admin, keyed, keyed_some, switch};
use super::plugin_kit::{self, json, print};
use super::setup::{block_on, configure};
use crate::admin_command;
use crate::log::Log;
use crate::plugin_command::{self, AdminServer};
use crate::plugin_install::{self, Config, InstallOptions, Outcome, Source, parse_sha256};
use anyhow::{Result, ensure};
use clap::{Arg, ArgMatches, Command, ValueHint};
use std::io::{Write, stderr};
use std::sync::Arc;

const SOURCE: &str = "source";
const NAME: &str = "name";
const NO_CHECK: &str = "no-check";
const SHA256: &str = "sha256";
const TO: &str = "to";
const PURGE: &str = "purge";

/// The commands, in the order of the help.
pub fn commands() -> [Command; 5] {
    [list(), install(), update(), rollback(), remove()]
}

/// Whether this is one of the commands.
pub fn has(name: &str) -> bool {
    commands().iter().any(|command| command.get_name() == name)
}

/// Runs one of them.
pub fn run(name: &str, flags: &ArgMatches, log: &Log) -> Result<()> {
    match name {
        "list" => run_list(flags, log),
        "install" => run_install(flags, log),
        "update" => run_update(flags, log),
        "rollback" => run_rollback(flags, log),
        _ => run_remove(flags, log),
    }
}

fn list() -> Command {
    keyed(
        "list",
        "Lists plugins, problems of plugins and templates, and kept versions; without a server, what it would load",
    )
    .arg(json())
}

fn run_list(flags: &ArgMatches, log: &Log) -> Result<()> {
    let admin = admin(flags)?;
    // Whoever may not read the whole configuration, for instance its secrets, still sees what the server has loaded.
    let config = install_config(flags, log);
    block_on(async {
        let list = match config {
            Ok(config) => plugin_command::list(&config).await?,
            Err(error) => plugin_command::list_of_server(admin).await?.ok_or(error)?,
        };
        if !list.running {
            writeln!(stderr(), "dialplate: {}; this is what a server would load", admin_command::no_server(admin))?;
        }
        print(flags, &list, || list.to_text())
    })
}

fn install() -> Command {
    let source = Arg::new(SOURCE).value_name("FILE|URL").required(true).value_hint(ValueHint::FilePath);
    let sha256 = Arg::new(SHA256).long(SHA256).value_name("HEX").value_parser(parse_sha256);
    changing("install", "Examines a component and installs it, on a running or a stopped host")
        .arg(source.help("The component: a file (*.wasm), an https:// URL, or oci://HOST/NAME[:TAG][@DIGEST]"))
        .arg(sha256.help("The SHA-256 that the component must have"))
        .arg(no_check())
}

fn run_install(flags: &ArgMatches, log: &Log) -> Result<()> {
    let source = Source::parse(text(flags, SOURCE))?;
    let options =
        InstallOptions { no_check: flags.get_flag(NO_CHECK), sha256: flags.get_one::<String>(SHA256).cloned() };
    let config = install_config(flags, log)?;
    block_on(async { report(flags, &plugin_install::install(&config, &source, &options).await?) })
}

fn update() -> Command {
    let name =
        Arg::new(NAME).value_name("NAME").help("The plugin's name [default: all that were installed from a URL]");
    changing("update", "Fetches plugins again that were installed from a URL, and installs those that have changed")
        .arg(name)
        .arg(no_check())
}

fn run_update(flags: &ArgMatches, log: &Log) -> Result<()> {
    let config = install_config(flags, log)?;
    let options = InstallOptions { no_check: flags.get_flag(NO_CHECK), sha256: None };
    block_on(async {
        let name = flags.get_one::<String>(NAME).map(String::as_str);
        let updates = plugin_install::update(&config, name, &options).await?;
        print(flags, &updates, || updates.to_text())?;
        let (failed, all) = (updates.failed.len(), updates.failed.len() + updates.updated.len());
        ensure!(failed == 0, "{failed} of {all} plugins were not updated");
        Ok(())
    })
}

fn rollback() -> Command {
    let to = Arg::new(TO).long(TO).value_name("SHA-256");
    changing("rollback", "Puts a kept version of a plugin back; a second rollback undoes the first")
        .arg(name())
        .arg(to.help("The first digits of the version's SHA-256 [default: the version that was replaced last]"))
}

fn run_rollback(flags: &ArgMatches, log: &Log) -> Result<()> {
    let config = install_config(flags, log)?;
    let to = flags.get_one::<String>(TO).map(String::as_str);
    block_on(async { report(flags, &plugin_install::rollback(&config, text(flags, NAME), to).await?) })
}

fn remove() -> Command {
    changing("remove", "Removes a plugin")
        .arg(name())
        .arg(switch(PURGE, "Remove its kept versions too, so that no rollback is possible"))
}

fn run_remove(flags: &ArgMatches, log: &Log) -> Result<()> {
    let config = install_config(flags, log)?;
    block_on(async { report(flags, &plugin_install::remove(&config, text(flags, NAME), flags.get_flag(PURGE)).await?) })
}

/// A command with the keys that it needs.
fn changing(name: &'static str, about: &'static str) -> Command {
    let keys: Vec<_> =
        plugin_kit::KEYS.into_iter().chain(["admin_listen", "plugins_ca", "plugins_registry_auth"]).collect();
    keyed_some(name, about, &keys).arg(json())
}

fn name() -> Arg {
    Arg::new(NAME).value_name("NAME").required(true).help("The plugin's name, as `dialplate plugin list` shows it")
}

fn no_check() -> Arg {
    switch(NO_CHECK, "Leave out the conformance check")
}

fn text<'a>(flags: &'a ArgMatches, name: &str) -> &'a str {
    flags.get_one::<String>(name).map_or("", String::as_str)
}

fn install_config(flags: &ArgMatches, log: &Log) -> Result<Config> {
    let config = configure(flags, log)?;
    let (server, authorities) = (Arc::new(AdminServer(config.admin_listen)), config.plugins_ca.clone());
    let registry_auth = config.plugins_registry_auth.clone();
    let (kit, notices) = (plugin_kit::of_server(config)?, Arc::new(plugin_command::print_notice));
    Ok(Config { kit, server, authorities, registry_auth, notices })
}

fn report(flags: &ArgMatches, outcome: &Outcome) -> Result<()> {
    print(flags, outcome, || outcome.to_text())
}
