//! The one task that reloads. Never two looks at once: what happens during one is looked at by the next. Plugins are
//! asked about templates beside it, and built one batch at a time, so that no edit waits for them.

mod texts;
mod wake;

use super::look::{Beside, Folders, Look, LookError};
use super::report::{Last, Outcome, Report};
use super::waiters::{Answer, Waiters};
use super::watch::Watch;
use super::{Current, Loaded, Snapshot, templates_for};
use crate::facts::Shown;
use crate::metrics::Metrics;
use crate::plugin::{self, Engine, LoadFailure, LoadPlan, Plugins};
use crate::templates::{FileStamp, Texts};
use arc_swap::ArcSwap;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};
use texts::Unsettled;
use tokio::signal::unix::Signal;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};
use wake::Wake;

/// How long templates rest before their plugin is prepared with them. They serve meanwhile, and whoever edits one saves
/// it more than once; preparing the largest vendor takes seconds of a core.
const REST: Duration = Duration::from_secs(1);
/// However much is edited, a plugin is not behind for longer than this before its turn comes.
const REST_MAX: Duration = Duration::from_secs(15);

type Loads = (Plugins, Vec<LoadFailure>);
type Components = BTreeMap<PathBuf, Option<FileStamp>>;

pub(super) struct Task {
    current: Current,
    engine: Engine,
    folders: Arc<Folders>,
    /// `None` only while a look is under way.
    eyes: Option<(Look, Watch)>,
    report: Report,
    published: Arc<ArcSwap<Report>>,
    metrics: Arc<Metrics>,
    asks: mpsc::Receiver<Answer>,
    asked: Waiters,
    build: Option<Build>,
    /// Builds that were started so far: the number of the last one.
    builds: u64,
    /// What the last build was made from.
    built: (Components, Texts),
    /// Whoever asked wants refused components tried again.
    retry: bool,
    /// Refused components that failed with a template that has changed since.
    curable: HashSet<PathBuf>,
    unsettled: Unsettled,
    /// When the last look began, and how long it took.
    look_began: Instant,
    look_took: Duration,
    /// When templates began to be edited, and when their plugin is to be prepared with them.
    edited: Option<(Instant, Instant)>,
    /// What the last look left alone because it was being written.
    growing: HashSet<PathBuf>,
    /// It could not read the plugin folder: nothing is built until one can.
    plugins_unread: bool,
}

/// Plugins on their way.
struct Build {
    task: JoinHandle<Loads>,
    held: HashSet<PathBuf>,
    of_components: bool,
    started: Instant,
}

impl Task {
    pub(super) fn new(
        loaded: Loaded,
        asks: mpsc::Receiver<Answer>,
        published: Arc<ArcSwap<Report>>,
        metrics: Arc<Metrics>,
    ) -> Self {
        let Loaded { current, folders, engine, look, failures, .. } = loaded;
        let snapshot = current.load();
        let mut report = Report::default();
        report.refuse(&failures);
        report.found_by(&snapshot.plugins, &snapshot.texts);
        report.wrongs.values_mut().for_each(|wrong| wrong.from_start = true);
        let built = (look.components.clone(), snapshot.texts.clone());
        drop(snapshot);
        // From here on nothing is missed; the first look finds what changed before.
        let mut watch = Watch::start();
        folders.watch(&mut watch);
        Self {
            current,
            engine,
            folders: Arc::new(folders),
            eyes: Some((look, watch)),
            report,
            published,
            metrics,
            asks,
            asked: Waiters::default(),
            build: None,
            builds: 0,
            built,
            retry: false,
            curable: HashSet::new(),
            unsettled: Unsettled::default(),
            look_began: Instant::now(),
            look_took: Duration::ZERO,
            edited: None,
            growing: HashSet::new(),
            plugins_unread: false,
        }
    }

    pub(super) async fn run(mut self, mut hangup: Signal) {
        self.reload(None).await;
        self.warm_up();
        loop {
            match self.wake(&mut hangup).await {
                Wake::Look => self.reload(None).await,
                Wake::Rested => self.start_build(),
                Wake::Now(answer) => self.reload(Some(answer)).await,
                Wake::Settled(done) => self.settled(done),
                Wake::Built(done) => self.built(*done),
            }
        }
    }

    /// One look, and what follows from it. `asked` where somebody wants it done, and may wait for what comes of it.
    async fn reload(&mut self, asked: Option<Option<Answer>>) {
        let started = Instant::now();
        let before = self.standing();
        let is_asked = asked.is_some();
        // The number of the look that begins here.
        let look = self.unsettled.looks + 1;
        asked.flatten().into_iter().for_each(|answer| self.asked.push(answer, look));
        match self.look(is_asked).await {
            Ok((look, beside)) => {
                self.trouble(beside.unread());
                if std::mem::replace(&mut self.plugins_unread, beside.plugins_unread) && !self.plugins_unread {
                    // What was edited meanwhile is due.
                    self.edited = Some((started, started));
                }
                self.take_texts(&look, is_asked);
                self.retry |= is_asked;
                self.start_build();
            }
            Err(error) => self.trouble(Some(format!("{error}; what was loaded serves on"))),
        }
        self.conclude(before, is_asked, started);
        self.asked.looked(!self.growing.is_empty(), self.known_with());
        self.publish();
        self.answer();
    }

