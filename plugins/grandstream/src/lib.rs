//! Grandstream: GXP, GRP and GXV phones, HT adapters and DP bases.

mod binary;
mod encryption;

use dialplate_sdk::php::Value;
use dialplate_sdk::types::{Description, Document, Failure};
use dialplate_sdk::{FileRequest, Vendor, address_agent, model_agent, vendor};

const NAME: &str = "grandstream";

/// The Content-Type of binary and of encrypted files.
const OCTETS: &str = "application/octet-stream";

const FINISH_SETTINGS: [&str; 4] = {
    let ([password, digest], [binary, padding]) = (encryption::SETTINGS, binary::SETTINGS);
    [password, digest, binary, padding]
};

/// Texts in the User-Agents of new phones, and the template folders of those models.
const MODELS: [(&str, &str); 19] = [
    ("HW DP750", "grandstream/dp750"),
    ("HW GXP1450", "grandstream/gxp1450"),
    ("HW GXP1628", "grandstream/gxp16xx"),
    ("HW GXP1610", "grandstream/gxp16xx"),
    ("HW GXP1620", "grandstream/gxp16xx"),
    ("HW GXP1625", "grandstream/gxp16xx"),
    ("HW GXP1630", "grandstream/gxp16xx"),
    ("HW GXP1760W", "grandstream/gxp17xx"),
    ("HW GXP1780", "grandstream/gxp17xx"),
    ("HW GXP1782", "grandstream/gxp17xx"),
    ("HW GXP2124", "grandstream/gxp2124"),
    ("HW GXP2130", "grandstream/gxp2130"),
    ("HW GXP2135", "grandstream/gxp2135"),
    ("HW GXP2140", "grandstream/gxp2140"),
    ("HW GXP2160", "grandstream/gxp2160"),
    ("HW GXP2170", "grandstream/gxp2170"),
    ("HW GXV3140", "grandstream/gxv3140"),
    ("HW GXV3240", "grandstream/gxv3240"),
    ("HW GXV3175", "grandstream/gxv3175"),
];

/// Grandstream's numbers for the types of line keys (key modes).
const LINE_KEYS: [(&str, &str); 16] = [
    ("line", "0"),
    ("shared line", "1"),
    ("speed dial", "10"),
    ("blf", "11"),
    ("presence watcher", "12"),
    ("eventlist blf", "13"),
    ("speed dial active", "14"),
    ("dial dtmf", "15"),
    ("voicemail", "16"),
    ("call return", "17"),
    ("transfer", "18"),
    ("call park", "19"),
    ("intercom", "20"),
    ("ldap search", "21"),
    ("monitored call park", "26"),
    ("phonebook", "30"),
];

/// Grandstream's numbers for the types of multi-purpose and expansion keys, which differ from those of line keys.
const MULTI_PURPOSE_KEYS: [(&str, &str); 13] = [
    ("speed dial", "0"),
    ("blf", "1"),
    ("presence watcher", "2"),
    ("eventlist blf", "3"),
    ("speed dial active", "4"),
    ("dial dtmf", "5"),
    ("voicemail", "6"),
    ("call return", "7"),
    ("transfer", "8"),
    ("call park", "9"),
    ("intercom", "10"),
    ("ldap search", "11"),
    ("monitored call park", "16"),
];

struct Grandstream;

impl Vendor for Grandstream {
    fn describe(&self) -> Description {
        let models = MODELS.iter().map(|(text, template)| model_agent(NAME, text, template));
        // FusionPBX cuts the last twelve characters, and so an address in pairs.
        let addresses = [
            r"^Grandstream.* (?<address>[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5})$",
            r"^Grandstream.*(?<address>.{12})$",
        ];
        Description {
            name: NAME.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            vendors: vec![vendor(NAME, &["000b82"], "resync", "check-sync;reboot=true")],
            user_agents: addresses.map(|pattern| address_agent(NAME, pattern)).into_iter().chain(models).collect(),
            any: false,
        }
    }

    /// Grandstream's files have the interval in minutes.
    fn register_expires(&self, seconds: Value) -> Value {
        Value::Float((seconds.to_float() / 60.0).round())
    }

    fn key_type(&self, category: &str, kind: &str) -> Option<&'static str> {
        let numbers: &[_] = match category {
            "line" => &LINE_KEYS,
            "memory" | "expansion" => &MULTI_PURPOSE_KEYS,
            _ => return None,
        };
        numbers.iter().find(|(name, _)| *name == kind).map(|(_, number)| *number)
    }

    fn finish_settings(&self) -> &'static [&'static str] {
        &FINISH_SETTINGS
    }

    fn finish(&self, document: &mut Document, request: &FileRequest<'_>) -> Result<(), Failure> {
        // A password is for the XML document only: the binary file is the maker's way to bring the password to a phone.
        if binary::is_requested(request) {
            binary::pack(document, request)
        } else {
            encryption::encrypt(document, request)
        }
    }
}

dialplate_sdk::export!(Grandstream);

#[cfg(test)]
fn main() -> std::process::ExitCode {
    dialplate_sdk::testing::cases::run(&Grandstream, concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}
