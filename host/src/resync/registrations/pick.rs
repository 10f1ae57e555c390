//! Picks the registration that is a device's own. A wrong pick would restart another phone, perhaps in a call; so in doubt
//! none is picked.

use super::evidence::{AgentPatterns, Fit, fit};
use super::parse::Registration;
use crate::directory::Phone;
use std::collections::HashMap;

/// Everything that is registered, and every device with its lines.
pub struct Registrar<'a> {
    registrations: &'a [Registration],
    /// The positions of the registrations of a user.
    of_user: HashMap<(String, String), Vec<usize>>,
    /// The devices that have a line of this user.
    with_line: HashMap<(String, String), Vec<&'a Phone>>,
    patterns: &'a dyn AgentPatterns,
}

/// The outcome of a search.
#[derive(Debug, PartialEq, Eq)]
pub enum Picked<'a> {
    Own(&'a Registration),
    /// No registration can be the device's.
    None,
    /// These may all be.
    Ambiguous(Vec<&'a Registration>),
}

impl<'a> Registrar<'a> {
    pub fn new(registrations: &'a [Registration], phones: &'a [Phone], patterns: &'a dyn AgentPatterns) -> Self {
        let (mut of_user, mut with_line) = (HashMap::<_, Vec<usize>>::new(), HashMap::<_, Vec<&Phone>>::new());
        for (at, registration) in registrations.iter().enumerate() {
            of_user.entry(key(&registration.user, &registration.host)).or_default().push(at);
        }
        for phone in phones.iter().filter(|phone| phone.is_enabled) {
            for account in accounts(phone) {
                let devices = with_line.entry(account).or_default();
                if !devices.iter().any(|known| known.uuid == phone.uuid) {
                    devices.push(phone);
                }
            }
        }
        Self { registrations, of_user, with_line, patterns }
    }

    /// The registration of a device: of its first line that has one that is surely its own.
    pub fn pick(&self, phone: &Phone) -> Picked<'a> {
        let mut doubtful: Vec<&Registration> = Vec::new();
        for account in accounts(phone) {
            let positions = self.of_user.get(&account).into_iter().flatten();
            let found = positions.map(|at| &self.registrations[*at]).map(|it| (fit(phone, it, self.patterns), it));
            let possible: Vec<_> = found.filter(|(fit, _)| *fit != Fit::Other).collect();
            let Some(best) = possible.iter().map(|(fit, _)| *fit).max() else { continue };
            let best_ones = || possible.iter().filter(|(fit, _)| *fit == best).map(|(_, registration)| *registration);
            match newest_of_one_phone(best_ones()) {
                Some(own) if !self.is_contested(phone, &account, own, best) => return Picked::Own(own),
                _ => doubtful.extend(best_ones()),
            }
        }
        if doubtful.is_empty() { Picked::None } else { Picked::Ambiguous(doubtful) }
    }

    /// Whether the registration may as well be another phone's.
    fn is_contested(&self, phone: &Phone, account: &(String, String), own: &Registration, best: Fit) -> bool {
        let devices = self.with_line.get(account).into_iter().flatten();
        let mut others = devices.filter(|other| other.uuid != phone.uuid).peekable();
        match best {
            Fit::Stated => false,
            // Nothing but the line: it may be a softphone of the same user.
            Fit::Other | Fit::Line => true,
            // Of two phones of a vendor with the same line, the one that is registered may be the other.
            Fit::Vendor if others.peek().is_some() => true,
            _ => others.any(|other| fit(other, own, self.patterns) >= best),
        }
    }
}

/// The accounts of a device: user and server of each line, and the user at the device's domain.
fn accounts(phone: &Phone) -> Vec<(String, String)> {
    let mut accounts = Vec::new();
    for line in &phone.lines {
        for host in [&line.server, &phone.domain] {
            let account = key(&line.user, host);
            if !accounts.contains(&account) {
                accounts.push(account);
            }
        }
    }
    accounts
}

fn key(user: &str, host: &str) -> (String, String) {
    (user.to_owned(), host.to_ascii_lowercase())
}

