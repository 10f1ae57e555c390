//! Templates that have changed, on their way to serve. Each plugin is asked about its own on a thread of its own: one that
//! takes its time holds up neither other vendors' edits nor requests.

use super::{REST, REST_MAX, Task};
use crate::plugin::{self, LoadError, Plugin, Plugins};
use crate::reload::Snapshot;
use crate::reload::look::Look;
use crate::reload::settle::{self, Change, Settled};
use crate::templates::Texts;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use tokio::task::JoinSet;

/// Folders of which it is not known yet what of them serves.
#[derive(Default)]
pub(super) struct Unsettled {
    /// Looks so far: the number of the last one.
    pub(super) looks: u64,
    /// By folder, with the number of the look that found it changed.
    waiting: BTreeMap<String, u64>,
    /// The plugins that are being asked, by name, with the least number of their folders.
    asked: BTreeMap<String, u64>,
    pub(super) work: JoinSet<Done>,
}

/// A plugin has been asked.
pub(super) struct Done {
    plugin: String,
    started: Instant,
    outcome: Result<(Vec<Settled>, Vec<String>), LoadError>,
}

/// By a plugin's name: the plugin, and its folders with the numbers of their looks.
type Shares<'a> = BTreeMap<&'a str, (&'a Arc<Plugin>, Vec<(u64, Change)>)>;

impl Unsettled {
    /// The first look of which something is not settled.
    pub(super) fn since(&self) -> u64 {
        self.waiting.values().chain(self.asked.values()).min().copied().unwrap_or(u64::MAX)
    }

    fn wait(&mut self, folders: impl IntoIterator<Item = String>, look: u64) {
        for folder in folders {
            let known = self.waiting.entry(folder).or_insert(look);
            *known = look.min(*known);
        }
    }

    fn ask(&mut self, plugin: &Arc<Plugin>, look: u64, changes: Vec<Change>) {
        let (name, plugin, started) = (plugin.name().to_owned(), Arc::clone(plugin), Instant::now());
        self.asked.insert(name.clone(), look);
        let work = plugin::off_the_path(false, async move { Ok(settle::settle(&plugin, changes).await) });
        self.work.spawn(async move { Done { plugin: name, started, outcome: work.await } });
    }
}

impl Task {
    /// Sees to what has changed of the templates since the look before; and to what was refused, where somebody wants
    /// that tried again.
    pub(super) fn take_texts(&mut self, before: &Look, again: bool) {
        let Some((look, _)) = &self.eyes else { return };
        let mut changed = look.disk.texts().differing(before.disk.texts());
        if again {
            changed.extend(self.report.refused_folders().map(str::to_owned));
        }
        self.unsettled.looks += 1;
        self.unsettled.wait(changed, self.unsettled.looks);
        self.settle();
    }

    /// What was refused by a component that has been replaced since is tried again.
    pub(super) fn retry_texts(&mut self, before: &Plugins) {
        let snapshot = self.current.load_full();
        let version = |plugins: &Plugins, folder| plugins.owner(folder).map(|owner| owner.origin().sha256().to_owned());
        let refused = self.report.refused_folders();
        let replaced = refused.filter(|folder| version(before, folder) != version(&snapshot.plugins, folder));
        let folders: Vec<_> = replaced.map(str::to_owned).collect();
        self.unsettled.wait(folders, self.unsettled.looks);
        self.settle();
    }

    /// Asks each plugin that is not being asked already about its folders, and sees to those of no plugin and those that
    /// are gone.
    fn settle(&mut self) {
        let Some((look, _)) = &self.eyes else { return };
        let (disk, snapshot, started) = (look.disk.texts(), self.current.load_full(), Instant::now());
        let mut texts = snapshot.texts.clone();
        let mut shares = Shares::new();
        let mut ready = std::mem::take(&mut self.unsettled.waiting);
        let owner = |folder: &str| snapshot.plugins.owner(folder).filter(|_| disk.folder(folder).is_some());
        let is_asked = |folder: &str| owner(folder).is_some_and(|it| self.unsettled.asked.contains_key(it.name()));
        self.unsettled.waiting = ready.extract_if(.., |folder, _| is_asked(folder)).collect();
        for (folder, look) in ready {
            match (disk.folder(&folder), owner(&folder)) {
                (Some(new), Some(owner)) => {
                    let old = texts.folder(&folder).cloned().or_else(|| texts.for_all(&folder)).unwrap_or_default();
                    let new = Arc::clone(new);
                    let change = Change { unsound: self.report.unsound(&folder), folder, old, new };
                    shares.entry(owner.name()).or_insert((owner, vec![])).1.push((look, change));
                }
                (Some(files), None) => texts.share(&folder, files),
                (None, _) => {
                    texts.remove(&folder);
                    self.report.settled("", &folder, vec![]);
                }
            }
        }
        for (plugin, mut changes) in shares.into_values() {
            // Of a vendor whose whole tree is replaced, too, the last edit is served first.
            changes.sort_by_key(|(look, _)| Reverse(*look));
            let first = changes.last().map_or(0, |(look, _)| *look);
            self.unsettled.ask(plugin, first, changes.into_iter().map(|(_, change)| change).collect());
        }
        self.serve(texts, started);
    }

    /// A plugin has said what it has to say of its folders, or of some.
    pub(super) fn settled(&mut self, done: Done) {
        let (before, first) = (self.standing(), self.unsettled.asked.remove(&done.plugin).unwrap_or_default());
        match (done.outcome, &self.eyes) {
            (Ok((settled, left)), Some((look, _))) => {
                let mut texts = self.current.load().texts.clone();
                // What has gone meanwhile is gone.
                for Settled { folder, texts: files, found } in settled {
                    if look.disk.texts().folder(&folder).is_some() {
                        files.into_iter().for_each(|files| texts.set(&folder, files));
                        self.report.settled(&done.plugin, &folder, found);
                    }
                }
                self.unsettled.wait(left, first);
                self.serve(texts, done.started);
            }
            (Ok(_), None) => {}
            (Err(_), _) => self.trouble(Some(format!("checking the templates of {} broke down", done.plugin))),
        }
        self.settle();
        self.conclude(before, false, done.started);
        self.publish();
        self.answer();
    }

    /// Has these texts serve.
    fn serve(&mut self, texts: Texts, started: Instant) {
        let Some((look, _)) = &self.eyes else { return };
        let snapshot = self.current.load_full();
        let serving = texts.differing(&snapshot.texts);
        if serving.is_empty() && *look.disk.tree() == snapshot.tree {
            return;
        }
        let (tree, plugins) = (look.disk.tree().clone(), Arc::clone(&snapshot.plugins));
        let (folders, ms) = (serving.join(" "), started.elapsed().as_millis());
        tracing::info!(template.folders = folders, duration_ms = ms, "templates changed, and serve");
        self.swap(Snapshot { tree, plugins, texts });
        let now = Instant::now();
        let first = self.edited.map_or(now, |(first, _)| first);
        self.edited = Some((first, (now + REST).min(first + REST_MAX)));
    }
}
