//! Zoiper: softphones that name their device's address, or whose user logs in.

use dialplate_sdk::Vendor;
use dialplate_sdk::types::Description;

struct Zoiper;

impl Vendor for Zoiper {
    fn describe(&self) -> Description {
        Description {
            name: "zoiper".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            vendors: vec![dialplate_sdk::vendor("zoiper", &[], "check-sync;reboot=false", "check-sync;reboot=true")],
            user_agents: vec![dialplate_sdk::login_agent("zoiper", "zoiper", "zoiper/login")],
            any: false,
        }
    }
}

dialplate_sdk::export!(Zoiper);

#[cfg(test)]
fn main() -> std::process::ExitCode {
    dialplate_sdk::testing::cases::run(&Zoiper, concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
}
