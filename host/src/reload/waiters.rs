//! Those who have asked for a reload, and when each is answered: as soon as it is known what became of the disk as it
//! was then. What changes after that is the next one's, so nobody waits for longer than a file may take to be written,
//! the build that was under way, and one more.

use super::report::Report;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// How long an answer waits for a file that somebody is writing; then it says that the file is left out.
const WRITING_MAX: Duration = Duration::from_secs(10);

pub(super) type Answer = oneshot::Sender<Arc<Report>>;

#[derive(Default)]
pub(super) struct Waiters(Vec<Waiter>);

struct Waiter {
    answer: Answer,
    at: Instant,
    /// The look that it is about, by its number.
    look: u64,
    /// The build with which it is known, by its number; `None` while something is being written.
    known_with: Option<u64>,
}

impl Waiters {
    pub(super) fn push(&mut self, answer: Answer, look: u64) {
        self.0.push(Waiter { answer, at: Instant::now(), look, known_with: None });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The disk has been looked at, and what was found there will be known with this build.
    pub(super) fn looked(&mut self, still_written: bool, known_with: u64) {
        for ask in self.0.iter_mut().filter(|ask| !still_written || ask.at.elapsed() >= WRITING_MAX) {
            ask.known_with.get_or_insert(known_with);
        }
    }

    /// Answers those for whom this build was the last to wait for, and of whose look no template is `unsettled`.
    pub(super) fn answer(&mut self, ended: u64, unsettled: u64, report: &Arc<Report>) {
        let known = |ask: &mut Waiter| ask.look < unsettled && ask.known_with.is_some_and(|build| build <= ended);
        for ask in self.0.extract_if(.., known) {
            // Who has gone wants none.
            let _ = ask.answer.send(Arc::clone(report));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(asked: &mut Waiters) -> oneshot::Receiver<Arc<Report>> {
        let (answer, receiver) = oneshot::channel();
        asked.push(answer, 1);
        receiver
    }

    #[test]
    fn an_answer_waits_for_the_build_of_what_was_there_and_for_no_later_one() {
        let (mut asked, report) = (Waiters::default(), Arc::default());
        let mut first = ask(&mut asked);
        asked.looked(false, 2);
        let mut second = ask(&mut asked);
        asked.looked(false, 3);
        asked.answer(1, u64::MAX, &report);
        assert!(first.try_recv().is_err(), "the build from before knows nothing of it");
        asked.answer(2, u64::MAX, &report);
        assert!(first.try_recv().is_ok() && second.try_recv().is_err());
        asked.looked(false, 9);
        asked.answer(3, u64::MAX, &report);
        assert!(second.try_recv().is_ok());
    }

    #[test]
    fn an_answer_waits_for_a_file_that_is_being_written_but_not_for_ever() {
        let (mut asked, report) = (Waiters::default(), Arc::default());
        let mut answered = ask(&mut asked);
        asked.looked(true, 0);
        asked.answer(0, u64::MAX, &report);
        assert!(answered.try_recv().is_err());
        asked.0[0].at = Instant::now().checked_sub(WRITING_MAX).unwrap();
        asked.looked(true, 0);
        asked.answer(0, u64::MAX, &report);
        assert!(answered.try_recv().is_ok());
    }

    #[test]
    fn an_answer_waits_for_the_templates_of_its_look_and_for_no_later_ones() {
        let (mut asked, report) = (Waiters::default(), Arc::default());
        let mut answered = ask(&mut asked);
        asked.looked(false, 0);
        asked.answer(0, 1, &report);
        assert!(answered.try_recv().is_err());
        asked.answer(0, 2, &report);
        assert!(answered.try_recv().is_ok());
    }
}
