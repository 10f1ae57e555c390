//! Files of expected values, in sections:
//!
//! ```text
//! [{$mac}-reg.cfg | lines>=2]
//! reg.2.address = 202@sip.example.net
//! ! reg.4.address
//! ```
//!
//! A section is for the files of that name whose models have a row in the table of capabilities that fits all conditions.
//! `full` is the device with every setting of `settings/<vendor>`, `zone=…` the time zone of the domain, `model=a,b` a list
//! of models. `!` says that the file does not set the parameter. `#` begins a comment.

use crate::own_templates::phones::{Rendered, Variant};
use std::cmp::Ordering;
use std::path::Path;

/// Values that some files must have.
#[derive(Debug, Default)]
pub struct Section {
    pub file: String,
    zone: Option<String>,
    variant: Variant,
    conditions: Vec<Condition>,
    /// `None` for a parameter that the file must not set.
    pub values: Vec<(String, Option<String>)>,
}

#[derive(Debug)]
struct Condition {
    capability: String,
    order: &'static [Ordering],
    value: String,
}

/// The operators, longer ones first, and what they allow.
const OPERATORS: [(&str, &[Ordering]); 5] = [
    (">=", &[Ordering::Greater, Ordering::Equal]),
    ("!=", &[Ordering::Greater, Ordering::Less]),
    ("<", &[Ordering::Less]),
    (">", &[Ordering::Greater]),
    ("=", &[Ordering::Equal]),
];

impl Section {
    fn parse(head: &str) -> Self {
        let mut parts = head.split(" | ");
        let file = parts.next().unwrap_or_default().to_owned();
        let mut section = Self { file, ..Self::default() };
        for part in parts.flat_map(str::split_whitespace) {
            if part == "full" {
                section.variant = Variant::Full;
            } else if let Some(zone) = part.strip_prefix("zone=") {
                section.zone = Some(zone.to_owned());
            } else {
                section.conditions.push(Condition::parse(part));
            }
        }
        section
    }

    /// Whether a file must have these values.
    pub fn is_for(&self, file: &Rendered) -> bool {
        self.zone.as_deref() == file.zone
            && self.file == file.file
            && self.variant == file.variant
            && self.conditions.iter().all(|condition| condition.fits(file))
    }
}

impl Condition {
    fn parse(text: &str) -> Self {
        let found = OPERATORS.iter().find_map(|(operator, order)| Some((text.split_once(operator)?, *order)));
        let ((capability, value), order) = found.unwrap_or_else(|| panic!("no condition: {text}"));
        Self { capability: capability.to_owned(), order, value: value.to_owned() }
    }

    fn fits(&self, file: &Rendered) -> bool {
        if self.capability == "model" {
            return self.value.split(',').any(|model| model == file.model);
        }
        let found = file.capabilities.get(&self.capability).map_or("", String::as_str);
        let order = match (found.parse::<i64>(), self.value.parse::<i64>()) {
            (Ok(found), Ok(value)) => found.cmp(&value),
            _ => found.cmp(&self.value),
        };
        self.order.contains(&order)
    }
}

/// The sections of a file.
pub fn read(path: &Path) -> Vec<Section> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(head) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            sections.push(Section::parse(head));
            continue;
        }
        let value = match (line.strip_prefix("! "), line.split_once(" =")) {
            (Some(name), _) => (name.to_owned(), None),
            (None, Some((name, value))) => (name.to_owned(), Some(value.trim_start().to_owned())),
            (None, None) => panic!("{}: neither a value nor a section: {line}", path.display()),
        };
        sections.last_mut().expect("a section before the first value").values.push(value);
    }
    sections
}
