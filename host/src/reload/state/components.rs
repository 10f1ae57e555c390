//! One slot per component file: what is wanted of it, what was built last, and whether that was refused. All components
//! are built together, in one build at a time.

use super::event::{Files, RefusedComponent};
use crate::reload::stamp::ComponentStamp;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

#[derive(Default)]
pub(super) struct ComponentSlots {
    slots: BTreeMap<PathBuf, ComponentSlot>,
    /// The plugin folder could not be read, so nothing is built.
    unread: bool,
    /// Files that are being written.
    growing: HashSet<PathBuf>,
    /// The files that the running build does not touch.
    running: Option<HashSet<PathBuf>>,
}

/// `None` in place of a file state: there is no file.
#[derive(Default)]
struct ComponentSlot {
    /// As the last look found the file.
    wanted: Option<ComponentStamp>,
    /// As the file was when the last build began.
    built: Option<ComponentStamp>,
    /// The look since which it has to be built: because it has changed, or because an operator asks for a retry.
    pending: Option<u64>,
    /// The same, once the build has begun.
    building: Option<u64>,
    /// It was refused; with the template folders that may be the cause.
    refused: Option<Vec<String>>,
    /// One of these folders has changed since, so the component may work now.
    curable: bool,
}

impl ComponentSlots {
    pub(super) fn new(files: Files, refused: Vec<RefusedComponent>) -> Self {
        let slot = |stamp| ComponentSlot { wanted: Some(stamp), built: Some(stamp), ..ComponentSlot::default() };
        let slots = files.into_iter().map(|(file, stamp)| (file, slot(stamp))).collect();
        let mut components = Self { slots, ..Self::default() };
        components.refuse(refused);
        components
    }

    /// The oldest look of which a change is not settled. Without a readable plugin folder, only a running build counts.
    pub(super) fn unsettled(&self) -> Option<u64> {
        let pending = self.slots.values().filter_map(|slot| slot.pending.filter(|_| !self.unread));
        pending.chain(self.slots.values().filter_map(|slot| slot.building)).min()
    }

    pub(super) fn can_build(&self) -> bool {
        self.running.is_none() && !self.unread
    }

    pub(super) fn are_pending(&self) -> bool {
        self.slots.values().any(|slot| slot.pending.is_some())
    }

    /// Takes what a look has found; with `retry`, refused components are built again.
    pub(super) fn looked(&mut self, generation: u64, files: Option<Files>, growing: HashSet<PathBuf>, retry: bool) {
        self.growing = growing;
        self.unread = files.is_none();
        let Some(files) = files else { return };
        self.slots.values_mut().for_each(|slot| slot.wanted = None);
        for (file, stamp) in files {
            self.slots.entry(file).or_default().wanted = Some(stamp);
        }
        for slot in self.slots.values_mut() {
            if slot.wanted != slot.built || retry && slot.refused.is_some() {
                slot.pending.get_or_insert(generation);
            } else if slot.refused.is_none() {
                // Changed, and changed back.
                slot.pending = None;
            }
        }
        self.forget_removed();
    }

    /// Begins a build of all components, and gives the files that it must not touch.
    pub(super) fn build_all(&mut self) -> HashSet<PathBuf> {
        for slot in self.slots.values_mut() {
            (slot.built, slot.building, slot.curable) = (slot.wanted, slot.pending.take(), false);
        }
        self.begin(|_| false)
    }

    /// Begins a build because texts have changed, if there is a reason: first, plugins are prepared with their changed
    /// texts (`is_owned`: one of these folders has a plugin) while refused components wait; then refused components are
    /// retried whose folders have changed.
    pub(super) fn build_for_texts(&mut self, changed: &[String], is_owned: bool) -> Option<HashSet<PathBuf>> {
        for slot in self.slots.values_mut() {
            let blamed = slot.refused.iter().flatten();
            slot.curable |= blamed.clone().any(|folder| changed.contains(folder));
        }
        if is_owned {
            return Some(self.begin(|slot| slot.refused.is_some()));
        }
        if !self.slots.values().any(|slot| slot.curable) {
            return None;
        }
        let held = self.begin(|slot| slot.refused.is_some() && !slot.curable);
        self.slots.values_mut().for_each(|slot| slot.curable = false);
        Some(held)
    }

    fn begin(&mut self, holds: impl Fn(&ComponentSlot) -> bool) -> HashSet<PathBuf> {
        let held = self.slots.iter().filter(|(file, slot)| self.growing.contains(*file) || holds(slot));
        let held: HashSet<_> = held.map(|(file, _)| file.clone()).collect();
        self.running = Some(held.clone());
        held
    }

    /// The running build has ended. It has confirmed or lifted the refusal of every file that it touched.
    pub(super) fn built(&mut self, refused: Vec<RefusedComponent>) {
        let held = self.running.take().unwrap_or_default();
        for (file, slot) in &mut self.slots {
            slot.building = None;
            if !held.contains(file) {
                slot.refused = None;
            }
        }
        self.refuse(refused);
        for slot in self.slots.values_mut().filter(|slot| slot.refused.is_none() && slot.wanted == slot.built) {
            slot.pending = None;
        }
        self.forget_removed();
    }

    pub(super) fn build_crashed(&mut self) {
        self.running = None;
        self.slots.values_mut().for_each(|slot| slot.building = None);
    }

    fn refuse(&mut self, refused: Vec<RefusedComponent>) {
        for RefusedComponent { file, folders } in refused {
            if let Some(slot) = self.slots.get_mut(&file) {
                slot.refused = Some(folders);
            }
        }
    }

    fn forget_removed(&mut self) {
        self.slots.retain(|_, slot| slot.wanted.is_some() || slot.built.is_some() || slot.building.is_some());
    }
}
