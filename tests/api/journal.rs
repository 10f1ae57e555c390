//! The journal.

use super::{PHONE, Stage, problem};
use dialplate_tests::database;
use serde_json::{Value, json};

/// A server with lines: the phone of the first domain, an unknown one there, that of the second domain, and that of the
/// second domain by the name of the first.
fn stage() -> (Stage, Vec<Value>) {
    let stage = Stage::sqlite();
    let token = stage.token("all", &[]);
    assert_eq!(stage.fetch("a.example", PHONE).status, 200);
    assert_eq!(stage.fetch("a.example", "001565ffffff").status, 403);
    assert_eq!(stage.fetch("b.example", "0004f2000004").status, 200);
    assert_eq!(stage.fetch("a.example", "0004f2000004").status, 403);
    let lines = stage.until_lines(&token, 4);
    (stage, lines)
}

fn devices(page: &Value) -> Vec<&str> {
    page["entries"].as_array().unwrap().iter().map(|entry| entry["device"].as_str().unwrap()).collect()
}

#[test]
fn lines_are_filtered_paged_and_followed() {
    let (stage, lines) = stage();
    let token = stage.token("reader", &[]);
    let page = |query: &str| stage.json(&token, &format!("/api/v1/journal{query}"));
    assert_eq!(lines.len(), 4);
    for (query, found) in [
        ("?device=00:15:65:00:00:01", vec![PHONE]),
        ("?device=de000000-0000-4000-8000-000000000001", vec![PHONE]),
        ("?domain=b.example", vec!["0004f2000004"]),
        ("?status=403", vec!["0004f2000004", "001565ffffff"]),
        ("?reason=sent&limit=1", vec!["0004f2000004"]),
        ("?since=2000-01-01&status=2xx", vec!["0004f2000004", PHONE]),
    ] {
        assert_eq!(devices(&page(query)), found, "{query}");
    }
    let first = page("?limit=3");
    let second = page(&format!("?limit=3&before={}", first["next"]));
    assert_eq!((devices(&second), &second["next"]), (vec![PHONE], &Value::Null));
    let followed = page(&format!("?after={}", lines[3]["id"]));
    assert_eq!(devices(&followed), ["001565ffffff", "0004f2000004", "0004f2000004"]);
    assert_eq!(followed["next"], lines[0]["id"]);
    for query in ["?status=abc", "?reason=sending", "?since=yesterday", "?device=xyz", "?limit=0"] {
        problem(&stage.get(&token, &format!("/api/v1/journal{query}")), 400);
    }
}

#[test]
fn entry_is_shown_and_explained() {
    let (stage, lines) = stage();
    let token = stage.token("reader", &[]);
    let id = &lines[3]["id"];
    assert_eq!(stage.json(&token, &format!("/api/v1/journal/{id}")), lines[3]);
    let explanation = stage.json(&token, &format!("/api/v1/journal/{id}/explanation"));
    assert_eq!((&explanation["comparison"]["entry"], &explanation["comparison"]["is_same"]), (id, &json!(true)));
    problem(&stage.get(&token, "/api/v1/journal/999999"), 404);
    problem(&stage.get(&token, "/api/v1/journal/x"), 404);
}

#[test]
fn admin_of_a_domain_sees_its_lines_alone() {
    let (stage, lines) = stage();
    let (of_a, of_b) =
        (stage.token("of-a", &["--domain", "a.example"]), stage.token("of-b", &["--domain", "b.example"]));
    // The phone of the second domain that asked for the first one is none of the first one's.
    assert_eq!(devices(&stage.json(&of_a, "/api/v1/journal")), ["001565ffffff", PHONE]);
    assert_eq!(devices(&stage.json(&of_b, "/api/v1/journal")), ["0004f2000004"]);
    // An admin who asks for an own device sees all of its requests.
    assert_eq!(devices(&stage.json(&of_b, "/api/v1/journal?device=0004f2000004")).len(), 2);
    assert_eq!(devices(&stage.json(&of_b, &format!("/api/v1/journal?device={PHONE}"))), [""; 0]);
    assert_eq!(devices(&stage.json(&of_b, "/api/v1/journal?domain=a.example")), [""; 0]);
    assert_eq!(devices(&stage.json(&of_b, "/api/v1/journal?after=0")), ["0004f2000004"]);
    problem(&stage.get(&of_b, "/api/v1/journal?device=de000000-0000-4000-8000-000000000001"), 404);
    for path in ["", "/explanation"] {
        problem(&stage.get(&of_b, &format!("/api/v1/journal/{}{path}", lines[3]["id"])), 404);
        assert_eq!(stage.get(&of_a, &format!("/api/v1/journal/{}{path}", lines[3]["id"])).status, 200);
        assert_eq!(stage.get(&of_b, &format!("/api/v1/journal/{}{path}", lines[0]["id"])).status, 200);
    }
    // How an unknown device is judged depends on other domains.
    problem(&stage.get(&of_a, &format!("/api/v1/journal/{}/explanation", lines[2]["id"])), 403);
    // A device that moves to another domain takes its lines along.
    let moved = "update v_devices set domain_uuid = 'd0000000-0000-4000-8000-00000000000b' \
        where device_address = '001565000001'";
    database::run_blocking(&stage.url, moved);
    assert_eq!(devices(&stage.json(&of_a, "/api/v1/journal")), ["001565ffffff"]);
}
