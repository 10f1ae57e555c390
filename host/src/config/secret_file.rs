//! Files that hold one secret. No message repeats their content.

use super::source::read_bounded;
use crate::pin::SECRET_CHARS_MIN;
use std::path::Path;

/// A file with a secret is one line.
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// The content of a file.
///
/// # Errors
/// The file cannot be read, or is too large for one secret.
pub fn read(path: &str) -> Result<String, String> {
    read_bounded(Path::new(path), FILE_BYTES_MAX).map_err(|error| format!("names a file that cannot be read: {error}"))
}

/// The password on the first line of a file.
///
/// # Errors
/// As [`read`], or the first line is empty.
pub fn read_password(path: &str) -> Result<String, String> {
    let content = read(path)?;
    match content.lines().next() {
        Some(password) if !password.is_empty() => Ok(password.to_owned()),
        _ => Err("names a file whose first line is empty; write the password there".to_owned()),
    }
}

/// The secret on the first line of a file, which a dial plan sends with a PIN.
///
/// # Errors
/// As [`read_password`], or the secret is short.
pub fn read_pin_secret(path: &str) -> Result<String, String> {
    let secret = read_password(path)?;
    if secret.chars().count() < SECRET_CHARS_MIN {
        return Err(format!(
            "names a file with a secret of fewer than {SECRET_CHARS_MIN} characters; `openssl rand -hex 16` gives one"
        ));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_is_the_first_line_as_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        let read = |content: &str| {
            std::fs::write(&file, content).unwrap();
            read_password(file.to_str().unwrap())
        };
        for content in [" s3 cret ", " s3 cret \n", " s3 cret \r\n", " s3 cret \nother\n"] {
            assert_eq!(read(content).unwrap(), " s3 cret ");
        }
        for content in ["", "\n", "\nother", &"x".repeat(70_000)] {
            assert!(read(content).unwrap_err().starts_with("names a file"));
        }
        assert!(read_password("/nowhere/password").unwrap_err().contains("cannot be read"));
    }
}
