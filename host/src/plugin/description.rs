//! What a plugin's `describe` returned, and the checks on it.

use super::error::LoadError;
use super::limits::{MESSAGE_CHARS_MAX, one_line};
use crate::facts::is_control;
use regex::{Regex, RegexBuilder, RegexSetBuilder};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Description {
    pub name: String,
    pub version: String,
    pub vendors: Vec<Vendor>,
    /// Matched in order.
    pub user_agents: Vec<UserAgent>,
    /// The plugin serves every vendor that no other plugin serves.
    pub any: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Vendor {
    /// As in the column `device_vendor`, lower case.
    pub name: String,
    /// Six lower-case hexadecimal digits each.
    pub ouis: Vec<String>,
    /// What a NOTIFY asks of this vendor's phones, for the command that will send one.
    pub events: Vec<(Action, String)>,
}

/// An action that a SIP NOTIFY requests from a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    Resync,
    Reboot,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserAgent {
    pub pattern: String,
    pub vendor: String,
    pub template: Option<String>,
}

/// Far above what any vendor needs: the largest owns some hundred OUIs.
const VENDORS_MAX: usize = 64;
const OUIS_MAX: usize = 4_096;
const EVENTS_MAX: usize = 16;
const USER_AGENTS_MAX: usize = 256;
const PATTERN_BYTES_MAX: usize = 1_000;
/// Bytes of all compiled patterns of a plugin. Each pattern is tried on every User-Agent that no earlier pattern
/// matches. Our largest plugin needs 140 KB.
const PATTERNS_MEMORY_BYTES_MAX: usize = 1 << 20;
/// Bytes that matching may use as a cache; a smaller cache makes it slower.
const PATTERN_SCRATCH_BYTES_MAX: usize = 64 << 10;
const NAME_BYTES_MAX: usize = 64;
const TEXT_BYTES_MAX: usize = 256;

impl Description {
    /// The first of its vendors whose name a template folder has.
    pub fn vendor_of(&self, folder: &str) -> Option<&Vendor> {
        self.vendors.iter().find(|vendor| folder.split('/').any(|part| part == vendor.name))
    }

    /// Rejects invalid descriptions, so that later code can rely on a description without checks.
    pub(super) fn check(&self) -> Result<(), LoadError> {
        check_name("name", &self.name)?;
        check_text("version", &self.version)?;
        check_count("vendors", self.vendors.len(), VENDORS_MAX)?;
        check_count("user-agents", self.user_agents.len(), USER_AGENTS_MAX)?;
        if self.vendors.is_empty() && !self.any {
            return wrong("it serves no vendor and is not for the rest either");
        }
        for (at, vendor) in self.vendors.iter().enumerate() {
            vendor.check()?;
            if self.vendors[..at].iter().any(|other| other.name == vendor.name) {
                return wrong(&format!("vendor {:?} twice", vendor.name));
            }
        }
        for agent in &self.user_agents {
            if !self.vendors.iter().any(|vendor| vendor.name == agent.vendor) {
                return wrong(&format!("a User-Agent of vendor {}, which it does not serve", quoted(&agent.vendor)));
            }
            check_text("template", agent.template.as_deref().unwrap_or_default())?;
            agent.regex()?;
        }
        let patterns = self.user_agents.iter().map(|agent| &agent.pattern);
        let together = RegexSetBuilder::new(patterns).size_limit(PATTERNS_MEMORY_BYTES_MAX).build();
        together.map(drop).or_else(|_| {
            wrong(&format!("its User-Agent patterns take more than {PATTERNS_MEMORY_BYTES_MAX} bytes together"))
        })
    }
}

impl Vendor {
    fn check(&self) -> Result<(), LoadError> {
        check_name("vendor", &self.name)?;
        check_count("OUIs", self.ouis.len(), OUIS_MAX)?;
        check_count("events", self.events.len(), EVENTS_MAX)?;
        let digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if let Some(oui) = self.ouis.iter().find(|oui| oui.len() != 6 || !oui.bytes().all(digit)) {
            return wrong(&format!("OUI {} is not six lower-case hexadecimal digits", quoted(oui)));
        }
        self.events.iter().try_for_each(|(_, event)| check_text("event", event))
    }
}

impl UserAgent {
    pub(super) fn regex(&self) -> Result<Regex, LoadError> {
        if self.pattern.len() > PATTERN_BYTES_MAX {
            return wrong(&format!("a User-Agent pattern of more than {PATTERN_BYTES_MAX} bytes"));
        }
        let built = RegexBuilder::new(&self.pattern)
            .size_limit(PATTERNS_MEMORY_BYTES_MAX)
            .dfa_size_limit(PATTERN_SCRATCH_BYTES_MAX)
            .build();
        built.or_else(|error| {
            // The lines before it repeat the pattern.
            let error = error.to_string();
            wrong(&format!("User-Agent pattern {:?}: {}", self.pattern, error.lines().last().unwrap_or_default()))
        })
    }
}

/// Whether a plugin or a vendor may have this name.
pub fn is_name(text: &str) -> bool {
    let fits = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_');
    !text.is_empty() && text.len() <= NAME_BYTES_MAX && text.bytes().all(fits)
}

fn check_name(what: &str, name: &str) -> Result<(), LoadError> {
    if !is_name(name) {
        return wrong(&format!("{what} {} is not lower-case letters, digits and hyphens", quoted(name)));
    }
    Ok(())
}

fn check_text(what: &str, text: &str) -> Result<(), LoadError> {
    if text.len() > TEXT_BYTES_MAX || text.chars().any(is_control) {
        return wrong(&format!("{what} is not a short line of text"));
    }
    Ok(())
}

fn check_count(what: &str, count: usize, max: usize) -> Result<(), LoadError> {
    if count > max { wrong(&format!("it has {count} {what}, and {max} are allowed")) } else { Ok(()) }
}

fn wrong<T>(message: &str) -> Result<T, LoadError> {
    Err(LoadError::Description(one_line(message, MESSAGE_CHARS_MAX)))
}

/// Shortens a text of any length for a message.
fn quoted(text: &str) -> String {
    format!("{:?}", one_line(text, NAME_BYTES_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn description() -> Description {
        Description {
            name: "snom".into(),
            version: "1".into(),
            vendors: vec![Vendor {
                name: "snom".into(),
                ouis: vec!["000413".into()],
                events: vec![(Action::Reboot, "reboot".into())],
            }],
            user_agents: vec![UserAgent { pattern: "snom(D?\\d+)".into(), vendor: "snom".into(), template: None }],
            any: false,
        }
    }

    #[test]
    fn valid_description_passes() {
        description().check().unwrap();
    }

    #[test]
    fn invalid_description_is_refused_by_name() {
        type Case = (&'static str, fn(&mut Description));
        let cases: [Case; 13] = [
            ("name \"Snom\"", |d| d.name = "Snom".into()),
            ("is not lower-case letters", |d| d.name = "x".repeat(1 << 20)),
            ("version", |d| d.version = "1\n2".into()),
            ("version", |d| d.version = "1\u{202e}2".into()),
            ("serves no vendor", |d| (d.vendors, d.user_agents) = (vec![], vec![])),
            ("twice", |d| d.vendors.push(d.vendors[0].clone())),
            ("OUI \"00:04:13\"", |d| d.vendors[0].ouis[0] = "00:04:13".into()),
            ("is not six", |d| d.vendors[0].ouis[0] = "x".repeat(1 << 20)),
            ("which it does not serve", |d| d.user_agents[0].vendor = "yealink".into()),
            ("pattern", |d| d.user_agents[0].pattern = "(".into()),
            ("unclosed character class", |d| d.user_agents[0].pattern = "\n\u{1b}[2J(".into()),
            ("pattern", |d| d.user_agents[0].pattern = "\\w{500}{500}".into()),
            ("take more than 1048576 bytes together", |d| {
                d.user_agents[0].pattern = "\\d{200}".into();
                d.user_agents = vec![d.user_agents[0].clone(); 100];
            }),
        ];
        for (expected, change) in cases {
            let mut changed = description();
            change(&mut changed);
            let message = changed.check().unwrap_err().to_string();
            assert!(message.contains(expected), "{message} has no {expected}");
            assert!(message.len() < 300 && !message.contains(char::is_control), "{message:?}");
        }
    }
}
