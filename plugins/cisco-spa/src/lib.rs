//! Cisco SPA and Linksys SPA, and Cisco's other phones.

use dialplate_sdk::types::Description;
use dialplate_sdk::{KeySubject, KeyText, Vendor, model_agent, upper_case, vendor};

/// Texts in the User-Agents of new phones, and the template folders of those models.
const MODELS: [(&str, &str); 13] = [
    ("Linksys/SPA-2102", "linksys/spa2102"),
    ("Linksys/SPA-3102", "linksys/spa3102"),
    ("Linksys/SPA-9212", "linksys/spa921"),
    ("Cisco/SPA301", "cisco/spa301"),
    ("Cisco/SPA303", "cisco/spa303"),
    ("Cisco/SPA501G", "cisco/spa501g"),
    ("Cisco/SPA502G", "cisco/spa502g"),
    ("Cisco/SPA504G", "cisco/spa504g"),
    ("Cisco/SPA508G", "cisco/spa508g"),
    ("Cisco/SPA509G", "cisco/spa509g"),
    ("Cisco/SPA512G", "cisco/spa512g"),
    ("Cisco/SPA514G", "cisco/spa514g"),
    ("Cisco/SPA525G2", "cisco/spa525g2"),
];

struct CiscoSpa;

impl Vendor for CiscoSpa {
    fn describe(&self) -> Description {
        let models = MODELS.iter().map(|(text, template)| {
            let name = template.split('/').next().unwrap_or_default();
            model_agent(name, text, template)
        });
        Description {
            name: "cisco-spa".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            vendors: vec![
                upper_case(vendor(
                    "cisco",
                    &["001873", "a44c11", "30e4db", "002155", "68efbd"],
                    "check-sync",
                    "check-sync",
                )),
                vendor("linksys", &["00045a", "000625", "000e08"], "reboot=true", "reboot=true"),
                vendor("spa", &[], "reboot=true", "reboot=true"),
            ],
            user_agents: models.collect(),
            any: false,
        }
    }

    /// A key that monitors an extension is a disabled line whose value contains `sub=NUMBER@proxy`, between semicolons.
    fn key_subject<'a>(&self, key: &KeyText<'a>) -> KeySubject<'a> {
        if !matches!(key.profile_vendor, Some("cisco" | "spa")) || key.kind != "disabled" {
            return KeySubject::of_value(key.value);
        }
        let monitored = key.value.split(';').filter_map(|part| part.strip_prefix("sub=")).next_back();
        let number = monitored.map(|value| value.split(['@', '=']).next().unwrap_or_default());
        number.map_or(KeySubject::Unchanged, KeySubject::Extension)
    }
}

dialplate_sdk::export!(CiscoSpa);

#[cfg(test)]
fn main() -> std::process::ExitCode {
    dialplate_sdk::testing::cases::run(&CiscoSpa, concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}
