//! Renders every template of FusionPBX, and our own, with values that try to change the structure of the file, in every
//! field.
#![allow(clippy::print_stdout, reason = "the test reports its number of cases")]

mod corpus;
mod fields;
#[path = "../../../smarty/tests/support/skip.rs"]
mod skip;

use dialplate_hostile::{self as hostile, Fields, Kind};
use dialplate_sdk::testing::Files;
use dialplate_sdk::types::{Description, Document, Failure, Setting, Value};
use dialplate_sdk::{Vendor, vendor};
use fields::phone;
use std::collections::BTreeMap;

/// One of this many files is also tested with each field alone.
const SINGLE_EVERY: usize = 32;

struct Maker(String);

impl Vendor for Maker {
    fn describe(&self) -> Description {
        let vendors = vec![vendor(&self.0, &[], "check-sync", "check-sync;reboot=true")];
        Description { name: self.0.clone(), version: "1".into(), vendors, user_agents: vec![], any: true }
    }
}

/// Counts and failures of a run.
#[derive(Default)]
struct Tally {
    cases: usize,
    /// Occurrences of a value in rendered files.
    places: usize,
    /// Cases in which the template fails with any value.
    failing: usize,
    kinds: BTreeMap<String, usize>,
    /// Cases that let the value change the file.
    failures: Vec<String>,
}

struct Subject<'a> {
    folder: &'a str,
    file: &'a str,
    files: &'a Files,
    maker: Maker,
    settings: &'a [Setting],
}

impl Subject<'_> {
    fn render(&self, fields: Fields, value: &str) -> Result<Document, Failure> {
        let mut phone = phone(self.folder, &self.maker.0, self.settings, fields, &hostile::marked(value));
        phone.job.file = Some(self.file.to_owned());
        self.files.render(&self.maker, &phone.job, &phone.host)
    }

    fn run(&self, fields: Fields, values: &[String], tally: &mut Tally) {
        let benign = self.render(fields, "");
        let kind = benign.as_ref().map_or(Kind::Lines, |document| hostile::kind(&document.body));
        *tally.kinds.entry(format!("{kind:?}")).or_default() += 1;
        for value in values {
            tally.cases += 1;
            let outcome = match (&benign, self.render(fields, value)) {
                (Ok(benign), Ok(hostile)) => hostile::check(kind, &benign.body, &hostile.body, value),
                (Err(_), Err(_)) => {
                    tally.failing += 1;
                    Ok(0)
                }
                (_, other) => {
                    Err(format!("only one of the renders fails: {:?}", other.err().map(|error| format!("{error:?}"))))
                }
            };
            match outcome {
                Ok(places) => tally.places += places,
                Err(why) => {
                    let shown: String = value.chars().take(60).collect();
                    tally.failures.push(format!("{}/{} {fields:?} {shown:?}: {why}", self.folder, self.file));
                }
            }
        }
    }
}

fn run(folders: &[corpus::Folder], part: usize, parts: usize, settings: &[Setting]) -> Tally {
    let (values, long) = (hostile::values(), [hostile::long()]);
    let mut tally = Tally::default();
    let mut number = 0;
    for folder in folders {
        let named: Vec<(&str, &[u8])> =
            folder.files.iter().map(|(name, source)| (name.as_str(), source.as_slice())).collect();
        let files = Files::parse(&folder.name, &named);
        let settings = corpus::named(&folder.files, settings);
        for (file, _) in &named {
            number += 1;
            if number % parts != part {
                continue;
            }
            let subject = Subject {
                folder: &folder.name,
                file,
                files: &files,
                maker: Maker(folder.vendor().to_owned()),
                settings: &settings,
            };
            subject.run(Fields::Texts, &values, &mut tally);
            subject.run(Fields::Text("lines", "display_name"), &long, &mut tally);
            if number % SINGLE_EVERY < parts {
                subject.run(Fields::Text("device_keys", "device_key_label"), &long, &mut tally);
                for fields in Fields::single() {
                    subject.run(fields, &values[values.len() - 4..], &mut tally);
                }
            }
        }
    }
    tally
}

#[test]
fn hostile_value_never_changes_structure_of_any_template() {
    let Some(root) = corpus::root() else {
        return skip::skip("hostile_value_never_changes_structure_of_any_template", "../shared/corpus is absent");
    };
    check_all(&corpus::folders(&root), corpus::settings(&root));
}

#[test]
fn hostile_value_never_changes_structure_of_own_templates() {
    check_all(&corpus::own(), Vec::new());
}

fn check_all(folders: &[corpus::Folder], mut settings: Vec<Setting>) {
    settings.push(Setting { name: hostile::SECRET_SETTING.into(), value: Value::Text(hostile::SECRET.into()) });
    let settings = &settings;
    let tallies: Vec<Tally> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..2).map(|part| scope.spawn(move || run(folders, part, 2, settings))).collect();
        runs.into_iter().map(|run| run.join().expect("no panic")).collect()
    });
    let sum = |count: fn(&Tally) -> usize| tallies.iter().map(count).sum::<usize>();
    let (cases, places, failing) = (sum(|t| t.cases), sum(|t| t.places), sum(|t| t.failing));
    let files: usize = folders.iter().map(|folder| folder.files.len()).sum();
    println!(
        "{cases} cases in {files} different files, {places} occurrences of values, {failing} cases fail with any value"
    );
    tallies.iter().for_each(|tally| println!("{:?}", tally.kinds));
    let failures: Vec<&String> = tallies.iter().flat_map(|tally| &tally.failures).collect();
    failures.iter().take(40).for_each(|fault| println!("{fault}"));
    assert!(failures.is_empty(), "{} cases fail", failures.len());
}
