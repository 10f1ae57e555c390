//! The one task that reloads: it turns what happens into events of [`State`], and does what the state decides.

use super::check::{Change, CheckedFolder};
use super::record::{Before, log_loaded};
use super::report::{Outcome, Report};
use super::snapshot::{Current, Snapshot};
use super::start::Loaded;
use super::state::{Built, Checked, Command, Event, Found, Owners, Refusal, State, WaiterId};
use super::tasks::{Build, Builds, Checks, EndedBuild, EndedCheck, EndedLook, Looks};
use crate::metrics::Metrics;
use crate::plugin::{LoadFailure, Plugins, Reached, off_the_path};
use arc_swap::ArcSwap;
use std::collections::{HashMap, VecDeque};
use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;
use tokio::signal::unix::Signal;
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait in the queue. Further ones wait in front of it.
const REQUESTS_MAX: usize = 16;

type Reply = oneshot::Sender<Arc<Report>>;

/// Asks the running server for a reload, and reports on reloads.
pub struct Reloads {
    requests: mpsc::Sender<Reply>,
    report: Arc<ArcSwap<Report>>,
    reached: Reached,
}

impl Reloads {
    /// How often plugins, also refused ones, have reached each limit.
    pub fn reached(&self) -> &Reached {
        &self.reached
    }

    pub fn report(&self) -> Arc<Report> {
        self.report.load_full()
    }

    /// Looks at the disk now, and waits until everything found there is live or refused. `None` if the server is
    /// stopping.
    pub async fn reload(&self) -> Option<Arc<Report>> {
        let (sender, receiver) = oneshot::channel();
        self.requests.send(sender).await.ok()?;
        receiver.await.ok()
    }
}

impl Loaded {
    /// Starts the task that reloads, also on each SIGHUP. The task ends with the process.
    pub fn watch(self, metrics: Arc<Metrics>, hangup: Signal) -> Reloads {
        let (requests, receiver) = mpsc::channel(REQUESTS_MAX);
        let reached = self.engine.reached().clone();
        let executor = Executor::new(self, receiver, metrics);
        let report = Arc::clone(&executor.published);
        tokio::spawn(executor.run(hangup));
        Reloads { requests, report, reached }
    }
}

impl Owners for Plugins {
    fn owner(&self, folder: &str) -> Option<(&str, &str)> {
        let owner = Plugins::owner(self, folder)?;
        Some((owner.name(), owner.origin().sha256()))
    }
}

struct Executor {
    state: State,
    current: Current,
    looks: Looks,
    checks: Checks,
    builds: Builds,
    /// Checked folders that are not live yet, with the plugin that has checked them.
    checked: HashMap<String, (String, CheckedFolder)>,
    /// Plugins that are built and not live yet.
    built: Option<(Build, Arc<Plugins>, Vec<LoadFailure>)>,
    requests: mpsc::Receiver<Reply>,
    waiters: HashMap<WaiterId, Reply>,
    last_waiter: WaiterId,
    report: Report,
    published: Arc<ArcSwap<Report>>,
    metrics: Arc<Metrics>,
}

/// What has happened.
enum Happened {
    Event(Event),
    Requested(Reply),
    Looked(EndedLook),
    Checked(EndedCheck),
    Built(EndedBuild),
}

impl Executor {
    fn new(loaded: Loaded, requests: mpsc::Receiver<Reply>, metrics: Arc<Metrics>) -> Self {
        let Loaded { current, folders, engine, look, failures, .. } = loaded;
        let snapshot = current.load_full();
        let mut report = Report::default();
        report.refuse(&failures);
        report.prepared(&snapshot.plugins, &snapshot.texts);
        report.problems.values_mut().for_each(|problem| problem.from_start = true);
        let owners: Arc<Plugins> = Arc::clone(&snapshot.plugins);
        let state = State::new(Instant::now(), owners, look.components.clone(), refusals(&failures));
        Self {
            state,
            current,
            looks: Looks::new(folders, look),
            checks: Checks::default(),
            builds: Builds::new(engine),
            checked: HashMap::new(),
            built: None,
            requests,
            waiters: HashMap::new(),
            last_waiter: 0,
            report,
            published: Arc::default(),
            metrics,
        }
    }

    async fn run(mut self, mut hangup: Signal) {
        self.warm_up();
        loop {
            let happened = self.wait(&mut hangup).await;
            self.handle(happened);
        }
    }

