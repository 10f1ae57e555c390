//! The options with which a DHCP server tells phones where their configuration is, in the language of four DHCP servers.
//! For a command; no part of the server reads them. `docs/dhcp.md` names the makers' guides.

mod base_url;
mod dnsmasq;
mod isc;
mod kea;
mod makers;
mod mikrotik;
mod plan;

pub use base_url::BaseUrl;
pub use makers::{MAKERS, Maker};
pub use plan::Plan;

/// A DHCP server whose configuration can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    Dnsmasq,
    Isc,
    Kea,
    MikroTik,
}

impl Dialect {
    pub const NAMES: [&'static str; 4] = ["dnsmasq", "isc", "kea", "mikrotik"];

    pub fn parse(name: &str) -> Option<Self> {
        let all = [Self::Dnsmasq, Self::Isc, Self::Kea, Self::MikroTik];
        Self::NAMES.iter().zip(all).find(|(known, _)| **known == name).map(|(_, dialect)| dialect)
    }

    /// The lines for the server's configuration.
    pub fn write(self, plan: &Plan) -> String {
        match self {
            Self::Dnsmasq => dnsmasq::write(plan),
            Self::Isc => isc::write(plan),
            Self::Kea => kea::write(plan),
            Self::MikroTik => mikrotik::write(plan),
        }
    }
}
