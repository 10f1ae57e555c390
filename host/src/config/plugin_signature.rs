//! Reads the keys of the room `plugin_signature`.

use super::folders::read_data;
use super::source::{ConfigSource, items, parse_flag};
use crate::plugin_signature::{Policy, TrustedKey, TrustedKeys, Versions};

pub fn read(source: &mut ConfigSource) -> Policy {
    let keys = source.optional("plugins_trusted_keys", parse_keys);
    let required = source.value("plugins_require_signature", parse_flag);
    let has_keys = keys.is_some() || source.is_given("plugins_trusted_keys");
    if required && !has_keys {
        let reason =
            "needs plugins_trusted_keys, the public keys whose signatures count; `dialplate plugin keygen` makes one";
        source.error("plugins_require_signature".to_owned(), reason.to_owned());
    }
    Policy { keys: keys.unwrap_or_default(), required, versions: Some(Versions::new(read_data(source))) }
}

/// Public keys, or their files.
fn parse_keys(text: &str) -> Result<TrustedKeys, String> {
    let keys: Vec<_> =
        items(text).map(TrustedKey::find).collect::<Result<_, _>>().map_err(|error| error.to_string())?;
    match keys.is_empty() {
        true => Err("names no key; leave it out to trust none".to_owned()),
        false => Ok(TrustedKeys::new(keys)),
    }
}
