//! `dialplate journal`.

use super::family::Family;
use super::flags::{joined, keyed_some, source, switch};
use super::setup::block_on;
use crate::config;
use crate::facts::DeviceAddress;
use crate::journal::{Filter, Reader, Reason, StatusFilter, parse_since};
use crate::journal_command::{self, Choice, Output};
use anyhow::{Result, anyhow};
use clap::{Arg, ArgMatches, Command, value_parser};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::io::stdout;

const MAC: &str = "mac";
const DOMAIN: &str = "domain";
const STATUS: &str = "status";
const REASON: &str = "reason";
const SINCE: &str = "since";
const LIMIT: &str = "limit";
const FOLLOW: &str = "follow";
const JSON: &str = "json";
const FILE: &str = "file";
const FROM: &str = "from";
const TO: &str = "to";
const SECRETS: &str = "secrets";

/// A few screens.
const LIMIT_DEFAULT: &str = "100";
/// More than a journal of the usual size holds.
const LIMIT_MAX: i64 = 10_000_000;

/// The keys that say where the journal is.
const KEYS: [&str; 1] = ["journal"];

pub const JOURNAL: Family = Family { command, run: |flags, _| run(flags) };

fn command() -> Command {
    let value =
        |name: &'static str, of: &'static str, help: &'static str| Arg::new(name).long(name).value_name(of).help(help);
    keyed_some("journal", "Shows which phone fetched which file, and why a request was refused", &KEYS)
        .args_conflicts_with_subcommands(true)
        .subcommand(versions())
        .subcommand(diff())
        .arg(value(MAC, "MAC", "Only this device, by its address").value_parser(address))
        .arg(value(DOMAIN, "DOMAIN", "Only requests for this domain"))
        .arg(
            value(STATUS, "STATUS", "Only this status, such as 404, or 4xx for all from 400 to 499")
                .value_parser(|text: &str| StatusFilter::parse(text)),
        )
        .arg(
            value(REASON, "REASON", "Only this reason, such as unknown_device; docs/journal.md lists them")
                .value_parser(|text: &str| Reason::parse(text)),
        )
        .arg(value(SINCE, "TIME", "Only since then: so long ago (30m, 2h, 3d), a date, or an RFC 3339 time"))
        .arg(
            value(LIMIT, "N", "Only the newest of the lines")
                .default_value(LIMIT_DEFAULT)
                .value_parser(value_parser!(u32).range(1..=LIMIT_MAX)),
        )
        .arg(switch(FOLLOW, "Wait for further lines, and print them").short('f'))
        .arg(switch(JSON, "Print each line as a JSON object"))
}

fn device() -> Arg {
    Arg::new(MAC).value_name("MAC").required(true).value_parser(address).help("The device's address")
}

fn versions() -> Command {
    keyed_some("versions", "Lists the stored versions of a device's files", &KEYS)
        .arg(device())
        .arg(switch(JSON, "Print each version as a JSON object"))
}

fn diff() -> Command {
    let number = |name: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name("N").value_parser(value_parser!(i64)).help(help)
    };
    let file = Arg::new(FILE).value_name("FILE").required(true);
    keyed_some("diff", "Shows what changed in a device's file, with its secrets hidden", &KEYS)
        .arg(device())
        .arg(file.help("The file, by the name that the phone asks for, or that of the template's file"))
        .arg(number(FROM, "The older version [default: the last one before]"))
        .arg(number(TO, "The newer version [default: the newest]"))
        .arg(switch(SECRETS, "Show secrets, too"))
}

fn run(flags: &ArgMatches) -> Result<()> {
    match flags.subcommand() {
        Some(("versions", flags)) => run_versions(flags),
        Some((_, flags)) => run_diff(flags),
        None => run_lines(flags),
    }
}

fn run_versions(flags: &ArgMatches) -> Result<()> {
    let config = config::read_journal(source(flags)).map_err(|errors| joined(&errors))?;
    let Some(device) = flags.get_one::<DeviceAddress>(MAC) else { return Ok(()) };
    block_on(async {
        let reader = Reader::open(&config).await?;
        journal_command::versions(reader, device, output(flags), &mut stdout()).await
    })
}

fn run_diff(flags: &ArgMatches) -> Result<()> {
    let config = config::read_journal(source(flags)).map_err(|errors| joined(&errors))?;
    let Some(device) = flags.get_one::<DeviceAddress>(MAC) else { return Ok(()) };
    let choice = Choice {
        device,
        file: flags.get_one::<String>(FILE).map(String::as_str).unwrap_or_default(),
        from: flags.get_one(FROM).copied(),
        to: flags.get_one(TO).copied(),
        with_secrets: flags.get_flag(SECRETS),
    };
    block_on(async {
        let reader = Reader::open(&config).await?;
        journal_command::diff(reader, &choice, &mut stdout()).await
    })
}

fn output(flags: &ArgMatches) -> Output {
    if flags.get_flag(JSON) { Output::Json } else { Output::Columns }
}

fn run_lines(flags: &ArgMatches) -> Result<()> {
    let config = config::read_journal(source(flags)).map_err(|errors| joined(&errors))?;
    let filter = filter(flags)?;
    let limit = flags.get_one::<u32>(LIMIT).copied().unwrap_or_default();
    let output = output(flags);
    block_on(async {
        let reader = Reader::open(&config).await?;
        if flags.get_flag(FOLLOW) {
            journal_command::follow(reader, &config, &filter, limit, output, &mut stdout()).await
        } else {
            journal_command::show(reader, &filter, limit, output, &mut stdout()).await
        }
    })
}

fn filter(flags: &ArgMatches) -> Result<Filter> {
    let since = flags.get_one::<String>(SINCE);
    let since = since.map(|text| parse_since(text, Timestamp::now(), &TimeZone::system())).transpose();
    Ok(Filter {
        device: flags.get_one(MAC).cloned(),
        domain: flags.get_one(DOMAIN).cloned(),
        status: flags.get_one(STATUS).copied(),
        reason: flags.get_one(REASON).copied(),
        since: since.map_err(|error| anyhow!("--since: {error}"))?,
        ..Filter::default()
    })
}

/// An address as an operator writes it. Unlike in a request, no other letters are dropped: they would be a mistake.
fn address(text: &str) -> Result<DeviceAddress, String> {
    let is_part = |letter: char| letter.is_ascii_hexdigit() || matches!(letter, ':' | '-' | '.' | ' ');
    let wrong = || format!("{text:?} is no address; write for instance 001565aabbcc or 00:15:65:aa:bb:cc");
    if !text.chars().all(is_part) {
        return Err(wrong());
    }
    // FusionPBX keeps dots, but nobody stores an address with them.
    DeviceAddress::parse(&text.replace('.', "")).map_err(|_| wrong())
}
