//! What would keep phones from being redirected, found before a service is told of them.

use super::check_url::check_url;
use super::device::RedirectDevice;
use super::finding::{Finding, Flaw, Severity};
use super::sheet::split_mac_id;
use super::support::{Limit, version};
use super::url_rule::UrlRule;
use crate::facts::{Oui, read_typed};
use std::collections::{HashMap, HashSet};

/// What the loaded components know of makers' addresses.
pub trait OuiOwners {
    /// The vendor whose addresses begin so.
    fn vendor_of(&self, oui: Oui) -> Option<&str>;
    /// Whether any address is known to be this vendor's.
    fn knows(&self, vendor: &str) -> bool;
}

/// The digits that mark an address that no maker gave, as the second of an address.
const LOCAL: [u8; 4] = *b"26ae";

/// Everything that is wrong with the devices, in their order.
pub fn check(devices: &[RedirectDevice], owners: &impl OuiOwners) -> Vec<Finding> {
    let limits = Limit::all();
    let mut first: HashMap<&str, &str> = HashMap::new();
    let mut unchecked: HashSet<&str> = HashSet::new();
    let mut findings = Vec::new();
    for device in devices {
        let mut add = |severity, problem, message| {
            let (device, place) = (device.spelled.clone(), device.place.clone());
            findings.push(Finding { severity, device, place, problem, message });
        };
        if let Some((severity, problem, message)) = check_address(device) {
            add(severity, problem, message);
            continue;
        }
        if let Some(place) = first.get(device.address.as_str()) {
            add(Severity::Error, "duplicate", format!("stands in {place} already; one phone can be in one place only"));
            continue;
        }
        first.insert(device.address.as_str(), &device.place);
        if let Some((severity, problem, message)) = check_maker(device, owners) {
            add(severity, problem, message);
        }
        if !device.vendor.is_empty() && !owners.knows(&device.vendor) && unchecked.insert(&device.vendor) {
            let message =
                format!("no loaded component knows which addresses are {}'s; compare them by hand", device.vendor);
            add(Severity::Warning, "maker-unknown", message);
        }
        let firmware = version(&device.firmware);
        for limit in limits.iter().filter(|limit| limit.holds(&device.vendor, &device.model, firmware)) {
            add(limit.severity(), "too-old", format!("{} ({})", limit.problem, limit.source));
        }
        match UrlRule::of(&device.vendor) {
            Some(_) if device.url.is_empty() => {
                add(Severity::Error, "no-url", "has no URL; set redirect_url, or write the column `url`".to_owned());
            }
            Some(rule) => check_url(rule, &device.url).into_iter().for_each(|(severity, word, message)| {
                add(severity, word, message);
            }),
            None if device.vendor.is_empty() => {
                add(Severity::Error, "no-maker", "has no maker; write its vendor or its template".to_owned());
            }
            None => {
                let message = format!("{} has no redirection service that is known here; use DHCP", device.vendor);
                add(Severity::Warning, "no-service", message);
            }
        }
    }
    findings
}

/// Whether the address can be a phone's.
pub fn check_address(device: &RedirectDevice) -> Option<Flaw> {
    let (hardware, _) = split_mac_id(&device.spelled);
    let message = match read_typed(hardware) {
        Some(Ok(_)) => None,
        Some(Err(error)) => Some(format!("is no address: {error}")),
        // What is no digit was dropped, and the rest may be the address of another phone.
        None => hardware
            .chars()
            .find(|c| c.is_alphanumeric() && !c.is_ascii_hexdigit())
            .map(|other| format!("contains {other:?}, and a hardware address has 12 hexadecimal digits")),
    };
    if let Some(message) = message {
        return Some((Severity::Error, "no-address", message));
    }
    let Some(mac) = device.address.mac() else {
        let digits = device.address.as_str().len();
        let message = format!("has {digits} characters, and a hardware address has 12 hexadecimal digits");
        return Some((Severity::Error, "no-address", message));
    };
    if !mac.is_unicast() {
        let message = "is an address that no device has (multicast, or all zeros); a digit is wrong".to_owned();
        return Some((Severity::Error, "no-address", message));
    }
    if LOCAL.contains(&mac.as_str().as_bytes()[1]) {
        let message = "is no maker's address (it is locally administered); a digit is wrong".to_owned();
        return Some((Severity::Error, "no-address", message));
    }
    None
}

