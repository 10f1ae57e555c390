//! The User-Agents of a plugin, as a file.
//!
//! ```toml
//! "Acme A1 1.0 00:15:65:2a:3b:4c" = { address = "00:15:65:2a:3b:4c", template = "acme/a1" }
//! "Acme B2" = { template = "acme/b2" }
//! "curl/8.0" = {}
//! ```

use crate::types::Description;
use regex::Regex;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What a plugin reads from a User-Agent.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Reading {
    address: Option<String>,
    template: Option<String>,
}

struct Pattern {
    regex: Regex,
    template: Option<String>,
}

/// Compares what the plugin reads from each User-Agent with the file.
pub fn check(description: &Description, file: &Path) -> Result<(), String> {
    let patterns = patterns(description)?;
    let mut wrong = String::new();
    for (agent, expected) in &read(file)? {
        let actual = reading(&patterns, agent);
        if actual != *expected {
            wrong.push_str(&format!("\n{agent:?}\n  expected {expected:?}\n  actual   {actual:?}"));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(format!("{} differs:{wrong}", file.display())) }
}

/// Requires that every pattern of the plugin decides at least one User-Agent of the file.
pub fn cover(description: &Description, file: &Path) -> Result<(), String> {
    let (patterns, agents) = (patterns(description)?, read(file)?);
    let is_covered = |pattern: &Pattern| {
        agents.keys().any(|agent| {
            let address = of_address(&patterns, agent).is_some_and(|first| std::ptr::eq(first, pattern));
            address || of_template(&patterns, agent).is_some_and(|first| std::ptr::eq(first, pattern))
        })
    };
    let missing: Vec<_> =
        patterns.iter().filter(|pattern| !is_covered(pattern)).map(|pattern| pattern.regex.as_str()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(format!("{} has no User-Agent that these patterns decide:\n{}", file.display(), missing.join("\n")))
}

fn read(file: &Path) -> Result<BTreeMap<String, Reading>, String> {
    let text = match std::fs::read_to_string(file) {
        Ok(text) => text,
        // A plugin without User-Agents needs no file.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(format!("cannot read {}: {error}", file.display())),
    };
    toml::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
}

fn patterns(description: &Description) -> Result<Vec<Pattern>, String> {
    let pattern = |agent: &crate::types::UserAgent| {
        let regex = Regex::new(&agent.pattern).map_err(|error| format!("User-Agent pattern: {error}"))?;
        Ok(Pattern { regex, template: agent.template.clone() })
    };
    description.user_agents.iter().map(pattern).collect()
}

/// The server's rules, for a plugin that is alone.
fn reading(patterns: &[Pattern], agent: &str) -> Reading {
    let address = of_address(patterns, agent).and_then(|pattern| Some(address(pattern, agent)?.to_owned()));
    let template = of_template(patterns, agent).and_then(|pattern| pattern.template.clone());
    Reading { address, template }
}

/// The first pattern that finds an address; where none does, the first whose group `address` matches at all.
fn of_address<'p>(patterns: &'p [Pattern], agent: &str) -> Option<&'p Pattern> {
    let mut found = patterns.iter().filter_map(|pattern| Some((pattern, address(pattern, agent)?)));
    let first = found.next()?;
    if is_address(first.1) {
        return Some(first.0);
    }
    Some(found.find(|(_, text)| is_address(text)).unwrap_or(first).0)
}

/// The first pattern with a template that matches.
fn of_template<'p>(patterns: &'p [Pattern], agent: &str) -> Option<&'p Pattern> {
    patterns.iter().find(|pattern| pattern.template.is_some() && pattern.regex.is_match(agent))
}

fn address<'a>(pattern: &Pattern, agent: &'a str) -> Option<&'a str> {
    Some(pattern.regex.captures(agent)?.name("address")?.as_str())
}

/// Twelve hexadecimal digits, with anything but dots and slashes between them, which FusionPBX keeps.
fn is_address(text: &str) -> bool {
    text.chars().filter(char::is_ascii_hexdigit).count() == 12 && !text.contains(['.', '/'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vendor::{address_agent, model_agent};

    fn description() -> Description {
        Description {
            name: "acme".into(),
            version: "1".into(),
            vendors: vec![],
            user_agents: vec![
                address_agent("acme", r"^Acme.*(?<address>.{17})$"),
                address_agent("acme", r"^Acme.*(?<address>.{12})$"),
                model_agent("acme", "Acme A1", "acme/a1"),
            ],
            any: false,
        }
    }

    #[test]
    fn first_pattern_that_finds_an_address_decides() {
        let patterns = patterns(&description()).expect("valid patterns");
        let address = |agent| reading(&patterns, agent).address;
        assert_eq!(address("Acme B2 00:15:65:2a:3b:4c").as_deref(), Some("00:15:65:2a:3b:4c"));
        assert_eq!(address("Acme firmware 0015652a3b4c").as_deref(), Some("0015652a3b4c"));
        assert_eq!(address("curl"), None);
    }

    #[test]
    fn template_is_read_whatever_the_case() {
        let patterns = patterns(&description()).expect("valid patterns");
        assert_eq!(reading(&patterns, "x acme a1 y").template.as_deref(), Some("acme/a1"));
    }
}
