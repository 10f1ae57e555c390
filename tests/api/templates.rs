//! Templates and plugins.

use super::{PHONE, Stage, json, problem};
use dialplate_tests::server::root;
use serde_json::{Value, json};

const TEXT: &str = "/api/v1/templates/text?folder=yealink/t46u&file=%7B$mac%7D.cfg";

#[test]
fn tree_has_folders_with_origin_and_texts() {
    let stage = Stage::sqlite();
    let token = stage.token("reader", &[]);
    let tree = stage.json(&token, "/api/v1/templates");
    let folder = tree["folders"].as_array().unwrap().iter().find(|folder| folder["name"] == "yealink/t46u").unwrap();
    assert_eq!(folder["layers"][0]["origin"], "dialplate");
    let detail = stage.json(&token, "/api/v1/templates/folder?name=yealink/t46u");
    let files = detail["texts"].as_array().unwrap();
    assert_eq!((files.len(), &detail["files"]), (folder["files"].as_u64().unwrap() as usize, &folder["files"]));
    let file = files.iter().find(|file| file["file"] == "{$mac}.cfg").unwrap();
    let text = stage.json(&token, TEXT);
    assert_eq!(
        (&text["sha256"], text["text"].as_str().unwrap().len()),
        (&file["sha256"], file["bytes"].as_u64().unwrap() as usize)
    );
    problem(&stage.get(&token, "/api/v1/templates/folder?name=yealink/none"), 404);
    problem(&stage.get(&token, "/api/v1/templates/text?folder=yealink/t46u&file=../../x"), 404);
}

/// A folder with `fusionpbx` and `custom`, which both have a text of `yealink/t46u/{$mac}.cfg`.
fn three_origins() -> (tempfile::TempDir, Stage) {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    for (name, file, text) in [
        ("fusionpbx", "{$mac}.cfg", "#!version:1.0.0.1\nlabel = {$mac}\nfrom = fusionpbx\n"),
        ("custom", "{$mac}.cfg", "#!version:1.0.0.1\nlabel = {$mac}\nfrom = custom\n"),
        ("custom", "extra.cfg", "one\n{if $mac}\n"),
    ] {
        let folder = path(name).join("yealink/t46u");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(file), text).unwrap();
    }
    std::fs::write(path("secret"), "s3cret").unwrap();
    std::os::unix::fs::symlink(path("secret"), path("fusionpbx/yealink/t46u/extra.cfg")).unwrap();
    let own = root().join("templates").display().to_string();
    let templates = format!("{}:{own}", path("fusionpbx").display());
    let custom = path("custom").display().to_string();
    let stage = Stage::sqlite_with(&[("DIALPLATE_TEMPLATES", &templates), ("DIALPLATE_CUSTOM_TEMPLATES", &custom)]);
    (folder, stage)
}

#[test]
fn texts_of_all_origins_have_faults_and_are_compared() {
    let (_folder, stage) = three_origins();
    fault_has_file_line_and_excerpt(&stage);
    texts_are_compared(&stage);
}

fn texts_are_compared(stage: &Stage) {
    let token = stage.token("comparer", &[]);
    let of_file = "folder=yealink/t46u&file=%7B$mac%7D.cfg";
    let versions = stage.json(&token, &format!("/api/v1/templates/versions?{of_file}"))["versions"].clone();
    let of = |at: usize| versions[at]["layer"].as_str().unwrap();
    let origins: Vec<_> = (0..3).map(|at| versions[at]["origin"].as_str().unwrap()).collect();
    assert_eq!(
        (origins, versions.as_array().unwrap().len()),
        (vec!["fusionpbx", "dialplate", "custom"], 3),
        "{versions}"
    );
    assert_eq!((&versions[0]["is_live"], &versions[2]["is_live"]), (&json!(false), &json!(true)));
    let difference = |more: &str| stage.json(&token, &format!("/api/v1/templates/difference?{of_file}{more}"));
    let layers = |before: usize, after: usize| format!("&layer={}&other_layer={}", of(before), of(after));
    let changed = difference(&layers(0, 2));
    let diff = "@@ -1,3 +1,3 @@\n #!version:1.0.0.1\n label = {$mac}\n-from = fusionpbx\n+from = custom\n";
    assert_eq!(
        (&changed["diff"], &changed["is_same"], &changed["before"]["origin"]),
        (&json!(diff), &json!(false), &json!("fusionpbx"))
    );
    let ours = difference(&layers(1, 2));
    assert!(ours["diff"].as_str().unwrap().contains("+from = custom"), "{ours}");
    // The live text is the custom one.
    let same = difference(&format!("&other_layer={}", of(2)));
    assert_eq!((&same["is_same"], &same["diff"]), (&json!(true), &Value::Null));
    let other = difference("&other_folder=yealink/t54w");
    assert!(other["diff"].as_str().unwrap().contains("-from = custom"), "{other}");
    for more in ["&layer=/etc", "&layer=/etc/../etc", "&other_folder=yealink/none", "&other_file=../../secret"] {
        problem(&stage.get(&token, &format!("/api/v1/templates/difference?{of_file}{more}")), 404);
    }
    // A link that leads out of the template folders is not followed.
    let extra = stage.json(&token, "/api/v1/templates/versions?folder=yealink/t46u&file=extra.cfg");
    assert_eq!(extra["versions"].as_array().unwrap().len(), 1, "{extra}");
}

