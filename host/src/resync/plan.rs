//! Which devices are asked, and when each of them.

use crate::directory::Phone;
use crate::facts::DeviceAddress;
use std::time::Duration;

/// What an operator named. Everything that is named must hold.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    pub addresses: Vec<DeviceAddress>,
    pub domain: Option<String>,
    /// A template folder, or a vendor's: `yealink/t46s`, `yealink`.
    pub template: Option<String>,
}

/// What was named does not exist.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum SelectionError {
    #[error("no device has the address {0}{1}; `dialplate device list` lists the devices")]
    Address(DeviceAddress, String),
    #[error("several devices have the address {0}, in {1}; name one's domain with --domain")]
    Several(DeviceAddress, String),
    #[error("no device is in the domain `{0}`; `dialplate domain list` lists the domains")]
    Domain(String),
    #[error("no device has a template `{0}`{1}; `dialplate device list` shows the templates")]
    Template(String, String),
}

impl Selection {
    /// The devices that are meant, in their order. A device that is disabled is meant only if it is named by its address.
    pub fn choose<'a>(&self, phones: &'a [Phone]) -> Result<Vec<&'a Phone>, SelectionError> {
        let is_in = |phone: &&Phone| {
            let is_domain = |domain: &String| domain.eq_ignore_ascii_case(&phone.domain);
            self.domain.as_ref().is_none_or(is_domain)
        };
        let of_domain: Vec<&Phone> = phones.iter().filter(is_in).collect();
        if let Some(domain) = self.domain.as_ref().filter(|_| of_domain.is_empty()) {
            return Err(SelectionError::Domain(domain.clone()));
        }
        let place = self.domain.as_ref().map(|domain| format!(" in the domain {domain}")).unwrap_or_default();
        let mut chosen = Vec::new();
        for address in &self.addresses {
            let found: Vec<&Phone> = of_domain.iter().copied().filter(|phone| phone.address == *address).collect();
            match found.as_slice() {
                [one] if chosen.contains(one) => {}
                [one] => chosen.push(*one),
                [] => return Err(SelectionError::Address(address.clone(), place)),
                several => {
                    let domains: Vec<_> = several.iter().map(|phone| phone.domain.as_str()).collect();
                    return Err(SelectionError::Several(address.clone(), domains.join(" and ")));
                }
            }
        }
        if self.addresses.is_empty() {
            chosen = of_domain.into_iter().filter(|phone| phone.is_enabled).collect();
        }
        let Some(template) = &self.template else { return Ok(chosen) };
        let folder = template.trim_matches('/');
        let is_of = |phone: &&Phone| {
            let rest = phone.template.strip_prefix(folder);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        chosen.retain(is_of);
        if chosen.is_empty() { Err(SelectionError::Template(template.clone(), place)) } else { Ok(chosen) }
    }
}

/// How fast many devices are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// NOTIFYs per second, at least 1.
    pub rate: u32,
    /// The time over which all of them are spread.
    pub spread: Duration,
}

impl Pace {
    /// The time from one device to the next: by the rate, or longer where the spread wants it.
    pub fn interval(self, devices: usize) -> Duration {
        let by_rate = Duration::from_secs(1) / self.rate.max(1);
        let steps = u32::try_from(devices).unwrap_or(u32::MAX).saturating_sub(1);
        by_rate.max(self.spread.checked_div(steps).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::directory::LastFetch;

    fn phone(domain: &str, address: &str, template: &str, is_enabled: bool) -> Phone {
        Phone {
            uuid: format!("{domain} {address}"),
            address: DeviceAddress::parse(address).unwrap(),
            domain: domain.to_owned(),
            vendor: String::new(),
            template: template.to_owned(),
            is_enabled,
            hardware: Default::default(),
            lines: Vec::new(),
            fetched: LastFetch::default(),
        }
    }

    fn phones() -> Vec<Phone> {
        vec![
            phone("a.example", "001565000001", "yealink/t46s", true),
            phone("a.example", "001565000002", "yealink/t48s", false),
            phone("a.example", "000413000003", "yealinkish/x", true),
            phone("b.example", "001565000001", "yealink/t46s", true),
        ]
    }

    fn chosen(addresses: &[&str], domain: Option<&str>, template: Option<&str>) -> Result<Vec<String>, String> {
        let selection = Selection {
            addresses: addresses.iter().map(|text| DeviceAddress::parse(text).unwrap()).collect(),
            domain: domain.map(str::to_owned),
            template: template.map(str::to_owned),
        };
        let phones = phones();
        let chosen = selection.choose(&phones).map_err(|error| error.to_string())?;
        Ok(chosen.iter().map(|phone| phone.uuid.clone()).collect())
    }

    #[test]
    fn named_devices_domain_and_template_are_combined() {
        let (first, second) = ("a.example 001565000001".to_owned(), "a.example 001565000002".to_owned());
        let other = "b.example 001565000001".to_owned();
        assert_eq!(chosen(&["001565000002"], None, None), Ok(vec![second]));
        assert_eq!(chosen(&["001565000001", "001565000001"], Some("A.example"), None), Ok(vec![first.clone()]));
        assert_eq!(chosen(&[], None, Some("yealink")), Ok(vec![first, other.clone()]));
        assert_eq!(chosen(&[], Some("b.example"), Some("yealink/t46s")), Ok(vec![other]));
    }

    #[test]
    fn unknown_names_are_errors() {
        for (addresses, domain, template, expected) in [
            (&["001565000009"][..], None, None, "no device has the address 001565000009;"),
            (&["001565000002"], Some("b.example"), None, "001565000002 in the domain b.example;"),
            (&["001565000001"], None, None, "in a.example and b.example; name one's domain"),
            (&[], Some("c.example"), None, "no device is in the domain `c.example`"),
            (&[], None, Some("snom"), "no device has a template `snom`;"),
        ] {
            let error = chosen(addresses, domain, template).unwrap_err();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn pace_keeps_rate_and_spread() {
        let pace = |rate, spread| Pace { rate, spread: Duration::from_secs(spread) };
        assert_eq!(pace(10, 0).interval(1_000), Duration::from_millis(100));
        assert_eq!(pace(10, 600).interval(601), Duration::from_secs(1));
        assert_eq!(pace(1, 10).interval(100), Duration::from_secs(1));
        assert_eq!(pace(0, 10).interval(1), Duration::from_secs(1));
        assert_eq!(pace(10, 10).interval(0), Duration::from_millis(100));
    }
}
