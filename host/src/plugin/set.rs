//! The set of loaded plugins. A set is immutable; a load makes a new one.

use super::claims::Claims;
use super::description::{Action, UserAgent};
use super::error::RenderError;
use super::job::RenderGroup;
use super::plugin::Plugin;
use crate::facts::{DeviceAddress, MacAddress, Oui};
use crate::plugin_signature::LiveVersion;
use crate::request::UserAgents;
use regex::Regex;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

#[derive(Default)]
pub struct Plugins {
    plugins: Vec<Arc<Plugin>>,
    /// For each plugin, the last version that worked before it, if one is kept.
    old: Vec<Option<Arc<Plugin>>>,
    claims: Claims,
    agents: Vec<Agent>,
}

struct Agent {
    /// The position of its plugin.
    plugin: usize,
    pattern: Regex,
    vendor: String,
    template: Option<String>,
    /// The pattern has a group named `login`: such a phone has no device, and its user logs in.
    logs_in: bool,
}

impl Agent {
    fn new(plugin: usize, agent: &UserAgent) -> Option<Self> {
        let pattern = agent.regex().ok()?;
        let logs_in = pattern.capture_names().flatten().any(|name| name == "login");
        Some(Self { plugin, pattern, vendor: agent.vendor.clone(), template: agent.template.clone(), logs_in })
    }
}

/// User-Agent patterns see only this many bytes; phones send fewer than 200.
const USER_AGENT_BYTES_MAX: usize = 1_000;

/// Which version of a plugin renders for a device now.
pub struct Choice<'a> {
    pub plugin: &'a Arc<Plugin>,
    /// The newer version, if it is failing and its next retry is due. Its documents are not sent to a phone.
    pub failing: Option<&'a Arc<Plugin>>,
}

/// The part of a User-Agent that patterns see.
fn matched_part(user_agent: &str) -> &str {
    &user_agent[..user_agent.floor_char_boundary(USER_AGENT_BYTES_MAX)]
}

impl Plugins {
    /// The set of these plugins; a plugin's position is its position in the claims. `previous` is the set that this one
    /// replaces: its good versions stay available for plugins that fail.
    pub(super) fn new(plugins: Vec<Arc<Plugin>>, claims: Claims, previous: Option<&Self>) -> Self {
        let old =
            plugins.iter().map(|plugin| previous.and_then(|previous| previous.last_good(plugin)).cloned()).collect();
        // Each pattern was compiled when its component was read. A vendor's patterns are those of the plugin that serves it.
        let of_plugin = |(at, plugin): (usize, &'_ Arc<Plugin>)| -> Vec<Agent> {
            let agents = plugin.description().user_agents.iter().filter(|agent| claims.serves(at, &agent.vendor));
            agents.filter_map(|agent| Agent::new(at, agent)).collect()
        };
        let agents = plugins.iter().enumerate().flat_map(of_plugin).collect();
        Self { plugins, old, claims, agents }
    }

