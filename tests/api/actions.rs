//! What operators do, and the journal's line of each action.

use super::{AGENT, PHONE, Stage, json, problem};
use dialplate_tests::event_socket::{EventSocketPeer, Manner, Registered};
use serde_json::{Value, json};

fn words(page: &Value) -> Vec<&str> {
    page["actions"].as_array().unwrap().iter().map(|action| action["action"].as_str().unwrap()).collect()
}

#[test]
fn phone_is_asked_and_the_journal_says_by_whom() {
    let registered = Registered {
        call_id: "0_1@127.0.0.1",
        user: "101@a.example",
        contact: "127.0.0.1:5999".to_owned(),
        agent: AGENT,
        ip: "127.0.0.1",
    };
    let peer = EventSocketPeer::start(Manner { registered: vec![registered], ..Manner::default() });
    let socket = peer.address.to_string();
    let stage = Stage::sqlite_with(&[("DIALPLATE_EVENT_SOCKET", &socket)]);
    let token = stage.token("support", &["--scope", "read,resync"]);
    let ask = |path: &str| json(&stage.send("POST", &token, &format!("/api/v1/devices/{PHONE}/{path}"), None));
    let dry = ask("resync?dry_run=true");
    assert_eq!((&dry["outcome"], peer.notified("call-id").len()), (&json!("would_notify"), 0));
    let told = ask("reboot");
    assert_eq!((&told["outcome"], &told["event"]), (&json!("notified"), &json!("check-sync;reboot=true")));
    assert_eq!(peer.notified("event-string"), ["check-sync;reboot=true"]);
    let line = &stage.json(&token, "/api/v1/actions")["actions"][0];
    assert_eq!(
        (&line["action"], &line["operator"], &line["source"]),
        (&json!("reboot"), &json!("support"), &json!("token"))
    );
    assert_eq!(
        (&line["device"], &line["domain"], &line["detail"]),
        (&json!(PHONE), &json!("a.example"), &json!("notified"))
    );
    assert_eq!((&line["client"], &line["is_done"]), (&json!("127.0.0.1"), &json!(true)));
    let reader = stage.token("reader", &[]);
    problem(&stage.send("POST", &reader, &format!("/api/v1/devices/{PHONE}/resync"), None), 403);
    let of_b = stage.token("of-b", &["--domain", "b.example"]);
    assert_eq!(words(&stage.json(&of_b, "/api/v1/actions")), [""; 0]);
    let of_a = stage.token("of-a", &["--domain", "a.example"]);
    assert_eq!(words(&stage.json(&of_a, "/api/v1/actions")), ["reboot"]);
}

#[test]
fn reload_answers_and_is_noted() {
    let stage = Stage::sqlite();
    let token = stage.token("deploy", &["--scope", "read,reload"]);
    let reloaded = json(&stage.send("POST", &token, "/api/v1/reload", None));
    assert_eq!(reloaded["wrong"], json!([]));
    assert_eq!(words(&stage.json(&token, "/api/v1/actions"))[0], "reload");
    problem(&stage.send("POST", &stage.token("reader", &[]), "/api/v1/reload", None), 403);
    let of_a = stage.token("of-a", &["--scope", "reload", "--domain", "a.example"]);
    problem(&stage.send("POST", &of_a, "/api/v1/reload", None), 403);
}

#[test]
fn tokens_are_noted_once_the_journal_is_there() {
    let stage = Stage::sqlite();
    let token = stage.token("first", &["--scope", "read,reload"]);
    json(&stage.send("POST", &token, "/api/v1/reload", None));
    stage.token("second", &[]);
    assert!(stage.command("token", &["remove", "second"]).status.success());
    let actions = stage.json(&token, "/api/v1/actions");
    assert_eq!(words(&actions), ["token_remove", "token_add", "reload"]);
    let (added, page) = (&actions["actions"][1], stage.json(&token, "/api/v1/actions?limit=1"));
    assert_eq!((&added["source"], &added["detail"]), (&json!("command"), &json!("second (read; domains all)")));
    assert_eq!(words(&stage.json(&token, &format!("/api/v1/actions?limit=1&before={}", page["next"]))), ["token_add"]);
}
