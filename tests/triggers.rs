//! `dialplate db install-triggers` and `remove-triggers`, and a server on a database that has them. Uses
//! `../shared/corpus`; what the directory does with triggers is tested in `host/src/directory/tests/triggers.rs`.

use crate::database::db;
use dialplate_tests::client;
use dialplate_tests::corpus;
use dialplate_tests::page;
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server;
use dialplate_tests::wait;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

const FILE: &str = "/app/provision/?mac=0015652ac38a&file=%7B%24mac%7D.cfg";
const HOST: &str = "alpha.example.net";
const OBJECTS: &str = "select (select count(*) from pg_trigger where tgname like 'dialplate%') \
    + (select count(*) from pg_proc where proname like 'dialplate%')";

#[test]
fn trigger_commands_are_idempotent_and_dry_runs_change_nothing() {
    let Some(stage) = Recorded::start() else { return };
    let url = stage.url();
    let run = |arguments: &[&str]| {
        let (succeeded, said, error) = db(&[arguments, &[&url]].concat(), &[]);
        assert!(succeeded, "{arguments:?}: {said}{error}");
        said
    };
    assert!(run(&["check"]).contains("changes: requests ask in a shared statement; `dialplate db install-triggers`"));
    let said = run(&["install-triggers", "--dry-run"]);
    let words =
        ["`dialplate db remove-triggers` removes", "create or replace function", "or truncate on v_devices for"];
    assert!(words.iter().all(|words| said.contains(words)) && !said.contains("done"), "{said}");
    assert_eq!(stage.value(OBJECTS), "0");
    let said = run(&["install-triggers"]);
    assert!(said.contains("done: create trigger dialplate_changed after insert or update or delete"), "{said}");
    assert_eq!(run(&["install-triggers"]), "the database has all triggers\n");
    assert!(run(&["check"]).contains("changes: triggers notify"));
    stage.run("alter table v_domains disable trigger dialplate_changed");
    let said = run(&["check"]);
    assert!(said.contains("missing, disabled or outdated on v_domains; run `dialplate db install-triggers`"), "{said}");
    let before = stage.value(OBJECTS);
    assert!(run(&["remove-triggers", "--dry-run"]).contains("\ndrop function dialplate_changed();"));
    assert_eq!(stage.value(OBJECTS), before);
    assert!(run(&["remove-triggers"]).contains("done: drop trigger dialplate_changed on v_devices;"));
    assert_eq!(run(&["remove-triggers"]), "the database has no triggers of Dialplate's\n");
    assert_eq!(stage.value(OBJECTS), "0");
}

#[test]
fn trigger_commands_of_the_page_work_as_written() {
    let Some(stage) = Recorded::start() else { return };
    let commands: String = page::blocks("docs/administration.md", "sh").concat();
    assert_eq!(commands.lines().filter(|line| line.contains("install-triggers")).count(), 2, "{commands}");
    let program = server::command("db", &[]).get_program().to_string_lossy().into_owned();
    let typed = commands.replace("postgres://fusionpbx@127.0.0.1/fusionpbx", &stage.url());
    let typed = format!("set -e\n{}", typed.replace(" dialplate ", &format!(" {program} ")));
    let ran = Command::new("sh").args(["-c", &typed]).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    assert!(db(&["check", &stage.url()], &[]).1.contains("changes: triggers notify"));
}

#[test]
fn trigger_commands_name_the_right_that_a_role_lacks() {
    let Some(stage) = Recorded::start() else { return };
    stage.run("create role reader login; grant select on all tables in schema public to reader");
    let url = stage.url().replace("postgres@", "reader@");
    for flags in [&["install-triggers", &url][..], &["install-triggers", "--dry-run", &url]] {
        let (succeeded, _, error) = db(flags, &[]);
        assert!(
            !succeeded && error.contains("v_devices") && error.contains("only the owner of a table may"),
            "{error}"
        );
    }
    stage.run(
        "do $$ declare t text; begin for t in select tablename from pg_tables where schemaname = 'public' loop
        execute format('alter table %I owner to reader', t); end loop; end $$",
    );
    stage.run("revoke create on schema public from public");
    let (succeeded, _, error) = db(&["install-triggers", &url], &[]);
    assert!(!succeeded && error.contains("create functions in the schema public"), "{error}");
    assert!(db(&["install-triggers", &stage.url()], &[]).0);
    let (_, said, _) = db(&["check", &url], &[]);
    assert!(said.contains("changes: triggers notify"), "a role uses what the owner has installed: {said}");
    stage.run("alter table v_users owner to postgres");
    let (succeeded, _, error) = db(&["remove-triggers", &url], &[]);
    assert!(!succeeded && error.contains("remove triggers, which only the owner of the tables may"), "{error}");
}

