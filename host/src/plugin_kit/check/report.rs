//! The outcome of a check, point by point.

use serde::Serialize;

/// Findings of a point that are listed; the others are counted.
const FINDINGS_MAX: usize = 20;

#[derive(Serialize)]
pub struct CheckReport {
    pub component: String,
    /// Absent if the component does not describe itself.
    pub plugin: Option<String>,
    pub version: Option<String>,
    pub passed: bool,
    /// What the malformed jobs were made from; the same seed makes the same jobs.
    pub seed: u64,
    pub points: Vec<PointReport>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Passed,
    Failed,
    /// An earlier point failed, so this one could not be examined.
    Skipped,
}

#[derive(Serialize)]
pub struct PointReport {
    #[serde(flatten)]
    pub point: Point,
    pub verdict: Verdict,
    /// What was examined.
    pub summary: String,
    /// What is wrong, at most 20.
    pub findings: Vec<String>,
    /// How many there are.
    pub findings_count: usize,
}

/// A part of the contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Point {
    /// A word for programs.
    pub name: &'static str,
    pub title: &'static str,
}

const fn point(name: &'static str, title: &'static str) -> Point {
    Point { name, title }
}

pub const IMPORTS: Point = point("imports", "is a component that imports only the interface");
pub const DESCRIPTION: Point = point("description", "describes itself completely and without clashes");
pub const LOAD: Point = point("load", "can be prepared within the limits");
pub const BARE: Point = point("bare", "renders every file for a device with nothing set");
pub const SAME_BYTES: Point = point("same_bytes", "gives the same bytes for the same job");
pub const LIMITS: Point = point("limits", "keeps time and memory with 1,000 keys and 10,000 contacts");
pub const ESCAPING: Point = point("escaping", "lets no value escape its place");
pub const MALFORMED: Point = point("malformed", "survives malformed jobs");
pub const SECRETS: Point = point("secrets", "logs no secret");

/// All points in their order.
pub const ALL: [Point; 9] = [IMPORTS, DESCRIPTION, LOAD, BARE, SAME_BYTES, LIMITS, ESCAPING, MALFORMED, SECRETS];

/// What a point has found.
#[derive(Default)]
pub struct Findings {
    first: Vec<String>,
    count: usize,
}

impl Findings {
    pub fn add(&mut self, finding: impl Into<String>) {
        self.count += 1;
        if self.first.len() < FINDINGS_MAX {
            self.first.push(finding.into());
        }
    }

    pub fn report(self, point: Point, summary: impl Into<String>) -> PointReport {
        let verdict = if self.count == 0 { Verdict::Passed } else { Verdict::Failed };
        PointReport { point, verdict, summary: summary.into(), findings: self.first, findings_count: self.count }
    }
}

impl PointReport {
    pub fn failed(point: Point, finding: impl Into<String>) -> Self {
        let mut findings = Findings::default();
        findings.add(finding);
        findings.report(point, String::new())
    }

    pub fn skipped(point: Point) -> Self {
        Self { verdict: Verdict::Skipped, ..Findings::default().report(point, "an earlier point failed") }
    }
}
