//! A device's address: the text in `device_address`. In most rows it is a hardware address; FusionPBX gives softphones
//! that it sets up by QR code 32 digits, and an administrator can write any text.

use std::fmt;
use std::sync::Arc;

/// The longest address: a longer text fits into no file name, and so into no phone's request.
const ADDRESS_CHARS_MAX: usize = 255;

/// FusionPBX's placeholder for a device without an address. Many rows may have it, but no phone has.
const NO_ADDRESS: &str = "000000000000";

/// An address as FusionPBX compares it: lower case, no characters but `0-9 a-f . /`, of any length, not empty.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct DeviceAddress(Arc<str>);

/// An address of twelve hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MacAddress([u8; 12]);

/// The first six digits of an address. In a MAC address they belong to a maker.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oui([u8; 6]);

/// The text is not an address. The error repeats nothing of the input, because any client may have sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address has 1 to {ADDRESS_CHARS_MAX} hexadecimal digits, dots and slashes")]
pub struct InvalidAddress;

/// The hexadecimal digits of an address in any spelling, in lower case.
pub fn address_digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_hexdigit).map(|digit| digit.to_ascii_lowercase()).collect()
}

impl DeviceAddress {
    /// Cleans a text as FusionPBX does: lower case, and all characters but `0-9 a-f . /` are dropped.
    ///
    /// # Errors
    /// Nothing is left, or more than [`ADDRESS_CHARS_MAX`] characters.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let lower = text.chars().map(|c| c.to_ascii_lowercase());
        let kept = lower.filter(|c| matches!(c, '0'..='9' | 'a'..='f' | '.' | '/'));
        let address: String = kept.take(ADDRESS_CHARS_MAX + 1).collect();
        let is_valid = (1..=ADDRESS_CHARS_MAX).contains(&address.len());
        if is_valid { Ok(Self(address.into())) } else { Err(InvalidAddress) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is FusionPBX's placeholder for a device without an address.
    pub fn is_placeholder(&self) -> bool {
        *self.0 == *NO_ADDRESS
    }

    /// The MAC address that it is; `None` for an address of another length, or with a dot or slash.
    pub fn mac(&self) -> Option<MacAddress> {
        let digits: [u8; 12] = self.0.as_bytes().try_into().ok()?;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(MacAddress(digits))
    }

    /// The first six digits, by which FusionPBX guesses the vendor whatever the length of the address.
    pub fn oui(&self) -> Option<Oui> {
        let digits = *self.0.as_bytes().first_chunk::<6>()?;
        digits.iter().all(u8::is_ascii_hexdigit).then_some(Oui(digits))
    }
}

impl From<MacAddress> for DeviceAddress {
    fn from(mac: MacAddress) -> Self {
        Self(mac.as_str().into())
    }
}

impl MacAddress {
    /// Reads a MAC address in any case, with or without separators.
    ///
    /// # Errors
    /// It has not twelve digits, or a dot or slash, which FusionPBX keeps as a part of the address.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        DeviceAddress::parse(text)?.mac().ok_or(InvalidAddress)
    }

    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    pub fn oui(&self) -> Oui {
        let mut digits = [0; 6];
        digits.copy_from_slice(&self.0[..6]);
        Oui(digits)
    }

    /// Whether a phone can have it: multicast addresses, broadcast among them, and FusionPBX's placeholder name none.
    pub fn is_unicast(&self) -> bool {
        // The lowest bit of the first byte is the lowest of the second digit.
        let is_multicast = matches!(self.0[1], b'1' | b'3' | b'5' | b'7' | b'9' | b'b' | b'd' | b'f');
        !is_multicast && self.as_str() != NO_ADDRESS
    }
}

impl Oui {
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for DeviceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for DeviceAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for MacAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for Oui {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_and_case_do_not_matter() {
        for text in ["001565AABBCC", "00:15:65:aa:bb:cc", "00-15-65-aa-bb-cc", "00 15 65 aa bb cc"] {
            assert_eq!(MacAddress::parse(text).unwrap().as_str(), "001565aabbcc");
            assert_eq!(DeviceAddress::parse(text).unwrap().mac(), MacAddress::parse(text).ok());
        }
    }

    #[test]
    fn address_of_any_length_is_kept_whole() {
        for (text, address) in [
            ("5D0C1F7A-2B9E-4C88-97AA-31E2F0B64D11", "5d0c1f7a2b9e4c8897aa31e2f0b64d11"),
            ("00156512345", "00156512345"),
            ("0015.65AA.bbcc", "0015.65aa.bbcc"),
            ("x1", "1"),
        ] {
            let parsed = DeviceAddress::parse(text).unwrap();
            assert_eq!((parsed.as_str(), parsed.mac()), (address, None), "{text}");
        }
    }

    #[test]
    fn empty_and_overlong_texts_are_no_address() {
        for text in ["", "zz:-", &"a".repeat(ADDRESS_CHARS_MAX + 1)] {
            assert_eq!(DeviceAddress::parse(text), Err(InvalidAddress), "{text}");
        }
        assert!(DeviceAddress::parse(&"a".repeat(ADDRESS_CHARS_MAX)).is_ok());
    }

    #[test]
    fn other_lengths_dots_and_slashes_are_no_mac_address() {
        for text in ["", "001565aabbc", "001565aabbccd", "0015.65aa.bbcc", "001565aabbcc/..", "../../000000"] {
            assert_eq!(MacAddress::parse(text), Err(InvalidAddress), "{text}");
        }
    }

    #[test]
    fn oui_is_the_first_six_digits_of_any_address() {
        assert_eq!(MacAddress::parse("001565aabbcc").unwrap().oui().as_str(), "001565");
        let oui = |text| DeviceAddress::parse(text).unwrap().oui().map(|oui| oui.as_str().to_owned());
        assert_eq!(oui("0015651").as_deref(), Some("001565"));
        assert_eq!((oui("00156"), oui("00.5651")), (None, None));
    }

    #[test]
    fn multicast_broadcast_and_placeholder_are_not_unicast() {
        let unicast = |text| MacAddress::parse(text).unwrap().is_unicast();
        assert!(unicast("001565aabbcc") && unicast("02aabbccddee") && unicast("fe0000000001"));
        for text in ["ffffffffffff", "01005e000001", "333300000001", "0b0000000000", "000000000000"] {
            assert!(!unicast(text), "{text}");
        }
    }
}
