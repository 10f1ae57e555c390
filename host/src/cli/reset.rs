//! `dialplate device reset`.

use super::flags::keyed_some;
use super::rows;
use super::setup::{block_on, configure, open};
use crate::editing;
use crate::log::Log;
use anyhow::Result;
use clap::{Arg, ArgMatches, Command};
use std::io::{Write, stdout};

pub const NAME: &str = "reset";

const ADDRESS: &str = "address";
const DOMAIN: &str = "domain";

pub fn command() -> Command {
    let address = Arg::new(ADDRESS).value_name("ADDRESS").required(true).help("The device's address");
    let domain = Arg::new(DOMAIN).long(DOMAIN).value_name("NAME").help("The device's domain [default: any]");
    let about = "Lets a phone make its first contact again (first_contact_minutes), as after a factory reset";
    keyed_some(NAME, about, &rows::KEYS).arg(address).arg(domain)
}

pub fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let config = configure(flags, log)?;
    let text = |id: &str| flags.get_one::<String>(id).map(String::as_str);
    block_on(async {
        let directory = open(&config.database).await?;
        let reset = editing::reset(&directory, text(ADDRESS).unwrap_or_default(), text(DOMAIN)).await;
        directory.close().await;
        Ok(writeln!(stdout(), "device {} may make its first contact again", reset?)?)
    })
}
