//! Tasks that must run as long as the server: without one of them, the server would go on with a part missing and say
//! nothing. If one ends, the server stops with an error, and its supervisor starts it again.

use std::fmt;
use tokio::task::{JoinHandle, JoinSet};

/// The tasks that must not end.
#[derive(Default)]
pub struct VitalTasks(JoinSet<EndedTask>);

/// A task that has ended, which it must not.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub struct EndedTask {
    name: &'static str,
    panicked: bool,
}

impl fmt::Display for EndedTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how =
            if self.panicked { "panicked; this is a fault of the server, and its log says where" } else { "ended" };
        write!(f, "{} {how}; start the server again", self.name)
    }
}

impl VitalTasks {
    pub fn add(&mut self, name: &'static str, task: JoinHandle<()>) {
        self.0.spawn(async move { EndedTask { name, panicked: task.await.is_err() } });
    }

    /// Resolves when the first of them ends; never if there is none.
    pub async fn end(&mut self) -> EndedTask {
        match self.0.join_next().await {
            Some(Ok(ended)) => ended,
            _ => std::future::pending().await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn first_task_that_ends_is_named() {
        let mut tasks = VitalTasks::default();
        tasks.add("one that lives", tokio::spawn(std::future::pending()));
        tasks.add("one that dies", tokio::spawn(async { panic!("for the test") }));
        let ended = tasks.end().await;
        assert_eq!(ended, EndedTask { name: "one that dies", panicked: true });
        assert!(ended.to_string().contains("one that dies panicked"), "{ended}");
    }
}
