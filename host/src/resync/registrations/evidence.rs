//! What speaks for a registration being a certain device's: its Contact, its User-Agent, and the address it comes from.

use super::parse::Registration;
use crate::directory::Phone;
use crate::facts::MacAddress;
use std::net::IpAddr;

/// What plugins know of User-Agents.
pub trait AgentPatterns: Send + Sync {
    /// The phone's hardware address, if the User-Agent contains it.
    fn address(&self, user_agent: &str) -> Option<MacAddress>;
    /// The vendor, if a pattern matches.
    fn vendor(&self, user_agent: &str) -> Option<&str>;
}

/// How well a registration fits a device. Later variants speak more for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It states another phone's address, or another vendor's.
    Other,
    /// Nothing but the line.
    Line,
    /// Its User-Agent names the vendor, or there is no vendor or no User-Agent to compare.
    Vendor,
    /// The device last fetched with a User-Agent of the same model and firmware.
    Agent,
    /// The device last fetched from this address.
    Address,
    AddressAndAgent,
    /// It states the device's address.
    Stated,
}

/// A shorter User-Agent would be a part of many others.
const AGENT_CHARS_MIN: usize = 6;

pub fn fit(phone: &Phone, registration: &Registration, patterns: &dyn AgentPatterns) -> Fit {
    let Registration { agent, contact, .. } = registration;
    if let Some(mac) = phone.address.mac() {
        let is_stated = |text: &str| digits(text).contains(mac.as_str());
        if is_stated(agent) || is_stated(contact) {
            return Fit::Stated;
        }
    }
    let states_other = patterns.address(agent).is_some_and(|stated| phone.address.mac() != Some(stated));
    let names_vendor = agent.is_empty() || agent.to_ascii_lowercase().contains(&phone.vendor);
    if states_other || !names_vendor && is_foreign(&phone.vendor, agent, patterns) {
        return Fit::Other;
    }
    let is_model = agent.chars().count() >= AGENT_CHARS_MIN && phone.fetched.agent.contains(agent.as_str());
    match (comes_from(registration, &phone.fetched.ip), is_model) {
        (true, true) => Fit::AddressAndAgent,
        (true, false) => Fit::Address,
        (false, true) => Fit::Agent,
        (false, false) if names_vendor => Fit::Vendor,
        (false, false) => Fit::Line,
    }
}

/// Whether the User-Agent is another vendor's.
fn is_foreign(vendor: &str, agent: &str, patterns: &dyn AgentPatterns) -> bool {
    // Linksys, Cisco and Polycom phones go by several names.
    let families: [&[&str]; 2] = [&["cisco", "linksys", "spa", "cisco-spa"], &["polycom", "poly"]];
    let is_same = |other| other == vendor || families.iter().any(|it| it.contains(&other) && it.contains(&vendor));
    patterns.vendor(agent).is_some_and(|other| !is_same(other))
}

/// Whether the REGISTER came from this address, or its Contact names it.
fn comes_from(registration: &Registration, ip: &str) -> bool {
    let Ok(ip) = ip.parse::<IpAddr>() else { return false };
    let is_it = |text: &str| text.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|it| it.to_canonical() == ip);
    let place = registration.contact_place();
    let host = place.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.ends_with(']'));
    is_it(&registration.ip) || is_it(host.map_or(place, |(host, _)| host))
}

/// The letters and digits of a text, so that an address is found with and without separators.
fn digits(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, ':' | '-' | '.')).map(|c| c.to_ascii_lowercase()).collect()
}
