//! Work that runs beside the executor: looks at the disk, checks by plugins, and builds.

use super::attempt::{Attempt, Ended};
use super::check::{Change, CheckedFolder, check};
use super::look::{Look, LookOutcome, WatchedFolders};
use super::snapshot::Snapshot;
use super::start::templates_for;
use super::watch::{EventQueue, Watch};
use crate::plugin::{Engine, LoadError, LoadFailure, LoadPlan, Plugin, Plugins, off_the_path};
use std::collections::HashSet;
use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Notify;
use tokio::task::{JoinError, JoinHandle, JoinSet};

/// Looks at the disk, one at a time, on a thread that may block.
pub(super) struct Looks {
    folders: Arc<WatchedFolders>,
    /// What the last look has found.
    last: Arc<Look>,
    /// `None` while a look runs.
    watch: Option<Watch>,
    queue: Arc<EventQueue>,
    running: Option<RunningLook>,
    /// Notified when a file system answers again that a look has left out.
    recovered: Arc<Notify>,
}

struct RunningLook {
    attempt: Attempt<(Look, LookOutcome, Watch)>,
    requested: bool,
    started: Instant,
}

/// A look that has ended.
pub(super) struct EndedLook {
    /// What the look before has found.
    pub(super) before: Arc<Look>,
    /// `None`: the look crashed, and everything stays as it was.
    pub(super) outcome: Option<LookOutcome>,
    /// Why the system does not report every change.
    pub(super) lacks: Option<String>,
    pub(super) requested: bool,
    pub(super) started: Instant,
}

impl Looks {
    /// The first look finds what has changed since `last`.
    pub(super) fn new(folders: Arc<WatchedFolders>, last: Look) -> Self {
        let watch = Watch::start();
        let (queue, recovered) = (Arc::clone(watch.queue()), Arc::default());
        Self { folders, last: Arc::new(last), watch: Some(watch), queue, running: None, recovered }
    }

    pub(super) fn last(&self) -> &Look {
        &self.last
    }

    pub(super) fn queue(&self) -> &Arc<EventQueue> {
        &self.queue
    }

    pub(super) fn recovered(&self) -> &Arc<Notify> {
        &self.recovered
    }

    pub(super) fn start(&mut self, requested: bool) {
        let attempt = self.attempt(requested);
        self.running = Some(RunningLook { attempt, requested, started: Instant::now() });
    }

    fn attempt(&mut self, requested: bool) -> Attempt<(Look, LookOutcome, Watch)> {
        let watch = self.watch.take().filter(|watch| {
            let has_ended = watch.has_ended();
            if has_ended {
                tracing::warn!("the watch on templates and plugins ended; starting it again");
            }
            !has_ended
        });
        let mut watch = watch.unwrap_or_else(Watch::start);
        self.queue = Arc::clone(watch.queue());
        self.queue.seen();
        let (folders, before) = (Arc::clone(&self.folders), Arc::clone(&self.last));
        Attempt::start(&self.folders.roots, move |progress| {
            let (look, outcome) = folders.look_again(&before, &mut watch, requested, progress);
            (look, outcome, watch)
        })
    }

    /// Waits for the running look. It leaves out what does not answer.
    pub(super) async fn end(&mut self) -> EndedLook {
        let ended = loop {
            let Some(running) = &mut self.running else { return pending().await };
            match running.attempt.end().await {
                Ended::Looked(look) => break Some(look),
                Ended::Crashed => break None,
                Ended::Hangs(standstill) => {
                    let requested = running.requested;
                    let next = self.attempt(requested);
                    if let Some(running) = &mut self.running {
                        let hanging = std::mem::replace(&mut running.attempt, next);
                        let recovered = Arc::clone(&self.recovered);
                        tokio::spawn(async move {
                            hanging.outlast(standstill).await;
                            recovered.notify_one();
                        });
                    }
                }
            }
        };
        let Some(RunningLook { requested, started, .. }) = self.running.take() else { return pending().await };
        let before = Arc::clone(&self.last);
        let mut ended_look = EndedLook { before, outcome: None, lacks: None, requested, started };
        if let Some((look, outcome, watch)) = ended {
            ended_look.lacks.clone_from(&watch.lacks);
            ended_look.outcome = Some(outcome);
            (self.last, self.watch) = (Arc::new(look), Some(watch));
        }
        ended_look
    }
}

/// Checks by plugins, each on a thread of its own: a slow plugin delays neither requests nor edits of other vendors.
#[derive(Default)]
pub(super) struct Checks(JoinSet<EndedCheck>);

/// A check that has ended.
pub(super) struct EndedCheck {
    pub(super) plugin: String,
    /// The component that has checked.
    pub(super) version: String,
    pub(super) started: Instant,
    /// The checked folders, and those for which there was no time.
    pub(super) outcome: Result<(Vec<CheckedFolder>, Vec<String>), LoadError>,
}

impl Checks {
    pub(super) fn start(&mut self, plugin: &Arc<Plugin>, changes: Vec<Change>) {
        let (plugin, started) = (Arc::clone(plugin), Instant::now());
        let (name, version) = (plugin.name().to_owned(), plugin.origin().sha256().to_owned());
        let work = off_the_path(false, async move { Ok(check(&plugin, changes).await) });
        self.0.spawn(async move { EndedCheck { plugin: name, version, started, outcome: work.await } });
    }

    /// Waits for the next check that ends.
    pub(super) async fn end(&mut self) -> EndedCheck {
        match self.0.join_next().await {
            Some(Ok(ended)) => ended,
            _ => pending().await,
        }
    }
}

/// The plugins of a build, and the components that it has refused.
type BuildResult = (Plugins, Vec<LoadFailure>);

/// Builds, one at a time.
pub(super) struct Builds {
    engine: Engine,
    running: Option<(JoinHandle<BuildResult>, BuildInput)>,
}

/// What a build is made of.
pub(super) struct BuildInput {
    pub(super) files: Vec<PathBuf>,
    pub(super) held: HashSet<PathBuf>,
    /// Components have changed, and not only templates.
    pub(super) of_components: bool,
    pub(super) started: Instant,
}

/// A build that has ended. It fails only if it crashes; components that cannot be built are in its result.
pub(super) struct EndedBuild {
    pub(super) build: BuildInput,
    pub(super) outcome: Result<BuildResult, JoinError>,
}

impl Builds {
    pub(super) fn new(engine: Engine) -> Self {
        Self { engine, running: None }
    }

    pub(super) fn start(&mut self, build: BuildInput, snapshot: Arc<Snapshot>) {
        let (engine, files, held) = (self.engine.clone(), build.files.clone(), build.held.clone());
        let task = tokio::spawn(async move {
            let (templates, previous) = (templates_for(&snapshot.texts), Some(&*snapshot.plugins));
            let plan = LoadPlan { files: &files, held: &held, templates: &templates, previous, trial: true };
            Plugins::load_plan(&engine, &plan).await
        });
        self.running = Some((task, build));
    }

    /// Waits for the running build.
    pub(super) async fn end(&mut self) -> EndedBuild {
        let Some((task, _)) = &mut self.running else { return pending().await };
        let outcome = task.await;
        match self.running.take() {
            Some((_, build)) => EndedBuild { build, outcome },
            None => pending().await,
        }
    }
}
