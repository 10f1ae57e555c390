//! `dialplate resync`.

use super::family::Family;
use super::flags::{keyed, switch};
use super::setup::{block_on, configure};
use crate::facts::{DeviceAddress, read_typed};
use crate::log::Log;
use crate::plugin::Action;
use crate::resync::{Pace, Selection, SipTarget, Transport};
use crate::resync_command::{self, Order};
use anyhow::{Context, Result, anyhow, ensure};
use clap::{Arg, ArgGroup, ArgMatches, Command, value_parser};
use std::io::stdout;
use std::time::Duration;

const ADDRESS: &str = "address";
const ALL: &str = "all";
const DOMAIN: &str = "domain";
const TEMPLATE: &str = "template";
const OUTDATED: &str = "outdated";
const WAIT: &str = "wait";
const REBOOT: &str = "reboot";
const RATE: &str = "rate";
const SPREAD: &str = "spread";
const DRY_RUN: &str = "dry-run";
const JSON: &str = "json";
const SIP: &str = "sip";
const TRANSPORT: &str = "transport";

/// An hour: a phone in a call may fetch much later than it is asked.
const WAIT_S_MAX: u64 = 3_600;

pub const RESYNC: Family = Family { command, run };

fn command() -> Command {
    let option = |name: &'static str, value: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(value).help(help)
    };
    let address = Arg::new(ADDRESS).value_name("MAC").num_args(0..).help("Addresses of devices");
    let rate = option(RATE, "N", "Notify at most N phones per second [default: resync_rate]");
    let rate = rate.value_parser(value_parser!(u32).range(1..=1_000));
    let spread =
        option(SPREAD, "TIME", "Spread the phones over a time such as 90s, 10m or 2h [default: resync_spread_s]");
    let transport = option(TRANSPORT, "TRANSPORT", "With SIP: udp, tcp or tls [default: that of the device's line]");
    let wait = option(WAIT, "SECONDS", "Wait so long for each phone to fetch, and report it, by the journal");
    keyed("resync", "Asks phones to fetch their configuration again, each by its maker's event")
        .arg(address)
        .arg(switch(ALL, "Ask the phones of all enabled devices"))
        .arg(option(DOMAIN, "DOMAIN", "Ask the phones of this domain, or look for the devices there"))
        .arg(option(TEMPLATE, "TEMPLATE", "Ask the phones with this template, such as yealink/t46s or yealink"))
        .arg(switch(
            OUTDATED,
            "Only those whose last fetched files differ from what they would get now, by the journal",
        ))
        .arg(switch(REBOOT, "Ask the phones to restart"))
        .arg(rate)
        .arg(spread)
        .arg(switch(DRY_RUN, "Look everything up, and notify nobody"))
        .arg(option(SIP, "HOST[:PORT]", "Notify one phone directly by SIP at this address, without FreeSWITCH"))
        .arg(transport.value_parser(["udp", "tcp", "tls"]))
        .arg(wait.value_parser(value_parser!(u64).range(1..=WAIT_S_MAX)))
        .arg(switch(JSON, "Print everything as JSON"))
        .group(ArgGroup::new("whom").args([ADDRESS, ALL, DOMAIN, TEMPLATE, OUTDATED]).required(true).multiple(true))
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let text = |name: &str| flags.get_one::<String>(name).map(String::as_str);
    let addresses: Vec<&String> = flags.get_many::<String>(ADDRESS).into_iter().flatten().collect();
    ensure!(addresses.is_empty() || !flags.get_flag(ALL), "--all asks every phone; leave it out to ask the named ones");
    let selection = Selection {
        addresses: addresses.iter().map(|address| parse_address(address)).collect::<Result<_>>()?,
        domain: text(DOMAIN).map(str::to_owned),
        template: text(TEMPLATE).map(str::to_owned),
    };
    let transport = text(TRANSPORT).and_then(Transport::parse);
    let sip = text(SIP).map(|host| SipTarget::parse(host, transport.unwrap_or(Transport::Udp)));
    let spread = text(SPREAD).map(parse_time).transpose()?;
    let config = configure(flags, log)?;
    let order = Order {
        selection,
        action: if flags.get_flag(REBOOT) { Action::Reboot } else { Action::Resync },
        pace: Pace {
            rate: flags.get_one(RATE).copied().unwrap_or(config.resync.rate),
            spread: spread.unwrap_or(config.resync.spread),
        },
        outdated: flags.get_flag(OUTDATED),
        wait_s: flags.get_one(WAIT).copied(),
        dry_run: flags.get_flag(DRY_RUN),
        json: flags.get_flag(JSON),
        sip: sip.transpose().map_err(|reason| anyhow!("--sip: {reason}"))?,
        transport,
    };
    block_on(resync_command::run(config, order, &mut stdout()))
}

/// A device's address in any spelling.
pub fn parse_address(text: &str) -> Result<DeviceAddress> {
    if let Some(read) = read_typed(text) {
        return read.map_err(|error| anyhow!("`{text}` is no device's address: {error}"));
    }
    let spelled = text.replace([':', '-', ' '], "");
    let read = DeviceAddress::parse(&spelled).ok().filter(|read| read.as_str().len() == spelled.len());
    read.with_context(|| format!("`{text}` is no device's address; write one like 001565aabbcc or 00:15:65:aa:bb:cc"))
}

/// `90s`, `10m`, `2h`, or a number of seconds.
fn parse_time(text: &str) -> Result<Duration> {
    let (number, unit) = match text.strip_suffix(['s', 'm', 'h']) {
        Some(number) => (number, &text[number.len()..]),
        None => (text, "s"),
    };
    let seconds = match unit {
        "m" => 60,
        "h" => 3_600,
        _ => 1,
    };
    let time = number.parse::<u64>().ok().and_then(|number| number.checked_mul(seconds));
    let time = time.filter(|time| *time <= crate::resync::Config::SPREAD_S_MAX);
    let time =
        time.with_context(|| format!("--spread: `{text}` is no time up to 24h; write for instance 90s, 10m or 2h"))?;
    Ok(Duration::from_secs(time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_read_with_and_without_unit() {
        for (text, seconds) in [("90", 90), ("90s", 90), ("10m", 600), ("2h", 7_200), ("0", 0), ("24h", 86_400)] {
            assert_eq!(parse_time(text).unwrap(), Duration::from_secs(seconds), "{text}");
        }
        for text in ["", "s", "10d", "-1", "1.5m", "25h", "99999999999999999999h", "10 m"] {
            assert!(parse_time(text).unwrap_err().to_string().contains("no time up to 24h"), "{text}");
        }
    }
}
