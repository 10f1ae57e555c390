//! Every answer conforms to the OpenAPI document, and every route is in it. Python's `jsonschema` validates.

use super::{PHONE, Stage};
use dialplate_tests::server::root;
use dialplate_tests::skip;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

/// Validates each `{"schema": …, "value": …}` of a list against the components of the document.
const VALIDATOR: &str = r#"
import json, sys
from jsonschema import Draft202012Validator
asked = json.load(sys.stdin)
for each in asked["values"]:
    schema = {**each["schema"], "components": asked["components"]}
    Draft202012Validator.check_schema(schema)
    for error in Draft202012Validator(schema).iter_errors(each["value"]):
        print(each["name"], list(error.absolute_path), error.message)
"#;

/// A request for each route, and the status of its answer; and one that is refused.
const ASKED: &[(&str, &str, &str, u16)] = &[
    ("get", "/api/v1/devices", "", 200),
    ("get", "/api/v1/devices", "?limit=0", 400),
    ("get", "/api/v1/devices/{device}", "", 200),
    ("get", "/api/v1/devices/{device}/file", "?file=001565000001.cfg&secrets=true", 200),
    ("get", "/api/v1/devices/{device}/difference", "?file=001565000001.cfg", 200),
    ("get", "/api/v1/devices/{device}/explanation", "", 200),
    ("post", "/api/v1/devices/{device}/fusionpbx", "?file=001565000001.cfg", 200),
    ("post", "/api/v1/devices/{device}/resync", "?dry_run=true", 200),
    ("post", "/api/v1/devices/{device}/reboot", "?dry_run=true", 200),
    ("get", "/api/v1/journal", "", 200),
    ("get", "/api/v1/journal/{id}", "", 200),
    ("get", "/api/v1/journal/{id}/explanation", "", 200),
    ("get", "/api/v1/templates", "", 200),
    ("get", "/api/v1/templates/folder", "?name=yealink/t46u", 200),
    ("get", "/api/v1/templates/text", "?folder=yealink/t46u&file=%7B$mac%7D.cfg", 200),
    ("get", "/api/v1/templates/versions", "?folder=yealink/t46u&file=%7B$mac%7D.cfg", 200),
    ("get", "/api/v1/templates/difference", "?folder=yealink/t46u&file=%7B$mac%7D.cfg&other_folder=yealink/t54w", 200),
    ("post", "/api/v1/templates/try", "", 200),
    ("get", "/api/v1/plugins", "", 200),
    ("post", "/api/v1/plugins", "", 400),
    ("post", "/api/v1/plugins/upload", "", 400),
    ("post", "/api/v1/plugins/{name}/rollback", "", 422),
    ("delete", "/api/v1/plugins/{name}", "", 422),
    ("post", "/api/v1/reload", "", 200),
    ("get", "/api/v1/actions", "", 200),
    ("get", "/api/v1/rows/{kind}", "?domain=a.example", 200),
    ("post", "/api/v1/rows/{kind}", "?domain=a.example&name=001565000009", 201),
    ("get", "/api/v1/rows/{kind}/row", "?domain=a.example&name=001565000009", 200),
    ("patch", "/api/v1/rows/{kind}/row", "?domain=a.example&name=001565000009", 200),
    ("delete", "/api/v1/rows/{kind}/row", "?domain=a.example&name=001565000009", 200),
    ("post", "/api/v1/import", "", 200),
    ("post", "/api/v1/devices", "", 201),
    ("get", "/api/v1/rows/{kind}/row", "?domain=a.example&name=001565000001", 200),
    ("patch", "/api/v1/devices/{device}", "", 200),
];

fn new_device() -> Value {
    json!({
        "domain": "a.example",
        "address": "001565000019",
        "values": { "template": "yealink/t46u" },
        "lines": [{ "number": 1, "values": { "user-id": "119" } }],
        "keys": [{ "category": "line", "number": 1, "values": { "type": "15" } }]
    })
}

/// Method and path of each route of the document.
fn routes(document: &Value) -> BTreeSet<String> {
    let paths = document["paths"].as_object().unwrap();
    let methods = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().keys();
        methods.map(|method| format!("{method} {path}")).collect::<Vec<_>>()
    };
    paths.iter().flat_map(methods).collect()
}

