//! With triggers, an answer is late by a bound at most, whatever happens to the triggers and to the connection that listens.

use super::freshness::{DEVICES, HOST, Load, ROWS, address, cell, device_rows, run, uuid};
use super::servers::{Postgres, config, connect, corpus};
use crate::directory::database::LATE_MAX;
use crate::directory::{Admitted, Directory, Lookup, ProvisionNote, TriggerChange};
use crate::facts::{DatabaseVersion, RequestFacts};
use crate::gate::DevicePermit;
use std::process::Command;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// How long a test waits for a server to use triggers, or to stop using them.
const PATIENCE: Duration = Duration::from_secs(20);

const LISTENERS: &str = "select pid from pg_stat_activity where application_name = 'dialplate listener'";

struct Stage {
    server: Postgres,
    name: &'static str,
    url: String,
    directory: Directory,
}

impl Stage {
    /// A database with triggers, and a server that uses them.
    async fn start(name: &'static str) -> Option<Self> {
        Self::start_with(name, &[]).await
    }

    async fn start_with(name: &'static str, settings: &[&str]) -> Option<Self> {
        let settings = settings.iter().map(|setting| (*setting).to_owned()).collect();
        let (schema, server) = (corpus("schema-postgres.sql")?, Postgres::start_with(|_| settings).await?);
        let devices: String = (0..DEVICES).map(device_rows).collect();
        let url = server.database(name, &[&schema, ROWS, &devices]).await;
        change(&url, TriggerChange::Install).await;
        let stage = Self { directory: connect(&url).await, server, name, url };
        stage.until_listening(true).await;
        Some(stage)
    }

    async fn run(&self, sql: &str) {
        self.server.run(self.name, sql).await;
    }

