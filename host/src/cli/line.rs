//! `dialplate line`, which also changes passwords.

use super::family::Family;
use super::flags::{keyed, switch};
use super::resync::parse_address;
use super::rows;
use super::setup::{block_on, configure, open};
use crate::admin_command::aligned;
use crate::config::Config;
use crate::editing::{self, Kind, RotatedLine, Rotation};
use crate::log::Log;
use crate::plugin::Action;
use crate::resync::{Pace, Selection};
use crate::resync_command::{self, Order};
use anyhow::{Result, bail};
use clap::{Arg, ArgMatches, Command};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::{Write, stderr, stdout};

const ROTATE: &str = "rotate-password";
const ADDRESS: &str = "address";
const NUMBER: &str = "line";
const DOMAIN: &str = "domain";
const SHOW: &str = "show";
const NO_RESYNC: &str = "no-resync";
const DRY_RUN: &str = "dry-run";
const JSON: &str = "json";

pub const LINE: Family = Family { command, run };

fn command() -> Command {
    let address = Arg::new(ADDRESS).value_name("ADDRESS").help("The device's address");
    let number = Arg::new(NUMBER).value_name("LINE").help("The number of the line [default: all of the device]");
    let domain = Arg::new(DOMAIN).long(DOMAIN).value_name("NAME").help("The domain, all of whose lines are meant");
    let rotate = keyed(ROTATE, "Gives lines, and their extensions, new random passwords")
        .arg(address)
        .arg(number)
        .arg(domain)
        .arg(switch(SHOW, "Print the new passwords, for a registrar that does not read this database"))
        .arg(switch(NO_RESYNC, "Do not ask the phones to fetch their files afterwards, as `dialplate resync` does"))
        .arg(switch(DRY_RUN, "Say which lines are meant, and change nothing"))
        .arg(switch(JSON, "Print JSON"));
    rows::command(Kind::Line).subcommand(rotate)
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let Some((ROTATE, flags)) = flags.subcommand() else { return rows::run(Kind::Line, flags, log) };
    let config = configure(flags, log)?;
    let text = |id: &str| flags.get_one::<String>(id).cloned();
    let rotation =
        Rotation { device: text(ADDRESS), line: text(NUMBER), domain: text(DOMAIN), dry_run: flags.get_flag(DRY_RUN) };
    if rotation.dry_run && flags.get_flag(SHOW) {
        bail!("--dry-run changes no password, so there is none for --show");
    }
    block_on(async {
        let directory = open(&config.database).await?;
        let rotated = editing::rotate(&directory, &rotation).await;
        directory.close().await;
        let rotated = rotated?;
        print(&rotated, flags)?;
        if rotation.dry_run {
            return Ok(());
        }
        let phones: BTreeSet<_> = rotated.iter().map(|line| line.address.as_str()).collect();
        let resynced = if flags.get_flag(NO_RESYNC) { None } else { Some(resync(config, &phones, flags).await) };
        if !matches!(resynced, Some(Ok(()))) {
            explain(&phones, resynced.and_then(Result::err))?;
        }
        Ok(())
    })
}

/// Asks these phones to fetch their files. The report is no part of the command's JSON.
async fn resync(config: Config, phones: &BTreeSet<&str>, flags: &ArgMatches) -> Result<()> {
    let order = Order {
        selection: Selection {
            addresses: phones.iter().map(|address| parse_address(address)).collect::<Result<_>>()?,
            domain: flags.get_one::<String>(DOMAIN).cloned(),
            template: None,
        },
        action: Action::Resync,
        pace: Pace { rate: config.resync.rate, spread: config.resync.spread },
        outdated: false,
        wait_s: None,
        dry_run: false,
        json: false,
        sip: None,
        transport: None,
    };
    if flags.get_flag(JSON) {
        resync_command::run(config, order, &mut stderr()).await
    } else {
        resync_command::run(config, order, &mut stdout()).await
    }
}

/// Says what remains to be done. The passwords have changed, so a phone that is off is no failure of the command.
fn explain(phones: &BTreeSet<&str>, failure: Option<anyhow::Error>) -> Result<()> {
    let mut out = stderr();
    if let Some(failure) = failure {
        writeln!(out, "the passwords have changed, but {failure:#}")?;
    }
    writeln!(out, "a phone with an old password cannot register until it fetches its files again:")?;
    for address in phones {
        writeln!(out, "  dialplate resync {address}")?;
    }
    Ok(())
}

fn print(rotated: &[RotatedLine], flags: &ArgMatches) -> Result<()> {
    let (shows, dry_run) = (flags.get_flag(SHOW), flags.get_flag(DRY_RUN));
    if flags.get_flag(JSON) {
        let line = |line: &RotatedLine| {
            let mut object = json!({
                "device_address": line.address, "line_number": line.number, "user_id": line.user,
                "has_extension": line.has_extension, "dry_run": dry_run
            });
            if shows {
                object["password"] = line.password.expose().into();
            }
            object
        };
        let all: Vec<_> = rotated.iter().map(line).collect();
        return Ok(writeln!(stdout(), "{}", serde_json::to_string_pretty(&all)?)?);
    }
    let mut heads = vec!["DEVICE", "LINE", "USER", "EXTENSION"];
    heads.extend(shows.then_some("PASSWORD"));
    let row = |line: &RotatedLine| {
        let extension = if line.has_extension { "changed too" } else { "none here" };
        let mut cells = vec![line.address.clone(), line.number.clone(), line.user.clone(), extension.to_owned()];
        cells.extend(shows.then(|| line.password.expose().to_owned()));
        cells
    };
    let heads = heads.into_iter().map(str::to_owned).collect();
    let rows: Vec<Vec<String>> = std::iter::once(heads).chain(rotated.iter().map(row)).collect();
    write!(stdout(), "{}", aligned(&rows))?;
    if dry_run {
        writeln!(stdout(), "nothing was changed (--dry-run)")?;
    }
    Ok(())
}
