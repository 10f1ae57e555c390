//! Yealink: desk phones, conference phones and DECT bases.

mod encryption;

use dialplate_sdk::types::{Description, Document, Failure};
use dialplate_sdk::{FileRequest, PLAIN, RenderedFile, Vendor, address_agent, model_agent, vendor};

const NAME: &str = "yealink";

/// Texts in the User-Agents of new phones, and the template folders of those models.
const MODELS: [(&str, &str); 33] = [
    ("yealink SIP-CP860", "yealink/cp860"),
    ("Yealink SIP-T19P", "yealink/t19p"),
    ("Yealink SIP-T20P", "yealink/t20p"),
    ("Yealink SIP-T21P", "yealink/t21p"),
    ("Yealink SIP-T22P", "yealink/t22p"),
    ("Yealink SIP-T23G", "yealink/t23g"),
    ("Yealink SIP-T23P", "yealink/t23p"),
    ("Yealink SIP-T26P", "yealink/t26p"),
    ("Yealink SIP-T27G", "yealink/t27g"),
    ("Yealink SIP-T29G", "yealink/t29g"),
    ("Yealink SIP-T28P", "yealink/t28p"),
    ("Yealink SIP-T29P", "yealink/t29p"),
    ("Yealink SIP-T32G", "yealink/t32g"),
    ("Yealink SIP-T33G", "yealink/t33g"),
    ("Yealink SIP-T38G", "yealink/t38g"),
    ("Yealink SIP-T40P", "yealink/t40p"),
    ("Yealink SIP-T41G", "yealink/t41g"),
    ("Yealink SIP-T41P", "yealink/t41p"),
    ("Yealink SIP-T41S", "yealink/t41s"),
    ("Yealink SIP-T42G", "yealink/t42g"),
    ("Yealink SIP-T42S", "yealink/t42s"),
    ("Yealink SIP-T46G", "yealink/t46g"),
    ("Yealink SIP-T46S", "yealink/t46s"),
    ("Yealink SIP-T48G", "yealink/t48g"),
    ("Yealink SIP-T48S", "yealink/t48s"),
    ("Yealink SIP-T49G", "yealink/t49g"),
    ("Yealink SIP-T52S", "yealink/t52s"),
    ("Yealink SIP-T54S", "yealink/t54s"),
    ("Yealink SIP-T56A", "yealink/t56a"),
    ("Yealink SIP-T58", "yealink/t58v"),
    ("VP530P", "yealink/vp530"),
    ("Yealink SIP-W52P", "yealink/w52p"),
    ("Yealink SIP-W56P", "yealink/w56p"),
];

struct Yealink;

impl Vendor for Yealink {
    fn describe(&self) -> Description {
        // The User-Agents of T2x to T4x end with an address in pairs, those of T5x and later with bare digits.
        let addresses = [
            r"^(?i:yealink|vp530).*(?<address>.{13}(?::...|.:..|..:.|...:))$",
            r"^(?i:yealink|vp530).*(?<address>.{12})$",
        ];
        let models = MODELS.iter().map(|(text, template)| model_agent(NAME, text, template));
        Description {
            name: NAME.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            vendors: vec![vendor(
                NAME,
                &["001565", "805ec0", "c4fc22", "44dbd2"],
                "check-sync;reboot=false",
                "check-sync;reboot=true",
            )],
            user_agents: addresses.map(|pattern| address_agent(NAME, pattern)).into_iter().chain(models).collect(),
            any: false,
        }
    }

    /// Always plain text, even for phone books in XML. FusionPBX compares the vendor case-sensitively, so a device of
    /// vendor `Yealink` gets the common content type.
    fn content_type(&self, file: &RenderedFile<'_>) -> &'static str {
        if file.vendor == NAME { PLAIN } else { file.common_content_type() }
    }

    fn finish_settings(&self) -> &'static [&'static str] {
        &encryption::SETTINGS
    }

    fn finish(&self, document: &mut Document, request: &FileRequest<'_>) -> Result<(), Failure> {
        encryption::encrypt(document, request)
    }

    fn missing_file(&self, name: &str, request: &FileRequest<'_>) -> Result<Option<Document>, Failure> {
        encryption::key_file(name, request)
    }
}

dialplate_sdk::export!(Yealink);

#[cfg(test)]
fn main() -> std::process::ExitCode {
    dialplate_sdk::testing::cases::run(&Yealink, concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}
