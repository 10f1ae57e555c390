//! The commands of `dialplate plugin` that examine a component without a server.

use super::flags::{keyed_some, switch};
use super::plugin_capture;
use super::setup::{block_on, configure};
use crate::app;
use crate::config;
use crate::log::Log;
use crate::plugin_kit::{self, Config, Project};
use anyhow::{Result, ensure};
use clap::{Arg, ArgMatches, Command, ValueHint, value_parser};
use serde::Serialize;
use std::io::{Write, stdout};
use std::path::PathBuf;

const FILE: &str = "file";
const PATH: &str = "path";
const COMPONENT: &str = "component";
const JSON: &str = "json";
const BLESS: &str = "bless";
const SEED: &str = "seed";

/// The keys that decide how a component runs, and with which templates.
pub const KEYS: [&str; 21] = [
    "templates",
    "plugins",
    "plugins_trusted_keys",
    "cache",
    "component_bytes_max",
    "compile_cpu_s_max",
    "compile_memory_bytes_max",
    "code_bytes_max",
    "prepare_timeout_ms",
    "prepare_memory_bytes_max",
    "prepare_output_bytes_max",
    "render_timeout_ms",
    "render_memory_bytes_max",
    "output_bytes_max",
    "stack_bytes_max",
    "table_entries_max",
    "contacts_rows_max",
    "questions_max",
    "log_lines_max",
    "log_line_chars_max",
    "custom_templates",
];

/// The commands, in the order of the help.
pub fn commands() -> [Command; 4] {
    [inspect(), test(), check(), plugin_capture::command()]
}

/// Runs one of them.
pub fn run(name: &str, flags: &ArgMatches, log: &Log) -> Result<()> {
    match name {
        "inspect" => run_inspect(flags, log),
        "test" => run_test(flags, log),
        "check" => run_check(flags, log),
        "capture" => plugin_capture::run(flags, log),
        _ => Ok(()),
    }
}

fn inspect() -> Command {
    let file = Arg::new(FILE).value_name("FILE").required(true).value_parser(value_parser!(PathBuf));
    keyed_some("inspect", "Shows what a component is, serves and needs", &KEYS)
        .arg(file.value_hint(ValueHint::FilePath).help("The component (*.wasm)"))
        .arg(json())
}

fn run_inspect(flags: &ArgMatches, log: &Log) -> Result<()> {
    let config = kit_config(flags, log)?;
    block_on(async {
        let inspection = plugin_kit::inspect(&config, &path(flags, FILE)).await?;
        print(flags, &inspection, || inspection.to_text())
    })
}

/// A command that takes these keys as flags.
pub fn with_keys(name: &'static str, about: &'static str) -> Command {
    keyed_some(name, about, &KEYS)
}

fn test() -> Command {
    keyed_some(
        "test",
        "Renders the cases of a plugin as a server would, and compares them with what they expect",
        &KEYS,
    )
    .arg(project())
    .arg(component())
    .arg(switch(BLESS, "Write the expected file of each case that has none or another one"))
    .arg(json())
}

fn run_test(flags: &ArgMatches, log: &Log) -> Result<()> {
    let config = kit_config(flags, log)?;
    let project = found_project(flags)?;
    block_on(async {
        let report = plugin_kit::test(&config, &project, flags.get_flag(BLESS)).await?;
        print(flags, &report, || report.to_text())?;
        let (failed, all) = (report.failed, report.cases.len());
        ensure!(failed == 0, "{failed} of {all} cases failed");
        Ok(())
    })
}

fn check() -> Command {
    let seed = Arg::new(SEED).long(SEED).value_name("NUMBER").value_parser(value_parser!(u64));
    keyed_some("check", "Examines whether a component keeps to the contract of the plugin interface", &KEYS)
        .arg(project())
        .arg(component())
        .arg(seed.help(format!("What malformed jobs are made from [default: {}]", plugin_kit::SEED)))
        .arg(json())
}

fn run_check(flags: &ArgMatches, log: &Log) -> Result<()> {
    let config = kit_config(flags, log)?;
    let project = found_project(flags)?;
    let seed = flags.get_one::<u64>(SEED).copied().unwrap_or(plugin_kit::SEED);
    block_on(async {
        let report = plugin_kit::check(&config, &project, seed).await?;
        print(flags, &report, || report.to_text())?;
        ensure!(report.passed, "{} does not keep to the contract of the plugin interface", report.component);
        Ok(())
    })
}

pub fn json() -> Arg {
    switch(JSON, "Print everything as JSON")
}

pub fn project() -> Arg {
    let path = Arg::new(PATH).value_name("PATH").required(true).value_parser(value_parser!(PathBuf));
    path.value_hint(ValueHint::AnyPath).help("The plugin's folder, its component, or the folder of one case")
}

pub fn component() -> Arg {
    let file = Arg::new(COMPONENT).long(COMPONENT).value_name("FILE").value_parser(value_parser!(PathBuf));
    file.value_hint(ValueHint::FilePath).help("The component [default: the only one in the plugin's folder]")
}

fn path(flags: &ArgMatches, name: &str) -> PathBuf {
    flags.get_one::<PathBuf>(name).cloned().unwrap_or_default()
}

pub fn found_project(flags: &ArgMatches) -> Result<Project> {
    Ok(Project::find(&path(flags, PATH), flags.get_one::<PathBuf>(COMPONENT).map(PathBuf::as_path))?)
}

/// The parts of the server's configuration that decide how a component runs.
pub fn kit_config(flags: &ArgMatches, log: &Log) -> Result<Config> {
    of_server(configure(flags, log)?)
}

/// What the examination of components needs of the server's configuration.
pub fn of_server(config: config::Config) -> Result<Config> {
    let config::Config { templates, plugins, plugin, .. } = app::with_compiler(config)?;
    Ok(Config { templates, plugins, engine: plugin })
}

/// Prints a report as JSON if the flag says so, else as text.
pub fn print(flags: &ArgMatches, report: &impl Serialize, text: impl FnOnce() -> String) -> Result<()> {
    let text = if flags.get_flag(JSON) { serde_json::to_string_pretty(report)? + "\n" } else { text() };
    Ok(stdout().write_all(text.as_bytes())?)
}