/// The registration that expires last, if all of them have the same contact and come from the same place: a phone that was
/// restarted leaves its old registration behind.
fn newest_of_one_phone<'a>(registrations: impl Iterator<Item = &'a Registration>) -> Option<&'a Registration> {
    let mut newest: Option<&Registration> = None;
    for registration in registrations {
        match newest {
            Some(other) if other.uri() != registration.uri() || other.ip != registration.ip => return None,
            Some(other) if other.expires_s >= registration.expires_s => {}
            _ => newest = Some(registration),
        }
    }
    newest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::{LastFetch, PhoneLine};
    use crate::facts::{DeviceAddress, MacAddress};
    use std::slice::from_ref;

    const OWN: &str = "001565aabbcc";

    /// The patterns of two vendors.
    struct Patterns;

    impl AgentPatterns for Patterns {
        fn address(&self, agent: &str) -> Option<MacAddress> {
            agent.starts_with("Yealink").then(|| MacAddress::parse(agent.rsplit(' ').next()?).ok())?
        }

        fn vendor(&self, agent: &str) -> Option<&str> {
            ["Yealink", "Zoiper", "Cisco"].into_iter().find(|name| agent.starts_with(name)).map(|name| match name {
                "Yealink" => "yealink",
                "Cisco" => "cisco",
                _ => "zoiper",
            })
        }
    }

    fn phone(address: &str, users: &[&str], ip: &str, agent: &str) -> Phone {
        let line = |user: &&str| PhoneLine {
            user: (*user).to_owned(),
            server: "tenant.example".to_owned(),
            transport: "udp".to_owned(),
        };
        Phone {
            uuid: address.to_owned(),
            address: DeviceAddress::parse(address).unwrap(),
            domain: "tenant.example".to_owned(),
            vendor: "yealink".to_owned(),
            template: "yealink/t46s".to_owned(),
            is_enabled: true,
            hardware: Default::default(),
            lines: users.iter().map(line).collect(),
            fetched: LastFetch { at: String::new(), ip: ip.to_owned(), agent: agent.to_owned() },
        }
    }

    /// `user contact-host ip agent…`
    fn registration(text: &str) -> Registration {
        let mut words = text.splitn(4, ' ').map(str::to_owned);
        let mut next = || words.next().unwrap_or_default();
        let user = next();
        Registration {
            call_id: text.to_owned(),
            host: "Tenant.example".to_owned(),
            contact: format!("\"x\" <sip:{user}@{}>", next()),
            user,
            ip: next(),
            agent: next(),
            ..Registration::default()
        }
    }

    /// The text of the own registration, or how many may be it.
    fn picked(phones: &[Phone], texts: &[&str]) -> Result<String, usize> {
        let registrations: Vec<_> = texts.iter().map(|text| registration(text)).collect();
        match Registrar::new(&registrations, phones, &Patterns).pick(&phones[0]) {
            Picked::Own(own) => Ok(own.call_id.clone()),
            Picked::None => Err(0),
            Picked::Ambiguous(several) => Err(several.len()),
        }
    }

    const T46: &str = "101 10.0.0.7:5060 198.51.100.1 Yealink SIP-T46S 66.86.0.15";

    #[test]
    fn only_registration_of_the_vendor_is_picked() {
        let own = phone(OWN, &["101"], "", "");
        assert_eq!(picked(from_ref(&own), &[T46]), Ok(T46.to_owned()));
        assert_eq!(picked(from_ref(&own), &[]), Err(0));
        let elsewhere = "102 10.0.0.7:5060 198.51.100.1 Yealink SIP-T46S 66.86.0.15";
        assert_eq!(picked(&[own], &[elsewhere]), Err(0));
    }

    #[test]
    fn softphone_of_the_same_user_is_not_picked() {
        let own = phone(OWN, &["101"], "", "");
        assert_eq!(picked(from_ref(&own), &["101 10.0.0.9:5060 198.51.100.1 Zoiper rv2.10"]), Err(0));
        assert_eq!(picked(from_ref(&own), &[T46, "101 10.0.0.9:5060 198.51.100.1 Zoiper rv2.10"]), Ok(T46.to_owned()));
        // No plugin knows this one, so it could be the phone.
        assert_eq!(picked(from_ref(&own), &["101 10.0.0.9:5060 198.51.100.1 Unknown 1.0"]), Err(1));
        assert_eq!(picked(&[own], &["101 10.0.0.9:5060 198.51.100.1 Unknown 1.0", T46]), Ok(T46.to_owned()));
    }

    #[test]
    fn stated_address_decides_for_and_against() {
        let own = phone(OWN, &["101"], "", "");
        let mine = "101 10.0.0.7:5060 198.51.100.1 Yealink SIP-T46S 66.86.0.15 00:15:65:AA:BB:CC";
        let other = "101 10.0.0.8:5060 198.51.100.1 Yealink SIP-T46S 66.86.0.15 001565ddeeff";
        assert_eq!(picked(from_ref(&own), &[other, mine, T46]), Ok(mine.to_owned()));
        assert_eq!(picked(from_ref(&own), &[other]), Err(0));
        let in_contact = "101 10.0.0.7:5060;mac=001565aabbcc 198.51.100.1 Yealink SIP-T46S 66.86.0.15";
        assert_eq!(picked(&[own], &[T46, in_contact]), Ok(in_contact.to_owned()));
    }

    #[test]
    fn address_of_the_last_fetch_decides_between_two() {
        let there = "101 10.0.0.8:5060 203.0.113.5 Yealink SIP-T46S 66.86.0.15";
        let own = phone(OWN, &["101"], "203.0.113.5", "Yealink SIP-T46S 66.86.0.15 00:15:65:aa:bb:cc");
        assert_eq!(picked(from_ref(&own), &[T46, there]), Ok(there.to_owned()));
        // In the phone's own network, the Contact names the address.
        let inside = phone(OWN, &["101"], "10.0.0.7", "");
        assert_eq!(picked(&[inside], &[T46, there]), Ok(T46.to_owned()));
        let nowhere = phone(OWN, &["101"], "192.0.2.99", "");
        assert_eq!(picked(&[nowhere], &[T46, there]), Err(2));
        assert_eq!(picked(&[phone(OWN, &["101"], "", "Yealink SIP-T46S 66.86.0.15 x")], &[T46, there]), Err(2));
    }

    #[test]
    fn shared_line_needs_more_than_the_vendor() {
        let own = phone(OWN, &["101"], "", "");
        let other = phone("001565ddeeff", &["101"], "", "");
        assert_eq!(picked(&[own.clone(), other.clone()], &[T46]), Err(1));
        let here = phone(OWN, &["101"], "198.51.100.1", "");
        assert_eq!(picked(&[here.clone(), other], &[T46]), Ok(T46.to_owned()));
        // Both are behind one router, and one of them is off.
        let neighbour = phone("001565ddeeff", &["101"], "198.51.100.1", "");
        assert_eq!(picked(&[here.clone(), neighbour.clone()], &[T46]), Err(1));
        let disabled = Phone { is_enabled: false, ..neighbour };
        assert_eq!(picked(&[here, disabled], &[T46]), Ok(T46.to_owned()));
    }

    #[test]
    fn clear_second_line_is_taken_where_the_first_is_shared() {
        let own = phone(OWN, &["101", "102"], "", "");
        let other = phone("001565ddeeff", &["101"], "", "");
        let second = "102 10.0.0.7:5062 198.51.100.1 Yealink SIP-T46S 66.86.0.15";
        assert_eq!(picked(&[own, other], &[T46, second]), Ok(second.to_owned()));
    }

    #[test]
    fn left_behind_registration_does_not_count() {
        let own = phone(OWN, &["101"], "", "");
        let mut old = registration(T46);
        let mut new = registration(T46);
        (old.call_id, old.expires_s) = ("old".to_owned(), 10);
        (new.call_id, new.expires_s) = ("new".to_owned(), 3_600);
        let (registrations, phones) = ([new.clone(), old], [own]);
        let registrar = Registrar::new(&registrations, &phones, &Patterns);
        assert_eq!(registrar.pick(&phones[0]), Picked::Own(&new));
    }

    #[test]
    fn names_of_one_family_are_no_other_vendor() {
        let mut own = phone(OWN, &["101"], "198.51.100.1", "");
        own.vendor = "linksys".to_owned();
        let spa = "101 10.0.0.7:5060 198.51.100.1 Cisco/SPA504G-7.6.2";
        assert_eq!(picked(&[own], &[spa]), Ok(spa.to_owned()));
    }
}