#[test]
fn trigger_commands_say_that_sqlite_needs_none() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dialplate.db").display().to_string();
    assert!(db(&["init", &file], &[]).0);
    for command in ["install-triggers", "remove-triggers"] {
        let (succeeded, said, _) = db(&[command, "--dry-run", &file], &[]);
        assert!(succeeded && said.contains("SQLite needs no triggers"), "{said}");
    }
}

/// What the statements that write when devices were provisioned contain, and no others.
const NOTE: [&str; 4] = ["statement: BEGIN", "dialplate.unnoticed", "with note(", "statement: COMMIT"];

#[test]
fn requests_send_no_statement_while_triggers_notify_of_nothing() {
    let Some(stage) = Recorded::start_with(&["log_statement=all"]) else { return };
    assert!(db(&["install-triggers", &stage.url()], &[]).0);
    let server = stage.serve(&[]);
    let get = || assert_eq!(server.get(HOST, FILE).status, 200);
    // The statement of the first request finds the triggers.
    get();
    server.until_logged(&["triggers notify of changes"]);
    get();
    let noted = "select count(*) from v_devices where device_provisioned_ip = '127.0.0.1'";
    wait::until(|| stage.value(noted) != "0", || server.log());
    // All notes of half a second are one transaction, however many requests there are.
    let is_note = |line: &str| NOTE.iter().any(|text| line.contains(text));
    let statements = || -> Vec<String> {
        let log = stage.postgres.log();
        let sent = log.lines().filter(|line| line.contains("LOG:  execute") || line.contains("LOG:  statement"));
        sent.filter(|line| !is_note(line)).map(str::to_owned).collect()
    };
    let (before, began) = (statements().len(), Instant::now());
    for _ in 0..500 {
        get();
    }
    let (sent, took) = (statements().split_off(before), began.elapsed());
    let checks = 1 + took.as_secs() as usize / 10;
    assert!(sent.len() <= checks, "more than the triggers is checked within {took:?}:\n{}", sent.join("\n"));
}

#[test]
fn log_says_once_that_triggers_are_used_and_no_longer() {
    let Some(stage) = Recorded::start() else { return };
    let server = stage.serve(&[]);
    let label = |label: &str| stage.run(&format!("update v_device_lines set display_name = '{label}'"));
    let shows = |label: &str| server.get(HOST, FILE).text().contains(label);
    label("Before");
    assert!(shows("Before"));
    assert!(db(&["install-triggers", &stage.url()], &[]).0);
    assert!(shows("Before"), "the request that finds the triggers");
    server.until_logged(&["triggers notify of changes"]);
    label("With triggers");
    thread::sleep(Duration::from_millis(50));
    assert!(shows("With triggers"));
    assert!(db(&["remove-triggers", &stage.url()], &[]).0);
    server.until_logged(&["triggers are not used", "the triggers were removed"]);
    for number in 0..5 {
        label(&format!("After {number}"));
        assert!(shows(&format!("After {number}")));
    }
    let count = |words: &str| server.log().lines().filter(|line| line.contains(words)).count();
    assert_eq!((count("triggers notify of changes"), count("triggers are not used")), (1, 1), "{}", server.log());
}

#[test]
fn answers_with_triggers_are_the_recorded_ones() {
    let Some(stage) = Recorded::start() else { return };
    assert!(db(&["install-triggers", &stage.url()], &[]).0);
    let server = stage.serve(&[]);
    assert_eq!(client::get(server.address, HOST, FILE).status, 200);
    server.until_logged(&["triggers notify of changes"]);
    let cases = corpus::spread(&corpus::manifest(&stage.corpus), 60);
    corpus::check("with triggers", &corpus::replay(&server, &cases), cases.len());
}
