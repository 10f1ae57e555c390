//! Compares devices with a delivery note: the addresses that a distributor printed, scanned or mailed.

use super::device::RedirectDevice;
use super::finding::{Finding, Severity};
use crate::facts::{LookAlike, MacAddress, Oui, address_digits, read_typed, without_look_alikes};
use regex::Regex;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;

/// An address with colons, dashes, dots, blanks or nothing between its digits.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b[0-9a-f]{2}(?:[:. -]?[0-9a-f]{2}){5}\b").unwrap_or_else(|error| unreachable!("{error}"))
});

/// The same with letters that look like digits, as in a note that was scanned.
static DOUBTFUL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b[0-9a-fA-FOoQIiLlZzSsG]{2}(?:[:. -]?[0-9a-fA-FOoQIiLlZzSsG]{2}){5}\b")
        .unwrap_or_else(|error| unreachable!("{error}"))
});

/// The addresses of a delivery note, each with its line.
#[derive(Debug, Default)]
pub struct Pallet {
    lines: BTreeMap<String, usize>,
    /// Addresses that have a letter for a digit on the note.
    doubtful: BTreeMap<String, LookAlike>,
}

impl Pallet {
    /// Finds the addresses in a text of any form, such as CSV. Of several texts in a line that look like addresses, those
    /// of a known maker count: article and serial numbers may have twelve digits, too.
    pub fn read(text: &str, is_known: impl Fn(Oui) -> bool) -> Self {
        let mut lines = BTreeMap::new();
        let mut doubtful = BTreeMap::new();
        for (at, line) in text.lines().enumerate() {
            let parse = |text: &str| MacAddress::parse(&address_digits(text)).ok();
            let found: Vec<_> = ADDRESS.find_iter(line).filter_map(|found| parse(found.as_str())).collect();
            let known: Vec<_> = found.iter().filter(|address| is_known(address.oui())).collect();
            let is_decimal = |address: &MacAddress| address.as_str().bytes().all(|digit| digit.is_ascii_digit());
            let meant: Vec<_> = if known.is_empty() {
                found.iter().filter(|address| found.len() == 1 || !is_decimal(address)).collect()
            } else {
                known
            };
            for address in meant {
                lines.entry(address.as_str().to_owned()).or_insert(at + 1);
            }
            for found in DOUBTFUL.find_iter(line) {
                let Some(Err(error)) = read_typed(found.as_str()) else { continue };
                let likely = parse(&without_look_alikes(found.as_str())).filter(|address| is_known(address.oui()));
                if let Some(likely) = likely {
                    lines.entry(likely.as_str().to_owned()).or_insert(at + 1);
                    doubtful.entry(likely.as_str().to_owned()).or_insert(error);
                }
            }
        }
        Self { lines, doubtful }
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// What differs between the note and the devices.
    pub fn compare(&self, devices: &[RedirectDevice]) -> Vec<Finding> {
        let entered: HashSet<&str> = devices.iter().map(|device| device.address.as_str()).collect();
        let missing: Vec<&str> =
            self.lines.keys().map(String::as_str).filter(|address| !entered.contains(address)).collect();
        let near = Neighbours::of(&missing);
        let mut explained: HashSet<&str> = HashSet::new();
        let mut findings = Vec::new();
        for device in devices.iter().filter(|device| !self.lines.contains_key(device.address.as_str())) {
            let address = device.address.as_str();
            let (problem, message) = match near.find(address).as_slice() {
                [] => ("not-delivered", "is not on the delivery note".to_owned()),
                one_or_more => {
                    explained.extend(one_or_more);
                    let lines: Vec<_> = one_or_more.iter().map(|other| self.described(address, other)).collect();
                    ("typing-error", format!("is not on the delivery note, which has {}", lines.join(" or ")))
                }
            };
            let place = device.place.clone();
            let (severity, device) = (Severity::Error, device.spelled.clone());
            findings.push(Finding { severity, device, place, problem, message });
        }
        for address in missing.into_iter().filter(|address| !explained.contains(address)) {
            let message = format!("is in line {} of the delivery note, and was not entered", self.line(address));
            let (device, place) = (address.to_owned(), String::new());
            findings.push(Finding { severity: Severity::Warning, device, place, problem: "not-entered", message });
        }
        for (address, error) in &self.doubtful {
            let place = format!("line {} of the delivery note", self.line(address));
            let message = format!("is read as {address}: {error}");
            findings.push(Finding {
                severity: Severity::Error,
                device: address.clone(),
                place,
                problem: "look-alike",
                message,
            });
        }
        findings
    }

    fn line(&self, address: &str) -> usize {
        self.lines.get(address).copied().unwrap_or_default()
    }

    /// The address of the note beside one that was entered: `001565aabbcc in line 3 (digit 12 is c)`.
    fn described(&self, entered: &str, noted: &str) -> String {
        let differing = entered.chars().zip(noted.chars()).position(|(one, other)| one != other);
        let at = differing.unwrap_or_default();
        let digit = noted.chars().nth(at).unwrap_or_default();
        let only = if entered.len() == noted.len() { format!("; digit {} is {digit}", at + 1) } else { String::new() };
        format!("{noted} in line {}{only}", self.line(noted))
    }
}

/// Finds addresses that differ in one digit, by two exchanged neighbours, or by one digit too few or too many.
struct Neighbours<'a> {
    /// Each address, whole and without one of its digits.
    shortened: HashMap<String, Vec<&'a str>>,
}

