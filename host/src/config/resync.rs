//! Reads the keys of the room `resync`.

use super::fusionpbx::{self, EventSocket};
use super::secret_file;
use super::source::{ConfigSource, parse_flag};
use crate::request::Secret;
use crate::resync::{Config, Credentials, EventSocketConfig, SipConfig, Way};
use std::path::PathBuf;
use std::time::Duration;

/// What is wrong with keys together.
pub fn check(source: &mut ConfigSource, config: &Config, has_journal: bool) {
    if config.on_change && !has_journal {
        let reason = "needs the journal, which is off; set journal to a file".to_owned();
        source.error("resync_on_change".to_owned(), reason);
    }
}

/// What `event_socket` says.
enum Place {
    Off,
    At { host: String, port: u16 },
}

pub fn read(source: &mut ConfigSource) -> Config {
    let file = source.optional("fusionpbx_config", |text| Ok(PathBuf::from(text)));
    let theirs = match file {
        Some(file) => fusionpbx::event_socket(&[file]),
        None => fusionpbx::event_socket(&fusionpbx::PLACES),
    };
    let has_fusionpbx = theirs.is_some();
    let given = source.optional("event_socket", parse_place);
    let is_off = matches!(given, Some(Place::Off));
    Config {
        way: source.value("resync_way", parse_way),
        event_socket: read_event_socket(source, given, theirs),
        has_fusionpbx: has_fusionpbx && !is_off,
        sip: read_sip(source),
        on_change: source.value("resync_on_change", parse_flag),
        rate: source.number("resync_rate"),
        spread: Duration::from_secs(source.number("resync_spread_s")),
    }
}

fn read_event_socket(
    source: &mut ConfigSource,
    given: Option<Place>,
    theirs: Option<EventSocket>,
) -> Option<EventSocketConfig> {
    let file = source.optional("event_socket_password_file", secret_file::read_password);
    let password = source.optional("event_socket_password", |text| Ok(text.to_owned())).or(file);
    let named = theirs.filter(|it| !(it.host.is_empty() && it.port.is_empty() && it.password.is_empty()));
    let (host, port) = match given {
        Some(Place::Off) => return None,
        Some(Place::At { host, port }) => (host, port),
        None => {
            // Whatever FusionPBX's file leaves out has FreeSWITCH's default.
            let named = named.as_ref()?;
            let host = if named.host.is_empty() { "127.0.0.1" } else { &named.host };
            (host.to_owned(), named.port.parse().unwrap_or(EventSocketConfig::PORT))
        }
    };
    let theirs = named.map(|named| named.password).filter(|password| !password.is_empty());
    let password = password.or(theirs).unwrap_or_else(|| EventSocketConfig::PASSWORD.to_owned());
    Some(EventSocketConfig { host, port, password: Secret::new(password) })
}

fn read_sip(source: &mut ConfigSource) -> SipConfig {
    let user = source.optional("resync_sip_user", |text| Ok(text.to_owned()));
    let password = source.optional("resync_sip_password_file", secret_file::read_password);
    let credentials = match (user, password) {
        (Some(user), Some(password)) => Some(Credentials { user, password: Secret::new(password) }),
        (Some(_), None) if !source.is_given("resync_sip_password_file") => {
            source.error("resync_sip_user".to_owned(), "has no password; set resync_sip_password_file".to_owned());
            None
        }
        (None, Some(_)) => {
            source.error("resync_sip_password_file".to_owned(), "has no user; set resync_sip_user".to_owned());
            None
        }
        _ => None,
    };
    SipConfig { credentials, authority: source.optional("resync_sip_ca", |text| Ok(text.into())) }
}

fn parse_way(text: &str) -> Result<Way, String> {
    match text {
        "auto" => Ok(Way::Auto),
        "event-socket" => Ok(Way::EventSocket),
        "sip" => Ok(Way::Sip),
        _ => Err(format!("`{text}` is none of `auto`, `event-socket` and `sip`")),
    }
}

/// `off`, or a host with or without a port.
fn parse_place(text: &str) -> Result<Place, String> {
    if text == "off" {
        return Ok(Place::Off);
    }
    let wrong = || format!("`{text}` is no host and port; write for instance 127.0.0.1:8021 or [::1]:8021, or off");
    let (host, port) = match text.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, rest)) => (host, rest.strip_prefix(':').or(rest.is_empty().then_some("")).ok_or_else(wrong)?),
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let port = if port.is_empty() { Some(EventSocketConfig::PORT) } else { port.parse().ok().filter(|port| *port > 0) };
    let is_host = !host.is_empty() && host.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:".contains(c));
    match port.filter(|_| is_host) {
        Some(port) => Ok(Place::At { host: host.to_owned(), port }),
        None => Err(wrong()),
    }
}
