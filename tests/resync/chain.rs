//! From an edit to the phone's next fetch: the database, the command, the event socket, `sipp` as the phone, and `curl` as the
//! phone's client.

use super::{PHONE, Stage, registered};
use dialplate_tests::event_socket::{EventSocketPeer, Manner};
use dialplate_tests::server::Server;
use dialplate_tests::sipp::{Answer, Sipp};
use dialplate_tests::{unsupported, wait};
use std::time::{Duration, Instant};

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

/// What is promised of an idle machine. A busy one tells nothing about it.
fn assert_soon(taken: Duration) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: f64 = load.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    if taken >= Duration::from_secs(2) && load > processors as f64 {
        return unsupported(&format!("the machine has a load of {load}, and an edit took {taken:?} to be fetched"));
    }
    assert!(taken < Duration::from_secs(2), "{taken:?}");
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
