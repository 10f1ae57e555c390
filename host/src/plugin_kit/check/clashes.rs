//! What a plugin's own description claims twice, or in two spellings, and what it can never use.

use super::report::Findings;
use super::samples::samples;
use crate::plugin::{Action, Description, UserAgent, Vendor};
use regex::Regex;

/// With fewer texts that a pattern matches, nothing is said of what else matches them.
const SAMPLES_MIN: usize = 8;
/// The bit of an address's first byte that says that it is of a group, and so of no device.
const GROUP_BIT: u8 = 1;
/// User-Agents of no phone. A pattern that matches them all matches everything.
const NO_PHONES: [&str; 3] = ["", "Mozilla/5.0 (X11; Linux x86_64)", "curl/8.0"];

pub fn examine(description: &Description, findings: &mut Findings) {
    for (at, vendor) in description.vendors.iter().enumerate() {
        let before = &description.vendors[..at];
        if let Some(other) = before.iter().find(|other| spelling(&other.name) == spelling(&vendor.name)) {
            findings.add(format!("the vendor {:?} is {:?} in another spelling", vendor.name, other.name));
        }
        ouis(vendor, before, findings);
        events(vendor, findings);
    }
    agents(&description.user_agents, findings);
}

/// The letters and digits of a name.
fn spelling(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).collect()
}

fn ouis(vendor: &Vendor, before: &[Vendor], findings: &mut Findings) {
    for (at, oui) in vendor.ouis.iter().enumerate() {
        if vendor.ouis[..at].contains(oui) {
            findings.add(format!("vendor {:?} has the OUI {oui} twice", vendor.name));
        } else if let Some(other) = before.iter().find(|other| other.ouis.contains(oui)) {
            findings.add(format!("the OUI {oui} belongs to two vendors, {:?} and {:?}", other.name, vendor.name));
        }
        let first = oui.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        if first.is_some_and(|first| first & GROUP_BIT != 0) {
            findings.add(format!(
                "vendor {:?} has the OUI {oui} of groups, and no device's address begins so",
                vendor.name
            ));
        }
    }
}

fn events(vendor: &Vendor, findings: &mut Findings) {
    for (action, name) in [(Action::Resync, "resync"), (Action::Reboot, "reboot")] {
        let described = vendor.events.iter().filter(|(described, _)| *described == action);
        let described: Vec<_> = described.map(|(_, event)| event).collect();
        if described.len() > 1 {
            findings.add(format!("vendor {:?} has {} events for {name}: {described:?}", vendor.name, described.len()));
        }
        if let Some(event) = described.iter().find(|event| event.trim() != event.as_str()) {
            findings.add(format!("the event {event:?} of vendor {:?} has blanks around it", vendor.name));
        }
    }
}

/// A pattern with what a server uses it for, and texts that it matches.
struct Agent<'a> {
    pattern: &'a str,
    regex: Regex,
    uses: Vec<String>,
    samples: Vec<String>,
}

impl<'a> Agent<'a> {
    /// `None` for a pattern that a server refuses.
    fn of(agent: &'a UserAgent) -> Option<Self> {
        let regex = Regex::new(&agent.pattern).ok()?;
        let mut uses: Vec<_> = regex.capture_names().flatten().map(str::to_owned).collect();
        uses.extend(agent.template.as_ref().map(|_| "template".to_owned()));
        let samples = samples(&agent.pattern, &regex);
        Some(Self { pattern: &agent.pattern, regex, uses, samples })
    }

    fn matches_all_of(&self, other: &Self) -> bool {
        other.samples.len() >= SAMPLES_MIN && other.samples.iter().all(|text| self.regex.is_match(text))
    }

    /// Whether the server asks it before the other one for everything that the other one is for.
    fn is_for_all_of(&self, other: &Self) -> bool {
        other.uses.iter().all(|of_other| self.uses.contains(of_other))
    }
}

/// The server uses the first pattern that matches, so one of whose texts an earlier one matches all is never used.
fn agents(user_agents: &[UserAgent], findings: &mut Findings) {
    let agents: Vec<_> = user_agents.iter().filter_map(Agent::of).collect();
    for (at, agent) in agents.iter().enumerate() {
        if NO_PHONES.iter().all(|text| agent.regex.is_match(text)) {
            let pattern = agent.pattern;
            findings
                .add(format!("the User-Agent pattern {pattern:?} matches everything, other makers' phones as well"));
            continue;
        }
        let mut before = agents[..at].iter().filter(|before| before.is_for_all_of(agent));
        let Some(other) = before.find(|before| before.pattern == agent.pattern || before.matches_all_of(agent)) else {
            continue;
        };
        let (pattern, first) = (agent.pattern, other.pattern);
        findings.add(match (pattern == first, agent.matches_all_of(other)) {
            (true, _) => format!("the User-Agent pattern {pattern:?} is there twice"),
            (false, true) => format!("the User-Agent pattern {pattern:?} is {first:?} in another spelling"),
            (false, false) => format!(
                "the User-Agent pattern {pattern:?} is never used, because {first:?} before it matches the same phones; \
                 put the narrower one first"
            ),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin_kit::check::report::DESCRIPTION;

    fn found(agents: &[(&str, Option<&str>)]) -> usize {
        let agent = |(pattern, template): &(&str, Option<&str>)| UserAgent {
            pattern: (*pattern).to_owned(),
            vendor: "acme".to_owned(),
            template: template.map(str::to_owned),
        };
        let agents: Vec<_> = agents.iter().map(agent).collect();
        let mut findings = Findings::default();
        super::agents(&agents, &mut findings);
        findings.report(DESCRIPTION, String::new()).findings_count
    }

    #[test]
    fn only_a_pattern_that_is_never_used_is_found() {
        let one = Some("acme/one");
        for (agents, expected) in [
            (&[("^Acme X1", one), ("^Acme X", one)][..], 0),
            (&[("^Acme X", one), ("^Acme X1", one)], 1),
            (&[("^Acme X", one), ("^Acme X(?<address>[0-9a-f]{12})", one)], 0),
            (&[("^Acme (?<address>[0-9a-f]{12})", None), ("^Acme .*", one)], 0),
            (&[("^Acme [0-9]$", one), ("^Acme [[:digit:]]$", one)], 1),
            (&[("^Acme X(3|4|5)", one), ("^Acme X[345](U|G)", one), ("^Beta", one)], 1),
            (&[("(", one), ("(", one)], 0),
            (&[(".*", one)], 1),
            (&[("", None), ("a?", one)], 2),
        ] {
            assert_eq!(found(agents), expected, "{agents:?}");
        }
    }
}
