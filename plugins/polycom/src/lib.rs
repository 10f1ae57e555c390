//! Polycom and Poly: SoundPoint, SoundStation, VVX, CCX and Edge phones.

use dialplate_sdk::types::Description;
use dialplate_sdk::{KeyText, Vendor, address_agent, model_agent, vendor};

const NAME: &str = "polycom";

/// The VVX models whose User-Agent contains the firmware, whose major version selects the template.
const VVX: [&str; 12] = ["101", "201", "300", "301", "310", "311", "400", "410", "500", "501", "600", "601"];

/// A phone with `device.prov.tagSerialNo` states its address. Until it has a file of its own, it asks for
/// `000000000000.cfg`, like every other Polycom.
const SERIAL_NUMBER: &str = r"(?i)poly.*(?<serial>\(SN: ?(?<address>(?:[0-9a-f]{2}[:-]?){5}[0-9a-f]{2})\))";

struct Polycom;

impl Vendor for Polycom {
    fn describe(&self) -> Description {
        let models = [4, 5].into_iter().flat_map(|major| {
            VVX.map(|model| {
                model_agent(NAME, &format!("PolycomVVX-VVX_{model}-UA/{major}"), &format!("polycom/{major}.x"))
            })
        });
        Description {
            name: NAME.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            vendors: vec![
                vendor(NAME, &["0004f2", "00907a", "64167f", "482567"], "check-sync", "check-sync"),
                vendor("poly", &[], "check-sync", "check-sync"),
            ],
            user_agents: std::iter::once(address_agent(NAME, SERIAL_NUMBER)).chain(models).collect(),
            any: false,
        }
    }

    /// The value of a key of type `line` is the number of the phone's keys that its line gets.
    fn counts_line_keys(&self, key: &KeyText<'_>) -> bool {
        key.vendor == NAME && key.kind == "line"
    }
}

dialplate_sdk::export!(Polycom);

#[cfg(test)]
fn main() -> std::process::ExitCode {
    dialplate_sdk::testing::cases::run(&Polycom, concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}
