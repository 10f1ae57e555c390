//! `dialplate pin`.

use super::family::Family;
use super::flags::{keyed, switch};
use super::setup::{block_on, configure, warn_of_secret};
use crate::directory::Directory;
use crate::log::Log;
use crate::pin_command::{self, Choice, NewPin};
use crate::request::Secret;
use anyhow::Result;
use clap::{Arg, ArgMatches, Command, value_parser};
use std::io::stdout;

const DEVICE: &str = "device";
const DOMAIN: &str = "domain";
const PIN_DIGITS: &str = "pin";
const HOURS: &str = "hours";
const JSON: &str = "json";

/// Phones are unpacked within a week of their delivery.
const HOURS_DEFAULT: &str = "168";

/// A year: a PIN that nobody needs any more should not stay valid.
const HOURS_MAX: i64 = 8_760;

pub const PIN: Family = Family { command, run };

fn command() -> Command {
    let device = Arg::new(DEVICE).value_name("DEVICE").required(true);
    let device = device.help("A prepared device: its uuid, its label, its address, or the extension of a line");
    let domain = Arg::new(DOMAIN).long(DOMAIN).value_name("DOMAIN").help("The domain of the device [default: any]");
    let pin = Arg::new(PIN_DIGITS).long(PIN_DIGITS).value_name("DIGITS").help("6 to 12 digits [default: random]");
    let hours = Arg::new(HOURS).long(HOURS).value_name("HOURS").default_value(HOURS_DEFAULT);
    let hours = hours.value_parser(value_parser!(i64).range(1..=HOURS_MAX)).help("How long the PIN is valid");
    let json = switch(JSON, "Print everything as JSON");
    Command::new("pin")
        .about("Prepares devices that a user binds to a phone by entering a PIN")
        .subcommand_required(true)
        .subcommand(keyed("add", "Gives a prepared device a PIN, and prints it").args([
            device.clone(),
            domain.clone(),
            pin,
            hours,
            json.clone(),
        ]))
        .subcommand(keyed("list", "Lists the devices that have a PIN").args([domain.clone(), json.clone()]))
        .subcommand(keyed("remove", "Removes the PIN of a device").args([device, domain, json]))
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let Some((name, flags)) = flags.subcommand() else { return Ok(()) };
    let config = configure(flags, log)?;
    block_on(async {
        let directory = Directory::connect(&config.database).await?;
        let text = |name: &str| flags.get_one::<String>(name).map(String::as_str);
        let (domain, json, out) = (text(DOMAIN), flags.get_flag(JSON), &mut stdout());
        let done = match name {
            "add" => {
                let choice = Choice { device: text(DEVICE).unwrap_or_default(), domain };
                pin_command::add(&directory, config.pin_secret, choice, new_pin(flags), json, out).await
            }
            "remove" => {
                let choice = Choice { device: text(DEVICE).unwrap_or_default(), domain };
                pin_command::remove(&directory, choice, json, out).await
            }
            _ => pin_command::list(&directory, domain, json, out).await,
        };
        directory.close().await;
        done
    })
}

fn new_pin(flags: &ArgMatches) -> NewPin {
    let pin = flags.get_one::<String>(PIN_DIGITS).map(Secret::new);
    if pin.is_some() {
        warn_of_secret("--pin", "leave it out for a random PIN");
    }
    NewPin { pin, hours: flags.get_one::<i64>(HOURS).copied().unwrap_or_default() }
}
