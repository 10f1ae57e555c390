//! What a case gives with the plugin and the templates that a running server has.

use super::case::{Case, EXPECTED, read_file};
use super::outcome::expected_bytes;
use crate::plugin::{Plugin, Usage};
use crate::templates::Texts;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// What the render of a case gave.
pub struct ServedCase {
    pub name: String,
    /// The document or the plugin's failure, in the form of the file `expected`; else why the case was not rendered.
    pub outcome: Result<Vec<u8>, String>,
    pub usage: Option<CaseUsage>,
    /// Whether the outcome is that of the file `expected`; `None` without one.
    pub is_expected: Option<bool>,
}

/// What a render used.
pub struct CaseUsage {
    pub time: Duration,
    /// Memory beyond what the prepared component has.
    pub memory_bytes: usize,
    /// Whether the templates were prepared. Else the time includes parsing them.
    pub prepared: bool,
}

/// Renders a case with the server's plugin. A case without templates of its own gets the live ones of its folder, as a phone
/// would, whether the plugin is prepared with them yet or not.
pub async fn render_served(folder: &Path, plugin: &Arc<Plugin>, texts: &Texts) -> ServedCase {
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let read = read(folder.to_owned(), texts.clone()).await;
    let (case, expected) = match read {
        Ok(read) => read,
        Err(why) => return ServedCase { name, outcome: Err(why), usage: None, is_expected: None },
    };
    let prepared = case.is_prepared(plugin);
    let (outcome, Usage { time, memory_bytes, .. }) = plugin.measure(case.job(plugin), case.scope.clone()).await;
    let outcome = expected_bytes(&outcome);
    let is_expected = expected.map(|expected| outcome.as_ref().is_ok_and(|bytes| *bytes == expected));
    ServedCase { name, outcome, usage: Some(CaseUsage { time, memory_bytes, prepared }), is_expected }
}

/// Reads a case and its expected file on a thread that may block.
async fn read(folder: PathBuf, texts: Texts) -> Result<(Case, Option<Vec<u8>>), String> {
    let read = tokio::task::spawn_blocking(move || {
        let mut case = Case::read(&folder)?;
        if case.templates.is_empty() {
            let live = texts.folder(case.folder()).map(|files| files.to_vec());
            case.templates = live.ok_or_else(|| {
                format!("neither the case nor a template folder of the server has templates for `{}`", case.folder())
            })?;
        }
        Ok((case, read_file(&folder.join(EXPECTED)).ok()))
    });
    read.await.unwrap_or_else(|_| Err("reading the case crashed; the log says where".to_owned()))
}
