//! Shared by the integration tests: cases as files, values from JSON, and two renderers for the same job, PHP's Smarty
//! behind a pipe and the library.
#![allow(dead_code, unused_imports, reason = "each test binary uses a part of this module")]

pub mod case;
pub mod engine;
pub mod generate;
pub mod json;
pub mod php;
pub mod played;
pub mod skip;

use std::fmt::Write as _;
use std::io::Write as _;

/// One render, for PHP's Smarty and for the library.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// The case that the job comes from, `area/name`; empty for a generated template.
    pub name: String,
    /// Template files by name.
    pub files: Vec<(String, Vec<u8>)>,
    /// The name of the file to render.
    pub file: String,
    /// JSON text of an object, see [`json`].
    pub variables: String,
    /// Unix seconds.
    pub clock: i64,
    /// JSON text of `get`, `post`, `cookies` and `server`.
    pub request: [String; 4],
    /// Compile without rendering.
    pub compile: bool,
}

/// Names of the parts of [`Job::request`], as the PHP driver and the cases call them.
pub const REQUEST: [&str; 4] = ["get", "post", "cookies", "server"];

/// 2026-07-01 12:00:00 UTC.
pub const CLOCK: i64 = 1_782_907_200;

impl Job {
    /// A job of one template.
    pub fn of(source: &[u8], variables: &str) -> Job {
        Job {
            name: String::new(),
            files: vec![("main.tpl".into(), source.to_vec())],
            file: "main.tpl".into(),
            variables: variables.into(),
            clock: CLOCK,
            request: std::array::from_fn(|_| "{}".into()),
            compile: false,
        }
    }
}

/// Writes a line straight to stderr, which the test harness does not capture.
pub fn report(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The bytes as readable text: line ends, tabs, control characters and invalid UTF-8 are written as escapes.
pub fn visible(bytes: &[u8]) -> String {
    let mut out = String::new();
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\n' => out.push_str("\\n\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if c.is_control() => {
                    let _ = write!(out, "\\x{:02x}", c as u32);
                }
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// A few lines of both texts from the first line that differs, `-` expected and `+` rendered.
pub fn difference(expected: &[u8], got: &[u8]) -> String {
    let (expected, got) = (visible(expected), visible(got));
    let same = expected.lines().zip(got.lines()).take_while(|(a, b)| a == b).count();
    let part = |text: &str, mark: &str| {
        let lines = text.lines().skip(same).take(6);
        lines.map(|line| format!("  {mark} {line:.400}\n")).collect::<String>()
    };
    format!("  line {}:\n{}{}", same + 1, part(&expected, "-"), part(&got, "+"))
}