    pub fn is_empty(&self) -> bool {
        self.plugins.is_empty()
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Arc<Plugin>> {
        self.plugins.iter()
    }

    /// What tells older components of these plugins.
    pub fn live_versions(&self) -> impl Iterator<Item = LiveVersion> {
        self.plugins.iter().map(|plugin| plugin.live_version())
    }

    /// The plugin for a device of this vendor (empty when unknown) with this template folder.
    pub fn serving(&self, vendor: &str, folder: &str) -> Option<&Arc<Plugin>> {
        self.plugins.get(self.claims.of_device(vendor, folder)?)
    }

    /// Whether the plugin for such a device is still to be built.
    pub fn is_late(&self, vendor: &str, folder: &str) -> bool {
        self.claims.of_device(vendor, folder).is_some_and(|at| at >= self.plugins.len())
    }

    /// Whether there is a plugin of this name, built or still to be built.
    pub fn has(&self, name: &str) -> bool {
        self.claims.has(name)
    }

    /// The plugin that this template folder belongs to, and that is prepared with it.
    pub fn owner(&self, folder: &str) -> Option<&Arc<Plugin>> {
        self.plugins.get(self.claims.of_folder(folder)?)
    }

    /// Which version of a plugin renders for this device of a group: the newest one, unless it fails for the group, or
    /// is suspected, and an older one works.
    pub fn choose<'a>(
        &'a self,
        plugin: &'a Arc<Plugin>,
        group: &RenderGroup,
        device: &DeviceAddress,
    ) -> Result<Choice<'a>, RenderError> {
        if plugin.is_sound_for(group) {
            return Ok(Choice { plugin, failing: None });
        }
        let old = self.old(plugin).filter(|old| old.is_sound_for(group));
        match (plugin.admit(group, device), old) {
            (Ok(()), Some(old)) => Ok(Choice { plugin: old, failing: Some(plugin) }),
            (Err(_), Some(old)) => Ok(Choice { plugin: old, failing: None }),
            (admitted, None) => admitted.map(|()| Choice { plugin, failing: None }),
        }
    }

    /// The version that renders for these devices now. Unlike [`Self::choose`], it takes no retry from a phone.
    ///
    /// # Errors
    /// The plugin fails for them, and no older version works.
    pub fn current<'a>(
        &'a self,
        plugin: &'a Arc<Plugin>,
        group: &RenderGroup,
        device: &DeviceAddress,
    ) -> Result<&'a Arc<Plugin>, RenderError> {
        if plugin.is_sound_for(group) {
            return Ok(plugin);
        }
        match self.old(plugin).filter(|old| old.is_sound_for(group)) {
            Some(old) => Ok(old),
            None => plugin.may_render(group, device).map(|()| plugin),
        }
    }

    /// The older version that serves while the newest one is failing, if one is kept. A load that replaces a plugin
    /// keeps at most one older version, for as long as the new set exists.
    pub fn old(&self, plugin: &Arc<Plugin>) -> Option<&Arc<Plugin>> {
        let at = self.plugins.iter().position(|other| Arc::ptr_eq(other, plugin))?;
        self.old[at].as_ref()
    }

    /// The version in this set that a newer version of the same plugin can fall back on.
    fn last_good(&self, new: &Arc<Plugin>) -> Option<&Arc<Plugin>> {
        let at = self.plugins.iter().position(|plugin| plugin.name() == new.name())?;
        let known = [Some(&self.plugins[at]), self.old[at].as_ref()].into_iter().flatten();
        let usable = known.filter(|version| !Arc::ptr_eq(version, new) && !version.is_suspected());
        // One that has rendered is better than one that has not, and one that fails nowhere is better still. Of equals,
        // the newer one is better.
        usable.rev().max_by_key(|version| {
            let health = version.health();
            (health.has_served, !health.is_failing())
        })
    }

    /// The vendor that owns these addresses, as FusionPBX spells it.
    pub fn vendor_of(&self, oui: Oui) -> Option<&str> {
        self.claims.vendor_of(oui.as_str())
    }

    /// The template folder for a new device with this User-Agent, by the first pattern with one that matches.
    pub fn template(&self, user_agent: &str) -> Option<&str> {
        let found = matched_part(user_agent);
        self.agents.iter().find_map(|agent| {
            let template = agent.template.as_deref().filter(|_| !agent.logs_in)?;
            agent.pattern.is_match(found).then_some(template)
        })
    }

    /// Vendor and template folder of a user who logs in: those of the phone whose pattern matches, else of the first phone
    /// that logs in.
    pub fn login(&self, user_agent: &str) -> Option<(&str, &str)> {
        let found = matched_part(user_agent);
        let agents = || self.agents.iter().filter(|agent| agent.logs_in);
        let agent = agents().find(|agent| agent.pattern.is_match(found)).or_else(|| agents().next())?;
        Some((&agent.vendor, agent.template.as_deref()?))
    }

    /// The Event header of the NOTIFY that asks this of a phone of the vendor; `None` if the plugin describes none.
    pub fn event(&self, vendor: &str, folder: &str, action: Action) -> Option<&str> {
        let vendors = &self.serving(vendor, folder)?.description().vendors;
        let described = vendors.iter().find(|described| described.name == vendor)?;
        let event = described.events.iter().find(|(asks, _)| *asks == action);
        event.map(|(_, event)| event.as_str()).filter(|event| !event.is_empty())
    }

    /// The vendor of the first pattern that matches a User-Agent.
    pub fn vendor_of_agent(&self, user_agent: &str) -> Option<&str> {
        let found = matched_part(user_agent);
        self.agents.iter().find(|agent| agent.pattern.is_match(found)).map(|agent| agent.vendor.as_str())
    }

    /// Whether a phone with this User-Agent logs in, and shows its user the text of an error.
    pub fn logs_in(&self, user_agent: &str) -> bool {
        let found = matched_part(user_agent);
        self.agents.iter().any(|agent| agent.logs_in && agent.pattern.is_match(found))
    }

    /// The plugin that was loaded from this file.
    pub fn loaded_from(&self, file: &Path) -> Option<&Arc<Plugin>> {
        self.plugins.iter().find(|plugin| plugin.file() == file)
    }
}

