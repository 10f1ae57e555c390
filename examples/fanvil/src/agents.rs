//! How a phone is recognised by its User-Agent: `Fanvil X6U Pro 2.12.16.17 0c383e2cd782`.

use crate::NAME;
use dialplate_sdk::address_agent;
use dialplate_sdk::types::UserAgent;

/// The address, in pairs or at the end as FusionPBX cuts it: the last 13 characters.
const ADDRESSES: [&str; 2] =
    [r"^Fanvil .* (?<address>[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5})$", r"^Fanvil.*(?<address>.{13})$"];

/// Models as the User-Agent names them, and the template folder that a new phone gets. A model with `Pro` of its own comes
/// before the one without.
const MODELS: [(&str, &str); 34] = [
    ("H2U-V2", "h2u-v2"),
    ("H5", "h5"),
    ("i30", "i30"),
    ("V62 Pro", "v62-pro"),
    ("V62", "v62"),
    ("V63", "v63"),
    ("V64", "v64"),
    ("V65", "v65"),
    ("V67", "v67"),
    ("W611W", "w611w"),
    ("X1S", "x1s"),
    ("X1SG", "x1sg"),
    ("X1SP", "x1sp"),
    ("X210", "x210"),
    ("X210i", "x210"),
    ("X2P", "x2p"),
    ("X3G", "x3g"),
    ("X3S", "x3s"),
    ("X3SG", "x3sg"),
    ("X3SP", "x3sp"),
    ("X3SW", "x3sw"),
    ("X3U Pro", "x3u-pro"),
    ("X3U", "x3u"),
    ("X4", "x4"),
    ("X4G", "x4g"),
    ("X4SG", "x4sg"),
    ("X4U", "x4u"),
    ("X5S", "x5s"),
    ("X5U", "x5u"),
    ("X6", "x6"),
    ("X6U", "x6u"),
    ("X7", "x7"),
    ("X7A", "x7a"),
    ("X7C", "x7c"),
];

/// All patterns, in the order in which a server tries them.
pub fn all() -> Vec<UserAgent> {
    let models = MODELS.iter().map(|(model, folder)| UserAgent {
        pattern: pattern(model),
        vendor: NAME.into(),
        template: Some(format!("{NAME}/{folder}")),
    });
    ADDRESSES.iter().map(|pattern| address_agent(NAME, pattern)).chain(models).collect()
}

/// The model as a whole word, so that an X6U is no X6. A phone of a later generation or a `Pro` without a folder of its own
/// takes the files of its model.
fn pattern(model: &str) -> String {
    format!("(?i)^Fanvil {}(?:[ -]?(?:Pro|V[0-9]))* ", model.replace(' ', "[ -]?"))
}