/// Whether Python has the validator; else reports a skipped test.
fn has_validator() -> bool {
    let found = Command::new("python3").args(["-c", "import jsonschema"]).stderr(Stdio::null()).status();
    let has = found.is_ok_and(|status| status.success());
    if !has {
        skip("python3-jsonschema is not installed");
    }
    has
}

/// The errors of these answers: path of the document, method, status, body.
fn errors(document: &Value, answers: &[(&str, &str, u16, Value)]) -> String {
    let values: Vec<Value> = answers
        .iter()
        .map(|(path, method, status, value)| {
            let responses = &document["paths"][path][method]["responses"];
            let response = responses.get(status.to_string()).unwrap_or(&responses["default"]);
            let content = response["content"].as_object().unwrap_or_else(|| panic!("{method} {path} {status}"));
            json!({ "name": format!("{method} {path}"), "schema": content.values().next().unwrap()["schema"], "value": value })
        })
        .collect();
    let asked = json!({ "components": document["components"], "values": values });
    let mut python =
        Command::new("python3").args(["-c", VALIDATOR]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    python.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn answers_conform_to_the_openapi_document() {
    if !has_validator() {
        return;
    }
    let settings = [
        ("DIALPLATE_CONSOLE_EDIT", "true"),
        ("DIALPLATE_RESYNC_WAY", "sip"),
        // Nothing listens there.
        ("DIALPLATE_FUSIONPBX_URL", "http://127.0.0.1:9"),
    ];
    for stage in Stage::both_with(&settings) {
        let token = stage.token("all", &["--scope", "read,secrets,resync,reload,plugins,try,edit"]);
        assert_eq!(stage.fetch("a.example", PHONE).status, 200);
        let id = stage.until_lines(&token, 1)[0]["id"].to_string();
        let document = stage.json("", "/api/v1/openapi.json");
        let mut answers = Vec::new();
        let (mut asked, mut tag) = (BTreeSet::new(), String::new());
        for (method, path, query, status) in ASKED {
            let target = path.replace("{device}", PHONE).replace("{id}", &id).replace("{kind}", "device") + query;
            let body = match *method {
                "post" if path.ends_with("/try") => json!({ "device": PHONE, "file": "{$mac}.cfg", "text": "{if}" }),
                "post" if path.ends_with("/import") => json!({ "text": "address\n1\n", "domain": "a.example" }),
                "post" if path.ends_with("/devices") => new_device(),
                "patch" => json!({ "values": { "label": "Other" } }),
                _ => json!({ "values": { "template": "yealink/t46u" } }),
            };
            let body = matches!(*method, "post" | "patch").then_some(&body);
            let answer = stage.send_with(&[("If-Match", &tag)], &method.to_uppercase(), &token, &target, body);
            tag = answer.header("etag").to_owned();
            assert_eq!(answer.status, *status, "{method} {target}: {}", answer.text());
            asked.insert(format!("{method} {path}"));
            answers.push((*path, *method, answer.status, serde_json::from_slice(&answer.body).unwrap()));
        }
        assert_eq!(errors(&document, &answers), "");
        assert_eq!(asked, routes(&document), "each route is asked");
    }
}

#[test]
fn validator_finds_a_wrong_answer() {
    if !has_validator() {
        return;
    }
    let document = serde_json::to_value(dialplate::api::document()).unwrap();
    let wrong = json!({ "total": "4", "offset": 0 });
    let errors = errors(&document, &[("/api/v1/devices", "get", 200, wrong)]);
    assert!(errors.contains("'4' is not of type 'integer'") && errors.contains("'devices' is a required"), "{errors}");
}

/// Each handler has its route by `routes!`, which also puts it into the document; no file adds another route.
#[test]
fn every_route_is_in_the_openapi_document() {
    let folder = root().join("host/src/api");
    let mut handlers = 0;
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let text = std::fs::read_to_string(entry.path()).unwrap();
        handlers += text.matches("#[utoipa::path(").count();
        let plain = text.matches(".route(").count();
        let expected = if entry.file_name() == "mod.rs" { 2 } else { 0 };
        assert_eq!(plain, expected, "{:?}: only the document and the answer 404 are routes by hand", entry.path());
    }
    let document = serde_json::to_value(dialplate::api::document()).unwrap();
    let routes = routes(&document);
    assert_eq!(routes.len(), handlers);
    assert!(routes.iter().all(|route| route.contains(" /api/v1/")), "{routes:?}");
}
