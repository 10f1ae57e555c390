//! The command over FreeSWITCH's event socket.

use super::{AGENT, PHONE, Stage, registered};
use dialplate_tests::event_socket::{Manner, Registered};
use dialplate_tests::server;
use dialplate_tests::sipp::{Answer, Sipp};
use std::net::TcpListener;
use std::time::Instant;

fn manner() -> Manner {
    Manner { registered: vec![registered("127.0.0.1:5999")], ..Manner::default() }
}

#[test]
fn event_reaches_one_phone_and_no_other() {
    let (Some(mut own), Some(other)) =
        (Sipp::start("udp", &[Answer::Status("200 OK", "")]), Sipp::start("udp", &[Answer::Status("200 OK", "")]))
    else {
        return;
    };
    let softphone =
        Registered { call_id: "soft@127.0.0.1", agent: "Zoiper rv2.10.20", ..registered(&other.address.to_string()) };
    let registered = vec![softphone, registered(&own.address.to_string())];
    let (stage, peer) = Stage::with_switch(Manner { registered, ..Manner::default() });
    let ran = stage.run(&[PHONE]);
    assert!(ran.success, "{}", ran.err);
    assert!(ran.out.contains(&format!("{PHONE} (localhost): notified sip:101@{}", own.address)), "{}", ran.out);
    assert!(own.finished());
    let messages = own.messages();
    assert!(messages.contains("\nEvent: check-sync;reboot=false\r"), "{messages}");
    assert!(!other.messages().contains("NOTIFY"), "{}", other.messages());
    assert_eq!(peer.notified("call-id"), ["0_1@127.0.0.1"]);
    assert_eq!(peer.notified("profile"), ["internal"]);
    assert_eq!((peer.notified("user"), peer.notified("host")), (vec!["101".to_owned()], vec!["localhost".to_owned()]));
}

#[test]
fn reboot_sends_the_event_for_a_restart() {
    let (stage, peer) = Stage::with_switch(manner());
    let ran = stage.run(&[PHONE, "--reboot", "--json"]);
    assert!(ran.success, "{}", ran.err);
    assert_eq!(peer.notified("event-string"), ["check-sync;reboot=true"]);
    let report = &ran.json()[0];
    assert_eq!((&report["event"], &report["action"]), (&"check-sync;reboot=true".into(), &"reboot".into()));
    assert_eq!((&report["device"], &report["domain"]), (&PHONE.into(), &"localhost".into()));
}

#[test]
fn dry_run_notifies_nobody() {
    let (stage, peer) = Stage::with_switch(manner());
    let ran = stage.run(&[PHONE, "--dry-run"]);
    assert!(ran.success && ran.out.contains("would notify sip:101@127.0.0.1:5999"), "{} {}", ran.out, ran.err);
    assert!(peer.notified("call-id").is_empty());
}

#[test]
fn answers_in_single_bytes_are_understood() {
    let (stage, peer) = Stage::with_switch(Manner { piece: 1, ..manner() });
    let ran = stage.run(&[PHONE]);
    assert!(ran.success, "{}", ran.err);
    assert_eq!(peer.notified("call-id").len(), 1);
}

#[test]
fn phone_that_is_not_registered_is_reported() {
    let (stage, peer) = Stage::with_switch(Manner::default());
    let ran = stage.run(&[PHONE]);
    assert!(!ran.success);
    assert!(ran.out.contains("not registered, so nothing was sent"), "{}", ran.out);
    assert!(ran.err.contains("not every phone was notified: 1 device: 1 not registered"), "{}", ran.err);
    assert!(peer.notified("call-id").is_empty());
    // Of many phones, some are always off.
    let ran = stage.run(&["--domain", "localhost"]);
    assert!(ran.success, "{}", ran.err);
}

#[test]
fn ambiguous_registrations_are_named_and_get_nothing() {
    let second = Registered { call_id: "1_1@127.0.0.1", ..registered("127.0.0.1:5998") };
    let (stage, peer) =
        Stage::with_switch(Manner { registered: vec![registered("127.0.0.1:5999"), second], ..Manner::default() });
    let ran = stage.run(&[PHONE, "--json"]);
    assert!(!ran.success);
    let report = &ran.json()[0];
    assert_eq!(report["outcome"], "ambiguous");
    let named = report["candidates"].to_string();
    assert!(named.contains("127.0.0.1:5999") && named.contains("127.0.0.1:5998") && named.contains(AGENT), "{named}");
    assert!(peer.notified("call-id").is_empty());
}

