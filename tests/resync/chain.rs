//! From an edit to the phone's next fetch: the database, the command, the event socket, `sipp` as the phone, and `curl` as the
//! phone's client.

use super::{PHONE, Stage, registered};
use dialplate_tests::client;
use dialplate_tests::event_socket::{EventSocketPeer, Manner, Registered};
use dialplate_tests::server::Server;
use dialplate_tests::sipp::{Answer, Sipp};
use dialplate_tests::{unsupported, wait};
use std::time::{Duration, Instant};

/// The demonstration's other Yealink.
const OTHER: &str = "001565000054";

/// A server of the stage's database.
fn serve(stage: &Stage, settings: &[(&str, &str)]) -> Server {
    let own = stage.all_settings();
    let own = own.iter().map(|(name, value)| (*name, value.as_str()));
    let info = [("RUST_LOG", "warn,dialplate=info")];
    let settings: Vec<_> = own.chain(info).chain(settings.iter().copied()).collect();
    Server::start(&settings)
}

/// A phone that fetches its file from the server when it gets a NOTIFY, and the file.
fn phone(server: &Server) -> Option<(Sipp, std::path::PathBuf)> {
    let folder = tempfile::tempdir().unwrap().keep();
    let file = folder.join("fetched.cfg");
    let fetch = format!(
        "curl -sf -A 'Yealink SIP-T46U 108.86.0.20 00:15:65:00:00:46' -o {part} http://{}/provision/{PHONE}.cfg && mv {part} {file}",
        server.address,
        part = folder.join("part").display(),
        file = file.display()
    );
    Some((Sipp::start("udp", &[Answer::Status("200 OK", ""), Answer::Run(&fetch)])?, file))
}

const SOON: Duration = Duration::from_secs(2);

/// What is promised of an idle machine. On a busy one, the start of the command alone can take so long.
fn assert_soon(taken: Duration) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: f64 = load.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    if taken >= SOON && load > processors as f64 {
        return unsupported(&format!("the machine has a load of {load}, and an edit took {taken:?} to be fetched"));
    }
    assert!(taken < SOON, "{taken:?}");
}

#[test]
fn edit_is_fetched_within_two_seconds_of_the_command() {
    let stage = Stage::new();
    let server = serve(&stage, &[]);
    let Some((mut phone, file)) = phone(&server) else { return };
    let registered = vec![registered(&phone.address.to_string())];
    let peer = EventSocketPeer::start(Manner { registered, ..Manner::default() });
    let stage = stage.with("DIALPLATE_EVENT_SOCKET", &peer.address.to_string());
    // The compiled components are in the cache from here on.
    assert!(stage.run(&[PHONE, "--dry-run"]).success);
    let start = Instant::now();
    stage.sql("update v_device_lines set display_name = 'Edited' where user_id = '101'");
    let ran = stage.run(&[PHONE]);
    assert!(ran.success, "{} {}", ran.out, ran.err);
    wait::until(|| file.exists(), || "the phone's fetch".to_owned());
    let taken = start.elapsed();
    println!("an edit is fetched {} ms after it was made", taken.as_millis());
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("account.1.display_name = Edited"), "{text}");
    assert_soon(taken);
    assert!(phone.finished());
}

/// The journal of a stage, and no look at an old one.
fn with_journal(stage: Stage) -> Stage {
    let file = stage.folder.path().join("journal.db").display().to_string();
    stage.with("DIALPLATE_JOURNAL", &file)
}

/// The phone's own fetch, as after a start.
fn fetch(server: &Server) {
    let agent = "Yealink SIP-T46U 108.86.0.20 00:15:65:00:00:46";
    let url = format!("http://{}/provision/{PHONE}.cfg", server.address);
    let fetched = std::process::Command::new("curl").args(["-sf", "-A", agent, "-o", "/dev/null", &url]).status();
    assert!(fetched.is_ok_and(|status| status.success()));
}

const EDIT: &str = "update v_device_lines set display_name = 'Edited' where user_id = '101'";

