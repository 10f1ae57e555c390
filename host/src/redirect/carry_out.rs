//! Carries tasks out, each recorded before it is sent.

use super::device::RedirectDevice;
use super::provider::{Provider, one_by_one};
use super::record::{Record, RecordError};
use super::run::{Action, Outcome, Report, Task};

/// Does the tasks in their order, and ends early if every further one would fail in the same way. All tasks of a call are
/// recorded before it: an interruption leaves each of them in doubt.
///
/// # Errors
/// The record cannot be written. Nothing is changed without a record.
pub async fn carry_out(
    provider: &dyn Provider,
    record: &mut Record,
    tasks: Vec<Task>,
    mut progress: impl FnMut(&Report),
) -> Result<Vec<Report>, RecordError> {
    let mut reports = Vec::new();
    for tasks in calls(&tasks, provider.batch_max()) {
        // A question changes nothing.
        let changes: &[Task] = if tasks[0].action == Action::Status { &[] } else { tasks };
        for task in changes {
            record.sent(task)?;
        }
        let outcomes = perform(provider, tasks).await;
        for (task, outcome) in changes.iter().zip(&outcomes) {
            record.finished(task, outcome)?;
        }
        let is_last = outcomes.iter().any(|outcome| matches!(outcome, Outcome::Failed(error) if error.is_fatal()));
        for (task, outcome) in tasks.iter().zip(outcomes) {
            let report = Report { action: task.action, device: task.device.clone(), outcome };
            progress(&report);
            reports.push(report);
        }
        if is_last {
            break;
        }
    }
    Ok(reports)
}

/// The tasks that one call does: neighbours with the same action.
fn calls(tasks: &[Task], batch_max: usize) -> impl Iterator<Item = &[Task]> {
    let most = move |same: &[Task]| if same[0].action == Action::Status { 1 } else { batch_max.max(1) };
    tasks.chunk_by(|one, next| one.action == next.action).flat_map(move |same| same.chunks(most(same)))
}

/// Does tasks of one action, and returns what became of each. Questions come one by one.
async fn perform(provider: &dyn Provider, tasks: &[Task]) -> Vec<Outcome> {
    let devices: Vec<RedirectDevice> = tasks.iter().map(|task| task.device.clone()).collect();
    let (done, good) = match tasks.first().map(|task| task.action) {
        None => return Vec::new(),
        Some(Action::Register) => (provider.register_all(&devices).await, Outcome::Registered),
        Some(Action::Remove) => (provider.remove_all(&devices).await, Outcome::Removed),
        Some(Action::Status) => {
            let found = one_by_one(&devices, |device| provider.status(device)).await;
            return found.into_iter().map(|found| found.map_or_else(Outcome::Failed, Outcome::Found)).collect();
        }
    };
    done.into_iter().map(|done| done.map_or_else(Outcome::Failed, |()| good.clone())).collect()
}
