//! `dialplate render`.

use super::family::Family;
use super::flags::keyed;
use super::setup::{block_on, configure};
use crate::app;
use crate::log::Log;
use anyhow::{Context, Result};
use clap::{Arg, ArgMatches, Command};
use std::io::{Write, stdout};

const ADDRESS: &str = "address";
const FILE: &str = "file";
const HOST: &str = "host";

pub const RENDER: Family = Family { command, run };

fn command() -> Command {
    let address = Arg::new(ADDRESS).value_name("MAC").required(true).help("The device's address");
    let file = Arg::new(FILE).value_name("FILE");
    let host = Arg::new(HOST).long(HOST).value_name("NAME").help("The host that the phone asks [default: its domain]");
    keyed("render", "Prints what a phone would get, without a server, credentials, limits and notes")
        .arg(address)
        .arg(file.help(
            "The file by the name that the phone asks for, or that of the template's file [default: its default file]",
        ))
        .arg(host)
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let text = |name| flags.get_one::<String>(name).map(String::as_str);
    let config = configure(flags, log)?;
    block_on(async {
        let body = app::render(config, text(ADDRESS).unwrap_or_default(), text(FILE), text(HOST)).await?;
        stdout().write_all(&body).context("standard output")
    })
}
