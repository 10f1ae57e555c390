//! Malformed jobs: missing tables, unknown columns, wrong kinds of values and so on. A plugin answers them with a document or
//! with a failure, and neither crashes nor reaches a limit of the host.

use super::examiner::{Examiner, place};
use super::phone::{self, Phone, USUAL};
use super::random::Random;
use super::report::{Findings, MALFORMED, PointReport};
use crate::facts::{Layer, Table, Value};
use crate::plugin::{Job, RenderError};
use std::sync::Arc;

/// Jobs of a check.
const JOBS: usize = 200;
/// Files that the jobs ask for in turn.
const FILES_MAX: usize = 50;
/// Changes that a job gets at most.
const CHANGES_MAX: usize = 4;

/// Names of tables that no host sends.
const UNKNOWN_TABLES: [&str; 3] = ["", "unknown", "LINES"];
const TEXTS: [&str; 9] = ["", "0", "-1", "99999999999999999999", "1e308", "true", "\u{0}", "\u{202e}\u{1f4de}", "null"];
const FILES: [&str; 5] = ["", "no-such-file.cfg", "%", "{$mac}", "\u{1f4de}.xml"];
const NAMES: [&str; 6] = ["a[", "a[]", "a[b][c][d]", "", "__proto__", "\u{0}"];

pub async fn examine(examiner: &Examiner, seed: u64) -> PointReport {
    let (targets, mut findings) = (examiner.different_targets(FILES_MAX), Findings::default());
    let (mut documents, mut failures) = (0, 0);
    if !targets.is_empty() {
        for number in 0..JOBS {
            let target = &targets[number % targets.len()];
            let mut random = Random::new(seed.wrapping_add(number as u64));
            // A secret in every setting makes some plugins encrypt, or fail before they read anything else.
            let phone = match (number / targets.len()) % 2 {
                0 => phone::full(examiner.description(), target, USUAL),
                _ => phone::with_secrets(examiner.description(), target),
            };
            let (phone, changes) = malformed(phone, &mut random);
            match examiner.render(&phone).await {
                Ok(_) => documents += 1,
                Err(error) if is_failure(&error) => failures += 1,
                Err(error) => {
                    findings.add(format!("job {number}, {} with {}: {error}", place(target), changes.join(", ")));
                }
            }
        }
    }
    let jobs = documents + failures;
    let summary = format!("{jobs} of {JOBS} jobs survived, {failures} of them with a failure (--seed {seed})");
    findings.report(MALFORMED, summary)
}

/// Whether the plugin itself answered that it cannot render.
fn is_failure(error: &RenderError) -> bool {
    matches!(
        error,
        RenderError::NoSuchFile(_) | RenderError::Template(_) | RenderError::Limit { .. } | RenderError::Other(_)
    )
}

/// A job with some changes, and their names.
fn malformed(mut phone: Phone, random: &mut Random) -> (Phone, Vec<&'static str>) {
    let changes = (0..=random.below(CHANGES_MAX)).map(|_| change(&mut phone.job, random)).collect();
    (phone, changes)
}

fn change(job: &mut Job, random: &mut Random) -> &'static str {
    match random.below(12) {
        0 => {
            job.tables.clear();
            "no tables"
        }
        1 => {
            let at = random.below(job.tables.len());
            job.tables.drain(at..(at + 1).min(job.tables.len()));
            "a missing table"
        }
        2 => {
            let again = job.tables.get(random.below(job.tables.len())).cloned();
            job.tables.extend(again);
            "a table twice"
        }
        3 => {
            let name = random.one_of(&UNKNOWN_TABLES).unwrap_or_default();
            on_table(job, random, |table, _| table.name = name);
            "an unknown table"
        }
        4 => {
            on_table(job, random, |table, random| table.columns = unknown(&table.columns, random));
            "unknown columns"
        }
        5 => {
            on_table(job, random, |table, _| table.columns = [].into());
            "rows without columns"
        }
        6 => {
            on_table(job, random, |table, random| {
                let length = random.below(table.columns.len() + 3);
                table.rows.iter_mut().for_each(|row| row.resize(length, Value::Null));
            });
            "rows of another length"
        }
        7 => {
            on_table(job, random, |table, random| {
                table.rows.iter_mut().flatten().for_each(|cell| *cell = value(random));
            });
            "values of wrong kinds"
        }
        8 => {
            job.settings.layers.add_category(Layer::Device, "provision", settings(random));
            "settings of wrong kinds"
        }
        9 => {
            job.file = random.one_of(&FILES).map(str::to_owned).filter(|file| !file.is_empty());
            "an unknown file"
        }
        10 => {
            let texts = || NAMES.into_iter().chain(TEXTS);
            job.parameters = texts().flat_map(|name| texts().map(move |text| (name.into(), text.into()))).collect();
            "odd parameters"
        }
        _ => {
            job.vendor = random.one_of(&TEXTS).unwrap_or_default().to_owned();
            "an unknown vendor"
        }
    }
}

/// Changes one of the job's tables, if it has any.
fn on_table(job: &mut Job, random: &mut Random, change: impl FnOnce(&mut Table, &mut Random)) {
    let at = random.below(job.tables.len());
    if let Some(table) = job.tables.get_mut(at) {
        change(Arc::make_mut(table), random);
    }
}

fn unknown(columns: &[String], random: &mut Random) -> Arc<[String]> {
    let renamed = |column: &String| if random.below(2) == 0 { format!("{column}_x") } else { column.clone() };
    columns.iter().map(renamed).collect()
}

fn value(random: &mut Random) -> Value {
    let text = random.one_of(&TEXTS).unwrap_or_default().to_owned();
    match random.below(5) {
        0 => Value::Null,
        1 => Value::Text(text),
        2 => Value::Number(text),
        3 => Value::Flag(random.below(2) == 0),
        _ => Value::Items(vec![text; random.below(4)]),
    }
}

/// The settings that templates read most, with values of every kind.
fn settings(random: &mut Random) -> Vec<(String, Value)> {
    let names =
        ["admin_name", "admin_password", "time_zone", "domain_name", "contact_users", "line_key_max", "ntp_server"];
    names.into_iter().map(|name| (name.to_owned(), value(random))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_answers_of_the_plugin_are_failures() {
        for error in [RenderError::NoSuchFile(String::new()), RenderError::Other(String::new())] {
            assert!(is_failure(&error));
        }
        for error in [RenderError::Trap(String::new()), RenderError::Beyond { name: "stack_bytes_max" }] {
            assert!(!is_failure(&error));
        }
    }
}
