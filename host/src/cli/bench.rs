//! `dialplate bench`.

use super::family::Family;
use super::flags::{keyed, switch};
use super::setup::{block_on, configure, open};
use crate::bench::{
    self, ACCOUNT_BYTES_MAX, Account, CONNECTIONS_MAX, Choice, Form, Origin, Plan, ROUNDS_MAX, SECONDS_MAX,
};
use crate::log::Log;
use anyhow::{Context, Result, ensure};
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command, ValueHint, value_parser};
use std::fs::File;
use std::io::{IsTerminal, Read, Write, stderr, stdout};
use std::path::Path;

pub const BENCH: Family = Family { command, run };

const LIST: &str = "requests";
const BASE: &str = "base";
const AGAINST: &str = "against";
const CONNECTIONS: &str = "connections";
const SECONDS: &str = "seconds";
const ROUNDS: &str = "rounds";
const DIGEST: &str = "digest";
const DIGEST_FILE: &str = "digest-file";
const JSON: &str = "json";
const DOMAIN: &str = "domain";
const PER_TEMPLATE: &str = "per-template";
const PLAIN: &str = "plain";

/// A list of a million requests has less.
const LIST_BYTES_MAX: u64 = 512 << 20;

fn command() -> Command {
    let value =
        |name: &'static str, of: &'static str, help: &'static str| Arg::new(name).long(name).value_name(of).help(help);
    let count = |name, default: &'static str, most: usize, help| {
        value(name, "N", help).default_value(default).value_parser(value_parser!(u64).range(1..=most as u64))
    };
    let seconds_max = usize::try_from(SECONDS_MAX).unwrap_or(usize::MAX);
    Command::new("bench")
        .about("Measures a provisioning server, or two by turns, and checks every answer")
        .subcommand_negates_reqs(true)
        .args_conflicts_with_subcommands(true)
        .arg(
            value(LIST, "FILE", "The requests; `dialplate bench requests` makes a list")
                .required(true)
                .value_hint(ValueHint::FilePath),
        )
        .arg(value(BASE, "URL", "The server to measure, such as http://127.0.0.1:8080").required(true))
        .arg(value(AGAINST, "URL", "A server to compare with, which must give the same answers"))
        .arg(count(CONNECTIONS, "8", CONNECTIONS_MAX, "Connections that ask at the same time"))
        .arg(count(SECONDS, "10", seconds_max, "The length of a round"))
        .arg(count(ROUNDS, "2", ROUNDS_MAX, "Rounds of each server"))
        .arg(
            value(DIGEST, "USER:PASSWORD", "The account for servers that demand digest credentials")
                .env("DIALPLATE_BENCH_DIGEST")
                .hide_env_values(true),
        )
        .arg(
            value(DIGEST_FILE, "FILE", "A file whose first line is the account")
                .conflicts_with(DIGEST)
                .value_hint(ValueHint::FilePath),
        )
        .arg(switch(JSON, "Print the figures as JSON"))
        .subcommand(
            keyed("requests", "Prints a list of requests: the file of each enabled device in the database")
                .arg(value(DOMAIN, "DOMAIN", "The devices of this domain [default: all]"))
                .arg(
                    value(PER_TEMPLATE, "N", "So many devices of each template [default: all]")
                        .value_parser(value_parser!(u64).range(1..)),
                )
                .arg(switch(PLAIN, "Print host, target and User-Agent with tabs between them, instead of JSON")),
        )
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    match flags.subcommand() {
        Some((_, flags)) => print_requests(flags, log),
        None => measure(flags),
    }
}

fn print_requests(flags: &ArgMatches, log: &Log) -> Result<()> {
    let config = configure(flags, log)?.database;
    let per_template = flags.get_one::<u64>(PER_TEMPLATE).map(|count| usize::try_from(*count).unwrap_or(usize::MAX));
    let choice = Choice { domain: flags.get_one::<String>(DOMAIN).cloned(), per_template };
    let form = if flags.get_flag(PLAIN) { Form::Plain } else { Form::Json };
    block_on(async {
        let directory = open(&config).await?;
        let requests = bench::requests(&directory, &choice).await;
        directory.close().await;
        stdout().write_all(bench::print(&requests?, form).as_bytes()).context("standard output")
    })
}

fn measure(flags: &ArgMatches) -> Result<()> {
    let text = |name: &str| flags.get_one::<String>(name).map(String::as_str);
    let number = |name: &str| flags.get_one::<u64>(name).copied().unwrap_or_default();
    let count = |name: &str| usize::try_from(number(name)).unwrap_or(usize::MAX);
    let list = text(LIST).unwrap_or_default();
    let plan = Plan {
        requests: bench::parse(&read(list, LIST_BYTES_MAX)?).with_context(|| list.to_owned())?,
        base: Origin::parse(text(BASE).unwrap_or_default())?,
        against: text(AGAINST).map(Origin::parse).transpose()?,
        connections: count(CONNECTIONS),
        seconds: number(SECONDS),
        rounds: count(ROUNDS),
        account: account(flags)?,
    };
    let is_terminal = stderr().is_terminal();
    let show = |line: &str| {
        if is_terminal {
            let _ = write!(stderr(), "\r{line}\x1b[K");
        }
    };
    let report = bench::measure(&plan, &show);
    show("");
    let report = report?;
    let shown = if flags.get_flag(JSON) { report.json()? } else { report.text() };
    stdout().write_all(shown.as_bytes()).context("standard output")?;
    ensure!(
        report.errors() == 0,
        "{} errors; the figures name the kinds, and the first request of each",
        report.errors()
    );
    Ok(())
}

fn account(flags: &ArgMatches) -> Result<Option<Account>> {
    if let Some(file) = flags.get_one::<String>(DIGEST_FILE) {
        let text = read(file, ACCOUNT_BYTES_MAX)?;
        return Ok(Some(Account::parse(text.lines().next().unwrap_or_default()).with_context(|| file.clone())?));
    }
    let Some(text) = flags.get_one::<String>(DIGEST) else { return Ok(None) };
    if flags.value_source(DIGEST) == Some(ValueSource::CommandLine) {
        writeln!(
            stderr(),
            "dialplate: every user of this machine can read the password in the command line; set \
             DIALPLATE_BENCH_DIGEST, or use --{DIGEST_FILE}"
        )?;
    }
    Ok(Some(Account::parse(text)?))
}

/// The text of a file.
fn read(path: &str, bytes_max: u64) -> Result<String> {
    let mut text = String::new();
    let file = File::open(Path::new(path)).with_context(|| path.to_owned())?;
    let bytes = file.take(bytes_max + 1).read_to_string(&mut text).with_context(|| path.to_owned())?;
    ensure!(bytes as u64 <= bytes_max, "{path} has more than {bytes_max} bytes; name another file");
    Ok(text)
}
