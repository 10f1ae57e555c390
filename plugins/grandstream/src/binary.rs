//! Binary configuration files, which Grandstream's phones request before the XML document.
//!
//! FusionPBX answers `cfg<mac>` with the XML document, so the server does the same unless a setting asks for more.

use crate::OCTETS;
use dialplate_pvalues::{Configuration, Padding, Reason, address};
use dialplate_sdk::FileRequest;
use dialplate_sdk::types::{Document, Failure};

/// Whether `cfg<mac>` and `cfg<mac>.bin` are binary files.
const BINARY: &str = "grandstream_config_binary";
/// Of how many bytes their length is a multiple: 2, the default, or 4.
const PADDING: &str = "grandstream_config_binary_padding";

/// The settings that decide.
pub const SETTINGS: [&str; 2] = [BINARY, PADDING];

const NAME: &str = "cfg";
const ADDRESS_DIGITS: usize = 12;
/// The endings of other forms. A postfix may follow.
const OTHER_ENDINGS: [&str; 2] = [".xml", ".cfg"];

/// Whether the phone gets a binary file.
pub fn is_requested(request: &FileRequest<'_>) -> bool {
    request.is_on(BINARY) && is_binary_name(&request.target())
}

/// Whether a URL names a file such as `cfg<mac>`, with any prefix and postfix and without the ending of another form.
fn is_binary_name(target: &str) -> bool {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut after = name.match_indices(NAME).map(|(at, _)| &name[at + NAME.len()..]);
    let is_of_device = |rest: &&str| rest.get(..ADDRESS_DIGITS).is_some_and(|digits| address(digits).is_some());
    let rest = after.find(is_of_device).map(|rest| rest[ADDRESS_DIGITS..].to_ascii_lowercase());
    rest.is_some_and(|rest| !OTHER_ENDINGS.iter().any(|ending| rest.contains(ending)))
}

/// Puts a configuration, an XML document or a text template, into binary form. One with parameters by name has none, and
/// the phone goes on to request the XML document.
pub fn pack(document: &mut Document, request: &FileRequest<'_>) -> Result<(), Failure> {
    let bytes = request.setting(PADDING);
    let padding = if bytes.is_empty() { Some(Padding::default()) } else { Padding::of(&bytes) };
    let padding = padding.ok_or_else(|| Failure::Other(format!("the setting {PADDING} is neither 2 nor 4")))?;
    let binary = Configuration::read(&document.body)
        .and_then(|read| Configuration { address: address(request.address()), ..read }.to_binary(padding));
    document.body = binary.map_err(|error| match error.reason {
        Reason::Named(_) => Failure::NoSuchFile(format!("binary form of {}; {error}", document.file)),
        _ => Failure::Other(format!("{} has no binary form: {error}", document.file)),
    })?;
    OCTETS.clone_into(&mut document.content_type);
    Ok(())
}
