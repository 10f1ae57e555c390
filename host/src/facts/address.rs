//! A device's address: twelve hexadecimal digits, whatever the phone put between them.

use std::fmt;

/// A hardware address as FusionPBX stores it: lower case, no separators.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct MacAddress([u8; 12]);

/// The first six digits, which belong to a maker.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Oui([u8; 6]);

/// What was given is no address. It carries nothing of the input: it came from anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an address is twelve hexadecimal digits")]
pub struct InvalidAddress;

impl MacAddress {
    /// Reads an address the way FusionPBX cleans one: lower case, and everything but `0-9 a-f . /` dropped. A dot
    /// or slash that stays is no digit, so dotted forms are no address there and none here.
    pub fn parse(text: &str) -> Result<Self, InvalidAddress> {
        let mut digits = [0; 12];
        let mut count = 0;
        for byte in text.bytes().map(|byte| byte.to_ascii_lowercase()) {
            match byte {
                b'0'..=b'9' | b'a'..=b'f' if count < digits.len() => {
                    digits[count] = byte;
                    count += 1;
                }
                b'0'..=b'9' | b'a'..=b'f' | b'.' | b'/' => return Err(InvalidAddress),
                _ => {}
            }
        }
        if count == digits.len() { Ok(Self(digits)) } else { Err(InvalidAddress) }
    }

    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    pub fn oui(&self) -> Oui {
        let mut digits = [0; 6];
        digits.copy_from_slice(&self.0[..6]);
        Oui(digits)
    }
}

impl Oui {
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
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
        }
    }

    #[test]
    fn other_lengths_dots_and_slashes_are_no_address() {
        for text in ["", "001565aabbc", "001565aabbccd", "0015.65aa.bbcc", "001565aabbcc/..", "../../00"] {
            assert_eq!(MacAddress::parse(text), Err(InvalidAddress), "{text}");
        }
    }

    #[test]
    fn the_oui_is_the_first_half() {
        assert_eq!(MacAddress::parse("001565aabbcc").unwrap().oui().as_str(), "001565");
    }
}
