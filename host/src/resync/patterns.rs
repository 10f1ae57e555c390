//! What the loaded plugins know of User-Agents and vendors.

use super::registrations::AgentPatterns;
use crate::directory::Phone;
use crate::facts::MacAddress;
use crate::plugin::Plugins;
use crate::request::UserAgents;

impl AgentPatterns for Plugins {
    fn address(&self, user_agent: &str) -> Option<MacAddress> {
        MacAddress::parse(&UserAgents::address(self, user_agent)?).ok()
    }

    fn vendor(&self, user_agent: &str) -> Option<&str> {
        self.vendor_of_agent(user_agent)
    }
}

/// Gives devices without a vendor the one that owns their address, as a render does.
pub fn add_vendors(phones: &mut [Phone], plugins: &Plugins) {
    for phone in phones.iter_mut().filter(|phone| phone.vendor.is_empty()) {
        let vendor = phone.address.oui().and_then(|oui| plugins.vendor_of(oui));
        phone.vendor = vendor.unwrap_or_default().to_ascii_lowercase();
    }
}
