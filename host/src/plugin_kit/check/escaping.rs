//! No value escapes its place: values that try to change a file's structure, in every field, checked with the parser of
//! the file's format.

use super::examiner::{Examiner, place};
use super::phone::{self, Target, USUAL};
use super::report::{ESCAPING, Findings, PointReport};
use crate::plugin::{Document, RenderError};
use dialplate_hostile::{self as hostile, Fields, Kind};
use std::collections::BTreeMap;

/// Files with different texts. Each is rendered some fifty times.
const FILES_MAX: usize = 60;
/// Of so many files, one is rendered with each field alone as well, which is some two hundred renders.
const SINGLE_EVERY: usize = 10;
/// Values that each field gets alone: the last ones, which combine several ways out.
const SINGLE_VALUES: usize = 4;
/// Characters of a value in a finding.
const VALUE_CHARS: usize = 60;

/// Counts of the point.
#[derive(Default)]
struct Tally {
    renders: usize,
    kinds: BTreeMap<&'static str, usize>,
    findings: Findings,
}

pub async fn examine(examiner: &Examiner) -> PointReport {
    let (values, long) = (hostile::values(), [hostile::long()]);
    let last = &values[values.len().saturating_sub(SINGLE_VALUES)..];
    let targets = examiner.different_targets(FILES_MAX);
    let mut tally = Tally::default();
    for (at, target) in targets.iter().enumerate() {
        tally.examine(examiner, target, Fields::Texts, &values).await;
        tally.examine(examiner, target, Fields::Text("lines", "display_name"), &long).await;
        if at % SINGLE_EVERY == 0 {
            tally.examine(examiner, target, Fields::Text("device_keys", "device_key_label"), &long).await;
            for fields in Fields::single() {
                tally.examine(examiner, target, fields, last).await;
            }
        }
    }
    let kinds: Vec<_> = tally.kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let kinds = if kinds.is_empty() { "none".to_owned() } else { kinds.join(", ") };
    tally.findings.report(ESCAPING, format!("{} renders of {} different files: {kinds}", tally.renders, targets.len()))
}

impl Tally {
    async fn examine(&mut self, examiner: &Examiner, target: &Target, fields: Fields, values: &[String]) {
        let benign = render(examiner, target, fields, "").await;
        if benign.as_ref().is_ok_and(|document| !is_text(&document.body)) {
            if fields == Fields::Texts {
                *self.kinds.entry("binary, which are not examined").or_default() += 1;
            }
            return;
        }
        let kind = benign.as_ref().map_or(Kind::Lines, |document| hostile::kind(&document.body));
        if fields == Fields::Texts {
            *self.kinds.entry(name(kind)).or_default() += 1;
        }
        for value in values {
            self.renders += 1;
            let outcome = match (&benign, &render(examiner, target, fields, value).await) {
                (Ok(benign), Ok(hostile)) => hostile::check(kind, &benign.body, &hostile.body, value).map(drop),
                (Err(_), Err(_)) => Ok(()),
                (_, Err(error)) => Err(format!("only this value makes the render fail: {error}")),
                (Err(error), Ok(_)) => Err(format!("only without this value the render fails: {error}")),
            };
            if let Err(why) = outcome {
                let shown: String = value.chars().take(VALUE_CHARS).collect();
                self.findings.add(format!("{}: {} = {shown:?}: {why}", place(target), field(fields)));
            }
        }
    }
}

async fn render(examiner: &Examiner, target: &Target, fields: Fields, value: &str) -> Result<Document, RenderError> {
    let phone = phone::with_value(examiner.description(), target, USUAL, fields, &hostile::marked(value));
    examiner.render(&phone).await
}

/// An encrypted file, for instance, is none.
fn is_text(body: &[u8]) -> bool {
    std::str::from_utf8(body).is_ok() && !body.contains(&0)
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Xml => "XML",
        Kind::Broken => "not well-formed XML",
        Kind::Json => "JSON",
        Kind::Lines => "lines",
    }
}

fn field(fields: Fields) -> String {
    match fields {
        Fields::Texts => "all texts".to_owned(),
        Fields::Text(table, column) | Fields::Selector(table, column) => format!("{table}.{column}"),
        Fields::Parameters => "the request's parameters".to_owned(),
    }
}