#[test]
fn edit_is_fetched_within_two_seconds_by_itself() {
    let stage = with_journal(Stage::new());
    let peer_address = format!("127.0.0.1:{}", dialplate_tests::server::free_port());
    let settings = [("DIALPLATE_RESYNC_ON_CHANGE", "true"), ("DIALPLATE_EVENT_SOCKET", peer_address.as_str())];
    let server = serve(&stage, &settings);
    let Some((mut phone, file)) = phone(&server) else { return };
    let registered = vec![registered(&phone.address.to_string())];
    let peer = EventSocketPeer::start_at(peer_address.parse().unwrap(), Manner { registered, ..Manner::default() });
    fetch(&server);
    until_journal_has(&stage, 1);
    // The task has looked once.
    std::thread::sleep(Duration::from_millis(600));
    let start = Instant::now();
    stage.sql(EDIT);
    wait::until(|| file.exists(), || format!("the phone's fetch; log:\n{}", server.log()));
    let taken = start.elapsed();
    println!("an edit is fetched {} ms after it was made, without a command", taken.as_millis());
    assert!(std::fs::read_to_string(&file).unwrap().contains("account.1.display_name = Edited"));
    assert!(taken < SOON, "{taken:?}; log:\n{}", server.log());
    assert!(phone.finished());
    until_counted(&server, "resync_fetches_total{outcome=\"fetched\"} 1");
    until_counted(&server, "resyncs_total{outcome=\"notified\"} 1");
    // What the phone has now is what it would get, so an edit of another table notifies nobody.
    stage.sql("update v_contacts set contact_note = 'x'");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(peer.notified("call-id").len(), 1, "{}", server.log());
}

/// Waits until the server's metrics have this line.
fn until_counted(server: &Server, line: &str) {
    let metrics = || client::get(server.admin(), "localhost", "/metrics").text();
    wait::until(|| metrics().contains(&format!("\ndialplate_{line}\n")), || format!("{line} in\n{}", metrics()));
}

#[test]
fn outcomes_after_edits_are_counted() {
    let stage = with_journal(Stage::new());
    let address = format!("127.0.0.1:{}", dialplate_tests::server::free_port());
    let server = serve(&stage, &[("DIALPLATE_RESYNC_ON_CHANGE", "true"), ("DIALPLATE_EVENT_SOCKET", &address)]);
    until_counted(&server, "resyncs_total{outcome=\"failed\"} 0");
    until_counted(&server, "resync_fetches_total{outcome=\"not_fetched\"} 0");
    fetch(&server);
    assert_eq!(server.get("localhost", &format!("/provision/{OTHER}.cfg")).status, 200);
    until_journal_has(&stage, 1);
    std::thread::sleep(Duration::from_millis(600));
    let edit = |device: &str, name: &str| {
        stage.sql(&format!(
            "update v_device_lines set display_name = '{name}' where device_uuid = (select device_uuid from v_devices \
             where device_address = '{device}')"
        ));
    };
    edit(OTHER, "No switch listens");
    until_counted(&server, "resyncs_total{outcome=\"failed\"} 1");
    let second = Registered { call_id: "1_1@127.0.0.1", ..registered("127.0.0.1:5998") };
    let both = Manner { registered: vec![registered("127.0.0.1:5999"), second], ..Manner::default() };
    let peer = EventSocketPeer::start_at(address.parse().unwrap(), both);
    edit(OTHER, "No phone is registered");
    until_counted(&server, "resyncs_total{outcome=\"not_registered\"} 1");
    edit(PHONE, "Two may be the phone");
    until_counted(&server, "resyncs_total{outcome=\"ambiguous\"} 1");
    assert!(peer.notified("call-id").is_empty());
    until_counted(&server, "resyncs_total{outcome=\"notified\"} 0");
}

#[test]
fn bulk_edit_notifies_a_phone_once() {
    let stage = with_journal(Stage::new());
    let peer = EventSocketPeer::start(Manner { registered: vec![registered("127.0.0.1:5999")], ..Manner::default() });
    let address = peer.address.to_string();
    let server = serve(&stage, &[("DIALPLATE_RESYNC_ON_CHANGE", "true"), ("DIALPLATE_EVENT_SOCKET", &address)]);
    fetch(&server);
    until_journal_has(&stage, 1);
    std::thread::sleep(Duration::from_millis(600));
    for number in 0..20 {
        stage.sql(&format!("update v_device_lines set display_name = 'Edit {number}' where user_id = '101'"));
        std::thread::sleep(Duration::from_millis(20));
    }
    wait::until(|| !peer.notified("call-id").is_empty(), || server.log());
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(peer.notified("call-id"), ["0_1@127.0.0.1"]);
}

#[test]
fn edit_notifies_nobody_unless_it_is_switched_on() {
    let stage = with_journal(Stage::new());
    let peer = EventSocketPeer::start(Manner { registered: vec![registered("127.0.0.1:5999")], ..Manner::default() });
    let address = peer.address.to_string();
    let server = serve(&stage, &[("DIALPLATE_EVENT_SOCKET", &address)]);
    fetch(&server);
    stage.sql(EDIT);
    std::thread::sleep(Duration::from_secs(2));
    assert!(peer.commands().is_empty(), "{}", server.log());
}

