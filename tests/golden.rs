//! The answers of a real FusionPBX, byte for byte. Uses `../shared/corpus`; skipped where it is absent.

use dialplate_tests::corpus;
use dialplate_tests::recorded::Recorded;

#[test]
fn every_recorded_answer_is_given_byte_for_byte_on_sqlite() {
    let Some(corpus) = corpus::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let database = corpus::sqlite(folder.path(), &corpus, &["fixture-1.sql"]);
    let server = corpus::serve(&database, &corpus, &[]);
    let cases = corpus::manifest(&corpus);
    corpus::check("on SQLite", &corpus::replay(&server, &cases), cases.len());
}

#[test]
fn every_recorded_answer_is_given_byte_for_byte_on_postgresql() {
    let Some(stage) = Recorded::start() else { return };
    let server = stage.serve(&[]);
    let cases = corpus::manifest(&stage.corpus);
    corpus::check("on PostgreSQL", &corpus::replay(&server, &cases), cases.len());
}

#[test]
fn the_recorded_language_cases_come_out_identical() {
    let Some(corpus) = corpus::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let database = corpus::sqlite(folder.path(), &corpus, &["fixture-1.sql", "language/devices.sql"]);
    let templates = ["templates", "language/templates"].map(|name| corpus.join(name).display().to_string());
    let server = corpus::serve(&database, &corpus, &[("DIALPLATE_TEMPLATES", &templates.join(":"))]);
    let cases = corpus::cases(&corpus.join("language/golden.jsonl"));
    corpus::check("the language", &corpus::replay(&server, &cases), cases.len());
}
