//! Fanvil's phones. README.md says where each fact comes from.

mod agents;
mod text;

use dialplate_sdk::types::{Description, Document, Failure};
use dialplate_sdk::{FileRequest, Vendor, vendor};

/// FusionPBX's name of the maker: the column `device_vendor`, and the first part of its template folders.
const NAME: &str = "fanvil";

/// The first six digits of the phones' addresses.
const OUIS: [&str; 1] = ["0c383e"];

/// The Event header of the NOTIFY that makes a phone fetch its configuration, and of the one that makes it restart.
const RESYNC: &str = "check-sync";
const REBOOT: &str = "check-sync;reboot=true";

struct Fanvil;

impl Vendor for Fanvil {
    fn describe(&self) -> Description {
        Description {
            name: NAME.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            vendors: vec![vendor(NAME, &OUIS, RESYNC, REBOOT)],
            user_agents: agents::all(),
            any: false,
        }
    }

    /// The templates here and FusionPBX's print settings only as values, so a password with `&` or `<` must not end the
    /// element that contains it.
    fn escapes_settings(&self) -> bool {
        true
    }

    fn finish(&self, document: &mut Document, _: &FileRequest<'_>) -> Result<(), Failure> {
        if text::is_config(&document.body) {
            document.body = text::framed(&document.body);
        }
        Ok(())
    }
}

dialplate_sdk::export!(Fanvil);

#[cfg(test)]
fn main() -> std::process::ExitCode {
    dialplate_sdk::testing::cases::run(&Fanvil, concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}