    /// Waits while requests arrive.
    async fn until_listening(&self, expected: bool) {
        let end = Instant::now() + PATIENCE;
        while self.directory.database().is_listening() != expected {
            assert!(Instant::now() < end, "listening: {}", !expected);
            self.load().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn find(&self) -> (RequestFacts, DatabaseVersion) {
        let facts = self.directory.find(&Lookup { address: Some(&address(1)), host: HOST }).await.unwrap();
        let database = facts.place.as_ref().expect("facts are kept").database;
        (facts, database)
    }

    async fn load(&self) -> (Admitted, DatabaseVersion) {
        let (facts, database) = self.find().await;
        (self.directory.load(DevicePermit::unchecked(facts)).await.unwrap(), database)
    }

    async fn label(&self) -> String {
        cell(&self.load().await.0, "device", "device_label")
    }

    async fn set_label(&self, label: u32) {
        let sql = format!("update v_devices set device_label = '{label}' where device_uuid = '{}'", uuid(1));
        self.run(&sql).await;
    }
}

async fn change(url: &str, change: TriggerChange) -> usize {
    let plan = Directory::plan_triggers(&config(url), change).await.unwrap();
    let count = plan.statements().len();
    plan.apply().await.unwrap();
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn triggers_make_no_answer_later_than_the_bound() {
    let Some(stage) = Stage::start("bound").await else { return };
    run(&stage.directory, &config(&stage.url), Load { late_max: LATE_MAX, ..Load::FULL }).await;
    assert!(stage.directory.database().is_listening(), "triggers were used until the end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_listener_falls_back_without_a_late_answer() {
    let Some(stage) = Stage::start("lost").await else { return };
    let terminate = async {
        for _ in 0..10 {
            tokio::time::sleep(Duration::from_millis(200)).await;
            stage.run(&format!("select pg_terminate_backend(pid) from ({LISTENERS}) listeners")).await;
        }
    };
    let (config, load) = (config(&stage.url), Load { edits: 2_000, reads: 40_000, late_max: LATE_MAX });
    tokio::join!(run(&stage.directory, &config, load), terminate);
    stage.until_listening(true).await;
    stage.run(&format!("select pg_terminate_backend(pid) from ({LISTENERS}) listeners")).await;
    stage.until_listening(false).await;
    for label in 1.. {
        stage.set_label(label).await;
        let seen = stage.label().await;
        if stage.directory.database().is_listening() {
            assert!(label > 1, "the default was used in between");
            break;
        }
        assert_eq!(seen, label.to_string(), "the default has no delay");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn edit_is_in_answers_soon_after_its_commit() {
    let Some(stage) = Stage::start("delay").await else { return };
    let (editor, mut delays) = (connect(&stage.url).await, Vec::new());
    for label in 1..=300 {
        // Requests arrive all the time, so that the version in memory is used.
        let quiet = Instant::now();
        while quiet.elapsed() < Duration::from_millis(3) {
            stage.load().await;
        }
        let sql = format!("update v_devices set device_label = '{label}' where device_uuid = '{}'", uuid(1));
        editor.database().execute(&sql, &[]).await.unwrap();
        let committed = Instant::now();
        let mut late = Duration::ZERO;
        loop {
            let arrived = committed.elapsed();
            if stage.label().await == label.to_string() {
                break;
            }
            late = arrived;
        }
        assert!(late <= LATE_MAX, "a request that arrived {late:?} after the commit got the old answer");
        delays.push(committed.elapsed());
    }
    delays.sort_unstable();
    let at = |share: usize| delays[delays.len() * share / 100 - 1];
    // On a busy machine, every answer takes long.
    println!("from the commit to the first new answer: p50 {:?}, p99 {:?}, longest {:?}", at(50), at(99), at(100));
    assert!(at(50) < Duration::from_millis(50), "{delays:?}");
}

/// The kernel still answers for the process that listens, but the process does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn listener_that_hangs_makes_no_answer_late() {
    let Some(stage) = Stage::start("hangs").await else { return };
    let process = stage.server.value(stage.name, LISTENERS).await;
    let signal = |name: &str| assert!(Command::new("kill").args([name, &process]).status().unwrap().success());
    signal("-STOP");
    stage.set_label(1).await;
    tokio::time::sleep(LATE_MAX).await;
    let asked = Instant::now();
    let label = stage.label().await;
    let waited = asked.elapsed();
    let is_listening = stage.directory.database().is_listening();
    signal("-CONT");
    assert_eq!(label, "1");
    assert!(!is_listening && waited < Duration::from_secs(1), "{waited:?}");
    stage.until_listening(true).await;
}

#[tokio::test]
async fn listener_outlives_the_timeout_of_idle_sessions() {
    let Some(stage) = Stage::start_with("idle", &["idle_session_timeout=300ms"]).await else { return };
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(stage.directory.database().is_listening());
    stage.set_label(1).await;
    tokio::time::sleep(LATE_MAX).await;
    assert_eq!(stage.label().await, "1");
    assert!(stage.directory.database().is_listening());
}

#[tokio::test]
async fn notes_of_any_dialplate_are_no_change() {
    let Some(stage) = Stage::start("notes").await else { return };
    let other = connect(&stage.url).await;
    let (first, before) = stage.load().await;
    for (directory, at) in [(&stage.directory, "2026-07-01T12:00:00Z"), (&other, "2026-07-01T12:01:00Z")] {
        let note = ProvisionNote {
            device: uuid(1),
            at: at.parse().unwrap(),
            method: "http",
            ip: "192.0.2.1".to_owned(),
            agent: None,
        };
        assert_eq!(directory.write_notes(&[note]).await.unwrap(), 1);
    }
    tokio::time::sleep(LATE_MAX).await;
    let (second, after) = stage.load().await;
    assert!(std::ptr::eq(&*first, &*second) && before == after, "a note is no change");
    stage.run("create table call_records (number integer); insert into call_records values (1)").await;
    tokio::time::sleep(LATE_MAX).await;
    assert!(stage.load().await.1 == before, "nor is a table that no answer depends on");
    stage.run("update v_users set username = username where false").await;
    tokio::time::sleep(LATE_MAX).await;
    assert!(stage.load().await.1 != before, "an edit is");
    assert!(stage.directory.database().is_listening());
}

#[tokio::test]
async fn own_insert_is_seen_at_once() {
    let Some(stage) = Stage::start("own").await else { return };
    for label in 1..100 {
        stage.load().await;
        let sql = format!("update v_devices set device_label = '{label}' where device_uuid = '{}'", uuid(1));
        stage.directory.database().execute(&sql, &[]).await.unwrap();
        assert_eq!(stage.label().await, label.to_string());
    }
}

/// Every kind of statement notifies, on each table.
#[tokio::test]
async fn every_statement_on_every_table_notifies() {
    let Some(stage) = Stage::start("every").await else { return };
    let tables = "select event_object_table from information_schema.triggers where trigger_name = 'dialplate_changed' \
        group by 1 order by 1";
    let tables = stage.server.rows(stage.name, tables).await;
    assert!(tables.len() > 15, "{tables:?}");
    for table in tables {
        let key = stage
            .server
            .value(
                stage.name,
                &format!("select attname from pg_attribute where attrelid = '{table}'::regclass and attnum = 1"),
            )
            .await;
        for sql in [
            format!("insert into {table} select * from {table} where false"),
            format!("update {table} set {key} = {key} where false"),
            format!("delete from {table} where false"),
            format!("begin; set local session_replication_role = replica; delete from {table} where false; commit"),
            format!("truncate {table}"),
        ] {
            let before = stage.find().await.1;
            stage.run(&sql).await;
            tokio::time::sleep(LATE_MAX).await;
            assert!(stage.find().await.1 != before, "{sql}");
        }
    }
    assert!(stage.directory.database().is_listening());
}

/// Nothing notifies of these, so the server checks the triggers from time to time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn trigger_that_is_gone_is_noticed_while_requests_arrive() {
    let sabotages = [
        ("off", "alter table v_devices disable trigger dialplate_changed"),
        ("gone", "drop trigger dialplate_changed on v_devices"),
        (
            "anew",
            "alter table v_devices rename to old; create table v_devices (like old); insert into v_devices select * from old; drop table old",
        ),
        (
            "empty",
            "create or replace function dialplate_changed() returns trigger language plpgsql as 'begin return null; end'",
        ),
    ];
    let tests = sabotages.map(|(name, sabotage)| {
        tokio::spawn(async move {
            let Some(stage) = Stage::start(name).await else { return };
            stage.run(sabotage).await;
            let started = Instant::now();
            stage.set_label(7).await;
            stage.until_listening(false).await;
            assert_eq!(stage.label().await, "7", "{sabotage}");
            println!("{name}: noticed after {:?}", started.elapsed());
        })
    });
    for test in tests {
        test.await.unwrap();
    }
}

#[tokio::test]
async fn triggers_are_installed_and_removed_once() {
    let (Some(schema), Some(server)) = (corpus("schema-postgres.sql"), Postgres::start().await) else { return };
    let url = server.database("twice", &[&schema]).await;
    let objects = "select count(*) from pg_trigger where tgname like 'dialplate%'";
    let functions = "select count(*) from pg_proc where proname like 'dialplate%'";
    let planned = Directory::plan_triggers(&config(&url), TriggerChange::Install).await.unwrap();
    assert!(planned.statements().len() > 45 && server.value("twice", objects).await == "0", "a plan changes nothing");
    assert!(change(&url, TriggerChange::Install).await > 45);
    assert_eq!(server.value("twice", functions).await, "1");
    assert_eq!(change(&url, TriggerChange::Install).await, 0, "there is nothing left to do");
    server.run("twice", "alter table v_users disable trigger dialplate_changed").await;
    assert_eq!(change(&url, TriggerChange::Install).await, 4, "the function, and one table's trigger");
    assert!(change(&url, TriggerChange::Remove).await > 15);
    assert_eq!(server.value("twice", objects).await + &server.value("twice", functions).await, "00");
    assert_eq!(change(&url, TriggerChange::Remove).await, 0);
}

#[tokio::test]
async fn removed_triggers_are_noticed_at_once() {
    let Some(stage) = Stage::start("removed").await else { return };
    change(&stage.url, TriggerChange::Remove).await;
    for label in 1..20 {
        stage.set_label(label).await;
        tokio::time::sleep(LATE_MAX).await;
        assert_eq!(stage.label().await, label.to_string());
    }
    assert!(!stage.directory.database().is_listening());
}

#[tokio::test]
async fn locked_table_fails_the_installation_and_leaves_nothing() {
    let (Some(schema), Some(server)) = (corpus("schema-postgres.sql"), Postgres::start().await) else { return };
    let url = server.database("locked", &[&schema]).await;
    let other = connect(&url).await;
    let mut editing = other.database().begin(crate::directory::Access::Write).await.unwrap();
    editing.execute("delete from v_users".to_owned(), &[]).await.unwrap();
    let plan = Directory::plan_triggers(&config(&url), TriggerChange::Install).await.unwrap();
    let error = plan.apply().await.unwrap_err().to_string();
    assert!(error.contains("other transactions use the tables") && error.contains("run the command again"), "{error}");
    let objects = "select count(*) from pg_proc where proname like 'dialplate%'";
    assert_eq!(server.value("locked", objects).await, "0");
    editing.commit().await.unwrap();
    assert!(change(&url, TriggerChange::Install).await > 45);
}

#[tokio::test]
async fn standby_with_triggers_keeps_the_statement() {
    let Some(stage) = Stage::start("standby").await else { return };
    let standby = stage.server.replica(&[]).await;
    let directory = connect(&standby.url(stage.name)).await;
    for label in 1..10 {
        directory.find(&Lookup { address: Some(&address(label)), host: HOST }).await.unwrap();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(!directory.database().is_listening());
    let notice = directory.database().change_notice().await.unwrap().unwrap().to_string();
    assert!(notice.contains("a standby cannot listen"), "{notice}");
}

/// Forwards connections to PostgreSQL without notifications, which a pooler drops that has no session for each client.
async fn deaf_pooler(server: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let (mut from_client, mut to_client) = client.into_split();
            let (mut from_server, mut to_server) =
                TcpStream::connect(("127.0.0.1", server)).await.unwrap().into_split();
            tokio::spawn(async move { tokio::io::copy(&mut from_client, &mut to_server).await });
            tokio::spawn(async move {
                while let Ok(kind) = from_server.read_u8().await {
                    let length = from_server.read_u32().await?;
                    let mut body = vec![0; length as usize - 4];
                    from_server.read_exact(&mut body).await?;
                    if kind != b'A' {
                        to_client.write_all(&[&[kind][..], &length.to_be_bytes(), &body].concat()).await?;
                    }
                }
                to_client.shutdown().await
            });
        }
    });
    port
}

#[tokio::test]
async fn pooler_that_drops_notifications_keeps_the_statement() {
    let Some(stage) = Stage::start("pooled").await else { return };
    let port = deaf_pooler(stage.server.port()).await;
    let url = stage.url.replace(&format!(":{}/", stage.server.port()), &format!(":{port}/")) + "?sslmode=disable";
    let notice = connect(&url).await.database().change_notice().await.unwrap().unwrap().to_string();
    assert!(notice.contains("notifications do not arrive") && notice.contains("pooler"), "{notice}");
    let pooled = Stage { directory: connect(&url).await, ..stage };
    for label in 1..100 {
        pooled.set_label(label).await;
        assert_eq!(pooled.label().await, label.to_string());
        tokio::time::sleep(LATE_MAX).await;
    }
    assert!(!pooled.directory.database().is_listening());
}

/// What is written to a child of the table fires none of the table's triggers.
#[tokio::test]
async fn inherited_table_gets_no_triggers() {
    let (Some(schema), Some(server)) = (corpus("schema-postgres.sql"), Postgres::start().await) else { return };
    let url = server.database("child", &[&schema, "create table other () inherits (v_device_keys)"]).await;
    let refused = Directory::plan_triggers(&config(&url), TriggerChange::Install).await.err().unwrap().to_string();
    assert!(refused.contains("every change of v_device_keys"), "{refused}");
}
