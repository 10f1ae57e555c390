//! Models and firmware that are too old for https or for redirection, as far as the makers' documents say.

use super::finding::Severity;
use serde::Deserialize;

const TABLE: &str = include_str!("support.csv");

/// One limit of a maker's phones.
#[derive(Debug, Clone, Deserialize)]
pub struct Limit {
    /// As in `device_vendor`.
    pub vendor: String,
    /// Patterns of models, with blanks between them; `*` at the end stands for any rest.
    pub models: String,
    /// The version from which on the limit is lifted, part by part; `*` is any part. Empty: for every version.
    pub firmware: String,
    severity: String,
    pub problem: String,
    pub source: String,
}

impl Limit {
    pub fn all() -> Vec<Self> {
        // A unit test reads every row, so none is left out here.
        csv::Reader::from_reader(TABLE.as_bytes()).deserialize().flatten().collect()
    }

    pub fn severity(&self) -> Severity {
        if self.severity == "error" { Severity::Error } else { Severity::Warning }
    }

    /// Whether it holds for a phone. A limit of the firmware holds only if the version is known.
    pub fn holds(&self, vendor: &str, model: &str, firmware: Option<&str>) -> bool {
        let is_old = || match firmware {
            _ if self.firmware.is_empty() => true,
            Some(version) => is_older(version, &self.firmware),
            None => false,
        };
        self.vendor == vendor && is_model(&self.models, model) && is_old()
    }
}

/// Whether a model is among patterns with blanks between them; `*` at the end stands for any rest.
pub(super) fn is_model(patterns: &str, model: &str) -> bool {
    patterns.split(' ').any(|pattern| match pattern.strip_suffix('*') {
        Some(start) => model.starts_with(start),
        None => model == pattern,
    })
}

/// Compares the parts of two versions as numbers.
pub(super) fn is_older(version: &str, least: &str) -> bool {
    let number = |part: &str| part.parse::<u64>().unwrap_or_default();
    for (part, least) in version.split('.').zip(least.split('.')).filter(|(_, least)| *least != "*") {
        if number(part) != number(least) {
            return number(part) < number(least);
        }
    }
    false
}

/// The version in a User-Agent or a column: the first run of digits and dots with a dot within it.
pub fn version(text: &str) -> Option<&str> {
    let runs = text.split(|c: char| !c.is_ascii_digit() && c != '.').map(|run| run.trim_matches('.'));
    runs.into_iter().find(|run| run.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_read() {
        let rows = Limit::all();
        assert_eq!(rows.len(), TABLE.lines().count() - 1);
        for row in rows {
            assert!(["error", "warning"].contains(&row.severity.as_str()) && !row.source.is_empty(), "{}", row.problem);
        }
    }

    #[test]
    fn page_has_every_limit() {
        let page = include_str!("../../../docs/redirect.md");
        for Limit { vendor, models, firmware, severity, problem, source } in Limit::all() {
            let version = if firmware.is_empty() { "every version".to_owned() } else { format!("before {firmware}") };
            let line = format!("| {vendor} | `{models}` | {version} | {severity} | {problem} | {source} |");
            assert!(page.contains(&line), "docs/redirect.md lacks the line\n{line}");
        }
    }

    #[test]
    fn limit_holds_for_its_models_and_versions() {
        let problems = |vendor: &str, model: &str, firmware: Option<&str>| {
            Limit::all().iter().filter(|limit| limit.holds(vendor, model, firmware)).count()
        };
        assert_eq!(problems("yealink", "t46s", Some("66.86.0.15")), 0);
        assert_eq!(problems("yealink", "t46s", Some("66.70.0.1")), 1);
        assert_eq!(problems("yealink", "t46s", None), 0);
        assert_eq!(problems("yealink", "t28p", Some("2.70.0.50")), 2);
        assert_eq!(problems("snom", "370", None), 1);
        assert_eq!(problems("snom", "d735", None), 0);
        assert_eq!(problems("polycom", "vvx410", Some("5.9.0")), 0);
        assert_eq!(problems("polycom", "vvx410", Some("3.1.8")), 1);
    }

    #[test]
    fn version_is_found_in_each_makers_agent() {
        for (text, found) in [
            ("Yealink SIP-T46U 108.86.0.20", Some("108.86.0.20")),
            ("PolycomVVX-VVX_410-UA/5.9.0.9373", Some("5.9.0.9373")),
            ("Mozilla", None),
            ("66.86.0.15", Some("66.86.0.15")),
        ] {
            assert_eq!(version(text), found, "{text}");
        }
    }
}
