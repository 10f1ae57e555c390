//! The answers of a real FusionPBX, byte for byte. Uses `../shared/corpus`; skipped where it is absent.

use dialplate_tests::corpus::{self, CLOCK};
use dialplate_tests::postgres::Postgres;
use dialplate_tests::server::Server;
use serde_json::Value;
use std::path::Path;

/// Language cases that need what no template gets here.
const REFUSED: [&str; 0] = [];

fn serve(database: &str, corpus: &Path, templates: &[&str]) -> Server {
    let templates: Vec<_> = templates.iter().map(|name| corpus.join(name).display().to_string()).collect();
    let settings =
        [("DIALPLATE_DATABASE", database), ("DIALPLATE_TEMPLATES", &templates.join(":")), ("DIALPLATE_CLOCK", CLOCK)];
    Server::start(&settings)
}

fn check(differences: &[String], of: usize) {
    let shown: Vec<_> = differences.iter().take(20).map(String::as_str).collect();
    println!("{} of {of} identical", of - differences.len());
    assert!(differences.is_empty(), "{} of {of} differ:\n{}", differences.len(), shown.join("\n"));
}

/// The cases of the manifest. Its section `special` holds values that FusionPBX passes on raw, which is one of its
/// faults.
fn manifest(corpus: &Path) -> Vec<Value> {
    let cases = corpus::cases(&corpus.join("golden-1/manifest.jsonl"));
    let cases: Vec<_> = cases.into_iter().filter(|case| case["section"] == "main").collect();
    assert!(cases.len() > 3_000);
    cases
}

#[test]
fn every_recorded_answer_is_given_byte_for_byte_on_sqlite() {
    let Some(corpus) = corpus::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let database = corpus::sqlite(folder.path(), &corpus, &["fixture-1.sql"]);
    let server = serve(&database, &corpus, &["templates"]);
    let cases = manifest(&corpus);
    check(&corpus::replay(&server, &cases), cases.len());
}

#[test]
fn every_recorded_answer_is_given_byte_for_byte_on_postgresql() {
    let Some(corpus) = corpus::find() else { return };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let Some(postgres) = runtime.block_on(Postgres::start()) else { return };
    let scripts = ["schema-postgres.sql", "defaults.sql", "fixture-1.sql"].map(|file| corpus::text(&corpus, file));
    let scripts: Vec<_> = scripts.iter().map(String::as_str).collect();
    let database = runtime.block_on(postgres.database("fusionpbx", &scripts));
    let server = serve(&database, &corpus, &["templates"]);
    let cases = manifest(&corpus);
    check(&corpus::replay(&server, &cases), cases.len());
}

/// Left out is what is refused on purpose; the language's COMPATIBILITY.md says why.
#[test]
fn the_recorded_language_cases_come_out_identical() {
    let Some(corpus) = corpus::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let database = corpus::sqlite(folder.path(), &corpus, &["fixture-1.sql", "language/devices.sql"]);
    let server = serve(&database, &corpus, &["templates", "language/templates"]);
    let refused = |case: &Value| REFUSED.iter().any(|name| case["device"].as_str() == Some(name));
    let mut cases = corpus::cases(&corpus.join("language/golden.jsonl"));
    cases.retain(|case| !refused(case));
    check(&corpus::replay(&server, &cases), cases.len());
}
