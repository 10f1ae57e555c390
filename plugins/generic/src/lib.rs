//! Every vendor without a plugin of its own: their files need only FusionPBX's common behaviour.

use dialplate_sdk::types::{self, Description, UserAgent};
use dialplate_sdk::{PLAIN, RenderedFile, Vendor, address_agent, model_agent, vendor};

const SYNC: &str = "check-sync";
const RESTART: &str = "check-sync;reboot=true";
const NO_RESTART: &str = "check-sync;reboot=false";

const AVAYA: [&str; 52] = [
    "00040d", "001b4f", "00549f", "048a15", "10cdae", "14612f", "24b209", "24d921", "2cf4c5", "3475c7", "38bb3c",
    "3c3a73", "3cb15b", "44322a", "506184", "50cd22", "581626", "6049c1", "646a52", "64a7dd", "64c354", "6ca849",
    "6cfa58", "703018", "7038ee", "7052c5", "707c69", "801daa", "848371", "90fb5b", "a009ed", "a01290", "a051c6",
    "a4251b", "a47886", "b0adaa", "b4475e", "b4a95a", "b4b017", "bcadab", "c057bc", "c4bed4", "c81fea", "c8f406",
    "ccf954", "d47856", "d4ea0e", "e45d52", "f81547", "f873a2", "fc8399", "fca841",
];

/// Texts in the User-Agents of new phones, and the template folders of those models.
const MODELS: [(&str, &str); 17] = [
    ("snom300-SIP", "snom/300"),
    ("snom320-SIP", "snom/320"),
    ("snom360-SIP", "snom/360"),
    ("snom370-SIP", "snom/370"),
    ("snom820-SIP", "snom/820"),
    ("snom-m3-SIP", "snom/m3"),
    ("Fanvil X6", "fanvil/x6"),
    ("Fanvil i30", "fanvil/i30"),
    ("Vesa VCS754", "vtech/vcs754"),
    ("Wget/1.11.3", "konftel/kt300ip"),
    ("Flyingvoice FIP10", "flyingvoice/fip10"),
    ("Flyingvoice FIP11C", "flyingvoice/fip11c"),
    ("Flyingvoice FIP12WP", "flyingvoice/fip12wp"),
    ("Flyingvoice FIP13G", "flyingvoice/fip13g"),
    ("Flyingvoice FIP14G", "flyingvoice/fip14g"),
    ("Flyingvoice FIP15G", "flyingvoice/fip15g"),
    ("Flyingvoice FIP16", "flyingvoice/fip16"),
];

struct Generic;

impl Vendor for Generic {
    fn describe(&self) -> Description {
        Description {
            name: "generic".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            vendors: vendors(),
            user_agents: user_agents(),
            any: true,
        }
    }

    fn has_upper_case_address(&self, vendor: &str) -> bool {
        matches!(vendor, "aastra" | "algo" | "gigaset" | "mitel")
    }

    /// Plain text for every Flyingvoice file and for Aastra's `.cfg` files. FusionPBX compares vendors case-sensitively.
    fn content_type(&self, file: &RenderedFile<'_>) -> &'static str {
        match file.vendor {
            "flyingvoice" => PLAIN,
            "aastra" if file.requested.ends_with(".cfg") => PLAIN,
            _ => file.common_content_type(),
        }
    }
}

/// The vendors with OUIs or events of their own, or with addresses in upper case. Every other vendor needs no entry.
fn vendors() -> Vec<types::Vendor> {
    vec![
        vendor("aastra", &["00085d"], RESTART, RESTART),
        vendor("algo", &[], SYNC, RESTART),
        vendor("audiocodes", &[], NO_RESTART, RESTART),
        vendor("avaya", &AVAYA, NO_RESTART, RESTART),
        vendor("bittel", &["f00786"], NO_RESTART, RESTART),
        vendor("digium", &[], SYNC, SYNC),
        vendor("fanvil", &[], SYNC, RESTART),
        vendor("flyingvoice", &["0021f2"], NO_RESTART, RESTART),
        vendor("gigaset", &["7c2f80", "14b370", "002104"], NO_RESTART, RESTART),
        vendor("htek", &["001fc1"], "resync", RESTART),
        vendor("konftel", &["00177d"], NO_RESTART, RESTART),
        vendor("mitel", &["08000f"], NO_RESTART, RESTART),
        vendor("panasonic", &["0080f0", "bcc342", "080023"], RESTART, RESTART),
        vendor("sangoma", &[], "resync", RESTART),
        vendor("snom", &["000413"], NO_RESTART, RESTART),
        vendor("vtech", &[], NO_RESTART, RESTART),
    ]
}

/// The positions of addresses in User-Agents. Patterns are case-sensitive where FusionPBX's are.
fn user_agents() -> Vec<UserAgent> {
    // FusionPBX cuts the end of the header to a fixed length and takes the result for the address, whatever it contains.
    let addresses = [
        ("mitel", r"^Mitel.*?MAC:(?<address>[A-F0-9-]{17})"),
        ("aastra", r"^Aastra.*?MAC:(?<address>[A-F0-9-]{17})"),
        ("audiocodes", r"^AUDC-IPPhone.*(?<address>.{13})$"),
        ("fanvil", r"^Fanvil.*(?<address>.{13})$"),
        ("flyingvoice", r"^(?i:flyingvoice).*(?<address>.{17})$"),
        ("htek", r"^Htek.*(?<address>.{17})$"),
        ("panasonic", r"^Panasonic.*(?<address>.{14})$"),
        ("snom", r"^[^ ]{11} [^ ]{12} snom(?:[^ ]* ){8}(?<address>[^ ]+)"),
    ];
    let addresses = addresses.map(|(vendor, pattern)| address_agent(vendor, pattern));
    let models = MODELS.iter().map(|(text, template)| {
        let name = template.split('/').next().unwrap_or_default();
        model_agent(name, text, template)
    });
    addresses.into_iter().chain(models).collect()
}

dialplate_sdk::export!(Generic);

#[cfg(test)]
fn main() -> std::process::ExitCode {
    dialplate_sdk::testing::cases::run(&Generic, concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}