impl Plugins {
    /// The name of the plugin and the pattern that find the address in a User-Agent.
    pub fn agent(&self, user_agent: &str) -> Option<(&str, &str)> {
        let (agent, _) = self.address_of(user_agent)?;
        Some((self.plugins.get(agent.plugin)?.name(), agent.pattern.as_str()))
    }

    /// As [`Self::agent`], for the serial number in a User-Agent.
    pub fn serial_agent(&self, user_agent: &str) -> Option<(&str, &str)> {
        let (agent, _) = self.serial_of(user_agent)?;
        Some((self.plugins.get(agent.plugin)?.name(), agent.pattern.as_str()))
    }

    /// Patterns run in the plugins' order, and the first one whose match is a MAC address wins. If no match is one, the
    /// first match is returned as it is.
    fn address_of<'t>(&self, user_agent: &'t str) -> Option<(&Agent, &'t str)> {
        let text = matched_part(user_agent);
        let mut found =
            self.agents.iter().filter_map(|agent| Some((agent, agent.pattern.captures(text)?.name("address")?)));
        let is_address = |(_, text): &(&Agent, regex::Match<'_>)| MacAddress::parse(text.as_str()).is_ok();
        let first = found.next()?;
        let (agent, address) = if is_address(&first) { first } else { found.find(is_address).unwrap_or(first) };
        Some((agent, address.as_str()))
    }

    /// The first matching pattern with a group named `serial`, and the address that it finds.
    fn serial_of<'t>(&self, user_agent: &'t str) -> Option<(&Agent, &'t str)> {
        let text = matched_part(user_agent);
        let mut found = self.agents.iter().filter_map(|agent| Some((agent, agent.pattern.captures(text)?)));
        let (agent, captures) = found.find(|(_, captures)| captures.name("serial").is_some())?;
        Some((agent, captures.name("address")?.as_str()))
    }
}

impl UserAgents for Plugins {
    /// The address in a User-Agent, as the phone wrote it.
    fn address(&self, user_agent: &str) -> Option<String> {
        self.address_of(user_agent).map(|(_, address)| address.to_owned())
    }

    /// The address that the first matching pattern with a group named `serial` finds.
    fn serial_number(&self, user_agent: &str) -> Option<String> {
        self.serial_of(user_agent).map(|(_, address)| address.to_owned())
    }
}

/// The component files of a folder (`*.wasm`, without hidden files), sorted by name.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let hidden = path.file_name().is_none_or(|name| name.as_encoded_bytes().starts_with(b"."));
        if !hidden && path.extension().is_some_and(|ending| ending == "wasm") {
            files.push(path);
        }
    }
    files.sort_unstable();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(patterns: &[&str], user_agent: &str) -> Option<String> {
        let agent = |pattern: &&str| {
            let pattern = Regex::new(pattern).unwrap();
            Agent { plugin: 0, pattern, vendor: String::new(), template: None, logs_in: false }
        };
        Plugins { agents: patterns.iter().map(agent).collect(), ..Plugins::default() }.address(user_agent)
    }

    #[test]
    fn greedy_address_pattern_does_not_hide_other_vendors() {
        let (anything, yealink) = ("(?<address>.)", "^Yealink.*(?<address>.{12})$");
        let agent = "Yealink SIP-T46S 66.86.0.15 001565aabbcc";
        assert_eq!(address(&[anything, yealink], agent).as_deref(), Some("001565aabbcc"));
        assert_eq!(address(&[yealink, anything], "Yealink without one").as_deref(), Some(" without one"));
        assert_eq!(address(&[yealink], "other"), None);
    }
}
