//! FusionPBX's own Fanvil templates under the example: its recorded answers, and values that break them under `generic`.
//! Skipped without `../shared/corpus`.

use super::{BUILT, plugins};
use dialplate_tests::app::TestApp;
use dialplate_tests::corpus;
use dialplate_tests::server::{command, root};
use serde_json::Value;
use std::path::Path;

fn is_of_fanvil(case: &Value) -> bool {
    case["device"].as_str().is_some_and(|device| device.starts_with("fanvil/"))
}

async fn app(corpus: &Path, plugins: &Path) -> TestApp {
    let app = TestApp::init().with_recorded(corpus, &["fixture-1.sql"]);
    app.with_config("plugins", &plugins.display().to_string()).build().await
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_fanvil_answers_match_byte_for_byte() {
    let Some(corpus) = corpus::find() else { return };
    let plugins = plugins();
    let app = app(&corpus, plugins.path()).await;
    let mut cases = corpus::manifest(&corpus);
    cases.retain(is_of_fanvil);
    assert!(cases.len() > 100, "only {} cases", cases.len());
    corpus::check("Fanvil", &corpus::replay_in_process(&app, &cases).await, cases.len());
}

/// Settings that FusionPBX's Fanvil templates print, all with this text.
fn set_all(text: &str) -> String {
    let text = text.replace('\'', "''");
    let names = "like 'fanvil_%' or NAME in ('admin_name', 'admin_password', 'ntp_server_primary', \
                 'ntp_server_secondary', 'dns_server_primary', 'dns_server_secondary', 'voicemail_number')";
    let of_table = |table: &str, layer: &str| {
        let names = names.replace("NAME", &format!("{layer}_setting_subcategory"));
        format!(
            "update {table} set {layer}_setting_value = '{text}', {layer}_setting_name = 'text', \
             {layer}_setting_enabled = true where {layer}_setting_category = 'provision' \
             and ({layer}_setting_subcategory {names});"
        )
    };
    of_table("v_default_settings", "default") + &of_table("v_domain_settings", "domain")
}

/// The names of all elements in their order; `None` if the file is not well-formed.
fn elements(file: &str) -> Option<Vec<String>> {
    let document = roxmltree::Document::parse(file).ok()?;
    Some(document.descendants().filter(|node| node.is_element()).map(|it| it.tag_name().name().to_owned()).collect())
}

/// Texts that leave an element's text if they are printed as they are, or make the file unreadable.
const HOSTILE: [&str; 6] =
    ["R&D", "a<b", "</x>", "x</Password><evil>1</evil><Password>", "<!-- ", "&evil;\u{1}]]>\"'\r\nevil :1;u=evil;"];

/// The recorded requests for whole files, one for each template that is well-formed with harmless values.
async fn sound_files(app: &TestApp, corpus: &Path) -> Vec<(Value, Vec<String>)> {
    let mut cases = corpus::files(corpus);
    cases.retain(|case| is_of_fanvil(case) && case["kind"] == "default");
    let mut sound = Vec::new();
    for case in cases {
        let answer = corpus::ask_in_process(app, &case, None).await;
        sound.extend(elements(&answer.text()).map(|elements| (case, elements)));
    }
    sound
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_settings_break_files_under_generic_alone() {
    let Some(corpus) = corpus::find() else { return };
    let plugins = plugins();
    let example = app(&corpus, plugins.path()).await;
    let generic = app(&corpus, &root().join("target/plugins")).await;
    for app in [&example, &generic] {
        app.run_sql(&set_all("harmless")).await;
    }
    let sound = sound_files(&example, &corpus).await;
    assert!(sound.len() > 20, "only {} files are well-formed", sound.len());
    for text in HOSTILE {
        let mut broken = 0;
        for app in [&example, &generic] {
            app.run_sql(&set_all(text)).await;
        }
        for (case, elements_before) in &sound {
            let answer = corpus::ask_in_process(&example, case, None).await;
            let after = elements(&answer.text());
            assert!(after.as_ref() == Some(elements_before), "{text:?} changes {}", case["device"]);
            let answer = corpus::ask_in_process(&generic, case, None).await;
            broken += usize::from(elements(&answer.text()).as_ref() != Some(elements_before));
        }
        assert_eq!(broken, sound.len(), "generic prints {text:?} as it is");
    }
}

/// The conformance check of the example with FusionPBX's templates: values of rows, limits, malformed jobs and secrets.
#[test]
fn example_passes_check_with_fusionpbx_templates() {
    let Some(corpus) = corpus::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let templates = corpus.join("templates").display().to_string();
    // Without the folder of its own templates, the configured ones count.
    let component = folder.path().join("fanvil.wasm");
    std::fs::copy(BUILT.join("build/fanvil.wasm"), &component).unwrap();
    let output =
        command("plugin", &[("DIALPLATE_TEMPLATES", &templates)]).arg("check").arg(&component).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
}
