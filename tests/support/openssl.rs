//! OpenSSL's own program, as an independent reader of encrypted files.

use crate::skip;
use std::io::Write;
use std::process::{Command, Stdio};

/// Decrypts by `openssl enc -d` with these arguments. If openssl is not installed, reports a skipped test and returns
/// `None`.
///
/// # Panics
/// If openssl cannot decrypt it.
pub fn decrypt(arguments: &[&str], encrypted: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new("openssl");
    command.args(["enc", "-d"]).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        skip("openssl is not installed");
        return None;
    };
    let mut input = child.stdin.take().expect("a pipe");
    let encrypted = encrypted.to_vec();
    let writing = std::thread::spawn(move || input.write_all(&encrypted));
    let output = child.wait_with_output().expect("openssl ends");
    let _ = writing.join();
    assert!(output.status.success(), "openssl {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}