impl<'a> Neighbours<'a> {
    fn of(addresses: &[&'a str]) -> Self {
        let mut shortened: HashMap<String, Vec<&'a str>> = HashMap::new();
        for address in addresses {
            for short in shorter(address).chain([(*address).to_owned()]) {
                let known = shortened.entry(short).or_default();
                if known.last() != Some(address) {
                    known.push(address);
                }
            }
        }
        Self { shortened }
    }

    fn find(&self, address: &str) -> Vec<&'a str> {
        let keys = shorter(address).chain([address.to_owned()]);
        let mut found: Vec<&'a str> = keys
            .filter_map(|short| self.shortened.get(&short))
            .flatten()
            .copied()
            .filter(|it| is_near(address, it))
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn shorter(address: &str) -> impl Iterator<Item = String> + '_ {
    (0..address.len()).map(|at| {
        let mut short = address.to_owned();
        short.remove(at);
        short
    })
}

fn is_near(one: &str, other: &str) -> bool {
    strsim::osa_distance(one, other) == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::DeviceAddress;

    fn device(address: &str) -> RedirectDevice {
        let (place, vendor) = ("line 2".to_owned(), "yealink".to_owned());
        RedirectDevice { place, vendor, ..RedirectDevice::of(DeviceAddress::parse(address).unwrap()) }
    }

    fn words(note: &str, entered: &[&str]) -> Vec<String> {
        let pallet = Pallet::read(note, |oui| oui.as_str() == "001565");
        let devices: Vec<_> = entered.iter().map(|address| device(address)).collect();
        pallet.compare(&devices).iter().map(|found| format!("{} {}", found.device, found.problem)).collect()
    }

    #[test]
    fn addresses_are_found_in_notes_of_each_form() {
        let note = "Pos;Article;Serial;MAC\n1;694012345678;314601909163;00:15:65:AA:BB:01\n2 001565-aabb02\n\
                    3 0015.65aa.bb03\n4 00 15 65 aa bb 04\nEAN 6940123456789\n7C2F80ABCDEF-1A2B\n";
        let pallet = Pallet::read(note, |oui| oui.as_str() == "001565");
        let found: Vec<_> = pallet.lines.keys().map(String::as_str).collect();
        assert_eq!(found, ["001565aabb01", "001565aabb02", "001565aabb03", "001565aabb04", "7c2f80abcdef"]);
    }

    #[test]
    fn look_alike_letter_of_a_note_is_named() {
        let note = "1 00:15:65:AA:BB:O1\n2 0015.65aa.bb02\n3 Is loosely 12 34 56\n4 ISSOLID12345\n";
        let pallet = Pallet::read(note, |oui| oui.as_str() == "001565");
        let [found] = pallet.compare(&[device("001565aabb01"), device("001565aabb02")]).try_into().unwrap();
        assert_eq!((found.problem, found.place.as_str()), ("look-alike", "line 1 of the delivery note"));
        assert!(found.message.contains("001565aabb01: its digit 11 is the letter O"), "{}", found.message);
    }

    #[test]
    fn typing_errors_are_told_from_other_phones() {
        let note = "001565aabb01\n001565aabb12\n001565aabbcc";
        assert_eq!(words(note, &["001565aabb01", "001565aabb12", "001565aabbcc"]), [""; 0]);
        assert_eq!(
            words(note, &["001565aabb01", "001565aabb21", "001565aabbcd"]),
            ["001565aabb21 typing-error", "001565aabbcd typing-error"]
        );
        assert_eq!(words(note, &["001565aabb01", "001565aabbc", "001565aabb122"]).len(), 2);
        assert_eq!(
            words(note, &["001565aabb01", "001565aabb12", "001565000000"]),
            ["001565000000 not-delivered", "001565aabbcc not-entered"]
        );
    }

    #[test]
    fn message_names_line_and_digit() {
        let pallet = Pallet::read("x\n001565aabbcc\n", |_| true);
        let [found] = pallet.compare(&[device("001565aabbcd")]).try_into().unwrap();
        assert!(found.message.contains("001565aabbcc in line 2; digit 12 is c"), "{}", found.message);
    }

    #[test]
    fn long_lists_are_compared_quickly() {
        let note: Vec<_> = (0..2_000).map(|at| format!("001565{at:06x}")).collect();
        let pallet = Pallet::read(&note.join("\n"), |_| true);
        let devices: Vec<_> = (0..2_000).map(|at| device(&format!("001565{:06x}", at + 2_000))).collect();
        let started = std::time::Instant::now();
        assert!(pallet.compare(&devices).len() >= 2_000);
        assert!(started.elapsed().as_secs() < 10);
    }
}