fn fault_has_file_line_and_excerpt(stage: &Stage) {
    let token = stage.token("reader", &[]);
    let tree = stage.json(&token, "/api/v1/templates");
    let problems = tree["problems"].as_array().unwrap();
    let problem = problems.iter().find(|problem| problem["template"] == "yealink/t46u/extra.cfg").unwrap();
    let fault = &problem["fault"];
    assert!(fault["line"].as_u64().unwrap() >= 2 && !fault["message"].as_str().unwrap().is_empty(), "{problem}");
    let folders = tree["folders"].as_array().unwrap();
    let t46u = folders.iter().find(|folder| folder["name"] == "yealink/t46u").unwrap();
    assert_eq!((&t46u["layers"][1]["origin"], &t46u["problems"]), (&json!("custom"), &json!(1)));
}

#[test]
fn text_is_tried_for_a_device_and_not_saved() {
    for stage in Stage::both() {
        let token = stage.token("author", &["--scope", "read,try,secrets"]);
        let before = stage.json(&token, TEXT);
        let live = before["text"].as_str().unwrap();
        let attempt = |text: &str| {
            let body = json!({ "device": PHONE, "file": "{$mac}.cfg", "text": text });
            json(&stage.send("POST", &token, "/api/v1/templates/try", Some(&body)))
        };
        let same = attempt(live);
        assert_eq!((&same["is_changed"], &same["error"], &same["diff"]), (&json!(false), &Value::Null, &Value::Null));
        let changed = attempt(&format!("{live}\nnew.label = {{$mac}}\n"));
        let diff = changed["diff"].as_str().unwrap();
        assert!(changed["is_changed"] == true && diff.contains("+new.label = 001565000001"), "{diff}");
        let wrong = attempt("one\n{if $mac}\n");
        assert_eq!(wrong["rendered"], Value::Null);
        assert!(wrong["fault"]["line"].as_u64().unwrap() >= 2, "{wrong}");
        let endless = attempt("{while true}{/while}");
        assert!(!endless["error"].as_str().unwrap().is_empty(), "{endless}");
        assert_eq!(stage.json(&token, TEXT), before, "nothing is saved");
        assert_eq!(stage.fetch("a.example", PHONE).status, 200, "the endless text costs the plugin nothing");
    }
}

#[test]
fn trial_needs_its_scopes_a_file_and_a_bounded_text() {
    let stage = Stage::sqlite();
    let body = |file: &str, text: &str| json!({ "device": PHONE, "file": file, "text": text });
    for scopes in ["read", "read,secrets", "read,try"] {
        let token = stage.token(&scopes.replace(',', "-"), &["--scope", scopes]);
        problem(&stage.send("POST", &token, "/api/v1/templates/try", Some(&body("{$mac}.cfg", "x"))), 403);
    }
    let token = stage.token("author", &["--scope", "try,secrets"]);
    let attempt = |body: &Value| stage.send("POST", &token, "/api/v1/templates/try", Some(body));
    assert!(problem(&attempt(&body("none.cfg", "x")), 404).contains("none.cfg"));
    assert!(problem(&attempt(&body("{$mac}.cfg", &"x".repeat(600_000))), 400).contains("longer than 524288 bytes"));
    assert!(problem(&attempt(&body("{$mac}.cfg", &"x".repeat(1_100_000))), 400).contains("1048576"));
    assert!(problem(&attempt(&json!({ "device": PHONE })), 400).contains("missing field"));
}

#[test]
fn plugins_are_listed_for_operators_of_all_domains() {
    let stage = Stage::sqlite();
    let page = stage.json(&stage.token("reader", &[]), "/api/v1/plugins");
    let plugins = page["plugins"].as_array().unwrap();
    let yealink = plugins.iter().find(|plugin| plugin["name"] == "yealink").unwrap();
    assert_eq!((yealink["sha256"].as_str().unwrap().len(), &yealink["state"]), (64, &json!("ok")));
    let limits = page["limits"].as_array().unwrap();
    let limits = limits.iter().find(|limits| limits["plugin"] == "yealink").unwrap();
    assert!(limits["render_timeout_ms"].as_u64().unwrap() > 0);
    let of_a = stage.token("of-a", &["--domain", "a.example"]);
    assert!(problem(&stage.get(&of_a, "/api/v1/plugins"), 403).contains("some domains alone"));
}
