//! The answers of a real FusionPBX, byte for byte. Uses `../shared/corpus`; skipped where it is absent.

use crate::support::corpus::{self, CLOCK};
use crate::support::server::Server;
use serde_json::Value;
use std::path::Path;

fn serve(folder: &Path, corpus: &Path, files: &[&str], templates: &[&str]) -> Server {
    let database = corpus::sqlite(folder, corpus, files);
    let templates: Vec<_> = templates.iter().map(|name| corpus.join(name).display().to_string()).collect();
    let settings = [
        ("DIALPLATE_DATABASE", database.as_str()),
        ("DIALPLATE_TEMPLATES", &templates.join(":")),
        ("DIALPLATE_CLOCK", CLOCK),
    ];
    Server::start(&settings)
}

fn check(differences: &[String], of: usize) {
    let shown: Vec<_> = differences.iter().take(20).map(String::as_str).collect();
    println!("{} of {of} identical", of - differences.len());
    assert!(differences.is_empty(), "{} of {of} differ:\n{}", differences.len(), shown.join("\n"));
}

#[test]
fn every_recorded_answer_is_given_byte_for_byte() {
    let Some(corpus) = corpus::find() else { return };
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &corpus, &["fixture-1.sql"], &["templates"]);
    // The section `special` holds values that FusionPBX passes on raw, which is one of its faults.
    let ordinary = |case: &Value| case["section"] == "main";
    let cases: Vec<_> = corpus::cases(&corpus.join("golden-1/manifest.jsonl")).into_iter().filter(ordinary).collect();
    assert!(cases.len() > 3_000);
    check(&corpus::replay(&server, &cases), cases.len());
}
