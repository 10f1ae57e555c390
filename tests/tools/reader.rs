//! Programs that read our files independently of our code: openssl, python3, xmllint.

use crate::skip;
use std::io::Write;
use std::process::{Command, Stdio};

/// What a program prints for this input. If the program is not installed, reports a skipped test and returns `None`.
///
/// # Panics
/// If the program fails.
pub fn read(program: &str, arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut child) = command.spawn() else {
        skip(&format!("{program} is not installed"));
        return None;
    };
    let mut pipe = child.stdin.take().expect("a pipe");
    let input = input.to_vec();
    let writing = std::thread::spawn(move || pipe.write_all(&input));
    let output = child.wait_with_output().expect("the program ends");
    let _ = writing.join();
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}