    async fn wait(&mut self, hangup: &mut Signal) -> Happened {
        let (queue, wake_at) = (Arc::clone(self.looks.queue()), self.state.wake_at());
        let tick = async {
            match wake_at {
                Some(at) => tokio::time::sleep_until(at.into()).await,
                None => pending().await,
            }
        };
        tokio::select! {
            ended = self.builds.end() => Happened::Built(ended),
            Some(reply) = self.requests.recv() => Happened::Requested(reply),
            Some(()) = hangup.recv() => {
                tracing::info!("SIGHUP: reloading templates and plugins; the configuration is only read at the start");
                Happened::Event(Event::ReloadRequested(None))
            }
            ended = self.looks.end() => Happened::Looked(ended),
            () = queue.due() => {
                queue.seen();
                Happened::Event(Event::FilesChanged)
            }
            ended = self.checks.end() => Happened::Checked(ended),
            () = tick => Happened::Event(Event::Tick),
        }
    }

    fn handle(&mut self, happened: Happened) {
        let before = self.report.before();
        let (event, requested, started) = match happened {
            Happened::Event(event) => (event, false, Instant::now()),
            Happened::Requested(reply) => (self.requested(reply), false, Instant::now()),
            Happened::Looked(ended) => (self.looked(&ended), ended.requested, ended.started),
            Happened::Checked(ended) => {
                let started = ended.started;
                (self.checked(ended), false, started)
            }
            Happened::Built(ended) => return self.built(ended),
        };
        self.process(event, started, Some((&before, requested)));
    }

    /// Has the state decide, does what it decides, publishes the report, and sends the replies.
    fn process(&mut self, event: Event, started: Instant, compare: Option<(&Before, bool)>) {
        let (mut events, mut replies) = (VecDeque::from([event]), Vec::new());
        while let Some(event) = events.pop_front() {
            for command in self.state.step(Instant::now(), event) {
                match command {
                    Command::Look { at_once } => self.looks.start(at_once),
                    Command::Check { plugin, folders } => events.extend(self.check(plugin, folders)),
                    Command::SwapTexts { checked, unchecked } => {
                        events.extend(self.swap_texts(checked, unchecked, started));
                    }
                    Command::Build { held, of_components } => {
                        let files = self.looks.last().components.keys().cloned().collect();
                        let build = Build { files, held, of_components, started: Instant::now() };
                        self.builds.start(build, self.current.load_full());
                    }
                    Command::SwapPlugins => self.swap_plugins(),
                    Command::Reply(waiters) => replies.extend(waiters),
                }
            }
        }
        if let Some(outcome) = compare.and_then(|(before, requested)| self.report.outcome_since(before, requested)) {
            self.conclude(outcome, started);
        }
        self.published.store(Arc::new(self.report.clone()));
        for reply in replies.iter().filter_map(|waiter| self.waiters.remove(waiter)) {
            // Fails if the client has hung up.
            let _ = reply.send(self.published.load_full());
        }
    }

    fn conclude(&mut self, outcome: Outcome, started: Instant) {
        self.report.set_last(outcome, started);
        self.metrics.reloaded(outcome.as_str());
    }

    fn requested(&mut self, reply: Reply) -> Event {
        self.last_waiter += 1;
        self.waiters.insert(self.last_waiter, reply);
        Event::ReloadRequested(Some(self.last_waiter))
    }

    fn looked(&mut self, ended: &EndedLook) -> Event {
        let Some(outcome) = &ended.outcome else {
            self.report.set_trouble(Some("the look at the disk crashed; everything loaded stays active".to_owned()));
            return Event::Looked(None);
        };
        self.report.set_polling(ended.lacks.as_ref());
        self.report.set_trouble(outcome.unread());
        self.report.growing = outcome.growing.iter().cloned().collect();
        let (look, texts) = (self.looks.last(), self.looks.last().disk.texts());
        let folders = texts.differing(ended.before.disk.texts()).into_iter();
        Event::Looked(Some(Found {
            folders: folders.map(|folder| (folder.clone(), texts.folder(&folder).is_some())).collect(),
            components: (!outcome.plugins_unread).then(|| look.components.clone()),
            growing: outcome.growing.clone(),
            restless: outcome.restless,
            polling: ended.lacks.is_some(),
        }))
    }

    /// Starts a check. If there is nothing to check, its result.
    fn check(&mut self, plugin: String, folders: Vec<String>) -> Option<Event> {
        let (snapshot, disk) = (self.current.load_full(), self.looks.last().disk.texts());
        let change = |folder: String| {
            let old = snapshot.texts.folder(&folder).cloned().or_else(|| snapshot.texts.for_all(&folder));
            let new = Arc::clone(disk.folder(&folder)?);
            Some(Change { failing: self.report.failing_files(&folder), folder, old: old.unwrap_or_default(), new })
        };
        let changes = folders.into_iter().filter_map(change).collect();
        match snapshot.plugins.iter().find(|found| found.name() == plugin) {
            Some(plugin) => {
                self.checks.start(plugin, changes);
                None
            }
            None => Some(Event::Checked(Checked { plugin, version: String::new(), folders: vec![], left: vec![] })),
        }
    }

