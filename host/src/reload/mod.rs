//! Templates and plugins as they change on disk, swapped in while phones are served.
//!
//! One task looks at the disk when the system says that something there has changed, when somebody asks for it, and
//! now and then in any case. Templates that have changed are checked and tried, and serve at once, travelling with the
//! job; their plugin is prepared with them meanwhile. A component is built, tried and then serves. Each step is one swap
//! of the whole snapshot, and what fails changes nothing but the log and the report.

mod look;
mod places;
mod report;
mod settle;
mod snapshot;
mod task;
mod waiters;
mod watch;

pub use look::LookError;
pub use report::{Outcome, Refused, Report};
pub use snapshot::{PendingTemplates, Snapshot};

use crate::plugin::{Engine, EngineError, LoadFailure, Plugins, Reached, Share};
use crate::templates::{SearchPath, Texts};
use arc_swap::ArcSwap;
use look::{Folders, Look};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::signal::unix::Signal;
use tokio::sync::{mpsc, oneshot};
use waiters::Answer;

/// Requests to reload that may wait; whoever comes then waits before the queue.
const ASKED_MAX: usize = 16;

/// What serves now. A request takes it once.
pub type Current = Arc<ArcSwap<Snapshot>>;

/// Where everything is.
pub struct Config {
    pub templates: SearchPath,
    pub plugins: PathBuf,
    pub engine: crate::plugin::Config,
}

/// Why there is nothing to serve with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there are no template folders; name one with --templates or DIALPLATE_TEMPLATES")]
    NoTemplates,
    #[error(transparent)]
    Look(#[from] LookError),
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error("{}; remove or replace what cannot be a plugin", failed(.0))]
    Plugins(Vec<LoadFailure>),
}

fn failed(failures: &[LoadFailure]) -> String {
    failures.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// What a start has loaded, and what it takes to load it again.
pub struct Loaded {
    pub current: Current,
    folders: Folders,
    engine: Engine,
    look: Look,
    /// Components that cannot be served; the others do not wait for them.
    pub failures: Vec<LoadFailure>,
    /// What could not be read; the rest serves, and the first reload logs it.
    pub unread: Vec<LookError>,
}

/// For those who ask for a reload or want to know of them.
pub struct Reloads {
    asked: mpsc::Sender<Answer>,
    report: Arc<ArcSwap<Report>>,
    reached: Reached,
}

impl Reloads {
    /// The limits that plugins came up against, also those that were refused for it.
    pub fn reached(&self) -> &Reached {
        &self.reached
    }

    pub fn report(&self) -> Arc<Report> {
        self.report.load_full()
    }

    /// Looks at the disk now, and waits until what was found there serves or is refused. `None` when the server is
    /// stopping.
    pub async fn reload(&self) -> Option<Arc<Report>> {
        let (sender, receiver) = oneshot::channel();
        self.asked.send(sender).await.ok()?;
        receiver.await.ok()
    }
}

/// Compiles the plugins and prepares them with the templates of the search path. What cannot be served is among the
/// failures, as it is in a reload: a bad file that a running server has refused must not keep it from starting again.
/// Without a single plugin there is nothing to start.
pub async fn load(config: Config) -> Result<Loaded, Error> {
    let started = std::time::Instant::now();
    if config.templates.folders().next().is_none() {
        return Err(Error::NoTemplates);
    }
    let folders = Folders { templates: config.templates, plugins: config.plugins };
    let (look, unread) = folders.look()?;
    let engine = Engine::new(config.engine)?;
    let texts = look.disk.texts().clone();
    let files: Vec<_> = look.components.keys().cloned().collect();
    let (plugins, failures) = Plugins::load(&engine, &files, &templates_for(&texts), None).await;
    if plugins.iter().len() == 0 {
        return Err(Error::Plugins(failures));
    }
    task::log_loaded(&plugins, None);
    for fault in plugins.iter().flat_map(|plugin| plugin.faults()) {
        tracing::warn!(error = %fault.fault, "template does not compile; requests for it are answered with 500");
    }
    let ms = started.elapsed().as_millis();
    tracing::info!(
        plugins = plugins.iter().len(),
        template.folders = texts.folders().len(),
        duration_ms = ms,
        "loaded"
    );
    let snapshot = Snapshot { tree: look.disk.tree().clone(), plugins: Arc::new(plugins), texts };
    Ok(Loaded { current: Arc::new(ArcSwap::from_pointee(snapshot)), folders, engine, look, failures, unread })
}

fn templates_for(texts: &Texts) -> impl Fn(&Share<'_>) -> Vec<crate::templates::TemplateFile> + Sync {
    |share| texts.of(&|folder| share.takes(folder))
}

impl Loaded {
    /// Starts the one task that reloads, also at each hangup; it ends with the process.
    pub fn watch(self, metrics: Arc<crate::metrics::Metrics>, hangup: Signal) -> Reloads {
        let (asked, asks) = mpsc::channel(ASKED_MAX);
        let report = Arc::new(ArcSwap::default());
        let reached = self.engine.reached().clone();
        let task = task::Task::new(self, asks, Arc::clone(&report), metrics);
        tokio::spawn(task.run(hangup));
        Reloads { asked, report, reached }
    }
}
