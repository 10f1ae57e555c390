//! `dialplate plugin test`: renders the cases of a plugin as a server would.

use super::case::{Case, EXPECTED, read_file};
use super::config::Config;
use super::diff;
use super::error::Error;
use super::outcome::expected_bytes;
use super::project::Project;
use super::texts;
use crate::plugin::{Engine, LoadFailure, Plugin, Plugins, Share, Usage};
use crate::templates::Texts;
use serde::Serialize;
use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

/// The outcome of all cases.
#[derive(Serialize)]
pub struct TestReport {
    pub component: String,
    pub plugin: String,
    pub version: String,
    pub cases: Vec<CaseReport>,
    pub passed: usize,
    pub failed: usize,
    /// The limits of the server's configuration that a render has.
    pub render_timeout_ms: u64,
    pub render_memory_bytes_max: usize,
    /// Memory of the component once it is prepared, which all renders share.
    pub prepared_memory_bytes: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Passed,
    /// The expected file was written.
    Blessed,
    Failed,
}

#[derive(Serialize)]
pub struct CaseReport {
    pub name: String,
    pub verdict: Verdict,
    /// Why it failed.
    pub message: Option<String>,
    /// The unified diff from the expected file to the rendered one.
    pub diff: Option<String>,
    /// What the render used; absent if the case could not be rendered.
    pub figures: Option<Figures>,
}

#[derive(Serialize)]
pub struct Figures {
    /// Whether the templates were prepared, as a server prepares them. Else the figures include parsing them.
    pub prepared: bool,
    pub time_us: u64,
    /// Memory beyond what the prepared component has.
    pub memory_bytes: usize,
    /// Counted in another render: the server's engine does not count.
    pub instructions: u64,
}

/// The plugin in both engines.
struct Subject {
    served: Arc<Plugin>,
    counting: Arc<Plugin>,
}

/// Renders each case, and compares it with its expected file. With `bless`, the file is written if it differs.
///
/// # Errors
/// The component cannot be loaded, or there are no cases.
pub async fn test(config: &Config, project: &Project, bless: bool) -> Result<TestReport, Error> {
    if project.cases.is_empty() {
        return Err(Error::NoCases(project.component.clone()));
    }
    let texts = match &project.templates {
        Some(folder) => texts::read(texts::only(folder)).await?,
        None => Texts::default(),
    };
    let (engine, counting_engine) = (config.engine()?, config.counting_engine()?);
    let (served, counting) =
        tokio::join!(load(&engine, &project.component, &texts), load(&counting_engine, &project.component, &texts));
    let subject = Subject { served: served?, counting: counting? };
    let mut cases = Vec::new();
    for folder in &project.cases {
        cases.push(subject.run(folder, bless).await?);
    }
    let failed = cases.iter().filter(|case| case.verdict == Verdict::Failed).count();
    let Subject { served, .. } = subject;
    Ok(TestReport {
        component: project.component.display().to_string(),
        plugin: served.name().to_owned(),
        version: served.description().version.clone(),
        passed: cases.len() - failed,
        failed,
        cases,
        render_timeout_ms: config.engine.render_timeout_ms,
        render_memory_bytes_max: config.engine.render_memory_bytes_max,
        prepared_memory_bytes: served.prepared_bytes(),
    })
}

/// Loads one component as a server does, prepared with those of the templates that belong to it.
pub async fn load(engine: &Engine, component: &Path, texts: &Texts) -> Result<Arc<Plugin>, Error> {
    let files = [component.to_owned()];
    let templates = |share: &Share<'_>| texts.of(&|folder| share.takes(folder));
    let (plugins, failures) = Plugins::load(engine, &files, &templates, None).await;
    if let Some(failure) = failures.into_iter().next() {
        let LoadFailure { file, error, .. } = failure;
        return Err(Error::Component { file, error: Box::new(error) });
    }
    plugins.iter().next().cloned().ok_or(Error::Crash)
}

impl Subject {
    async fn run(&self, folder: &Path, bless: bool) -> Result<CaseReport, Error> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let failed = |message| CaseReport {
            name: name.clone(),
            verdict: Verdict::Failed,
            message: Some(message),
            diff: None,
            figures: None,
        };
        let case = match Case::read(folder) {
            Ok(case) => case,
            Err(message) => return Ok(failed(message)),
        };
        if case.templates.is_empty() && !self.served.has_folder(case.folder()) {
            let message = format!("neither the case nor `templates/{}` of the plugin has templates", case.folder());
            return Ok(failed(message));
        }
        let (outcome, usage) = self.served.measure(case.job(&self.served), case.scope.clone()).await;
        let (_, counted) = self.counting.measure(case.job(&self.counting), case.scope.clone()).await;
        let figures = Some(figures(case.is_prepared(&self.served), usage, counted));
        match expected_bytes(&outcome) {
            Ok(actual) => Ok(CaseReport { figures, ..compare(name, folder, &actual, bless)? }),
            Err(message) => Ok(CaseReport { figures, ..failed(message) }),
        }
    }
}

fn figures(prepared: bool, usage: Usage, counted: Usage) -> Figures {
    Figures {
        prepared,
        time_us: u64::try_from(usage.time.as_micros()).unwrap_or(u64::MAX),
        memory_bytes: usage.memory_bytes,
        instructions: counted.instructions.unwrap_or_default(),
    }
}

fn compare(name: String, folder: &Path, actual: &[u8], bless: bool) -> Result<CaseReport, Error> {
    let path = folder.join(EXPECTED);
    let expected = match read_file(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(source) => return Err(Error::Read { path, source }),
    };
    let report = |verdict, message: Option<&str>, diff| {
        let message = message.map(str::to_owned);
        Ok(CaseReport { name, verdict, message, diff, figures: None })
    };
    match expected {
        Some(expected) if expected == actual => report(Verdict::Passed, None, None),
        _ if bless => match std::fs::write(&path, actual) {
            Ok(()) => report(Verdict::Blessed, None, None),
            Err(source) => Err(Error::Write { path, source }),
        },
        Some(expected) => {
            let message = "the file differs from `expected`; if the new one is right, --bless writes it";
            report(Verdict::Failed, Some(message), Some(diff::unified(("expected", &expected), ("actual", actual))))
        }
        None => report(Verdict::Failed, Some("there is no file `expected`; --bless writes it"), None),
    }
}
