//! `dialplate device`, which also imports files.

use super::family::Family;
use super::flags::{keyed_some, switch};
use super::setup::{block_on, configure, open};
use super::{reset, rows};
use crate::editing::{self, Context, FILE_BYTES_MAX, Import, Imported, Kind, Templates, Terms};
use crate::log::Log;
use anyhow::{Context as _, Result, bail, ensure};
use clap::{Arg, ArgMatches, Command, ValueHint};
use serde_json::json;
use std::fs::File;
use std::io::{Read, Write, stderr, stdin, stdout};

const IMPORT: &str = "import";
const FILE: &str = "file";
const DOMAIN: &str = "domain";
const UPDATE: &str = "update";
const DRY_RUN: &str = "dry-run";
const JSON: &str = "json";

/// The name of standard input as a file.
const STDIN: &str = "-";

/// Faults that are printed. With more, the file as a whole is wrong.
const FAULTS_MAX: usize = 1_000;

pub const DEVICE: Family = Family { command, run };

fn command() -> Command {
    let file = Arg::new(FILE).value_name("FILE").required(true).value_hint(ValueHint::FilePath);
    let file = file.help("A CSV file with the names of the columns in its first line, or - for standard input");
    let domain = Arg::new(DOMAIN)
        .long(DOMAIN)
        .value_name("NAME")
        .help("The domain of rows that name none [default: the only one]");
    let import = keyed_some(IMPORT, "Adds many devices from a CSV file, all of them or none", &rows::KEYS)
        .arg(file)
        .arg(domain)
        .arg(switch(UPDATE, "Change devices that exist already; without it, their rows are refused"))
        .arg(switch(DRY_RUN, "Check everything, and change nothing"))
        .arg(switch(JSON, "Print JSON"));
    rows::command(Kind::Device).subcommands([import, reset::command()])
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let flags = match flags.subcommand() {
        Some((IMPORT, flags)) => flags,
        Some((reset::NAME, flags)) => return reset::run(flags, log),
        _ => return rows::run(Kind::Device, flags, log),
    };
    let config = configure(flags, log)?;
    let name = flags.get_one::<String>(FILE).map_or(STDIN, String::as_str);
    let bytes = read(name)?;
    let import = Import {
        bytes: &bytes,
        terms: Terms {
            domain: flags.get_one::<String>(DOMAIN).map(String::as_str),
            update: flags.get_flag(UPDATE),
            only: None,
        },
        dry_run: flags.get_flag(DRY_RUN),
        expected: None,
    };
    block_on(async {
        let directory = open(&config.database).await?;
        let context = Context { templates: Templates::find(config.templates.clone(), &directory).await? };
        let mut progress = |done: &str, rows: usize, all: usize| {
            // Progress that nobody can read is no reason to stop.
            let _ = writeln!(stderr(), "{done} {rows} of {all} rows");
        };
        let imported = editing::import(&directory, &import, &context, &mut progress).await;
        directory.close().await;
        let imported = imported.with_context(|| format!("{name}: nothing was imported"))?;
        report(name, &imported, import.dry_run, flags.get_flag(JSON))
    })
}

fn read(name: &str) -> Result<Vec<u8>> {
    let input: Box<dyn Read> = match name {
        STDIN => Box::new(stdin()),
        path => Box::new(File::open(path).with_context(|| format!("cannot read {path}"))?),
    };
    let mut bytes = Vec::new();
    input.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {name}"))?;
    ensure!(bytes.len() <= FILE_BYTES_MAX, "{name} has more than {FILE_BYTES_MAX} bytes; split it");
    Ok(bytes)
}

/// Prints what was imported, or the faults, one a line.
fn report(name: &str, imported: &Imported, dry_run: bool, json: bool) -> Result<()> {
    let Imported { devices, lines, extensions, generated, changed, faults, .. } = imported;
    let listed = faults.iter().take(FAULTS_MAX);
    if json {
        let faults: Vec<_> = listed
            .map(|fault| json!({ "line": fault.line, "column": fault.column, "message": fault.message }))
            .collect();
        let object = json!({
            "devices": devices, "lines": lines, "extensions": extensions, "generated_passwords": generated,
            "changed": changed,
            "dry_run": dry_run, "faults": faults
        });
        writeln!(stdout(), "{}", serde_json::to_string_pretty(&object)?)?;
    } else {
        for fault in listed {
            writeln!(stderr(), "{name}:{}:{}: {}", fault.line, fault.column, fault.message)?;
        }
    }
    if !faults.is_empty() {
        let count = if let [_] = faults[..] { "1 fault".to_owned() } else { format!("{} faults", faults.len()) };
        bail!("{name} has {count}; nothing was imported");
    }
    if !json {
        let done = if dry_run { "would import" } else { "imported" };
        writeln!(
            stdout(),
            "{done} {devices} devices, {lines} lines and {extensions} new extensions, {generated} of them with a generated password"
        )?;
        if *changed > 0 {
            writeln!(stdout(), "{} {changed} devices", if dry_run { "would change" } else { "changed" })?;
        }
    }
    Ok(())
}
