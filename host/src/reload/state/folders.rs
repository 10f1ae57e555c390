//! One slot per template folder: which change of it waits for a check, is being checked, or was refused.

use super::event::{Checked, Owners};
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) struct FolderSlots {
    owners: Arc<dyn Owners>,
    /// FolderSlots that have changed since the start.
    slots: BTreeMap<String, FolderSlot>,
    /// The plugins that are checking, with their folders. A plugin checks one batch of folders at a time.
    checking: BTreeMap<String, Vec<String>>,
}

/// The texts themselves are in the last look (wanted) and in the snapshot (serving).
#[derive(Default)]
struct FolderSlot {
    /// The folder is on disk.
    present: bool,
    /// The look that found the oldest change that waits.
    pending: Option<u64>,
    /// The look that found the oldest change that is being checked.
    checking: Option<u64>,
    /// The version of the component that refused a text of it.
    refused_by: Option<String>,
    /// Its texts went live after the last build began.
    unprepared: bool,
}

impl FolderSlot {
    fn wait(&mut self, generation: u64) {
        self.pending = Some(self.pending.map_or(generation, |known| known.min(generation)));
    }

    fn unsettled(&self) -> Option<u64> {
        self.pending.into_iter().chain(self.checking).min()
    }
}

impl FolderSlots {
    pub(super) fn new(owners: Arc<dyn Owners>) -> Self {
        Self { owners, slots: BTreeMap::new(), checking: BTreeMap::new() }
    }

    pub(super) fn has_owner(&self, folder: &str) -> bool {
        self.owners.owner(folder).is_some()
    }

    /// The oldest look of which a change is not settled.
    pub(super) fn unsettled(&self) -> Option<u64> {
        self.slots.values().filter_map(FolderSlot::unsettled).min()
    }

    /// Takes the folders that a look found changed; with `retry`, refused ones as well.
    pub(super) fn looked(&mut self, generation: u64, changed: Vec<(String, bool)>, retry: bool) {
        for (folder, present) in changed {
            let slot = self.slots.entry(folder).or_default();
            slot.present = present;
            slot.wait(generation);
        }
        for slot in self.slots.values_mut().filter(|slot| retry && slot.refused_by.is_some()) {
            slot.wait(generation);
        }
    }

    /// The folders that go live without a check, and the checks that start now. A plugin checks its latest changes
    /// first. FolderSlots of a plugin that is checking already wait.
    pub(super) fn next_checks(&mut self) -> (Vec<String>, BTreeMap<String, Vec<String>>) {
        let (mut unchecked, mut checks) = (Vec::new(), BTreeMap::<String, Vec<(u64, String)>>::new());
        for (folder, slot) in &mut self.slots {
            let Some(generation) = slot.pending else { continue };
            match self.owners.owner(folder).filter(|_| slot.present) {
                Some((plugin, _)) if self.checking.contains_key(plugin) => continue,
                Some((plugin, _)) => {
                    checks.entry(plugin.to_owned()).or_default().push((generation, folder.clone()));
                    slot.checking = slot.pending.take();
                }
                None => {
                    (slot.pending, slot.refused_by) = (None, None);
                    unchecked.push(folder.clone());
                }
            }
        }
        let latest_first = |(plugin, mut folders): (String, Vec<(u64, String)>)| {
            folders.sort_by_key(|(generation, _)| Reverse(*generation));
            (plugin, folders.into_iter().map(|(_, folder)| folder).collect())
        };
        let checks: BTreeMap<String, Vec<String>> = checks.into_iter().map(latest_first).collect();
        self.checking.extend(checks.clone());
        (unchecked, checks)
    }

    /// Takes the result of a check, and gives the folders whose texts may go live. A folder waits again if there was no
    /// time for it, if it belongs to another plugin by now, or if a component refused it that has been replaced.
    /// FolderSlots of a check that crashed keep the texts they have until they change again.
    pub(super) fn checked(&mut self, checked: Checked) -> Vec<String> {
        let Checked { plugin, version, folders, left } = checked;
        let mut live = Vec::new();
        let mut generations = BTreeMap::new();
        for folder in self.checking.remove(&plugin).unwrap_or_default() {
            let generation = self.slots.get_mut(&folder).and_then(|slot| slot.checking.take());
            generations.insert(folder, generation.unwrap_or_default());
        }
        for (folder, refused) in folders {
            let (Some(slot), Some(generation)) = (self.slots.get_mut(&folder), generations.get(&folder)) else {
                continue;
            };
            let is_current = |(owner, current)| owner == plugin && !(refused && current != version);
            if !slot.present {
                continue;
            }
            if self.owners.owner(&folder).is_some_and(is_current) {
                slot.refused_by = refused.then(|| version.clone());
                live.push(folder);
            } else {
                slot.wait(*generation);
            }
        }
        for (folder, generation) in left.iter().filter_map(|folder| generations.get_key_value(folder)) {
            self.slots.entry(folder.clone()).or_default().wait(*generation);
        }
        live
    }

    /// These texts went live.
    pub(super) fn swapped(&mut self, folders: Vec<String>) {
        folders.into_iter().for_each(|folder| self.slots.entry(folder).or_default().unprepared = true);
    }

    /// The folders whose texts went live after the last build began. A build begins now.
    pub(super) fn take_unprepared(&mut self) -> Vec<String> {
        let slots = self.slots.iter_mut().filter(|(_, slot)| slot.unprepared);
        let taken = slots.map(|(folder, slot)| {
            slot.unprepared = false;
            folder.clone()
        });
        taken.collect()
    }

    /// Plugins were replaced: texts that another component has refused are checked again.
    pub(super) fn set_owners(&mut self, owners: Arc<dyn Owners>, generation: u64) {
        self.owners = owners;
        for (folder, slot) in &mut self.slots {
            let current = self.owners.owner(folder).map(|(_, version)| version);
            if slot.refused_by.as_deref().is_some_and(|version| Some(version) != current) {
                slot.wait(generation);
            }
        }
    }
}