fn check_maker(device: &RedirectDevice, owners: &impl OuiOwners) -> Option<Flaw> {
    let oui = device.address.oui()?;
    match owners.vendor_of(oui) {
        Some(owner) if device.vendor.is_empty() || owner == device.vendor => None,
        Some(owner) => {
            let message = format!("is {owner}'s address ({oui}), and the device is entered as {}'s", device.vendor);
            Some((Severity::Error, "other-maker", message))
        }
        None if owners.knows(&device.vendor) => {
            let message =
                format!("begins with {oui}, which is none of {}'s known addresses; compare the label", device.vendor);
            Some((Severity::Warning, "oui-unknown", message))
        }
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redirect::read_sheet;

    struct Owners;

    impl OuiOwners for Owners {
        fn vendor_of(&self, oui: Oui) -> Option<&str> {
            match oui.as_str() {
                "001565" => Some("yealink"),
                "000413" => Some("snom"),
                _ => None,
            }
        }

        fn knows(&self, vendor: &str) -> bool {
            ["yealink", "snom"].contains(&vendor)
        }
    }

    fn words(rows: &str) -> Vec<String> {
        let devices = read_sheet(format!("address,template,firmware,url\n{rows}").as_bytes()).unwrap();
        check(&devices, &Owners).iter().map(|found| format!("{} {}", found.place, found.problem)).collect()
    }

    #[test]
    fn device_without_a_fault_has_no_finding() {
        let rows = "001565aabbcc,yealink/t46s,66.86.0.15,https://a.example/\n\
                    00:04:13:AA:BB:CC,snom/d735,,https://a.example/snom-{mac}.htm\n";
        assert_eq!(words(rows), [""; 0]);
    }

    #[test]
    fn each_fault_of_a_device_has_its_word() {
        for (row, expected) in [
            ("000413aabbcc,yealink/t46s,,https://a.example/", "line 2 other-maker"),
            ("805ec0aabbcc,yealink/t46s,,https://a.example/", "line 2 oui-unknown"),
            ("001565aabbc,yealink/t46s,,https://a.example/", "line 2 no-address"),
            ("001565aabbOc,yealink/t46s,,https://a.example/", "line 2 no-address"),
            ("x001565aabbcc,yealink/t46s,,https://a.example/", "line 2 no-address"),
            ("011565aabbcc,yealink/t46s,,https://a.example/", "line 2 no-address"),
            ("021565aabbcc,yealink/t46s,,https://a.example/", "line 2 no-address"),
            ("001565aabbcc,yealink/t46s,66.70.0.1,https://a.example/", "line 2 too-old"),
            ("001565aabbcc,yealink/t46s,,", "line 2 no-url"),
            ("001565aabbcc,yealink/t46s,,https://a.example/{mac}.cfg", "line 2 url-variable"),
            ("001565aabbcc,,,https://a.example/", "line 2 no-maker"),
        ] {
            assert_eq!(words(row), [expected], "{row}");
        }
    }

    #[test]
    fn look_alike_letter_is_named_with_its_line() {
        let devices = read_sheet(b"address,template\n00:15:65:AA:BB:0O,yealink/t46s\n").unwrap();
        let found = check(&devices, &Owners).remove(0);
        assert_eq!((found.device.as_str(), found.place.as_str()), ("00:15:65:AA:BB:0O", "line 2"));
        assert!(found.message.contains("digit 12 is the letter O, and likely the digit 0"), "{}", found.message);
    }

    #[test]
    fn duplicate_names_the_first_place() {
        let row = "001565aabbcc,yealink/t46s,,https://a.example/\n";
        let devices = read_sheet(format!("address,template,firmware,url\n{row}{row}").as_bytes()).unwrap();
        let [found] = check(&devices, &Owners).try_into().unwrap();
        assert_eq!((found.problem, found.place.as_str()), ("duplicate", "line 3"));
        assert!(found.message.contains("line 2"), "{}", found.message);
    }

    #[test]
    fn maker_without_known_addresses_is_named_once() {
        let row = |digit| format!("0c383eaabbc{digit},fanvil/x4,,https://a.example/$mac.cfg\n");
        assert_eq!(words(&(row(1) + &row(2))), ["line 2 maker-unknown"]);
        assert_eq!(words("001122aabbcc,acme/1,,\n"), ["line 2 maker-unknown", "line 2 no-service"]);
    }
}
