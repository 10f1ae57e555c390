//! The report of a check for a terminal.

use super::report::{CheckReport, PointReport, Verdict};
use crate::plugin_kit::shown::shown;
use std::fmt::Write;

/// Spaces before the lines that belong to a point.
const INDENT: &str = "         ";

impl CheckReport {
    pub fn to_text(&self) -> String {
        let mut text = match (&self.plugin, &self.version) {
            (Some(name), Some(version)) => format!("{name} {} ({})\n", shown(version), shown(&self.component)),
            _ => format!("{}\n", shown(&self.component)),
        };
        self.points.iter().for_each(|point| point.write(&mut text));
        text += if self.passed { "The component passes.\n" } else { "The component fails.\n" };
        text
    }
}

impl PointReport {
    fn write(&self, text: &mut String) {
        let verdict = match self.verdict {
            Verdict::Passed => "ok",
            Verdict::Failed => "FAIL",
            Verdict::Skipped => "skipped",
        };
        let summary = if self.summary.is_empty() { String::new() } else { format!(": {}", self.summary) };
        let _ = writeln!(text, "{verdict:8} {}{}", self.point.title, shown(&summary));
        for finding in &self.findings {
            let _ = writeln!(text, "{INDENT}{}", shown(finding));
        }
        if let Some(more) = self.findings_count.checked_sub(self.findings.len()).filter(|more| *more > 0) {
            let _ = writeln!(text, "{INDENT}and {more} more");
        }
    }
}
