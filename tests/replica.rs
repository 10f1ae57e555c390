//! A replica by PostgreSQL's own replication. Uses `../shared/corpus`.

use dialplate_tests::client;
use dialplate_tests::corpus;
use dialplate_tests::load::{Load, Verdict};
use dialplate_tests::postgres::Postgres;
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::Server;
use dialplate_tests::setting;
use dialplate_tests::wait;
use std::collections::HashSet;
use std::thread;
use std::time::Duration;

struct Stage {
    primary: Recorded,
    replica: Postgres,
}

/// Both servers log every statement.
fn stage() -> Option<Stage> {
    let settings = ["log_statement=all"];
    let primary = Recorded::start_with(&settings)?;
    let replica = primary.runtime.block_on(primary.postgres.replica(&settings));
    Some(Stage { primary, replica })
}

impl Stage {
    fn serve(&self) -> Server {
        self.primary.serve(&[("DIALPLATE_DATABASE_REPLICA", &self.replica.url(Recorded::NAME))])
    }
}

/// The number of statements that read devices.
fn reads(postgres: &Postgres) -> usize {
    postgres.log().lines().filter(|line| line.contains("execute") && line.contains("from v_devices d")).count()
}

fn writes(postgres: &Postgres) -> usize {
    postgres.log().lines().filter(|line| line.contains("update v_devices set")).count()
}

#[test]
fn reads_use_the_replica_and_writes_the_primary() {
    let Some(stage) = stage() else { return };
    let server = stage.serve();
    let primary = &stage.primary.postgres;
    let cases = corpus::spread(&corpus::manifest(&stage.primary.corpus), 40);
    let before = (reads(primary), reads(&stage.replica));
    corpus::check("from the replica", &corpus::replay(&server, &cases), cases.len());
    let known: Vec<_> = cases.iter().filter(|case| case["status"] == 200).collect();
    // Facts of a device that is asked for twice may be kept.
    let devices: HashSet<_> = known.iter().map(|case| (case["mac"].as_str(), case["domain"].as_str())).collect();
    assert!(reads(&stage.replica) - before.1 >= devices.len());
    wait::until(|| writes(primary) > 0, || server.log());
    // The server asks the primary only about devices that the replica does not know.
    assert!(
        reads(primary) - before.0 <= cases.len() - known.len(),
        "the server read from the primary although the replica answers"
    );
    assert_eq!(writes(&stage.replica), 0);
}

#[test]
fn device_missing_in_the_replica_is_read_from_the_primary() {
    let Some(stage) = stage() else { return };
    let server = stage.serve();
    // From here on the replica stays behind.
    stage.primary.runtime.block_on(stage.replica.run(Recorded::NAME, "select pg_wal_replay_pause()"));
    let copy = "
        insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_enabled)
        select '00000000-0000-4000-8000-0000000000aa', domain_uuid, '805ec0fffff1', 'yealink', 'yealink/t46s', true
        from v_devices where device_vendor = 'yealink' and device_enabled limit 1;
        insert into v_device_lines (device_line_uuid, device_uuid, domain_uuid, line_number, user_id, password, enabled)
        select gen_random_uuid(), device_uuid, domain_uuid, '1', '4711', 'just-made', true
        from v_devices where device_address = '805ec0fffff1'";
    stage.primary.run(copy);
    let query = "select domain_name from v_domains join v_devices using (domain_uuid) where device_address = \
        '805ec0fffff1'";
    let host = stage.primary.value(query);
    let answer = server.get(&host, "/provision/805ec0fffff1.cfg");
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("just-made"), "its line is missing:\n{}", answer.text());
    assert_eq!(server.get(&host, "/provision/805ec0fffff2.cfg").status, 403, "unknown to both");
}

/// Otherwise the time of a refusal would show which devices exist.
#[test]
fn refused_client_costs_the_primary_no_statement() {
    let Some(stage) = stage() else { return };
    stage.primary.run(&setting::digest());
    wait::until(
        || {
            stage
                .primary
                .value("select count(*)::text from pg_stat_replication where replay_lsn = pg_current_wal_lsn()")
                == "1"
        },
        || "the replica does not follow".to_owned(),
    );
    let server = stage.serve();
    let query = "select d.device_address || ' ' || n.domain_name from v_devices d join v_domains n using (domain_uuid) \
        where device_enabled and length(device_address) = 12 limit 1";
    let known = stage.primary.value(query);
    let (address, host) = known.split_once(' ').unwrap();
    let before = (reads(&stage.primary.postgres), reads(&stage.replica));
    let wrong = "Basic cGhvbmU6d3Jvbmc=";
    for address in [address, "805ec0fffff3"] {
        for headers in [&[("Host", host)][..], &[("Host", host), ("Authorization", wrong)]] {
            let target = format!("/provision/{address}.cfg");
            let answer = client::send(server.address, "GET", &target, headers, b"");
            assert_eq!(answer.status, 401, "{address}");
        }
    }
    // The second request for an address needs none, unless the primary has a transaction under way.
    assert!((2..=4).contains(&(reads(&stage.replica) - before.1)));
    assert_eq!(reads(&stage.primary.postgres) - before.0, 0);
}

#[test]
fn lost_replica_fails_no_request_and_is_used_after_restart() {
    let Some(mut stage) = stage() else { return };
    let server = stage.serve();
    let load = Load::start(server.address, &corpus::spread(&corpus::files(&stage.primary.corpus), 37));
    thread::sleep(Duration::from_secs(2));
    stage.replica.kill();
    thread::sleep(Duration::from_secs(3));
    stage.primary.runtime.block_on(stage.replica.restart());
    server.until_logged(&["replica available again"]);
    let before = reads(&stage.replica);
    wait::until(|| reads(&stage.replica) > before, || "the replica is available but not read".to_owned());
    let outcomes = load.stop();
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.verdict != Verdict::Right).collect();
    let longest = outcomes.iter().map(|outcome| outcome.took).max().unwrap();
    println!("{} answers, {} wrong, longest {longest:?}", outcomes.len(), failed.len());
    assert!(failed.is_empty(), "{:?}", failed.iter().take(5).map(|outcome| &outcome.verdict).collect::<Vec<_>>());
    assert_eq!(server.log().matches("replica unavailable").count(), 1, "{}", server.log());
}

#[test]
fn unreachable_replica_does_not_fail_the_start() {
    let Some(mut stage) = stage() else { return };
    stage.replica.stop();
    let server = stage.serve();
    server.until_logged(&["replica unavailable"]);
    let cases = corpus::spread(&corpus::manifest(&stage.primary.corpus), 200);
    corpus::check("without the replica", &corpus::replay(&server, &cases), cases.len());
}
