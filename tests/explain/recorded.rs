//! Every recorded gate case, explained by the running server before its request is sent.

use crate::gate::{Stage, sign, with_stage};
use dialplate_tests::client::{self, Answer};
use dialplate_tests::corpus::{self, hex};
use dialplate_tests::recorded::Recorded;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The check or step that decides a case, by its group and its status; for some cases by their number.
fn decider(case: &Value, status: u64) -> &'static str {
    let text = |name: &str| case[name].as_str().unwrap();
    let number = text("id").split('-').nth(1).unwrap();
    match (text("group"), status, number) {
        (_, 200 | 206, _) => "admitted",
        ("range", 416, _) => "range",
        ("method", 405, _) => "method",
        ("domain_filter", 400, _) => "host",
        // The device is there, in a domain other than that of the host.
        ("domain_filter", 403, _) | ("auto_insert", 403, "0050") => "device_domain",
        ("auto_insert_global", 403, "0351" | "0352") => "device_domain",
        ("auto_insert_global", 403, _) => "host_domain",
        // The host is no domain, so the setting of the domain does not count.
        ("auto_insert", 403, "0049") => "device",
        ("auto_insert", 403, _) | ("auto_insert", 404, "0022") => "new_address",
        // No plugin has a template for the User-Agent, or there is no such folder.
        ("auto_insert", 404, _) | ("template_dir", 404, _) => "template_folder",
        ("device", 404, "0123" | "0124") => "template_folder",
        ("device", 404, "0119" | "0120") => "device_enabled",
        ("auto_insert", 500, _) => "render",
        ("template_engine", 500, _) => "template_engine",
        ("enabled", 404, _) | ("auto_insert_global", 404, _) | ("unknown", 404, _) => "provisioning",
        ("cidr" | "domain_cidr", 403, _) => "domain_networks",
        ("cidr", 404, _) => "networks",
        ("basic" | "digest", 401, _) => "credentials",
        ("password" | "provisioned", 403, _) => "password",
        ("agent" | "ext" | "mac" | "name" | "unknown" | "url", 403, _) => "device",
        // A rule for phones takes the thirteen digits of 0253 for the name of a file.
        ("url", 404, "0253" | "0277" | "0280" | "0281") => "file",
        ("url", 404, _) => "url",
        ("agent" | "content_type" | "device" | "file" | "name" | "provisioned", 404, _) => "file",
        other => panic!("no check is expected to decide {other:?}"),
    }
}

/// A case as a question to the admin endpoint.
fn question(stage: &Stage<'_>, case: &Value, instead: &Value) -> Value {
    let text = |name: &str| case[name].as_str();
    let headers =
        case["headers"].as_object().unwrap().iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap()));
    let login: Option<[&str; 2]> =
        instead["login"].as_array().map(|pair| [&pair[0], &pair[1]].map(|it| it.as_str().unwrap()));
    let is_own = |name: &str| login.is_none() || !name.eq_ignore_ascii_case("authorization");
    let mut lines: Vec<_> = headers
        .filter(|(name, _)| *name != "Host" && is_own(name))
        .map(|(name, value)| format!("{name}: {value}"))
        .collect();
    let mut question = json!({
        "what": text("target"), "method": text("method"), "data": text("body"),
        "host": case["headers"]["Host"].as_str().unwrap_or_default(),
    });
    match (login, instead["login_uri"].as_str()) {
        (Some(login), Some(uri)) => {
            let challenge = corpus::ask(stage.server.address, case, Some(""));
            lines.push(format!("Authorization: {}", sign(challenge.header("www-authenticate"), "GET", uri, login)));
        }
        (Some([user, password]), None) => {
            question["user"] = json!(user);
            question["password"] = json!(password);
        }
        (None, _) => {}
    }
    question["headers"] = json!(lines);
    question
}

/// The server's explanation.
pub fn ask(server: std::net::SocketAddr, question: &Value) -> Value {
    let headers = [("Host", "localhost"), ("X-Dialplate-Caller", "test")];
    let answer = client::send(server, "POST", "/explain", &headers, question.to_string().as_bytes());
    assert_eq!(answer.status, 200, "{question}: {}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

/// How an explanation differs from the expected one, or from the answer.
fn differs(case: &Value, instead: &Value, explained: &Value, answer: &Answer) -> Option<String> {
    let status = instead["status"].as_u64().or(case["status"].as_u64()).unwrap();
    let result = &explained["result"];
    if result["status"] != status || u64::from(answer.status) != status {
        return Some(format!("status {}, answer {}, expected {status}", result["status"], answer.status));
    }
    let decider = decider(case, status);
    if result["decided_by"] != decider {
        return Some(format!("decided by {}, expected {decider}: {result}", result["decided_by"]));
    }
    let refused = explained["checks"].as_array().unwrap().iter().find(|check| check["verdict"] == "refused");
    if refused.is_some_and(|check| check["check"] != decider || check["reason"].as_str().is_none_or(str::is_empty)) {
        return Some(format!("the refusing check is {}", refused.unwrap()));
    }
    if status == 200
        && case["method"] != "HEAD"
        && explained["document"]["sha256"] != hex(&Sha256::digest(&answer.body))
    {
        return Some(format!("document {}, but the answer has {} bytes", explained["document"], answer.body.len()));
    }
    None
}

#[test]
fn recorded_gate_cases_name_the_check_that_decided() {
    let Some(database) = Recorded::start() else { return };
    with_stage(&database, |stage, cases| {
        let mut differences = Vec::new();
        for (case, instead) in cases {
            stage.begin(case);
            let explained = ask(stage.server.admin(), &question(stage, case, instead));
            let answer = stage.answer(case, instead);
            let difference = differs(case, instead, &explained, &answer);
            differences.extend(difference.map(|difference| format!("{} {}: {difference}", case["id"], case["title"])));
            stage.end(case);
        }
        println!("{} of {} explained", cases.len() - differences.len(), cases.len());
        assert!(differences.is_empty(), "{}", differences.join("\n"));
    });
}
