//! Tests that need something this machine lacks: skipped with a visible line, or failed where `CI=true`.

use std::fs::OpenOptions;
use std::io::Write;

/// Reports that `test` is skipped. The line goes straight to stderr, which the test harness does not capture, and to the
/// file that `DIALPLATE_SKIPPED_LOG` names, from which `make test` counts.
///
/// # Panics
/// With `CI=true`: the machine that guards `main` must have everything.
pub fn skip(test: &str, why: &str) {
    let ci = std::env::var("CI").is_ok_and(|value| value == "true");
    assert!(!ci, "{test}: {why}; CI must have it");
    let line = format!("skipped: {test}: {why}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(log) = std::env::var_os("DIALPLATE_SKIPPED_LOG") {
        let log = OpenOptions::new().create(true).append(true).open(log);
        log.and_then(|mut log| log.write_all(line.as_bytes())).expect("DIALPLATE_SKIPPED_LOG can be written");
    }
}
