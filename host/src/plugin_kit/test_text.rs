//! The report of `dialplate plugin test` for a terminal.

use super::shown::{grouped, shown};
use super::test::{CaseReport, Figures, TestReport, Verdict};
use std::fmt::Write;

/// Spaces before the lines that belong to a case.
const INDENT: &str = "      ";

impl TestReport {
    pub fn to_text(&self) -> String {
        let Self { component, plugin, version, passed, failed, .. } = self;
        let mut text = format!("{plugin} {} ({})\n", shown(version), shown(component));
        let width = self.cases.iter().map(|case| case.name.chars().count()).max().unwrap_or(0);
        for case in &self.cases {
            case.write(&mut text, width);
        }
        let _ = writeln!(text, "{passed} passed, {failed} failed");
        let _ = writeln!(
            text,
            "the prepared component has {} KB, which all renders share",
            self.prepared_memory_bytes >> 10
        );
        let limits = (self.render_timeout_ms, grouped(self.render_memory_bytes_max as u64));
        let _ = writeln!(
            text,
            "limits of a render: {} ms (render_timeout_ms), {} bytes (render_memory_bytes_max)",
            limits.0, limits.1
        );
        text += "The server's engine does not count instructions, so they were counted in a second render by one that does.\n";
        if self.cases.iter().any(|case| case.figures.as_ref().is_some_and(|figures| !figures.prepared)) {
            text += "*: the case has templates of its own, and the figures include parsing them; a server parses templates once.\n";
        }
        text
    }
}

impl CaseReport {
    fn write(&self, text: &mut String, width: usize) {
        let verdict = match self.verdict {
            Verdict::Passed => "ok",
            Verdict::Blessed => "wrote",
            Verdict::Failed => "FAIL",
        };
        let _ = write!(text, "{verdict:5} {:width$}", shown(&self.name));
        if let Some(Figures { prepared, time_us, memory_bytes, instructions }) = &self.figures {
            let time = format!("{}.{:03} ms", time_us / 1_000, time_us % 1_000);
            let memory = format!("{} KB", grouped((memory_bytes >> 10) as u64));
            let mark = if *prepared { "" } else { " *" };
            let _ = write!(text, "{time:>13}{memory:>12}{:>16} instructions{mark}", grouped(*instructions));
        }
        text.push('\n');
        for line in self.message.iter().chain(&self.diff).flat_map(|lines| lines.lines()) {
            let _ = writeln!(text, "{INDENT}{line}");
        }
    }
}
