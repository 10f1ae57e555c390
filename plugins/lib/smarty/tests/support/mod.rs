//! What the integration tests share: cases as files, values from JSON, PHP's Smarty behind a pipe, and the
//! library behind the same job.
#![allow(dead_code, unused_imports, reason = "each test binary uses a part of this")]

pub mod case;
pub mod engine;
pub mod generate;
pub mod json;
pub mod php;

use std::fmt::Write as _;
use std::io::Write as _;

/// One render: what PHP's Smarty and the library are both given.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// Template files by name.
    pub files: Vec<(String, Vec<u8>)>,
    /// The one to render.
    pub file: String,
    /// JSON text of an object, see [`json`].
    pub variables: String,
    /// Unix seconds.
    pub clock: i64,
    /// JSON text of `get`, `post`, `cookies` and `server`.
    pub request: [String; 4],
    /// Only whether it compiles.
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
            files: vec![("main.tpl".into(), source.to_vec())],
            file: "main.tpl".into(),
            variables: variables.into(),
            clock: CLOCK,
            request: std::array::from_fn(|_| "{}".into()),
            compile: false,
        }
    }
}

/// Says something that a passing test does not hide: the test harness keeps only what is printed.
pub fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Bytes as a reader can tell them apart: line ends, tabs and whatever is not UTF-8 are visible.
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

/// Both texts from the first line that differs, a few lines each.
pub fn difference(expected: &[u8], got: &[u8]) -> String {
    let (expected, got) = (visible(expected), visible(got));
    let same = expected.lines().zip(got.lines()).take_while(|(a, b)| a == b).count();
    let part = |text: &str, mark: &str| {
        let lines = text.lines().skip(same).take(6);
        lines.map(|line| format!("  {mark} {line:.400}\n")).collect::<String>()
    };
    format!("  line {}:\n{}{}", same + 1, part(&expected, "-"), part(&got, "+"))
}
