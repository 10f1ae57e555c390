//! Replays the recorded answers of a real FusionPBX. Skipped without `../shared/corpus`.

use dialplate_tests::app::TestApp;
use dialplate_tests::corpus;
use dialplate_tests::recorded::Recorded;

#[tokio::test(flavor = "multi_thread")]
async fn recorded_answers_match_byte_for_byte_on_sqlite() {
    let Some(corpus) = corpus::find() else { return };
    let app = TestApp::init().with_recorded(&corpus, &["fixture-1.sql"]).build().await;
    let cases = corpus::manifest(&corpus);
    corpus::check("on SQLite", &corpus::replay_in_process(&app, &cases).await, cases.len());
}

/// Through the built program and its sockets.
#[test]
fn recorded_answers_match_byte_for_byte_on_postgresql() {
    let Some(stage) = Recorded::start() else { return };
    let server = stage.serve(&[]);
    let cases = corpus::manifest(&stage.corpus);
    corpus::check("on PostgreSQL", &corpus::replay(&server, &cases), cases.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn recorded_language_cases_match_byte_for_byte() {
    let Some(corpus) = corpus::find() else { return };
    let files = ["fixture-1.sql", "language/devices.sql"];
    let app = TestApp::init().with_recorded(&corpus, &files).with_templates(&corpus.join("language/templates"));
    let cases = corpus::cases(&corpus.join("language/golden.jsonl"));
    corpus::check("the language", &corpus::replay_in_process(&app.build().await, &cases).await, cases.len());
}
