//! How a request identifies its device; the strongest identifier counts.

use super::parameters::Parameters;
use crate::facts::DeviceAddress;

/// Finds addresses in User-Agents, by the vendors' patterns.
pub trait UserAgents {
    /// The address in a User-Agent, with or without separators; `None` if no vendor's pattern matches.
    fn address(&self, user_agent: &str) -> Option<String>;

    /// The address that a phone states as its serial number. It also counts if the request names FusionPBX's
    /// placeholder: such a phone was told to state it because everybody asks for the same file first.
    fn serial_number(&self, _user_agent: &str) -> Option<String> {
        None
    }
}

impl<F: Fn(&str) -> Option<String>> UserAgents for F {
    fn address(&self, user_agent: &str) -> Option<String> {
        self(user_agent)
    }
}

/// The device that a request names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DeviceIdentifier {
    Address(DeviceAddress),
    /// The request has an invalid address. Weaker identifiers do not count then.
    Invalid,
    /// The device of vendor escene or grandstream, enabled and in the asked host's enabled domain, one of whose lines
    /// has this `user_id`. If there is none, `fallback` counts.
    Extension {
        number: String,
        fallback: Option<DeviceAddress>,
    },
    Missing,
}

impl DeviceIdentifier {
    /// The address, if the request contains one.
    pub fn address(&self) -> Option<&DeviceAddress> {
        match self {
            Self::Address(address) => Some(address),
            Self::Extension { fallback, .. } => fallback.as_ref(),
            Self::Invalid | Self::Missing => None,
        }
    }
}

/// PHP's empty values count as absent.
fn filled(text: &str) -> Option<&str> {
    Some(text).filter(|text| !matches!(*text, "" | "0"))
}

/// The part of a request that names its device.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NamedBy {
    /// A parameter of this name.
    Parameter(&'static str),
    UserAgent,
    /// The serial number in the User-Agent, in place of FusionPBX's placeholder.
    SerialNumber,
    Nothing,
}

/// The first that is present: `mac` (which hides `address` even when it is empty), `name=SEP…`, `ext`, the User-Agent.
pub fn find(parameters: &Parameters, user_agent: &str, user_agents: &impl UserAgents) -> (DeviceIdentifier, NamedBy) {
    let of = |name: &'static str| parameters.text(name).map(|text| (name, text));
    let given = of("mac").or_else(|| of("address")).filter(|(_, text)| filled(text).is_some());
    let cisco = || of("name").and_then(|(name, text)| Some((name, filled(cisco_name(text)?)?)));
    if let Some((name, text)) = given.or_else(cisco) {
        let address = DeviceAddress::parse(text).ok();
        let is_placeholder = address.as_ref().is_some_and(DeviceAddress::is_placeholder);
        let serial_number = is_placeholder.then(|| user_agents.serial_number(user_agent)).flatten();
        let by = if serial_number.is_some() { NamedBy::SerialNumber } else { NamedBy::Parameter(name) };
        let address = serial_number.map_or(address, |text| DeviceAddress::parse(&text).ok());
        return (address.map_or(DeviceIdentifier::Invalid, DeviceIdentifier::Address), by);
    }
    let found = || user_agents.address(user_agent).map(|text| DeviceAddress::parse(&text));
    if let Some(number) = parameters.text("ext").and_then(filled) {
        let (number, fallback) = (number.to_owned(), found().and_then(Result::ok));
        return (DeviceIdentifier::Extension { number, fallback }, NamedBy::Parameter("ext"));
    }
    match found() {
        None => (DeviceIdentifier::Missing, NamedBy::Nothing),
        Some(Ok(address)) => (DeviceIdentifier::Address(address), NamedBy::UserAgent),
        Some(Err(_)) => (DeviceIdentifier::Invalid, NamedBy::UserAgent),
    }
}

/// The text by which the request names its device, as the phone sent it; empty if it names none by a parameter.
pub fn given(parameters: &Parameters) -> &str {
    let mut named = ["mac", "address", "name", "ext"].into_iter().filter_map(|name| parameters.text(name));
    named.find_map(filled).unwrap_or_default()
}

