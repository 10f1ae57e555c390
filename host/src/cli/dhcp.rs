//! `dialplate dhcp`.

use super::family::Family;
use crate::dhcp::{BaseUrl, Dialect, MAKERS, Maker, Plan};
use anyhow::{Context, Result, anyhow};
use clap::{Arg, ArgAction, ArgMatches, Command, builder::PossibleValuesParser, value_parser};
use std::io::{Write, stderr, stdout};
use std::net::Ipv4Addr;

const BASE_URL: &str = "base-url";
const VENDOR: &str = "vendor";
const SERVER: &str = "server";
const TFTP_SERVER: &str = "tftp-server";

/// More servers than any phone asks.
const TFTP_SERVERS_MAX: usize = 8;

pub const DHCP: Family = Family { command, run: |flags, _| run(flags) };

fn command() -> Command {
    let base = Arg::new(BASE_URL).long(BASE_URL).value_name("URL").required(true);
    let vendor = Arg::new(VENDOR).long(VENDOR).value_name("VENDOR");
    let server = Arg::new(SERVER).long(SERVER).default_value(Dialect::NAMES[0]);
    let tftp = Arg::new(TFTP_SERVER).long(TFTP_SERVER).value_name("ADDRESS").action(ArgAction::Append);
    Command::new("dhcp")
        .about("Prints DHCP options that tell phones where their configuration is")
        .arg(base.help("The URL of the provisioning folder, such as https://pbx.example.net/provision/"))
        .arg(vendor.help(format!("Only the options of this maker: {}", names())))
        .arg(server.value_parser(PossibleValuesParser::new(Dialect::NAMES)).help("The DHCP server that reads them"))
        .arg(
            tftp.value_parser(value_parser!(Ipv4Addr))
                .help("A TFTP server for option 150; repeat it for further ones [default: the address in the URL]"),
        )
}

fn names() -> String {
    MAKERS.iter().map(|maker| maker.name).collect::<Vec<_>>().join(", ")
}

fn run(flags: &ArgMatches) -> Result<()> {
    let text = |name| flags.get_one::<String>(name).map(String::as_str);
    let base = BaseUrl::parse(text(BASE_URL).context("no URL")?).context("--base-url")?;
    let unknown = |name| anyhow!("--vendor {name}: its options are not known; known are {}", names());
    let maker = text(VENDOR).map(|name| Maker::find(name).ok_or_else(|| unknown(name))).transpose()?;
    let dialect = text(SERVER).and_then(Dialect::parse).context("no DHCP server")?;
    let tftp: Vec<_> = flags.get_many(TFTP_SERVER).into_iter().flatten().copied().collect();
    anyhow::ensure!(tftp.len() <= TFTP_SERVERS_MAX, "option 150 takes at most {TFTP_SERVERS_MAX} servers");
    let plan = Plan::new(&base, &tftp, maker);
    for note in &plan.notes {
        writeln!(stderr(), "dialplate: {note}")?;
    }
    stdout().write_all(dialect.write(&plan).as_bytes()).context("standard output")
}
