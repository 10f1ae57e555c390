//! The one task that reloads: it turns what happens into events of [`StateMachine`], and does what the state decides.

use super::check::Change;
use super::live::{Live, refusals};
use super::record::Before;
use super::report::Report;
use super::review::{ReviewedFolder, Reviews};
use super::start::FirstLoad;
use super::state::{Checked, Command, Event, LookFindings, StateMachine, WaiterId};
use super::tasks::{BuildInput, Builds, Checks, EndedBuild, EndedCheck, EndedLook, Looks};
use crate::metrics::Metrics;
use crate::plugin::{LimitCounters, Plugins};
use arc_swap::ArcSwap;
use jiff::Timestamp;
use std::collections::{HashMap, VecDeque};
use std::future::pending;
use std::sync::Arc;
use std::time::Instant;
use tokio::signal::unix::Signal;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Requests that may wait in the queue. Further ones wait in front of it.
const REQUESTS_MAX: usize = 16;

type Reply = oneshot::Sender<Arc<Report>>;

/// Asks the running server for a reload, and reports on reloads.
#[derive(Clone)]
pub struct Reloads {
    requests: mpsc::Sender<Reply>,
    report: Arc<ArcSwap<Report>>,
    limit_counters: LimitCounters,
}

impl Reloads {
    /// How often plugins, also refused ones, have reached each limit.
    pub fn limit_counters(&self) -> &LimitCounters {
        &self.limit_counters
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

impl FirstLoad {
    /// Starts the task that reloads, also on each SIGHUP. The task must run until the process ends.
    pub fn watch(self, metrics: Arc<Metrics>, hangup: Signal) -> (Reloads, JoinHandle<()>) {
        let (requests, receiver) = mpsc::channel(REQUESTS_MAX);
        let limit_counters = self.engine.limit_counters().clone();
        let executor = Executor::new(self, receiver, metrics);
        let report = Arc::clone(&executor.published);
        let task = tokio::spawn(executor.run(hangup));
        (Reloads { requests, report, limit_counters }, task)
    }
}

struct Executor {
    state: StateMachine,
    live: Live,
    looks: Looks,
    checks: Checks,
    builds: Builds,
    requests: mpsc::Receiver<Reply>,
    waiters: HashMap<WaiterId, Reply>,
    last_waiter: WaiterId,
    published: Arc<ArcSwap<Report>>,
    /// Replies wait for the end of a review, because it finds the problems that they have to name.
    reviews: Reviews,
    held_replies: Vec<WaiterId>,
}

/// What has happened.
enum Happened {
    Event(Event),
    Requested(Reply),
    Looked(EndedLook),
    Checked(EndedCheck),
    Built(EndedBuild),
    Reviewed(Vec<ReviewedFolder>),
}

impl Executor {
    fn new(loaded: FirstLoad, requests: mpsc::Receiver<Reply>, metrics: Arc<Metrics>) -> Self {
        let FirstLoad { current, folders, engine, look, failures, .. } = loaded;
        let snapshot = current.load_full();
        let mut report = Report::default();
        report.refuse(&failures);
        report.prepared(&snapshot.plugins, &snapshot.texts);
        let owners: Arc<Plugins> = Arc::clone(&snapshot.plugins);
        // The first look finds a late component as a new one.
        let mut known = look.components.clone();
        known.retain(|file, _| !failures.iter().any(|failure| failure.file == *file && failure.error.is_late()));
        let state = StateMachine::new(Instant::now(), owners, known, refusals(&failures));
        Self {
            state,
            live: Live::new(current, report, metrics, engine.config().signatures.clone()),
            looks: Looks::new(folders, look),
            checks: Checks::default(),
            builds: Builds::new(engine),
            requests,
            waiters: HashMap::new(),
            last_waiter: 0,
            published: Arc::default(),
            reviews: Reviews::default(),
            held_replies: Vec::new(),
        }
    }

    async fn run(mut self, mut hangup: Signal) {
        self.live.warm_up();
        self.live.note_versions();
        self.reviews.start(self.live.current.load_full());
        loop {
            let happened = self.wait(&mut hangup).await;
            self.handle(happened);
        }
    }

    async fn wait(&mut self, hangup: &mut Signal) -> Happened {
        let (queue, wake_at) = (Arc::clone(self.looks.queue()), self.state.wake_at());
        let recovered = Arc::clone(self.looks.recovered());
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
            reviewed = self.reviews.end() => Happened::Reviewed(reviewed),
            ended = self.looks.end() => Happened::Looked(ended),
            () = queue.due() => {
                queue.seen();
                Happened::Event(Event::FilesChanged)
            }
            () = recovered.notified() => Happened::Event(Event::FilesChanged),
            ended = self.checks.end() => Happened::Checked(ended),
            () = tick => Happened::Event(Event::Tick),
        }
    }

    fn handle(&mut self, happened: Happened) {
        let before = self.live.report.before();
        let (event, requested, started) = match happened {
            Happened::Event(event) => (event, false, Instant::now()),
            Happened::Requested(reply) => (self.requested(reply), false, Instant::now()),
            Happened::Looked(ended) => (self.looked(&ended), ended.requested, ended.started),
            Happened::Checked(ended) => {
                let started = ended.started;
                (self.live.checked(ended), false, started)
            }
            Happened::Built(ended) => {
                let (started, of_components) = (ended.build.started, ended.build.of_components);
                let event = self.live.built(ended);
                self.process(event, started, None);
                if of_components {
                    self.reviews.start(self.live.current.load_full());
                }
                return;
            }
            Happened::Reviewed(reviewed) => {
                let snapshot = self.live.current.load_full();
                self.live.report.reviewed(reviewed, &snapshot.texts);
                return self.publish(Vec::new());
            }
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
                        let look = self.looks.last();
                        events.extend(self.live.swap_texts((checked, unchecked), look, started));
                    }
                    Command::Build { held, of_components } => {
                        let files = self.looks.last().components.keys().cloned().collect();
                        let build = BuildInput { files, held, of_components, started: Instant::now() };
                        self.builds.start(build, self.live.current.load_full());
                    }
                    Command::SwapPlugins => self.live.swap_plugins(),
                    Command::Reply(waiters) => replies.extend(waiters),
                }
            }
        }
        if let Some(outcome) = compare.and_then(|(before, requested)| self.live.report.outcome_since(before, requested))
        {
            self.live.conclude(outcome, started);
        }
        self.publish(replies);
    }

    /// Publishes the report, and sends the replies that wait for it.
    fn publish(&mut self, replies: Vec<WaiterId>) {
        self.published.store(Arc::new(self.live.report.clone()));
        self.held_replies.extend(replies);
        if self.reviews.is_running() {
            return;
        }
        for reply in self.held_replies.drain(..).filter_map(|waiter| self.waiters.remove(&waiter)) {
            // Fails if the client has hung up.
            let _ = reply.send(self.published.load_full());
        }
    }

    fn requested(&mut self, reply: Reply) -> Event {
        self.last_waiter += 1;
        self.waiters.insert(self.last_waiter, reply);
        Event::ReloadRequested(Some(self.last_waiter))
    }

    fn looked(&mut self, ended: &EndedLook) -> Event {
        self.live.note_expired(Timestamp::now());
        let Some(outcome) = &ended.outcome else {
            self.live
                .report
                .set_trouble(Some("the look at the disk crashed; everything loaded stays active".to_owned()));
            return Event::Looked(None);
        };
        self.live.report.set_polling(ended.lacks.as_ref());
        self.live.report.set_trouble(outcome.unread());
        self.live.report.growing = outcome.growing.iter().cloned().collect();
        let (look, texts) = (self.looks.last(), self.looks.last().disk.texts());
        let folders = texts.differing(ended.before.disk.texts()).into_iter();
        Event::Looked(Some(LookFindings {
            folders: folders.map(|folder| (folder.clone(), texts.folder(&folder).is_some())).collect(),
            components: (!outcome.plugins_unread).then(|| look.components.clone()),
            growing: outcome.growing.clone(),
            restless: outcome.restless,
            polling: ended.lacks.is_some(),
        }))
    }

    /// Starts a check. If there is nothing to check, its result.
    fn check(&mut self, plugin: String, folders: Vec<String>) -> Option<Event> {
        let (snapshot, disk) = (self.live.current.load_full(), self.looks.last().disk.texts());
        let change = |folder: String| {
            let old = snapshot.texts.folder(&folder).cloned().or_else(|| snapshot.texts.for_all(&folder));
            let new = Arc::clone(disk.folder(&folder)?);
            Some(Change { failing: self.live.report.failing_files(&folder), folder, old: old.unwrap_or_default(), new })
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
}
