//! Cisco SPA and Linksys SPA, and Cisco's other phones.

use dialplate_cipher::{Digest, openssl};
use dialplate_sdk::types::{Description, Document, Failure};
use dialplate_sdk::{FileRequest, KeySubject, KeyText, Vendor, model_agent, vendor};

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

/// The secret of the phone's `--key` option. Profiles are encrypted if it is set.
const PASSWORD: &str = "spa_config_password";
/// The element of a profile. Directories and other files have no encrypted form.
const PROFILE: &str = "<flat-profile";

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
                vendor("cisco", &["001873", "a44c11", "30e4db", "002155", "68efbd"], "check-sync", "check-sync"),
                vendor("linksys", &["00045a", "000625", "000e08"], "resync", "reboot_now"),
                vendor("spa", &[], "resync", "reboot_now"),
            ],
            user_agents: models.collect(),
            any: false,
        }
    }

    fn has_upper_case_address(&self, vendor: &str) -> bool {
        vendor == "cisco"
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

    fn finish_settings(&self) -> &'static [&'static str] {
        &[PASSWORD]
    }

    /// Encrypts a profile as `openssl enc -aes-256-cbc -k` of OpenSSL 0.9.7 does: Cisco's Provisioning Guide for SPA100 and
    /// SPA200, "Encryption by using AES".
    fn finish(&self, document: &mut Document, request: &FileRequest<'_>) -> Result<(), Failure> {
        let password = request.setting(PASSWORD);
        let is_profile = |body: &[u8]| body.windows(PROFILE.len()).any(|part| part == PROFILE.as_bytes());
        if !password.is_empty() && is_profile(&document.body) {
            document.body = openssl(password.as_bytes(), Digest::Md5, &document.body);
            "application/octet-stream".clone_into(&mut document.content_type);
        }
        Ok(())
    }
}

dialplate_sdk::export!(CiscoSpa);

#[cfg(test)]
fn main() -> std::process::ExitCode {
    dialplate_sdk::testing::cases::run(&CiscoSpa, concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}
