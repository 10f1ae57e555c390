//! Reads the keys of the room `redirect`.

use super::source::ConfigSource;
use crate::redirect::Config;

pub fn read(source: &mut ConfigSource) -> Config {
    Config {
        url: source.optional("redirect_url", Config::parse_url),
        accounts: source.optional("redirect_accounts", |text| Ok(text.into())),
        rate: source.number("redirect_rate"),
    }
}