    /// The swaps so far, and what is wrong.
    fn standing(&self) -> (u64, Vec<String>) {
        (self.report.swaps, self.report.complaints())
    }

    /// Says what came of it when something has changed since, or was asked for.
    fn conclude(&mut self, (swaps, complaints): (u64, Vec<String>), asked: bool, started: Instant) {
        let (now, complains) = self.standing();
        let (swapped, worse) = (now > swaps, complains.iter().any(|complaint| !complaints.contains(complaint)));
        if swapped || worse || asked || complains.len() != complaints.len() {
            let outcome = match (worse || asked && !complains.is_empty(), swapped) {
                (true, _) => Outcome::Refused,
                (false, true) => Outcome::Swapped,
                (false, false) => Outcome::Unchanged,
            };
            self.done(outcome, started);
        }
    }

    /// Looks at the disk on another thread, and gives what the look before had found.
    async fn look(&mut self, at_once: bool) -> Result<(Look, Beside), LookError> {
        self.look_began = Instant::now();
        let Some((before, mut watch)) = self.eyes.take() else { return Err(LookError::Broken) };
        watch.news().seen();
        let folders = Arc::clone(&self.folders);
        let looked = tokio::task::spawn_blocking(move || {
            let looked = folders.look_again(&before, &mut watch, at_once);
            (looked, before, watch)
        });
        let ((look, beside), before, watch) = looked.await.map_err(|_| LookError::Broken)?;
        self.look_took = self.look_began.elapsed();
        self.polls(&watch);
        self.growing.clone_from(&beside.growing);
        // Who asked waits for a file that is being written, though not for ever.
        if beside.restless || !self.growing.is_empty() && !self.asked.is_empty() {
            watch.news().again();
        }
        self.eyes = Some((look, watch));
        Ok((before, beside))
    }

    fn polls(&mut self, watch: &Watch) {
        if self.report.polling != watch.lacks {
            match &watch.lacks {
                Some(why) => tracing::warn!(
                    error = why,
                    "the system does not tell of every change; templates and plugins are looked at twice a second"
                ),
                None => tracing::info!("the system tells of every change of templates and plugins"),
            }
            self.report.polling.clone_from(&watch.lacks);
        }
    }

    fn trouble(&mut self, trouble: Option<String>) {
        if let Some(error) = trouble.as_ref().filter(|_| self.report.trouble != trouble) {
            tracing::error!(error, "part of what is on disk could not be reloaded");
        }
        if let (Some(error), None) = (&self.report.trouble, &trouble) {
            tracing::info!(error, "templates and plugins can be reloaded again");
        }
        self.report.trouble = trouble;
    }

    /// Starts building plugins where components have changed, or templates since they were prepared.
    fn start_build(&mut self) {
        if self.build.is_some() {
            return;
        }
        let snapshot = self.current.load_full();
        let of_components = self.wants_components();
        let Some(held) = self.next_held(&snapshot, of_components) else { return };
        let Some((look, _)) = &self.eyes else { return };
        self.built = (look.components.clone(), snapshot.texts.clone());
        let files: Vec<_> = look.components.keys().cloned().collect();
        let (engine, holds) = (self.engine.clone(), held.clone());
        let task = tokio::spawn(async move {
            let templates = templates_for(&snapshot.texts);
            let previous = Some(&*snapshot.plugins);
            let plan = LoadPlan { files: &files, held: &holds, templates: &templates, previous, trial: true };
            Plugins::load_plan(&engine, &plan).await
        });
        self.builds += 1;
        self.build = Some(Build { task, held, of_components, started: Instant::now() });
    }

    /// The files that the next build leaves alone; `None` where there is nothing to build.
    fn next_held(&mut self, snapshot: &Snapshot, of_components: bool) -> Option<HashSet<PathBuf>> {
        self.retry = false;
        let rested = self.edited.take_if(|(_, due)| of_components || *due <= Instant::now()).is_some();
        if self.plugins_unread {
            return None;
        }
        if of_components {
            self.curable.clear();
            return Some(self.growing.clone());
        }
        let changed = if rested { snapshot.texts.differing(&self.built.1) } else { Vec::new() };
        let refused = &self.report.refused;
        let touched = refused.iter().filter(|refused| refused.folders.iter().any(|folder| changed.contains(folder)));
        self.curable.extend(touched.map(|refused| refused.file.clone()));
        let of_texts = !changed.is_empty() && snapshot.is_stale();
        // What serves in their place is prepared first.
        let cured = if of_texts { HashSet::new() } else { std::mem::take(&mut self.curable) };
        // The others have not become better.
        let others = refused.iter().map(|refused| &refused.file).filter(|file| !cured.contains(*file));
        (of_texts || !cured.is_empty()).then(|| self.growing.iter().chain(others).cloned().collect())
    }

