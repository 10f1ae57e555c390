//! The decisions of a reload: [`StateMachine::step`] takes an event and returns what to do about it. It does no I/O,
//! reads no clock and starts no task, so tests run it with tables of events.
//!
//! # Generations
//!
//! Looks at the disk are numbered; a look's number is the generation of what it finds. Each folder and each component
//! remembers the generation of the oldest change that is not settled (neither live nor refused). Everything up to a
//! generation is settled as soon as no slot holds that number or a lower one; then those who wait for it get their
//! reply.
//!
//! # Transitions
//!
//! | event              | condition                         | commands and changes                                     |
//! |--------------------|-----------------------------------|----------------------------------------------------------|
//! | `Tick`             | the next look is due              | `Look`                                                   |
//! |                    | edits have rested                 | `Build` with the texts that serve                        |
//! | `FilesChanged`     | no look is running                | `Look`                                                   |
//! | `ReloadRequested`  | no look is running                | `Look` that retries what is refused                      |
//! | either of the two  | a look is running                 | the next look starts when this one ends                  |
//! | `Looked`           | always                            | `SwapTexts` for folders without owner, and removed ones  |
//! |                    | folders changed                   | `Check` per plugin that is not checking already          |
//! |                    | components changed or are retried | `Build`, unless one is running                           |
//! |                    | a file is being written           | another look soon, if someone waits or no event may come |
//! | `Checked`          | always                            | `SwapTexts`, then `Check` for folders that waited        |
//! | `TextsSwapped`     | always                            | the rest period starts over                              |
//! | `Built`            | always                            | `SwapPlugins`, `Check` for folders refused by a replaced |
//! |                    |                                   | component, then the next `Build`                         |
//! | any                | a waiter's generation is settled  | `Reply`                                                  |

mod components;
mod event;
mod folders;
#[cfg(test)]
mod tests;
mod waiters;

pub(super) use event::{Built, Checked, Command, Event, LookFindings, Owners, RefusedComponent, WaiterId};

use components::ComponentSlots;
use event::Files;
use folders::FolderSlots;
use std::sync::Arc;
use std::time::{Duration, Instant};
use waiters::Waiters;

/// How often the disk is looked at without any event: network file systems report no changes, nor does the file behind
/// a link that leads out of the watched folders.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// The same if the system cannot report changes.
const POLL_EVERY: Duration = Duration::from_millis(500);
/// Looks without an event take at most this fraction of the time, so that a large tree does not keep a core busy.
const LOOK_SHARE: u32 = 20;
/// When to look again at a file that is being written, and of whose end no event may tell.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// How long texts rest before their plugin is prepared with them. They are live meanwhile. An editor usually saves more
/// than once, and preparing the largest vendor takes seconds of a core.
const REST: Duration = Duration::from_secs(1);
/// With edits that never rest, a plugin is prepared after this time anyway.
const REST_MAX: Duration = Duration::from_secs(15);

pub(super) struct StateMachine {
    /// The number of the last look.
    generation: u64,
    looking: Option<Looking>,
    /// What the look after the running one is for.
    look_again: Option<Looking>,
    /// When to look at the disk without any event.
    next_look: Instant,
    folders: FolderSlots,
    components: ComponentSlots,
    /// Since texts were swapped that no build has seen.
    rest: Option<Rest>,
    waiters: Waiters,
}

#[derive(Clone, Copy)]
struct Looking {
    began: Instant,
    /// An operator asked for it.
    requested: bool,
}

#[derive(Clone, Copy)]
struct Rest {
    first: Instant,
    due: Instant,
}

impl StateMachine {
    /// The state after a start with these components, of which some were refused. The first look is due at once.
    pub(super) fn new(now: Instant, owners: Arc<dyn Owners>, files: Files, refused: Vec<RefusedComponent>) -> Self {
        Self {
            generation: 0,
            looking: None,
            look_again: None,
            next_look: now,
            folders: FolderSlots::new(owners),
            components: ComponentSlots::new(files, refused),
            rest: None,
            waiters: Waiters::default(),
        }
    }

    /// When to send the next `Tick`; `None` while another event has to come first.
    pub(super) fn wake_at(&self) -> Option<Instant> {
        let look = self.looking.is_none().then_some(self.next_look);
        let build = self.rest.filter(|_| self.components.can_build()).map(|rest| rest.due);
        look.into_iter().chain(build).min()
    }

