//! What a check found, for people and for programs.

use serde::Serialize;
use std::fmt;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Ok,
    /// Phones are served, but something is missing or will fail.
    Warning,
    /// Some or all phones are not served.
    Error,
}

impl Level {
    fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that a check found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check, one word.
    pub check: &'static str,
    pub level: Level,
    /// What is the case, and what it means.
    pub message: String,
    /// What to do. Nothing is to be done about what is in order.
    pub advice: Option<String>,
}

impl Finding {
    pub fn ok(check: &'static str, message: impl Into<String>) -> Self {
        Self { check, level: Level::Ok, message: message.into(), advice: None }
    }

    pub fn warning(check: &'static str, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, level: Level::Warning, message: message.into(), advice: Some(advice.into()) }
    }

    pub fn error(check: &'static str, message: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { check, level: Level::Error, message: message.into(), advice: Some(advice.into()) }
    }
}

/// All findings, in the order of the checks.
#[derive(Debug, Default, Serialize)]
pub struct Findings {
    pub findings: Vec<Finding>,
}

impl Findings {
    pub fn add(&mut self, found: impl IntoIterator<Item = Finding>) {
        self.findings.extend(found);
    }

    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }
}

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Finding { check, level, message, advice } in &self.findings {
            writeln!(f, "{:<8} {check:<14} {message}", level.as_str())?;
            if let Some(advice) = advice {
                writeln!(f, "{:<23} -> {advice}", "")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_are_printed_with_their_advice() {
        let mut findings = Findings::default();
        findings.add([Finding::ok("disk", "9 GB free"), Finding::error("ports", "taken", "stop it")]);
        let expected =
            "ok       disk           9 GB free\nerror    ports          taken\n                        -> stop it\n";
        assert_eq!(findings.to_string(), expected);
        assert_eq!((findings.count(Level::Ok), findings.count(Level::Error)), (1, 1));
        let json = serde_json::to_value(&findings).unwrap();
        assert_eq!((&json["findings"][1]["level"], &json["findings"][0]["advice"]), (&"error".into(), &().into()));
    }
}
