//! Turns: how many renders may have an instance and run on the processors at a time.
//!
//! Under load a render waits for its turns before its deadline begins, so load alone does not make it fail: it is slower,
//! or, after [`QUEUE_TIMEOUT`], refused for now. A turn is one of the server's, one of the plugin's and one of the
//! group's. A plugin may use half of the server's, and a folder in a domain a quarter, so renders that hang leave some to
//! the others.

use super::error::RenderError;
use super::job::RenderGroup;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How long a render may wait for turns. With a render of `render_timeout_ms` after it, the answer comes before the
/// request's own deadline.
pub(super) const QUEUE_TIMEOUT: Duration = Duration::from_secs(15);
/// Renders that run at a time, for each processor. With fewer, one that hangs would stop more of the others; with more,
/// each gets so little of a processor that its deadline passes.
const RUNNING_PER_PROCESSOR: usize = 4;
/// Groups without a render that are kept until they are looked through.
const IDLE_GROUPS_MAX: usize = 64;

/// The turns of the whole server.
pub(super) struct Turns {
    all: Arc<Semaphore>,
    count: usize,
}

impl Turns {
    /// A render needs an instance and a part of a processor, so the scarcer of the two decides.
    pub(super) fn of_server(instances: usize) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        Self::new(instances.min(processors.saturating_mul(RUNNING_PER_PROCESSOR)))
    }

    /// Renders that run at a time.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    fn new(count: usize) -> Self {
        Self { all: Arc::new(Semaphore::new(count)), count }
    }
}

/// The turns of one plugin.
pub(super) struct PluginTurns {
    server: Arc<Turns>,
    own: Arc<Semaphore>,
    /// How long a render may wait for turns.
    patience: Duration,
    /// The turns that a group may have, and those of the groups with a render in progress.
    of_group: usize,
    groups: Mutex<HashMap<RenderGroup, Weak<Semaphore>>>,
}

impl PluginTurns {
    /// The shares are of all turns of the server, also of those that are taken now.
    pub(super) fn new(server: &Arc<Turns>, patience: Duration) -> Self {
        Self {
            server: Arc::clone(server),
            own: Arc::new(Semaphore::new(server.count.div_ceil(2))),
            patience,
            of_group: server.count.div_ceil(4),
            groups: Mutex::default(),
        }
    }

    /// Waits for a turn of each level. All renders take them in the same order, so none waits for another that waits for
    /// it.
    pub(super) async fn take(&self, group: &RenderGroup) -> Result<Turn, RenderError> {
        let until = Instant::now() + self.patience;
        let group = one(&self.of(group), until).await?;
        Ok(Turn([group, one(&self.own, until).await?, one(&self.server.all, until).await?]))
    }

    fn of(&self, group: &RenderGroup) -> Arc<Semaphore> {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = groups.get(group).and_then(Weak::upgrade) {
            return known;
        }
        if groups.len() >= IDLE_GROUPS_MAX {
            groups.retain(|_, turns| turns.strong_count() > 0);
        }
        let turns = Arc::new(Semaphore::new(self.of_group));
        groups.insert(group.clone(), Arc::downgrade(&turns));
        turns
    }
}

async fn one(turns: &Arc<Semaphore>, until: Instant) -> Result<OwnedSemaphorePermit, RenderError> {
    if let Ok(permit) = Arc::clone(turns).try_acquire_owned() {
        return Ok(permit);
    }
    match tokio::time::timeout_at(until.into(), Arc::clone(turns).acquire_owned()).await {
        Ok(Ok(permit)) => Ok(permit),
        _ => Err(RenderError::Busy),
    }
}

/// The turn of one render; it ends when this is dropped. A render keeps it while it waits for the database, so that the
/// database does not get more large queries at once than it can answer before the deadline.
pub(super) struct Turn(#[expect(dead_code, reason = "held until the render ends")] [OwnedSemaphorePermit; 3]);

#[cfg(test)]
mod tests {
    use super::*;

    fn group(domain: &str) -> RenderGroup {
        RenderGroup { folder: "minimal/one".into(), domain: domain.into() }
    }

    /// A plugin on this server, whose renders do not wait long.
    fn plugin(server: &Arc<Turns>) -> PluginTurns {
        PluginTurns::new(server, Duration::from_millis(20))
    }

    async fn is_refused(turns: &PluginTurns, domain: &str) -> bool {
        matches!(turns.take(&group(domain)).await, Err(RenderError::Busy))
    }

    #[tokio::test]
    async fn group_has_a_quarter_and_plugin_a_half_of_the_turns() {
        let server = Arc::new(Turns::new(8));
        let (one, other) = (plugin(&server), plugin(&server));
        let mut held = Vec::new();
        for domain in ["a", "a", "b", "b"] {
            held.push(one.take(&group(domain)).await.unwrap_or_else(|error| panic!("{domain}: {error}")));
        }
        assert!(is_refused(&one, "a").await, "its quarter is used up");
        assert!(is_refused(&one, "c").await, "the plugin's half is used up");
        held.push(other.take(&group("c")).await.unwrap_or_else(|error| panic!("{error}")));
        held.clear();
        assert!(!is_refused(&one, "a").await);
    }

    #[tokio::test]
    async fn plugin_built_under_full_load_has_its_whole_share() {
        let server = Arc::new(Turns::new(8));
        let held = Arc::clone(&server.all).acquire_many_owned(8).await.unwrap();
        let built = plugin(&server);
        assert!(is_refused(&built, "a").await, "all turns are taken");
        drop(held);
        let mut held = Vec::new();
        for domain in ["a", "a", "b", "b"] {
            held.push(built.take(&group(domain)).await.unwrap_or_else(|error| panic!("{domain}: {error}")));
        }
    }

    #[tokio::test]
    async fn groups_without_a_render_are_forgotten() {
        let turns = plugin(&Arc::new(Turns::new(8)));
        for number in 0..IDLE_GROUPS_MAX * 3 {
            drop(turns.take(&group(&number.to_string())).await);
        }
        assert!(turns.groups.lock().unwrap().len() <= IDLE_GROUPS_MAX);
    }
}