    pub(super) fn step(&mut self, now: Instant, event: Event) -> Vec<Command> {
        let mut commands = Vec::new();
        match event {
            Event::Tick if self.looking.is_none() && self.next_look <= now => self.look(now, false, &mut commands),
            Event::Tick => {}
            Event::FilesChanged => self.look(now, false, &mut commands),
            Event::ReloadRequested(waiter) => {
                self.waiters.extend(waiter, now, self.generation + 1);
                self.look(now, true, &mut commands);
            }
            Event::Looked(found) => self.looked(now, found, &mut commands),
            Event::Checked(checked) => {
                let checked = self.folders.checked(checked);
                self.check(checked, &mut commands);
            }
            Event::TextsSwapped(folders) => self.texts_swapped(now, folders),
            Event::Built(built) => self.built(built, &mut commands),
        }
        self.build(now, &mut commands);
        let unsettled = self.folders.unsettled().into_iter().chain(self.components.unsettled()).min();
        let replies = self.waiters.settled(unsettled);
        commands.extend((!replies.is_empty()).then_some(Command::Reply(replies)));
        commands
    }

    fn look(&mut self, now: Instant, requested: bool, commands: &mut Vec<Command>) {
        let look = Looking { began: now, requested };
        if self.looking.is_some() {
            let requested = requested || self.look_again.is_some_and(|again| again.requested);
            self.look_again = Some(Looking { requested, ..look });
            return;
        }
        self.generation += 1;
        self.looking = Some(look);
        commands.push(Command::Look { at_once: requested });
    }

    fn looked(&mut self, now: Instant, found: Option<LookFindings>, commands: &mut Vec<Command>) {
        let Some(look) = self.looking.take() else { return };
        self.next_look = now + LOOK_EVERY;
        let growing = found.as_ref().is_some_and(|found| !found.growing.is_empty());
        if let Some(found) = found {
            let every = if found.polling { POLL_EVERY } else { LOOK_EVERY };
            self.next_look = look.began + every.max((now - look.began) * LOOK_SHARE);
            if found.restless || growing && !self.waiters.is_empty() {
                self.next_look = self.next_look.min(now + LOOK_AGAIN);
            }
            self.folders.looked(self.generation, found.folders, look.requested);
            self.components.looked(self.generation, found.components, found.growing, look.requested);
            self.check(Vec::new(), commands);
        }
        self.waiters.looked(now, self.generation, growing);
        if let Some(again) = self.look_again.take() {
            self.look(now, again.requested, commands);
        }
    }

    /// Makes checked folders live, and starts the checks of those that wait.
    fn check(&mut self, checked: Vec<String>, commands: &mut Vec<Command>) {
        let (unchecked, checks) = self.folders.next_checks();
        commands.push(Command::SwapTexts { checked, unchecked });
        commands.extend(checks.into_iter().map(|(plugin, folders)| Command::Check { plugin, folders }));
    }

    fn texts_swapped(&mut self, now: Instant, folders: Vec<String>) {
        let first = self.rest.map_or(now, |rest| rest.first);
        self.rest = Some(Rest { first, due: (now + REST).min(first + REST_MAX) });
        self.folders.swapped(folders);
    }

    fn built(&mut self, built: Option<Built>, commands: &mut Vec<Command>) {
        let Some(Built { owners, refused }) = built else { return self.components.build_crashed() };
        self.components.built(refused);
        commands.push(Command::SwapPlugins);
        self.folders.set_owners(owners, self.generation);
        self.check(Vec::new(), commands);
    }

    /// Starts the next build if there is a reason for one.
    fn build(&mut self, now: Instant, commands: &mut Vec<Command>) {
        if !self.components.can_build() {
            return;
        }
        let of_components = self.components.are_pending();
        let held = if of_components {
            self.folders.take_unprepared();
            self.rest = None;
            Some(self.components.build_all())
        } else {
            let rested = self.rest.take_if(|rest| rest.due <= now).is_some();
            let changed = if rested { self.folders.take_unprepared() } else { Vec::new() };
            self.components.build_for_texts(&changed, changed.iter().any(|folder| self.folders.has_owner(folder)))
        };
        commands.extend(held.map(|held| Command::Build { held, of_components }));
    }
}
