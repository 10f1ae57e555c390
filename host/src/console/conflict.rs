//! Two versions of a row, when somebody else has changed it since a form was opened.

use super::draft::{Draft, DraftPart};
use super::fields::label;
use super::parts::{cell, table};
use crate::editing::{Kind, entity};
use maud::{Markup, html};
use std::collections::BTreeSet;

/// A value that differs.
#[derive(Debug, PartialEq, Eq)]
pub struct Difference {
    pub place: String,
    pub yours: String,
    pub stored: String,
}

const ABSENT: &str = "(no such row)";

/// What differs between the form and the database. The form becomes one that builds on the stored version: rows that are new
/// there are added, and rows that are gone there would be added again.
pub fn rebase(typed: &mut Draft, stored: &Draft) -> Vec<Difference> {
    let mut differences = Vec::new();
    let flags: BTreeSet<_> = typed.device.keys().chain(stored.device.keys()).cloned().collect();
    for flag in flags {
        differ(&mut differences, label(&flag), typed.text(&flag), stored.text(&flag));
    }
    parts(&mut differences, Kind::Line, &mut typed.lines, &stored.lines);
    parts(&mut differences, Kind::Key, &mut typed.keys, &stored.keys);
    typed.tag.clone_from(&stored.tag);
    differences
}

/// Says that somebody else was faster, and lists both values of each difference.
pub fn notice(thing: &str, differences: &[Difference]) -> Markup {
    let rows: Vec<_> = differences.iter().map(|it| vec![cell(&it.place), cell(&it.yours), cell(&it.stored)]).collect();
    html! {
        div .error role="alert" {
            p { "Somebody else has changed this " (thing) " since you opened it. Nothing was saved." }
            p { "The form below has your values. Change what you want to keep of the others', and save again." }
        }
        @if rows.is_empty() { p { "The fields of this form are the same; a setting or a password was changed." } }
        @else { (table("Values that differ", &["Value", "Yours", "Stored now"], &rows, None)) }
    }
}

/// Adds a difference, if there is one.
pub fn differ(differences: &mut Vec<Difference>, place: String, yours: &str, stored: &str) {
    if yours != stored {
        differences.push(Difference { place, yours: yours.to_owned(), stored: stored.to_owned() });
    }
}

fn parts(differences: &mut Vec<Difference>, kind: Kind, typed: &mut Vec<DraftPart>, stored: &[DraftPart]) {
    for part in typed.iter_mut().filter(|part| !part.is_new()) {
        match stored.iter().find(|other| other.uuid == part.uuid) {
            None => {
                differ(differences, title(kind, part), &summary(kind, part), ABSENT);
                part.uuid.clear();
            }
            Some(other) => {
                let flags: BTreeSet<_> = part.texts.keys().chain(other.texts.keys()).cloned().collect();
                for flag in flags {
                    let place = format!("{}, {}", title(kind, other), label(&flag).to_lowercase());
                    differ(differences, place, part.text(&flag), other.text(&flag));
                }
            }
        }
    }
    for other in stored.iter().filter(|other| typed.iter().all(|part| part.uuid != other.uuid)).collect::<Vec<_>>() {
        differ(differences, title(kind, other), ABSENT, &summary(kind, other));
        typed.push(other.clone());
    }
}

fn title(kind: Kind, part: &DraftPart) -> String {
    let entity = entity(kind);
    let names: Vec<_> = entity.names.iter().map(|field| part.text(field.flag)).collect();
    format!("{} {}", label(entity.name), names.join(" "))
}

/// The values of a row that are not empty.
fn summary(kind: Kind, part: &DraftPart) -> String {
    let fields = entity(kind).fields.iter().filter(|field| !part.text(field.flag).is_empty());
    fields.map(|field| format!("{} {}", field.flag, part.text(field.flag))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn line(uuid: &str, number: &str, user: &str) -> DraftPart {
        let texts = [("LINE", number), ("user-id", user)].map(|(flag, text)| (flag.to_owned(), text.to_owned()));
        DraftPart { uuid: uuid.to_owned(), texts: BTreeMap::from(texts), ..DraftPart::default() }
    }

    fn draft(label: &str, tag: &str, lines: Vec<DraftPart>) -> Draft {
        let device = BTreeMap::from([("label".to_owned(), label.to_owned())]);
        Draft { device, tag: tag.to_owned(), lines, ..Draft::default() }
    }

    #[test]
    fn both_values_of_each_difference_are_listed() {
        let mut typed = draft("Hall", "old", vec![line("a", "1", "101"), line("b", "2", "102"), line("", "9", "109")]);
        let stored = draft("Lobby", "new", vec![line("a", "1", "111"), line("c", "3", "103")]);
        let found = rebase(&mut typed, &stored);
        let found: Vec<_> = found.iter().map(|it| (it.place.as_str(), it.yours.as_str(), it.stored.as_str())).collect();
        assert_eq!(
            found,
            [
                ("Label", "Hall", "Lobby"),
                ("Line 1, user id", "101", "111"),
                ("Line 2", "user-id 102", ABSENT),
                ("Line 3", ABSENT, "user-id 103"),
            ]
        );
        // The form builds on the new version, and has lost nothing that was typed.
        assert_eq!((typed.tag.as_str(), typed.text("label")), ("new", "Hall"));
        let uuids: Vec<_> = typed.lines.iter().map(|line| line.uuid.as_str()).collect();
        assert_eq!(uuids, ["a", "", "", "c"]);
    }
}
