//! Encrypted configuration files: Grandstream's SIP Device Provisioning Guide, "XML File Encryption".

use crate::OCTETS;
use dialplate_cipher::{Digest, openssl};
use dialplate_sdk::FileRequest;
use dialplate_sdk::types::{Document, Failure};

/// The phone's parameter P1359, "XML Config File Password". Files are encrypted if it is set.
const PASSWORD: &str = "grandstream_config_password";
/// How the key is derived from the password: `md5`, the default, or `sha256`.
const DIGEST: &str = "grandstream_config_password_digest";

/// The settings that decide.
pub const SETTINGS: [&str; 2] = [PASSWORD, DIGEST];

/// The root element of a configuration file. Phone books and other files of the phone have no encrypted form.
const ROOT: &str = "<gs_provision";

/// Encrypts a configuration file if the device has a password for it.
pub fn encrypt(document: &mut Document, request: &FileRequest<'_>) -> Result<(), Failure> {
    let password = request.setting(PASSWORD);
    if password.is_empty() || !is_configuration(&document.body) {
        return Ok(());
    }
    let digest = digest(&request.setting(DIGEST))?;
    document.body = openssl(password.as_bytes(), digest, &document.body);
    OCTETS.clone_into(&mut document.content_type);
    Ok(())
}

fn digest(name: &str) -> Result<Digest, Failure> {
    match name.to_ascii_lowercase().as_str() {
        "" | "md5" => Ok(Digest::Md5),
        "sha256" => Ok(Digest::Sha256),
        _ => Err(Failure::Other(format!("the setting {DIGEST} is neither md5 nor sha256"))),
    }
}

fn is_configuration(body: &[u8]) -> bool {
    body.windows(ROOT.len()).any(|part| part == ROOT.as_bytes())
}
