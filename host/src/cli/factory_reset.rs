//! `dialplate factory-reset`.

use super::family::Family;
use super::flags::{keyed_some, switch};
use super::resync::parse_address;
use super::rows;
use super::setup::{block_on, configure, open};
use crate::log::Log;
use crate::resync::Selection;
use crate::resync_command;
use anyhow::Result;
use clap::{Arg, ArgMatches, Command};
use std::io::stdout;

const ADDRESS: &str = "address";
const DOMAIN: &str = "domain";
const JSON: &str = "json";

pub const FACTORY_RESET: Family = Family { command, run };

fn command() -> Command {
    let address = Arg::new(ADDRESS).value_name("MAC").required(true).help("Address of a device");
    let domain = Arg::new(DOMAIN).long(DOMAIN).value_name("DOMAIN").help("The domain of the device [default: any]");
    keyed_some("factory-reset", "Says how a phone is reset to its factory settings, and sends nothing", &rows::KEYS)
        .arg(address)
        .arg(domain)
        .arg(switch(JSON, "Print everything as JSON"))
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let text = |name: &str| flags.get_one::<String>(name).map(String::as_str);
    let selection = Selection {
        addresses: vec![parse_address(text(ADDRESS).unwrap_or_default())?],
        domain: text(DOMAIN).map(str::to_owned),
        template: None,
    };
    let config = configure(flags, log)?;
    block_on(async {
        let directory = open(&config.database).await?;
        let done = resync_command::factory_reset(&directory, &selection, flags.get_flag(JSON), &mut stdout()).await;
        directory.close().await;
        done
    })
}