    /// Whether components have changed since the last build, or somebody wants refused ones tried again.
    fn wants_components(&self) -> bool {
        let changed = self.eyes.as_ref().is_some_and(|(look, _)| look.components != self.built.0);
        !self.plugins_unread && (changed || self.retry && !self.report.refused.is_empty())
    }

    /// The plugins are there: they serve from now on, with the templates as they are by now.
    fn built(&mut self, done: Result<Loads, JoinError>) {
        let Some(build) = self.build.take() else { return };
        match done {
            Ok((plugins, failures)) => self.take_plugins(&build, plugins, &failures),
            Err(_) => self.trouble(Some("building plugins broke down".to_owned())),
        }
        // What has changed meanwhile is next.
        self.start_build();
        self.publish();
        self.answer();
    }

    fn take_plugins(&mut self, build: &Build, plugins: Plugins, failures: &[LoadFailure]) {
        let snapshot = self.current.load_full();
        let still = |file: &PathBuf| build.held.contains(file) || failures.iter().any(|failure| failure.file == *file);
        self.report.keep_refused(|refused| still(&refused.file) && self.built.0.contains_key(&refused.file));
        self.report.refuse(failures);
        self.report.found_by(&plugins, &snapshot.texts);
        log_loaded(&plugins, Some(&snapshot.plugins));
        let same = plugins.iter().len() == snapshot.plugins.iter().len()
            && plugins.iter().zip(snapshot.plugins.iter()).all(|(new, old)| Arc::ptr_eq(new, old));
        if !same {
            let (tree, texts) = (snapshot.tree.clone(), snapshot.texts.clone());
            self.swap(Snapshot { tree, plugins: Arc::new(plugins), texts });
            self.retry_texts(&snapshot.plugins);
            self.warm_up();
        }
        if build.of_components || !failures.is_empty() {
            let outcome = match (failures.is_empty(), same) {
                (false, _) => Outcome::Refused,
                (true, false) => Outcome::Swapped,
                (true, true) => Outcome::Unchanged,
            };
            self.done(outcome, build.started);
        }
    }

    fn swap(&mut self, snapshot: Snapshot) {
        self.current.store(Arc::new(snapshot));
        self.report.swaps += 1;
    }

    fn done(&mut self, outcome: Outcome, started: Instant) {
        let took = started.elapsed();
        self.report.last = Some(Last { at: SystemTime::now(), took, outcome });
        self.metrics.reloaded(outcome.as_str());
    }

    fn publish(&mut self) {
        self.report.growing = self.growing.iter().cloned().collect();
        self.published.store(Arc::new(self.report.clone()));
    }

    /// The build with which it will be known what becomes of what the last look has found.
    fn known_with(&self) -> u64 {
        let running = self.build.as_ref().is_some_and(|build| build.of_components);
        match (self.wants_components(), running) {
            // Something else is being built now.
            (true, _) => self.builds + 1,
            (false, true) => self.builds,
            (false, false) => 0,
        }
    }

    fn answer(&mut self) {
        let ended = if self.known_with() == 0 { u64::MAX } else { self.builds - u64::from(self.build.is_some()) };
        self.asked.answer(ended, self.unsettled.since(), &self.published.load_full());
    }

    /// So that the first edit of a template need not wait for a compiler.
    fn warm_up(&self) {
        let snapshot = self.current.load_full();
        let warm_up = async move {
            for plugin in snapshot.plugins.iter() {
                // Should it fail, the edit itself finds out.
                let _ = plugin.warm_up().await;
            }
            Ok(())
        };
        // Nobody waits for it.
        drop(plugin::off_the_path(true, warm_up));
    }
}

/// What is new in a set of plugins against the one before, and what is gone.
pub(super) fn log_loaded(plugins: &Plugins, before: Option<&Plugins>) {
    for plugin in plugins.iter() {
        let old = before.and_then(|before| before.loaded_from(plugin.file()));
        if old.is_some_and(|old| Arc::ptr_eq(old, plugin)) {
            continue;
        }
        let (name, version) = (plugin.name(), &plugin.description().version);
        let (file, memory) = (Shown(plugin.file()), plugin.prepared_bytes());
        if old.is_some_and(|old| old.origin().sha256() == plugin.origin().sha256()) {
            let templates = plugin.templates();
            tracing::info!(
                plugin.name = name,
                templates,
                memory_bytes = memory,
                "plugin prepared with the changed templates"
            );
        } else {
            tracing::info!(plugin.name = name, plugin.version = version, plugin.file = %file, memory_bytes = memory, "plugin loaded");
        }
    }
    let gone = before.into_iter().flat_map(Plugins::iter).filter(|old| plugins.loaded_from(old.file()).is_none());
    for plugin in gone {
        tracing::info!(plugin.name = plugin.name(), plugin.file = %Shown(plugin.file()), "plugin removed");
    }
}
