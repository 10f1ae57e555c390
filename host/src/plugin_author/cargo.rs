//! Builds a plugin's crate with the author's cargo.

use super::error::AuthorError;
use super::target::TARGET;
use serde_json::Value;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// rustc's error for a crate that it cannot find. Without the target these are `core` and `std`.
const NO_CRATE: &str = "E0463";

/// What cargo's messages say of a build.
#[derive(Default)]
struct Messages {
    module: Option<PathBuf>,
    lacks_target: bool,
}

/// Builds the crate in `folder`, and returns where its core module is. What the compiler prints goes to `diagnostics`.
///
/// # Errors
/// Cargo fails, or builds no module.
pub fn module(folder: &Path, diagnostics: &mut impl Write) -> Result<PathBuf, AuthorError> {
    let mut cargo = Command::new("cargo")
        // In the plugin's folder, so that cargo reads the configuration there.
        .current_dir(folder)
        .args(["build", "--release", "--target", TARGET, "--message-format", "json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(AuthorError::NoCargo)?;
    let output = cargo.stdout.take().map(BufReader::new);
    let messages = output.map_or_else(|| Ok(Messages::default()), |output| read(output, diagnostics));
    let status = cargo.wait().map_err(AuthorError::NoCargo)?;
    let messages = messages.map_err(AuthorError::NoCargo)?;
    match messages.module {
        Some(module) if status.success() => Ok(module),
        _ if messages.lacks_target => Err(AuthorError::NoTarget),
        _ if !status.success() => Err(AuthorError::Tool { name: "cargo", folder: folder.to_owned() }),
        _ => Err(AuthorError::NoModule(folder.to_owned())),
    }
}

/// Reads cargo's messages, one JSON object a line, and passes the compiler's on.
fn read(output: impl BufRead, diagnostics: &mut impl Write) -> io::Result<Messages> {
    let mut messages = Messages::default();
    for line in output.lines() {
        let Ok(message) = serde_json::from_str::<Value>(&line?) else { continue };
        match message["reason"].as_str() {
            Some("compiler-message") => {
                let diagnostic = &message["message"];
                let text = diagnostic["message"].as_str().unwrap_or_default();
                let is_std = ["`core`", "`std`"].iter().any(|name| text.contains(name));
                messages.lacks_target |= is_std && diagnostic["code"]["code"] == NO_CRATE;
                // A log that nobody reads any more must not end the build.
                let _ = diagnostics.write_all(diagnostic["rendered"].as_str().unwrap_or_default().as_bytes());
            }
            // The plugin's own crate is the last one.
            Some("compiler-artifact") if is_plugin(&message["target"]) => messages.module = module_of(&message),
            _ => {}
        }
    }
    Ok(messages)
}

fn is_plugin(target: &Value) -> bool {
    target["crate_types"].as_array().is_some_and(|types| types.iter().any(|kind| kind == "cdylib"))
}

fn module_of(artifact: &Value) -> Option<PathBuf> {
    let mut files = artifact["filenames"].as_array()?.iter().filter_map(Value::as_str);
    files.find(|file| file.ends_with(".wasm")).map(PathBuf::from)
}

/// The name of the plugin whose module this is: `dialplate_acme_voip.wasm` is that of `acme-voip`.
pub fn plugin_name(module: &Path) -> String {
    let name = module.file_stem().unwrap_or_default().to_string_lossy();
    let name = name.strip_prefix("dialplate_").unwrap_or(&name);
    name.replace('_', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_module_and_pass_diagnostics_on() {
        let output = r#"{"reason":"compiler-artifact","target":{"crate_types":["lib"]},"filenames":["/t/libdep.rlib"]}
{"reason":"compiler-message","message":{"message":"unused","code":{"code":"unused"},"rendered":"warning: unused\n"}}
not JSON
{"reason":"compiler-artifact","target":{"crate_types":["cdylib"]},"filenames":["/t/dialplate_acme_voip.wasm"]}
"#;
        let mut printed = Vec::new();
        let messages = read(output.as_bytes(), &mut printed).unwrap();
        assert_eq!(messages.module.as_deref(), Some(Path::new("/t/dialplate_acme_voip.wasm")));
        assert!(!messages.lacks_target);
        assert_eq!(printed, b"warning: unused\n");
        assert_eq!(plugin_name(&messages.module.unwrap()), "acme-voip");
    }

    #[test]
    fn missing_std_is_a_missing_target() {
        let line = |name: &str| {
            format!(
                r#"{{"reason":"compiler-message","message":{{"message":"can't find crate for `{name}`","code":{{"code":"E0463"}}}}}}"#
            )
        };
        let lacks = |name| read(line(name).as_bytes(), &mut Vec::new()).unwrap().lacks_target;
        assert_eq!([lacks("core"), lacks("std"), lacks("acme")], [true, true, false]);
        assert!(AuthorError::NoTarget.to_string().contains("rustup target add wasm32-unknown-unknown"));
    }
}
