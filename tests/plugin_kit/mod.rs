//! `dialplate plugin inspect`, `test` and `check`: the built program examines real components.

mod capture;
mod check;
mod inspect;
mod test;

use dialplate_tests::server::{command, root};
use std::path::{Path, PathBuf};
use std::process::Output;

/// Runs `dialplate plugin` with the repository's templates and plugins.
fn plugin(arguments: &[&str], settings: &[(&str, &str)]) -> Output {
    let templates = root().join("templates").display().to_string();
    let own = [("DIALPLATE_TEMPLATES", templates.as_str())];
    command("plugin", &[&own, settings].concat()).args(arguments).output().expect("the program runs")
}

/// The same, and the status is success.
fn succeeds(arguments: &[&str], settings: &[(&str, &str)]) -> String {
    let output = plugin(arguments, settings);
    assert!(output.status.success(), "{arguments:?}: {}{}", out(&output), err(&output));
    out(&output)
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The built component of a plugin of this repository.
fn own(name: &str) -> PathBuf {
    root().join(format!("target/plugins/{name}.wasm"))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