#[test]
fn address_of_the_last_fetch_decides_between_registrations() {
    let elsewhere = Registered { call_id: "far", ip: "192.0.2.9", ..registered("192.0.2.9:5060") };
    let registered = vec![elsewhere, registered("127.0.0.1:5999")];
    let (stage, peer) = Stage::with_switch(Manner { registered, ..Manner::default() });
    stage.sql(&format!("update v_devices set device_provisioned_ip = '192.0.2.9' where device_address = '{PHONE}'"));
    let ran = stage.run(&[PHONE]);
    assert!(ran.success, "{} {}", ran.out, ran.err);
    assert_eq!(peer.notified("call-id"), ["far"]);
}

#[test]
fn vendor_without_an_event_is_reported_as_by_hand() {
    let (stage, peer) = Stage::with_switch(manner());
    stage.sql(&format!(
        "update v_devices set device_vendor = 'acme', device_template = 'acme/x' where device_address = '{PHONE}'"
    ));
    let ran = stage.run(&[PHONE]);
    assert!(!ran.success);
    assert!(ran.out.contains("by hand: no plugin describes an event for phones of acme"), "{}", ran.out);
    assert!(peer.commands().is_empty(), "nobody could be asked, so nothing was looked up");
}

#[test]
fn disabled_device_is_not_notified() {
    let (stage, peer) = Stage::with_switch(manner());
    stage.sql(&format!("update v_devices set device_enabled = false where device_address = '{PHONE}'"));
    assert_eq!(stage.run(&[PHONE, "--json"]).outcomes(), ["disabled"]);
    let all = stage.run(&["--all", "--json"]);
    assert_eq!(all.json().iter().filter(|report| report["device"] == PHONE).count(), 0);
    assert!(peer.notified("call-id").is_empty());
}

#[test]
fn template_and_domain_select_devices() {
    let (stage, _) = Stage::with_switch(Manner::default());
    let devices = |arguments: &[&str]| stage.run(&[arguments, &["--json"]].concat()).json().len();
    assert_eq!(devices(&["--template", "yealink"]), 2);
    assert_eq!(devices(&["--template", "yealink/t46u"]), 1);
    assert_eq!(devices(&["--domain", "localhost"]), 10);
    assert_eq!(devices(&["--all"]), 10);
    for (arguments, expected) in [
        (&["001565ffffff"][..], "no device has the address 001565ffffff"),
        (&["--template", "snom"], "no device has a template `snom`"),
        (&["--domain", "nowhere.example"], "no device is in the domain `nowhere.example`"),
        (&["no mac"], "`no mac` is no device's address"),
        (&["--all", "--spread", "soon"], "--spread: `soon` is no time"),
        (&[], "required arguments were not provided"),
    ] {
        let ran = stage.run(arguments);
        assert!(!ran.success && ran.err.contains(expected), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn rate_and_spread_keep_phones_apart() {
    let (stage, _) = Stage::with_switch(Manner::default());
    let taken = |arguments: &[&str]| {
        let start = Instant::now();
        let ran = stage.run(&[&["--template", "yealink"], arguments].concat());
        assert!(ran.success && ran.err.contains("2 of 2: "), "{}", ran.err);
        start.elapsed().as_millis()
    };
    let quick = taken(&["--rate", "1000"]);
    assert!(taken(&["--rate", "1"]) >= 1_000);
    assert!(taken(&["--spread", "2s"]) >= 2_000);
    println!("two phones without a pause take {quick} ms");
}

#[test]
fn wrong_password_is_a_clear_error() {
    let (stage, peer) = Stage::with_switch(Manner { password: "other", ..manner() });
    let ran = stage.run(&[PHONE]);
    assert!(!ran.success);
    assert!(ran.err.contains("does not accept the password; set event_socket_password_file"), "{}", ran.err);
    assert!(!ran.err.contains("ClueCon"), "{}", ran.err);
    let file = stage.write("password", "other\n");
    let ran = stage.with("DIALPLATE_EVENT_SOCKET_PASSWORD_FILE", &file).run(&[PHONE]);
    assert!(ran.success, "{}", ran.err);
    assert_eq!(peer.notified("call-id").len(), 1);
}

#[test]
fn refusal_by_access_list_is_a_clear_error() {
    let (stage, peer) = Stage::with_switch(Manner { refuses: true, ..manner() });
    let ran = stage.run(&[PHONE]);
    assert!(!ran.success);
    assert!(ran.err.contains("refuses this machine") && ran.err.contains("apply-inbound-acl"), "{}", ran.err);
    assert!(peer.commands().is_empty());
}

#[test]
fn lost_connection_is_opened_again_once() {
    // The fifth command is the NOTIFY; before it come the password, the profiles and their registrations.
    let (stage, peer) = Stage::with_switch(Manner { closes_after: vec![5], ..manner() });
    let ran = stage.run(&[PHONE]);
    assert!(ran.success, "{}", ran.err);
    assert_eq!(peer.commands().iter().filter(|command| *command == "sendevent NOTIFY").count(), 2);
    let (stage, _) = Stage::with_switch(Manner { closes_after: vec![5, 5], ..manner() });
    let ran = stage.run(&[PHONE]);
    assert!(!ran.success && ran.out.contains("failed: the event socket at"), "{} {}", ran.out, ran.err);
}

#[test]
fn connection_lost_in_the_middle_of_a_list_is_a_clear_error() {
    for after in 1..=4 {
        let (stage, _) = Stage::with_switch(Manner { closes_after: vec![after], ..manner() });
        let ran = stage.run(&[PHONE]);
        assert!(!ran.success && ran.err.contains("closed the connection"), "{after}: {} {}", ran.out, ran.err);
    }
}

#[test]
fn other_program_and_closed_port_are_told_apart() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            use std::io::Write;
            let _ = (&stream).write_all(b"SSH-2.0-OpenSSH_9.2\r\n\r\n");
        }
    });
    let ran = Stage::new().with("DIALPLATE_EVENT_SOCKET", &address).run(&[PHONE]);
    assert!(!ran.success && ran.err.contains("is not FreeSWITCH's event socket"), "{}", ran.err);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let ran = Stage::new().with("DIALPLATE_EVENT_SOCKET", &closed).run(&[PHONE]);
    assert!(!ran.success && ran.err.contains("cannot reach FreeSWITCH's event socket at"), "{}", ran.err);
}

