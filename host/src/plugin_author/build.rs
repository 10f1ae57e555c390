//! Builds a plugin's crate with the author's cargo, and makes a component of the module.

use super::error::AuthorError;
use super::target::TARGET;
use crate::files::read_bounded;
use serde_json::Value;
use std::fs;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The folder of a plugin that gets the component.
const BUILD: &str = "build";
/// The default of `component_bytes_max`, above which a server refuses a component.
const MODULE_BYTES_MAX: u64 = 64 << 20;
/// rustc's error for a crate that it cannot find. Without the target these are `core` and `std`.
const NO_CRATE: &str = "E0463";

/// A component that was built.
#[derive(Debug)]
pub struct Built {
    pub file: PathBuf,
    pub bytes: usize,
}

/// What cargo's messages say of a build.
#[derive(Default)]
struct Messages {
    module: Option<PathBuf>,
    lacks_target: bool,
}

/// Builds the plugin in `folder` and writes its component to `out`, by default to `build/<name>.wasm` in the folder. What
/// cargo prints goes to `diagnostics`.
///
/// # Errors
/// The folder has no plugin, cargo fails, or the module is no plugin's.
pub fn build(folder: &Path, out: Option<&Path>, diagnostics: &mut impl Write) -> Result<Built, AuthorError> {
    let manifest = folder.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(AuthorError::NoCrate(folder.to_owned()));
    }
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
        Some(module) if status.success() => write(&module, folder, out),
        _ if messages.lacks_target => Err(AuthorError::NoTarget),
        _ if !status.success() => Err(AuthorError::Cargo(folder.to_owned())),
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

fn write(module: &Path, folder: &Path, out: Option<&Path>) -> Result<Built, AuthorError> {
    let read = read_bounded(module, MODULE_BYTES_MAX);
    let bytes = read
        .map_err(|source| AuthorError::Read { path: module.to_owned(), source })?
        .ok_or_else(|| AuthorError::TooLarge { path: module.to_owned(), max: MODULE_BYTES_MAX })?;
    let component = dialplate_componentize::component(&bytes)
        .map_err(|source| AuthorError::Encode { path: module.to_owned(), source })?;
    let folder = if folder == Path::new(".") { Path::new("") } else { folder };
    let file = out.map_or_else(|| folder.join(BUILD).join(file_name(module)), Path::to_owned);
    let written = file.parent().map_or(Ok(()), fs::create_dir_all);
    written
        .and_then(|()| dialplate_componentize::replace(&file, &component))
        .map_err(|source| AuthorError::Write { path: file.clone(), source })?;
    Ok(Built { file, bytes: component.len() })
}

/// `dialplate_acme_voip.wasm` becomes `acme-voip.wasm`.
fn file_name(module: &Path) -> String {
    let name = module.file_stem().unwrap_or_default().to_string_lossy();
    let name = name.strip_prefix("dialplate_").unwrap_or(&name);
    format!("{}.wasm", name.replace('_', "-"))
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
        assert_eq!(file_name(&messages.module.unwrap()), "acme-voip.wasm");
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

    #[test]
    fn folder_without_a_manifest_is_no_plugin() {
        let folder = tempfile::tempdir().unwrap();
        let error = build(folder.path(), None, &mut Vec::new()).unwrap_err().to_string();
        assert!(error.contains("has no Cargo.toml") && error.contains("plugin new"), "{error}");
    }

    #[test]
    fn file_that_is_no_module_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let module = folder.path().join("acme.wasm");
        fs::write(&module, b"no module").unwrap();
        let error = write(&module, folder.path(), None).unwrap_err().to_string();
        assert!(error.contains("acme.wasm: it is not a core module of a plugin"), "{error}");
        assert!(!folder.path().join(BUILD).exists());
    }
}
