//! `dialplate redirect`.

use super::family::Family;
use super::flags::{keyed, switch};
use super::resync::parse_address;
use super::setup::{block_on, configure};
use crate::log::Log;
use crate::redirect::Service;
use crate::redirect_command::{self, CheckOrder, ExportOrder, Subject};
use crate::resync::Selection;
use anyhow::{Context, Result, ensure};
use clap::{Arg, ArgGroup, ArgMatches, Command, ValueHint, builder::PossibleValuesParser, value_parser};
use std::io::stdout;
use std::path::PathBuf;

const PROVIDER: &str = "provider";
const ADDRESS: &str = "address";
const ALL: &str = "all";
const DOMAIN: &str = "domain";
const CSV: &str = "csv";
const PALLET: &str = "pallet";
const TEMPLATE: &str = "template";
const JSON: &str = "json";

pub const REDIRECT: Family = Family { command, run };

fn command() -> Command {
    let about = "Says what would keep phones from being redirected: wrong addresses, wrong URLs, old firmware";
    let check = keyed("check", about)
        .arg(file(PALLET, "Compare the devices with this delivery note, a text or CSV file with MAC addresses"))
        .arg(switch(JSON, "Print everything as JSON"));
    let export = keyed("export", "Writes the list that a service's portal takes").arg(provider()).arg(file(
        TEMPLATE,
        "The service's own template, saved as CSV, which is filled in by the names of its columns",
    ));
    Command::new("redirect")
        .about("Prepares the makers' redirection services, which tell new phones where their configuration is")
        .subcommand_required(true)
        .subcommand(
            Command::new("providers")
                .about("Lists the services, what each needs, and where that is documented")
                .arg(switch(JSON, "Print everything as JSON")),
        )
        .subcommand(subject(check))
        .subcommand(subject(export))
}

fn file(name: &'static str, help: &'static str) -> Arg {
    let arg = Arg::new(name).long(name).value_name("FILE").value_hint(ValueHint::FilePath);
    arg.value_parser(value_parser!(PathBuf)).help(help)
}

fn provider() -> Arg {
    let names = PossibleValuesParser::new(Service::names());
    Arg::new(PROVIDER).value_name("PROVIDER").required(true).value_parser(names).help("The service")
}

/// Which devices are meant.
fn subject(command: Command) -> Command {
    let address = Arg::new(ADDRESS).value_name("MAC").num_args(0..).help("Addresses of devices");
    let domain = Arg::new(DOMAIN).long(DOMAIN).value_name("DOMAIN").help("The devices of this domain");
    let csv = file(CSV, "The devices in this CSV file, with columns such as address, template, serial_number, url");
    command
        .arg(address)
        .arg(switch(ALL, "All enabled devices"))
        .arg(domain)
        .arg(csv.conflicts_with_all([ADDRESS, ALL, DOMAIN]))
        .group(ArgGroup::new("whose").args([ADDRESS, ALL, DOMAIN, CSV]).required(true).multiple(true))
}

fn read_subject(flags: &ArgMatches) -> Result<Subject> {
    if let Some(file) = flags.get_one::<PathBuf>(CSV) {
        return Ok(Subject::File(file.clone()));
    }
    let addresses: Vec<&String> = flags.get_many::<String>(ADDRESS).into_iter().flatten().collect();
    ensure!(addresses.is_empty() || !flags.get_flag(ALL), "--all means every device; leave it out to name some");
    let addresses = addresses.iter().map(|address| parse_address(address)).collect::<Result<_>>()?;
    Ok(Subject::Rows(Selection { addresses, domain: flags.get_one::<String>(DOMAIN).cloned(), template: None }))
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let path = |flags: &ArgMatches, name: &str| flags.get_one::<PathBuf>(name).cloned();
    match flags.subcommand() {
        Some(("providers", flags)) => redirect_command::providers(flags.get_flag(JSON), &mut stdout()),
        Some(("check", flags)) => {
            let (pallet, json) = (path(flags, PALLET), flags.get_flag(JSON));
            let order = CheckOrder { subject: read_subject(flags)?, pallet, json };
            block_on(redirect_command::check(configure(flags, log)?, order, &mut stdout()))
        }
        Some(("export", flags)) => {
            let name = flags.get_one::<String>(PROVIDER).context("no provider")?;
            let service = Service::find(name).with_context(|| format!("no service `{name}`"))?;
            let order = ExportOrder { service, subject: read_subject(flags)?, template: path(flags, TEMPLATE) };
            block_on(redirect_command::export(configure(flags, log)?, order, &mut stdout()))
        }
        _ => Ok(()),
    }
}
