//! Lines of the journal, explained again.

use crate::gate::sign;
use crate::journal::journal;
use dialplate_tests::client;
use dialplate_tests::server::{self, Server, demo_url, root};
use dialplate_tests::setting::{digest, set, unset};
use dialplate_tests::{database, wait};
use serde_json::{Value, json};
use tempfile::TempDir;

const PHONE: &str = "/provision/001565000046.cfg";

/// A demonstration server with a journal, and the database's URL.
struct Stage {
    server: Server,
    folder: TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.db").display().to_string();
        let server = Server::demo(folder.path(), &[("DIALPLATE_JOURNAL", &journal)]);
        Self { server, folder }
    }

    fn sql(&self, statements: &str) {
        database::run_blocking(&demo_url(self.folder.path()), statements);
    }

    /// The id of the line of a new request with this `Authorization`.
    fn ask(&self, target: &str, authorization: &str) -> i64 {
        let before = self.newest();
        let headers = [("Host", "localhost"), ("Authorization", authorization)];
        let headers = if authorization.is_empty() { &headers[..1] } else { &headers[..] };
        client::send(self.server.address, "GET", target, headers, b"");
        wait::until(|| self.newest() > before, || "a new line".to_owned());
        self.newest()
    }

    /// The id of the newest line; 0 if there is none.
    fn newest(&self) -> i64 {
        let output = journal(self.folder.path(), &["--json", "--limit", "1"]);
        let line = String::from_utf8(output.stdout).unwrap();
        let line: Option<Value> = line.lines().last().map(|line| serde_json::from_str(line).unwrap());
        line.map_or(0, |line| line["id"].as_i64().unwrap())
    }

    /// The explanation of a line by the command, which is also that of the running server.
    fn explain(&self, id: i64) -> Value {
        let (url, templates) = (demo_url(self.folder.path()), root().join("templates").display().to_string());
        let journal = self.folder.path().join("journal.db").display().to_string();
        let settings = [
            ("DIALPLATE_DATABASE", url.as_str()),
            ("DIALPLATE_TEMPLATES", &templates),
            ("DIALPLATE_CLOCK", server::CLOCK),
            ("DIALPLATE_JOURNAL", &journal),
        ];
        let mut command = server::command("explain", &settings);
        let output = command.args(["--entry", &id.to_string(), "--json"]).output().unwrap();
        let explained: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        let answer = client::get(self.server.admin(), "localhost", &format!("/explain?entry={id}"));
        let by_server: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(by_server["comparison"], explained["comparison"], "{}", by_server["result"]);
        assert_eq!(explained["comparison"]["entry"], json!(id));
        explained
    }
}

/// Whether the answer is the same, and what has changed.
fn compared(explained: &Value) -> (bool, Vec<String>) {
    let comparison = &explained["comparison"];
    let changes = comparison["changes"].as_array().unwrap().iter();
    (comparison["is_same"] == true, changes.map(|it| it["what"].as_str().unwrap().to_owned()).collect())
}

#[test]
fn unchanged_answer_is_the_same_and_an_edit_is_named() {
    let stage = Stage::new();
    let id = stage.ask(PHONE, "");
    let explained = stage.explain(id);
    assert_eq!(compared(&explained), (true, vec![]), "{explained}");
    assert_eq!(explained["result"]["reason"], "sent");
    stage.sql("update v_device_lines set display_name = 'New Name' where user_id = '101'");
    assert_eq!(compared(&stage.explain(id)), (false, vec!["document".to_owned()]));
    stage.sql(&set("enabled", "boolean", "false"));
    let explained = stage.explain(id);
    assert_eq!(
        compared(&explained),
        (
            false,
            [
                "status",
                "reason",
                "document",
                "plugin",
                "plugin's component",
                "template folder",
                "texts of the template folder"
            ]
            .map(str::to_owned)
            .into()
        )
    );
    assert_eq!(
        (&explained["result"]["decided_by"], &explained["result"]["reason"]),
        (&json!("provisioning"), &json!("provisioning_off"))
    );
}

#[test]
fn device_that_moved_to_another_domain_is_named() {
    let stage = Stage::new();
    stage.sql(&set("http_domain_filter", "boolean", "true"));
    let id = stage.ask(PHONE, "");
    stage.sql(
        "insert into v_domains (domain_uuid, domain_name, domain_enabled) values ('b', 'b.example', true); \
         update v_devices set domain_uuid = 'b' where device_address = '001565000046'",
    );
    let explained = stage.explain(id);
    let moved =
        explained["comparison"]["changes"].as_array().unwrap().iter().find(|it| it["what"] == "domain of the device");
    assert_eq!(moved.unwrap(), &json!({"what": "domain of the device", "then": "localhost", "now": "b.example"}));
    assert_eq!(explained["result"]["decided_by"], "device_domain");
}

#[test]
fn refusals_with_and_without_credentials_are_repeated() {
    let stage = Stage::new();
    stage.sql(&digest());
    let challenge = client::get(stage.server.address, "localhost", PHONE);
    wait::until(|| stage.newest() == 1, || "the line of the challenge".to_owned());
    let signed = |password| sign(challenge.header("www-authenticate"), "GET", PHONE, ["phone", password]);
    for (authorization, reason) in
        [(String::new(), "challenge"), (signed("wrong"), "bad_password"), (signed("secret1"), "sent")]
    {
        let id = stage.ask(PHONE, &authorization);
        let explained = stage.explain(id);
        assert_eq!((compared(&explained).0, &explained["result"]["reason"]), (true, &json!(reason)), "{explained}");
        assert!(!explained.to_string().contains("secret1"));
    }
    stage.sql(&(unset("http_auth_username") + &set("password", "text", "s3cret")));
    for (target, reason) in [(format!("{PHONE}?password=s3cret"), "sent"), (PHONE.to_owned(), "bad_password")] {
        let explained = stage.explain(stage.ask(&target, ""));
        assert_eq!((compared(&explained).0, &explained["result"]["reason"]), (true, &json!(reason)), "{explained}");
        assert!(!explained.to_string().contains("s3cret"));
    }
}

#[test]
fn absent_line_is_an_error() {
    let stage = Stage::new();
    stage.ask(PHONE, "");
    let answer = client::get(stage.server.admin(), "localhost", "/explain?entry=77");
    assert!(answer.status == 400 && answer.text().contains("the journal has no line 77"), "{}", answer.text());
    let answer = client::get(stage.server.admin(), "localhost", "/explain?entry=x");
    assert!(answer.text().contains("entry \"x\": write the id of a line of the journal"), "{}", answer.text());
}
