//! `dialplate redirect`.

use super::family::Family;
use super::flags::{keyed, switch};
use super::resync::parse_address;
use super::setup::{block_on, configure};
use crate::log::Log;
use crate::redirect::Service;
use crate::redirect_command::{self, CheckOrder, ExportOrder, ServiceOrder, Subject, Verb};
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
const DRY_RUN: &str = "dry-run";
const ASK: &str = "ask";
const CONNECT: &str = "connect";
const YES: &str = "yes";

/// The commands that talk to a service.
const VERBS: [(&str, Verb, &str); 4] = [
    ("status", Verb::Status, "Asks a service where phones are registered"),
    ("register", Verb::Register, "Registers phones at a service, each with its URL"),
    ("remove", Verb::Remove, "Removes phones from a service"),
    (
        "sync",
        Verb::Sync,
        "Makes a service equal to the database or the file; shows the plan, and carries it out with --yes",
    ),
];

pub const REDIRECT: Family = Family { command, run };

fn command() -> Command {
    let about = "Says what would keep phones from being redirected: wrong addresses, wrong URLs, old firmware";
    let check = keyed("check", about)
        .arg(switch(CONNECT, "Also connect to the servers in the URLs, and check their certificates"))
        .arg(file(PALLET, "Compare the devices with this delivery note, a text or CSV file with MAC addresses"))
        .arg(switch(JSON, "Print everything as JSON"));
    let export = keyed("export", "Writes the list that a service's portal takes").arg(provider()).arg(file(
        TEMPLATE,
        "The service's own template, saved as CSV, which is filled in by the names of its columns",
    ));
    Command::new("redirect")
        .about("Tells the makers' redirection services where new phones get their configuration")
        .subcommand_required(true)
        .subcommand(
            Command::new("providers")
                .about("Lists the services, what each needs, and where that is documented")
                .arg(switch(JSON, "Print everything as JSON")),
        )
        .subcommand(subject(check))
        .subcommand(subject(export))
        .subcommands(VERBS.map(|(name, verb, about)| subject(service(name, verb, about))))
}

/// A command that talks to a service. Accounts come from a file and the environment, and are no flags.
fn service(name: &'static str, verb: Verb, about: &'static str) -> Command {
    let command = keyed(name, about).arg(provider()).arg(switch(JSON, "Print the report as JSON"));
    let ask = switch(ASK, "Ask the service about each phone, whatever the record of earlier commands says");
    let dry_run = switch(DRY_RUN, "Change nothing, and say what would be done");
    match verb {
        Verb::Status => command,
        Verb::Remove | Verb::Register => command.arg(dry_run).arg(ask),
        Verb::Sync => {
            let yes = switch(YES, "Carry the plan out").conflicts_with(DRY_RUN);
            command.arg(dry_run).arg(ask).arg(yes)
        }
    }
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
            let (subject, connects) = (read_subject(flags)?, flags.get_flag(CONNECT));
            let order = CheckOrder { subject, pallet, connects, json };
            block_on(redirect_command::check(configure(flags, log)?, order, &mut stdout()))
        }
        Some(("export", flags)) => {
            let service = read_service(flags)?;
            let order = ExportOrder { service, subject: read_subject(flags)?, template: path(flags, TEMPLATE) };
            block_on(redirect_command::export(configure(flags, log)?, order, &mut stdout()))
        }
        Some((name, flags)) => {
            let Some((_, verb, _)) = VERBS.iter().find(|(known, ..)| *known == name) else { return Ok(()) };
            block_on(redirect_command::service(configure(flags, log)?, read_order(*verb, flags)?, &mut stdout()))
        }
        None => Ok(()),
    }
}

fn read_service(flags: &ArgMatches) -> Result<&'static Service> {
    let name = flags.get_one::<String>(PROVIDER).context("no provider")?;
    Service::find(name).with_context(|| format!("no service `{name}`"))
}

fn read_order(verb: Verb, flags: &ArgMatches) -> Result<ServiceOrder> {
    // A command without the flag knows no argument of this name.
    let is_set = |name| flags.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or_default();
    Ok(ServiceOrder {
        verb,
        service: read_service(flags)?,
        subject: read_subject(flags)?,
        dry_run: is_set(DRY_RUN) || verb == Verb::Sync && !is_set(YES),
        asks: is_set(ASK),
        json: flags.get_flag(JSON),
    })
}