#[test]
fn outdated_selects_phones_by_the_journal() {
    let stage = with_journal(Stage::new());
    let peer = EventSocketPeer::start(Manner { registered: vec![registered("127.0.0.1:5999")], ..Manner::default() });
    let server = serve(&stage, &[]);
    fetch(&server);
    until_journal_has(&stage, 1);
    let stage = stage.with("DIALPLATE_EVENT_SOCKET", &peer.address.to_string());
    let ran = stage.run(&["--outdated", "--json"]);
    assert!(ran.success && ran.json().is_empty(), "{} {}", ran.out, ran.err);
    stage.sql(EDIT);
    let ran = stage.run(&["--outdated", "--json"]);
    assert!(ran.success, "{} {}", ran.out, ran.err);
    let devices: Vec<_> = ran.json().iter().map(|report| report["device"].as_str().unwrap().to_owned()).collect();
    assert_eq!(devices, [PHONE], "no other phone has fetched");
    fetch(&server);
    until_journal_has(&stage, 2);
    assert!(stage.run(&["--outdated", "--json"]).json().is_empty());
}

#[test]
fn printed_time_makes_no_file_outdated() {
    // The server inserts the first time itself, and the plugin prints the second.
    for (time, versions) in [("{$microtime}", 1), ("{microtime(true)}", 2)] {
        let stage = with_journal(Stage::new()).with("DIALPLATE_JOURNAL_DOCUMENTS", "changed");
        let templates = stage.folder.path().join("templates");
        std::fs::create_dir_all(templates.join("yealink/t46u")).unwrap();
        let text = format!("#{time}\n{{$lines.1.display_name}}\n");
        std::fs::write(templates.join("yealink/t46u/{$mac}.cfg"), text).unwrap();
        let stage = stage.with("DIALPLATE_TEMPLATES", &templates.display().to_string());
        let server = serve(&stage, &[]);
        for lines in [1, 2] {
            fetch(&server);
            until_journal_has(&stage, lines);
        }
        let kept = stage.command("journal", &["versions", PHONE, "--json"]).out;
        assert_eq!(kept.lines().count(), versions, "{time}: {kept}");
        let explained = stage.command("explain", &["--entry", "1", "--json"]).out;
        let explained: serde_json::Value = serde_json::from_str(&explained).unwrap();
        assert_eq!(explained["comparison"]["is_same"], true, "{time}: {explained}");
        let registered = vec![registered("127.0.0.1:5999")];
        let peer = EventSocketPeer::start(Manner { registered, ..Manner::default() });
        let stage = stage.with("DIALPLATE_EVENT_SOCKET", &peer.address.to_string());
        let outdated = || stage.run(&["--outdated", "--json"]).json().len();
        assert_eq!(outdated(), 0, "{time}");
        stage.sql(EDIT);
        assert_eq!(outdated(), 1, "{time}");
        fetch(&server);
        until_journal_has(&stage, 3);
        assert_eq!(outdated(), 0, "{time}");
    }
}

#[test]
fn wait_reports_whether_the_phone_fetched_again() {
    let stage = with_journal(Stage::new());
    let server = serve(&stage, &[]);
    fetch(&server);
    until_journal_has(&stage, 1);
    let Some((mut phone, _)) = phone(&server) else { return };
    let registered = vec![registered(&phone.address.to_string())];
    let peer = EventSocketPeer::start(Manner { registered, ..Manner::default() });
    let stage = stage.with("DIALPLATE_EVENT_SOCKET", &peer.address.to_string());
    let ran = stage.run(&[PHONE, "--wait", "20", "--json"]);
    assert!(ran.success, "{} {}", ran.out, ran.err);
    let report = &ran.json()[0];
    assert_eq!(report["fetched"], true);
    assert!(report["fetched_after_ms"].as_u64().unwrap() < 20_000);
    assert!(phone.finished());
    // The phone is gone.
    let ran = stage.run(&[PHONE, "--wait", "1"]);
    assert!(!ran.success && ran.out.contains("it has not fetched within 1 s"), "{} {}", ran.out, ran.err);
}

#[test]
fn commands_that_need_the_journal_say_so() {
    let stage = Stage::new().with("DIALPLATE_JOURNAL", "off");
    for arguments in [&["--outdated"][..], &[PHONE, "--wait", "1"]] {
        let ran = stage.run(arguments);
        assert!(!ran.success && ran.err.contains("the journal is off"), "{arguments:?}: {}", ran.err);
    }
}

/// Waits until the server has written so many lines.
fn until_journal_has(stage: &Stage, lines: usize) {
    let count = || stage.command("journal", &[]).out.lines().filter(|line| line.contains(PHONE)).count();
    wait::until(|| count() >= lines, || format!("{lines} lines in the journal"));
}
