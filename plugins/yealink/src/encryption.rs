//! Encrypted configuration files, as Yealink's "Configuration Encryption Tool" writes them in its compatibility mode, which
//! all firmware decrypts: AES by single blocks.
//!
//! The maker's guides do not name the mode. It is that of public programs that decrypt the tool's files
//! (traviscross/yealink-confenc, gitaware/yealink-encryption), and of the tool's file that comes with the first one.

use dialplate_cipher::{derived_key, ecb};
use dialplate_sdk::FileRequest;
use dialplate_sdk::types::{Document, Failure};

/// The key of configuration files: the phone's parameters `auto_provision.aes_key_16.com` and `.mac`.
const KEY: &str = "yealink_config_aes_key";
/// Whether the phone fetches the key as a file: its parameter `auto_provision.aes_key_in_file`.
const IN_FILE: &str = "yealink_config_aes_key_in_file";

/// The settings that decide.
pub const SETTINGS: [&str; 2] = [KEY, IN_FILE];

/// The characters of a key besides letters and digits: *Administrator's Guide for SIP-T2/T4/T5*, "Encrypting and
/// Decrypting Files".
const SIGNS: &str = "#$%*+,-.:=?@[]^_{}~";

/// The end of a key file's name, after the name of the configuration file without its ending.
const KEY_FILE: &str = "_Security.enc";

/// The key that every phone has for key files. It is in the tool, and public for years (CVE-2024-24681).
const KEY_OF_KEY_FILES: &[u8] = b"EKs35XacP6eybA25";

const OCTETS: &str = "application/octet-stream";

/// Encrypts a configuration file if the device has a key. Phone books and boot files stay plain.
pub fn encrypt(document: &mut Document, request: &FileRequest<'_>) -> Result<(), Failure> {
    if !document.file.ends_with(".cfg") {
        return Ok(());
    }
    if let Some(key) = key(request)? {
        document.body = encrypted(key.as_bytes(), &document.body)?;
        OCTETS.clone_into(&mut document.content_type);
    }
    Ok(())
}

/// The file with the device's key. Only its own phone should read it, so it belongs to https.
pub fn key_file(name: &str, request: &FileRequest<'_>) -> Result<Option<Document>, Failure> {
    if !name.ends_with(KEY_FILE) || !request.is_on(IN_FILE) {
        return Ok(None);
    }
    let Some(key) = key(request)? else { return Ok(None) };
    let body = encrypted(KEY_OF_KEY_FILES, key.as_bytes())?;
    Ok(Some(Document { content_type: OCTETS.to_owned(), file: name.to_owned(), body }))
}

/// The key of the device's files. A key that the phone fetches is the device's own: whoever reads one key file must not learn
/// the key of all phones.
fn key(request: &FileRequest<'_>) -> Result<Option<String>, Failure> {
    let key = request.setting(KEY);
    if key.is_empty() {
        return Ok(None);
    }
    if !matches!(key.len(), 16 | 32) || !key.chars().all(|sign| sign.is_ascii_alphanumeric() || SIGNS.contains(sign)) {
        return Err(invalid());
    }
    let of_device = request.is_on(IN_FILE);
    Ok(Some(if of_device { derived_key(key.as_bytes(), request.address().as_bytes()) } else { key }))
}

fn encrypted(key: &[u8], plain: &[u8]) -> Result<Vec<u8>, Failure> {
    ecb(key, plain).ok_or_else(invalid)
}

fn invalid() -> Failure {
    Failure::Other(format!("the setting {KEY} must have 16 or 32 characters: letters, digits, and {SIGNS}"))
}
