//! The key that servers share so that a phone can start digest authentication at one and continue at another. No
//! message repeats it.

use super::secret_file;
use sha2::{Digest, Sha256};

/// 256 bits, like the keyed hash; `openssl rand -hex 32` prints as many.
const DIGITS_MIN: usize = 64;

/// Reads hexadecimal digits, or the file that holds them. Keys longer than 32 bytes are hashed.
///
/// # Errors
/// The text, or the content of the file, is not a key.
pub fn parse(text: &str) -> Result<[u8; 32], String> {
    if is_hex(text) {
        return of_digits(text);
    }
    if !text.contains('/') {
        return Err(
            "is neither hexadecimal digits nor the path of a file; make a key with `openssl rand -hex 32`".to_owned()
        );
    }
    let content = secret_file::read(text)?;
    let digits = content.trim();
    if is_hex(digits) {
        of_digits(digits)
    } else {
        Err("names a file that holds something other than hexadecimal digits".to_owned())
    }
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn of_digits(digits: &str) -> Result<[u8; 32], String> {
    if digits.len() < DIGITS_MIN || !digits.len().is_multiple_of(2) {
        return Err(format!(
            "a key has {DIGITS_MIN} hexadecimal digits or more, two for each byte; make one with `openssl rand -hex 32`"
        ));
    }
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap_or_default();
    let bytes: Vec<u8> = (0..digits.len()).step_by(2).map(byte).collect();
    Ok(bytes.try_into().unwrap_or_else(|longer: Vec<u8>| Sha256::digest(longer).into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_is_digits_or_a_file_of_digits() {
        let digits = "00ff".repeat(16);
        let key = parse(&digits).unwrap();
        assert_eq!((key[0], key[1], key[31]), (0, 255, 255));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("nonce.key");
        std::fs::write(&file, format!("{digits}\n")).unwrap();
        assert_eq!(parse(file.to_str().unwrap()).unwrap(), key);
        assert_ne!(parse(&"00ff".repeat(20)).unwrap(), parse(&"00ff".repeat(21)).unwrap());
    }

    #[test]
    fn invalid_key_is_refused_without_repeating_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("nonce.key");
        let file = file.to_str().unwrap();
        std::fs::write(file, "s3cret").unwrap();
        for text in ["abcd", &"0f".repeat(31), &"0".repeat(65), "s3cret", "/nowhere/s3cret", file] {
            let error = parse(text).unwrap_err();
            assert!(!error.contains("s3cret") && !error.contains("0f0f"), "{error}");
        }
    }
}