/// Cisco's 79xx request `SEP<address>.cnf.xml` with the parameter `name`; the address is the twelve characters after the
/// prefix.
fn cisco_name(name: &str) -> Option<&str> {
    let rest = name.strip_prefix("SEP")?;
    Some(rest.char_indices().nth(12).map_or(rest, |(end, _)| &rest[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> DeviceIdentifier {
        DeviceIdentifier::Address(DeviceAddress::parse(text).unwrap())
    }

    fn claim(query: &str, agent: Option<&str>) -> DeviceIdentifier {
        let parameters = Parameters::parse(Vec::new(), query, b"").ok().unwrap();
        find(&parameters, "", &|_: &str| agent.map(str::to_owned)).0
    }

    #[test]
    fn mac_wins_over_address_name_and_user_agent() {
        let agent = Some("00:00:00:00:00:09");
        for (query, digits) in [
            ("mac=000000000001&address=000000000002&name=SEP000000000003", "000000000001"),
            ("address=000000000002&name=SEP000000000003", "000000000002"),
            ("name=SEP00000000000A.cnf.xml&ext=7", "00000000000a"),
            ("mac=&address=000000000002", "000000000009"),
            ("mac=0", "000000000009"),
            ("name=SEP", "000000000009"),
            ("name=sep000000000003", "000000000009"),
            ("", "000000000009"),
        ] {
            assert_eq!(claim(query, agent), address(digits), "{query}");
        }
    }

    #[test]
    fn bad_address_does_not_fall_back_to_weaker_identifier() {
        for query in ["mac=zz", "mac=-", "name=SEPxyz"] {
            assert_eq!(claim(query, Some("000000000009")), DeviceIdentifier::Invalid, "{query}");
        }
        assert_eq!(claim("", Some("none of hex: ")), address("efe"));
        assert_eq!(claim("", Some("?")), DeviceIdentifier::Invalid);
    }

    #[test]
    fn address_of_another_length_is_looked_up_as_it_is() {
        for (query, text) in [
            ("mac=5D0C1F7A-2B9E-4C88-97AA-31E2F0B64D11", "5d0c1f7a2b9e4c8897aa31e2f0b64d11"),
            ("address=00156512345", "00156512345"),
            ("mac=SEP001565BE5FD7", "e001565be5fd7"),
            ("mac=0015.65be.5fd7", "0015.65be.5fd7"),
            ("name=SEP12", "12"),
        ] {
            assert_eq!(claim(query, Some("000000000009")), address(text), "{query}");
        }
    }

    #[test]
    fn separators_and_other_letters_are_ignored() {
        for text in ["00:15:65:BE:5F:D7", "00-15-65-be-5f-d7", "001565%20be5fd7", "x001565be5fd7", "%25001565be5fd7"] {
            assert_eq!(claim(&format!("mac={text}"), None), address("001565be5fd7"), "{text}");
        }
    }

    #[test]
    fn serial_number_replaces_the_placeholder_only() {
        struct Phone;
        impl UserAgents for Phone {
            fn address(&self, _: &str) -> Option<String> {
                Some("00000000000b".to_owned())
            }

            fn serial_number(&self, _: &str) -> Option<String> {
                Some("00000000000a".to_owned())
            }
        }
        let claim = |query| find(&Parameters::parse(Vec::new(), query, b"").ok().unwrap(), "", &Phone).0;
        assert_eq!(claim("mac=000000000000"), address("00000000000a"));
        assert_eq!(claim("mac=00000000000c"), address("00000000000c"));
        assert_eq!(claim(""), address("00000000000b"));
    }

    #[test]
    fn part_that_names_the_device_is_known() {
        let by = |query: &str, agent: Option<&str>| {
            let parameters = Parameters::parse(Vec::new(), query, b"").ok().unwrap();
            find(&parameters, "", &|_: &str| agent.map(str::to_owned)).1
        };
        let agent = Some("000000000009");
        for (query, named_by) in [
            ("mac=000000000001&address=000000000002", NamedBy::Parameter("mac")),
            ("address=000000000002", NamedBy::Parameter("address")),
            ("mac=&address=000000000002", NamedBy::UserAgent),
            ("name=SEP00000000000A", NamedBy::Parameter("name")),
            ("ext=7", NamedBy::Parameter("ext")),
            ("", NamedBy::UserAgent),
        ] {
            assert_eq!(by(query, agent), named_by, "{query}");
        }
        assert_eq!(by("", None), NamedBy::Nothing);
    }

    #[test]
    fn extension_precedes_user_agent() {
        let fallback = Some(DeviceAddress::parse("000000000009").unwrap());
        let number = "7421".to_owned();
        let number = || number.clone();
        assert_eq!(claim("ext=7421", Some("000000000009")), DeviceIdentifier::Extension { number: number(), fallback });
        assert_eq!(claim("ext=7421", None), DeviceIdentifier::Extension { number: number(), fallback: None });
        assert_eq!(claim("ext=0", None), DeviceIdentifier::Missing);
    }
}
