//! A device that a redirection service is told of.

use crate::facts::DeviceAddress;

/// What a service and a check need to know of a device. Texts are empty where nothing is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedirectDevice {
    pub address: DeviceAddress,
    /// The address as it was written.
    pub spelled: String,
    /// A domain, or a line of a file.
    pub place: String,
    /// As in `device_vendor`, lower case.
    pub vendor: String,
    /// Lower case, without the maker: `t46s`.
    pub model: String,
    pub serial: String,
    /// The firmware's version.
    pub firmware: String,
    pub domain: String,
    /// The URL at the service.
    pub url: String,
}

impl RedirectDevice {
    /// A device of which only the address is known.
    pub fn of(address: DeviceAddress) -> Self {
        Self {
            spelled: address.to_string(),
            address,
            place: String::new(),
            vendor: String::new(),
            model: String::new(),
            serial: String::new(),
            firmware: String::new(),
            domain: String::new(),
            url: String::new(),
        }
    }
}

/// How a service spells addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// `aabbccddeeff`
    Lower,
    /// `AABBCCDDEEFF`
    Upper,
    /// `AA:BB:CC:DD:EE:FF`
    Colons,
}

impl Spelling {
    pub fn of(self, address: &DeviceAddress) -> String {
        let digits = address.as_str();
        match self {
            Self::Lower => digits.to_owned(),
            Self::Upper => digits.to_ascii_uppercase(),
            Self::Colons => {
                let digits = digits.to_ascii_uppercase();
                let pairs = digits.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).into_owned());
                pairs.collect::<Vec<_>>().join(":")
            }
        }
    }
}

/// The model of a template folder, or of a column, as the tables spell it.
pub fn model_of(model: &str, template: &str) -> String {
    let named = if model.is_empty() { template.split('/').next_back().unwrap_or_default() } else { model };
    let lower = named.to_ascii_lowercase();
    let lower = lower.strip_prefix("sip-").unwrap_or(&lower);
    lower.split([' ', '_']).collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_is_spelled_in_each_way() {
        let address = DeviceAddress::parse("00:04:13:aa:bb:0c").unwrap();
        assert_eq!(Spelling::Lower.of(&address), "000413aabb0c");
        assert_eq!(Spelling::Upper.of(&address), "000413AABB0C");
        assert_eq!(Spelling::Colons.of(&address), "00:04:13:AA:BB:0C");
    }

    #[test]
    fn model_comes_from_column_or_template() {
        for (model, template, expected) in [
            ("SIP-T46S", "yealink/t42s", "t46s"),
            ("", "yealink/t46s", "t46s"),
            ("VVX 410", "", "vvx410"),
            ("", "", ""),
        ] {
            assert_eq!(model_of(model, template), expected);
        }
    }
}