#[test]
fn fusionpbx_configuration_names_the_event_socket() {
    let (stage, peer) = Stage::with_switch(Manner { password: "of the file", ..manner() });
    let mut stage = stage;
    stage.settings.clear();
    let (host, port) = (peer.address.ip(), peer.address.port());
    let file = stage.write(
        "config.conf",
        &format!(
            "switch.event_socket.host = {host}\nswitch.event_socket.port = {port}\nswitch.event_socket.password = \"of the file\"\n"
        ),
    );
    let ran = stage.with("DIALPLATE_FUSIONPBX_CONFIG", &file).run(&[PHONE]);
    assert!(ran.success, "{} {}", ran.out, ran.err);
    assert_eq!(peer.notified("call-id").len(), 1);
}

#[test]
fn table_of_older_releases_names_the_event_socket() {
    let (mut stage, peer) = Stage::with_switch(Manner { password: "of the table", ..manner() });
    stage.settings.clear();
    stage.sql(&format!(
        "create table v_settings (setting_uuid uuid, event_socket_ip_address text, event_socket_port numeric, \
         event_socket_password text); insert into v_settings values ('5e000000-0000-4000-8000-0000000000ff', '{}', {}, \
         'of the table')",
        peer.address.ip(),
        peer.address.port()
    ));
    let file = stage.write("config.php", "<?php\n");
    let ran = stage.with("DIALPLATE_FUSIONPBX_CONFIG", &file).run(&[PHONE]);
    assert!(ran.success, "{} {}", ran.out, ran.err);
    assert_eq!(peer.notified("call-id").len(), 1);
}

#[test]
fn rotated_password_is_followed_by_a_resync() {
    let (stage, peer) = Stage::with_switch(manner());
    let rotate = |options: &[&str]| {
        let settings = stage.all_settings();
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut command = server::command("line", &settings);
        let output = command.args(["rotate-password", PHONE]).args(options).output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    };
    let (success, out, err) = rotate(&["--no-resync"]);
    assert!(success && err.contains(&format!("dialplate resync {PHONE}")), "{out} {err}");
    assert!(peer.commands().is_empty());
    let (success, out, err) = rotate(&[]);
    assert!(success && out.contains("notified sip:101@127.0.0.1:5999"), "{out} {err}");
    assert!(!err.contains("cannot register"), "{err}");
    assert_eq!(peer.notified("call-id"), ["0_1@127.0.0.1"]);
    let (success, out, err) = rotate(&["--json"]);
    let lines: Vec<serde_json::Value> = serde_json::from_str(&out).unwrap();
    assert!(success && lines.len() == 2 && err.contains("notified sip:101"), "{out} {err}");
}
