//! The first load of templates and plugins.

use super::attempt::{Attempt, Ended};
use super::look::{Look, LookError, WatchedFolders};
use super::record::log_loaded;
use super::report::Report;
use super::review::review;
use super::snapshot::{Current, Snapshot};
use crate::plugin::{Engine, EngineError, LoadFailure, Plugins, Share};
use crate::templates::{SearchPath, TemplateFile, Texts};
use arc_swap::ArcSwap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Where templates and plugins are, and how plugins run.
pub struct Config {
    pub templates: SearchPath,
    pub plugins: PathBuf,
    pub engine: crate::plugin::Config,
    /// Whether a component that takes long is put off until the server listens.
    pub puts_off: bool,
}

/// Why the server cannot start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("no template folder exists; name one with --templates or DIALPLATE_TEMPLATES")]
    NoTemplates,
    #[error(transparent)]
    Look(#[from] LookError),
    #[error("reading templates and plugins crashed; the log says where")]
    Crash,
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("no plugin can be loaded: {}; replace or remove these files", joined(.0))]
    Plugins(Vec<LoadFailure>),
}

fn joined(failures: &[LoadFailure]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// The result of the first load, and what later reloads need.
pub struct FirstLoad {
    pub current: Current,
    pub(super) folders: Arc<WatchedFolders>,
    pub(super) engine: Engine,
    pub(super) look: Look,
    /// Components that cannot be loaded. They do not keep the server from starting.
    pub failures: Vec<LoadFailure>,
    /// Files and folders that could not be read. The first reload logs them.
    pub unread: Vec<LookError>,
}

/// Compiles the plugins and prepares them with the templates of the search path. A component that cannot be loaded is
/// among the failures: a bad file that a running server has refused must not keep the server from starting again. The
/// start fails if no plugin can be loaded at all. So is one that takes long: the reload task builds it as soon as the
/// server listens, so that it delays no other vendor's phones.
pub async fn load(config: Config) -> Result<FirstLoad, Error> {
    let started = Instant::now();
    if config.templates.folders().next().is_none() {
        return Err(Error::NoTemplates);
    }
    let folders = Arc::new(WatchedFolders::new(config.templates, config.plugins));
    let (look, unread) = first_look(&folders).await?;
    let engine = Engine::new(config.engine)?;
    let texts = look.disk.texts().clone();
    let files: Vec<_> = look.components.keys().cloned().collect();
    let (plugins, failures) = load_plugins(&engine, &files, &texts, config.puts_off).await;
    // Without its plugins a server answers 503 until their folder answers; it could not answer at all if it did not start.
    let is_silent = unread.iter().any(|error| matches!(error, LookError::NoAnswer(_)));
    if plugins.is_empty() && !is_silent {
        return Err(Error::Plugins(failures));
    }
    log_loaded(&plugins, None);
    // One that is put off is built by the reload task.
    for name in engine.config().plugins.keys().filter(|name| !plugins.has(name)) {
        tracing::warn!(plugin.name = name, "the configuration has a section for a plugin that is not loaded");
    }
    tracing::info!(
        plugins = plugins.iter().len(),
        template.folders = texts.folders().len(),
        duration_ms = started.elapsed().as_millis(),
        "loaded"
    );
    let snapshot = Snapshot { tree: look.disk.tree().clone(), plugins: Arc::new(plugins), texts };
    Ok(FirstLoad { current: Arc::new(ArcSwap::from_pointee(snapshot)), folders, engine, look, failures, unread })
}

async fn load_plugins(
    engine: &Engine,
    files: &[PathBuf],
    texts: &Texts,
    puts_off: bool,
) -> (Plugins, Vec<LoadFailure>) {
    let templates = templates_for(texts);
    if puts_off {
        let (plugins, failures) = Plugins::load(&engine.starting(), files, &templates, None).await;
        // Without any plugin, no phone would be served meanwhile.
        if !plugins.is_empty() || !failures.iter().any(|failure| failure.error.is_late()) {
            return (plugins, failures);
        }
    }
    Plugins::load(engine, files, &templates, None).await
}

impl FirstLoad {
    /// Logs the live templates that do not serve phones, and returns them.
    pub async fn review(&self) -> Report {
        let snapshot = self.current.load_full();
        let reviewed = review(&snapshot.plugins, &snapshot.texts, &[]).await;
        let mut report = Report::default();
        report.reviewed(reviewed, &snapshot.texts);
        report
    }
}

/// Looks at the disk for the first time. Folders that do not answer are left out; the first reload after they answer finds
/// what is in them.
async fn first_look(folders: &Arc<WatchedFolders>) -> Result<(Look, Vec<LookError>), Error> {
    loop {
        let looking = Arc::clone(folders);
        let mut attempt = Attempt::start(&folders.roots, move |progress| looking.look(progress));
        match attempt.end().await {
            Ended::Looked(look) => return Ok(look?),
            Ended::Crashed => return Err(Error::Crash),
            Ended::Hangs(standstill) => drop(tokio::spawn(attempt.outlast(standstill))),
        }
    }
}

/// For each plugin, the texts of the folders that belong to it.
pub(super) fn templates_for(texts: &Texts) -> impl Fn(&Share<'_>) -> Vec<TemplateFile> + Sync {
    |share| texts.of(&|folder| share.takes(folder))
}