    fn checked(&mut self, ended: EndedCheck) -> Event {
        let EndedCheck { plugin, version, outcome, .. } = ended;
        let (checked, left) = outcome.unwrap_or_else(|_| {
            self.report.set_trouble(Some(format!("the check of the templates of {plugin} crashed")));
            (Vec::new(), Vec::new())
        });
        let is_refused = |it: &CheckedFolder| it.found.iter().any(super::problem::Found::is_refusal);
        let folders = checked.iter().map(|it| (it.folder.clone(), is_refused(it))).collect();
        self.checked = checked.into_iter().map(|it| (it.folder.clone(), (plugin.clone(), it))).collect();
        Event::Checked(Checked { plugin, version, folders, left })
    }

    /// Makes texts live, and says which folders have changed by it.
    fn swap_texts(&mut self, checked: Vec<String>, unchecked: Vec<String>, started: Instant) -> Option<Event> {
        let (snapshot, disk) = (self.current.load_full(), &self.looks.last().disk);
        let mut texts = snapshot.texts.clone();
        for folder in checked {
            let Some((plugin, CheckedFolder { texts: new, found, .. })) = self.checked.remove(&folder) else {
                continue;
            };
            new.into_iter().for_each(|new| texts.set(&folder, new));
            self.report.checked(&plugin, &folder, found);
        }
        for folder in unchecked {
            match disk.texts().folder(&folder) {
                Some(files) => texts.share(&folder, files),
                None => texts.remove(&folder),
            }
            self.report.checked("", &folder, Vec::new());
        }
        let changed = texts.differing(&snapshot.texts);
        if changed.is_empty() && *disk.tree() == snapshot.tree {
            return None;
        }
        let (tree, plugins) = (disk.tree().clone(), Arc::clone(&snapshot.plugins));
        let (folders, ms) = (changed.join(" "), started.elapsed().as_millis());
        tracing::info!(template.folders = folders, duration_ms = ms, "templates reloaded");
        self.swap(Snapshot { tree, plugins, texts });
        (!changed.is_empty()).then_some(Event::TextsSwapped(changed))
    }

    fn built(&mut self, ended: EndedBuild) {
        let EndedBuild { build, outcome } = ended;
        let (started, snapshot) = (build.started, self.current.load_full());
        let Ok((plugins, failures)) = outcome else {
            self.report.set_trouble(Some("a build of plugins crashed; the loaded ones stay active".to_owned()));
            return self.process(Event::Built(None), started, None);
        };
        let same = plugins.iter().len() == snapshot.plugins.iter().len()
            && plugins.iter().zip(snapshot.plugins.iter()).all(|(new, old)| Arc::ptr_eq(new, old));
        let plugins = if same { Arc::clone(&snapshot.plugins) } else { Arc::new(plugins) };
        let event = Event::Built(Some(Built { owners: Arc::<Plugins>::clone(&plugins), refused: refusals(&failures) }));
        self.built = Some((build, plugins, failures));
        self.process(event, started, None);
    }

    /// Makes the plugins live that the last build has made, together with the texts that are live by now.
    fn swap_plugins(&mut self) {
        let Some((build, plugins, failures)) = self.built.take() else { return };
        let snapshot = self.current.load_full();
        let failed = |file: &PathBuf| failures.iter().any(|failure| failure.file == *file);
        let is_refused = |file: &PathBuf| build.files.contains(file) && (build.held.contains(file) || failed(file));
        self.report.keep_refused(|refused| is_refused(&refused.file));
        self.report.refuse(&failures);
        self.report.prepared(&plugins, &snapshot.texts);
        log_loaded(&plugins, Some(&snapshot.plugins));
        let same = Arc::ptr_eq(&plugins, &snapshot.plugins);
        if !same {
            self.swap(Snapshot { tree: snapshot.tree.clone(), plugins, texts: snapshot.texts.clone() });
            self.warm_up();
        }
        if build.of_components || !failures.is_empty() {
            let outcome = match (failures.is_empty(), same) {
                (false, _) => Outcome::Refused,
                (true, false) => Outcome::Swapped,
                (true, true) => Outcome::Unchanged,
            };
            self.conclude(outcome, build.started);
        }
    }

    fn swap(&mut self, snapshot: Snapshot) {
        self.current.store(Arc::new(snapshot));
        self.report.swaps += 1;
    }

    /// Compiles what checks need, so that the first edit of a template need not wait for a compiler.
    fn warm_up(&self) {
        let snapshot = self.current.load_full();
        let warm_up = async move {
            for plugin in snapshot.plugins.iter() {
                // If it fails, the check of the next edit reports the error.
                let _ = plugin.warm_up().await;
            }
            Ok(())
        };
        // Nothing waits for the result.
        drop(off_the_path(true, warm_up));
    }
}

fn refusals(failures: &[LoadFailure]) -> Vec<Refusal> {
    failures.iter().map(|it| Refusal { file: it.file.clone(), folders: it.folders.clone() }).collect()
}
