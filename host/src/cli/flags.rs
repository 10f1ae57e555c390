//! Flags that several commands take, and the configuration that they give.

use crate::config::{self, AdminListen, ConfigError, ConfigSource, KEYS};
use anyhow::{Error, Result, anyhow};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use std::path::PathBuf;

/// The flag that names the configuration file.
const CONFIG: &str = "config";

/// The configuration file of a package, which counts if no other is named.
const PACKAGED: &str = "/etc/dialplate/dialplate.toml";

/// A command that takes every configuration key as a flag.
pub fn keyed(name: &'static str, about: &'static str) -> Command {
    keyed_by(name, about, &|_| true)
}

/// A command that takes these configuration keys as flags. The others come from the environment and the file.
pub fn keyed_some(name: &'static str, about: &'static str, keys: &[&str]) -> Command {
    keyed_by(name, about, &|key| keys.contains(&key)).mut_args(|arg| arg.help_heading("Configuration"))
}

fn keyed_by(name: &'static str, about: &'static str, is_wanted: &dyn Fn(&str) -> bool) -> Command {
    let file =
        Arg::new(CONFIG).long(CONFIG).env("DIALPLATE_CONFIG").value_name("FILE").value_hint(ValueHint::FilePath).help(
            format!("Configuration file (TOML); `dialplate config` prints one [default: {PACKAGED} if it exists]"),
        );
    let keys = KEYS.iter().filter(|key| is_wanted(key.name)).map(|key| {
        let flag = Arg::new(key.name).long(key.flag_name());
        flag.value_name(key.unit.to_ascii_uppercase()).help(config::help(key))
    });
    Command::new(name).about(about).arg(file).args(keys)
}

/// A flag without a value.
pub fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// The configuration file that a command line, the environment or a package names. An empty name means none.
pub fn config_file(flags: &ArgMatches) -> Option<PathBuf> {
    match flags.get_one::<String>(CONFIG) {
        Some(named) => Some(PathBuf::from(named)).filter(|_| !named.is_empty()),
        None => Some(PathBuf::from(PACKAGED)).filter(|file| file.exists()),
    }
}

/// The configuration of a command line, of the environment and of the file.
pub fn source(flags: &ArgMatches) -> ConfigSource {
    // A command without the flag knows no argument of this name.
    let value = |name| flags.try_get_one::<String>(name).ok().flatten().cloned();
    let given = KEYS.iter().filter_map(|key| Some((key.name, value(key.name)?)));
    let file = config_file(flags);
    ConfigSource::new(given, &|name| std::env::var(name).ok(), file.as_deref())
}

/// The address of the running server's admin endpoint.
pub fn admin(flags: &ArgMatches) -> Result<AdminListen> {
    config::read_admin(source(flags)).map_err(|errors| joined(&errors))
}

/// All errors, one per line.
pub fn joined(errors: &[ConfigError]) -> Error {
    let errors: Vec<_> = errors.iter().map(ToString::to_string).collect();
    anyhow!("{}", errors.join("\ndialplate: "))
}
