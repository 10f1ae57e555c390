//! A PostgreSQL that is killed, hangs, or starts late. Uses `../shared/corpus`.

use dialplate_tests::corpus;
use dialplate_tests::load::{Load, Outcome, Verdict};
use dialplate_tests::recorded::Recorded;
use serde_json::Value;
use std::thread;
use std::time::{Duration, Instant};

/// The longest that a request waits for the database: for a connection, and then for the result.
const WAIT_MAX: Duration = Duration::from_secs(8);

/// What a machine that runs other tests may add to the wait.
const SLACK: Duration = Duration::from_secs(4);

/// Files that FusionPBX has, of devices of all makers and domains.
fn cases(stage: &Recorded) -> Vec<Value> {
    corpus::spread(&corpus::files(&stage.corpus), 37)
}

/// Every answer is the right file or a 503; before the outage and from `well` on, only the right file.
fn judge(outcomes: &[Outcome], gone: Instant, well: Instant) {
    let wrong: Vec<_> = outcomes.iter().filter(|outcome| matches!(outcome.verdict, Verdict::Wrong(_))).collect();
    let shown: Vec<_> = wrong.iter().take(5).map(|outcome| &outcome.verdict).collect();
    assert!(wrong.is_empty(), "{} of {}: {shown:?}", wrong.len(), outcomes.len());
    let later = |outcome: &&Outcome| outcome.verdict == Verdict::Later;
    let before = outcomes.iter().filter(|outcome| outcome.begin + outcome.took < gone).filter(later).count();
    let after: Vec<_> = outcomes.iter().filter(|outcome| outcome.begin >= well).collect();
    let failed = after.iter().copied().filter(later).count();
    let longest = outcomes.iter().map(|outcome| outcome.took).max().unwrap();
    let all_later = outcomes.iter().filter(later).count();
    println!(
        "{} answers, {all_later} of them 503, {} after the outage, longest {longest:?}",
        outcomes.len(),
        after.len()
    );
    assert_eq!((before, failed), (0, 0));
    assert!(after.len() > 20 && all_later > 0, "the load did not cover the outage and its end");
    assert!(longest < WAIT_MAX + SLACK, "{longest:?}");
}

#[test]
fn killed_database_costs_503s_until_a_second_after_restart() {
    let Some(mut stage) = Recorded::start() else { return };
    let server = stage.serve(&[]);
    let load = Load::start(server.address, &cases(&stage));
    thread::sleep(Duration::from_secs(2));
    let gone = Instant::now();
    stage.postgres.kill();
    thread::sleep(Duration::from_secs(5));
    stage.runtime.block_on(stage.postgres.restart());
    let well = Instant::now() + Duration::from_secs(1);
    thread::sleep(Duration::from_secs(4));
    judge(&load.stop(), gone, well);
}

#[test]
fn hanging_database_delays_requests_by_a_bounded_time() {
    let Some(stage) = Recorded::start() else { return };
    let server = stage.serve(&[]);
    let load = Load::start(server.address, &cases(&stage));
    thread::sleep(Duration::from_secs(2));
    let gone = Instant::now();
    stage.postgres.freeze();
    thread::sleep(WAIT_MAX + Duration::from_secs(2));
    stage.postgres.thaw();
    let well = Instant::now() + Duration::from_secs(1);
    thread::sleep(Duration::from_secs(4));
    judge(&load.stop(), gone, well);
}

#[test]
fn start_waits_for_a_database_that_starts_later() {
    let Some(mut stage) = Recorded::start() else { return };
    stage.postgres.stop();
    let (url, corpus) = (stage.url(), stage.corpus.clone());
    let starting = thread::spawn(move || corpus::serve(&url, &corpus, &[("DIALPLATE_DATABASE_WAIT_MS", "120000")]));
    thread::sleep(Duration::from_secs(2));
    stage.runtime.block_on(stage.postgres.restart());
    let server = starting.join().unwrap();
    assert_eq!(server.log().matches("waiting for the database").count(), 1, "{}", server.log());
    let cases = corpus::spread(&cases(&stage), 20);
    corpus::check("after a late start", &corpus::replay(&server, &cases), cases.len());
}
