//! Replays the recorded answers of a real FusionPBX. Skipped without `../shared/corpus`.

use dialplate_tests::corpus;
use dialplate_tests::recorded::Recorded;

#[test]
fn recorded_answers_match_byte_for_byte_on_sqlite() {
    let Some(corpus) = corpus::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let database = corpus::sqlite(folder.path(), &corpus, &["fixture-1.sql"]);
    let server = corpus::serve(&database, &corpus, &[]);
    let cases = corpus::manifest(&corpus);
    corpus::check("on SQLite", &corpus::replay(&server, &cases), cases.len());
}

#[test]
fn recorded_answers_match_byte_for_byte_on_postgresql() {
    let Some(stage) = Recorded::start() else { return };
    let server = stage.serve(&[]);
    let cases = corpus::manifest(&stage.corpus);
    corpus::check("on PostgreSQL", &corpus::replay(&server, &cases), cases.len());
}

#[test]
fn recorded_language_cases_match_byte_for_byte() {
    let Some(corpus) = corpus::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let database = corpus::sqlite(folder.path(), &corpus, &["fixture-1.sql", "language/devices.sql"]);
    let templates = ["templates", "language/templates"].map(|name| corpus.join(name).display().to_string());
    let server = corpus::serve(&database, &corpus, &[("DIALPLATE_TEMPLATES", &templates.join(":"))]);
    let cases = corpus::cases(&corpus.join("language/golden.jsonl"));
    corpus::check("the language", &corpus::replay(&server, &cases), cases.len());
}
