//! The part of each room in the time of one request.

use crate::times::{ROUNDS, Times};
use crate::walk::{STEPS, Walked, walk};
use dialplate::documents::entity_tag;
use dialplate_tests::app::TestApp;
use std::path::Path;

const HOST: &str = "alpha.example.net";
const AGENT: &str = "Yealink SIP-T46U 66.86.0.15 00:15:65:2a:c3:8a";
const ADDRESS: &str = "0015652ac38a";
/// A large file, a small one, and a phone book; then what a render costs before any template is evaluated.
pub const FILES: [&str; 4] = ["{$mac}.cfg", "y000000000000.boot", "directory.xml", "absent"];

/// The recorded database with all components and recorded templates.
pub async fn app(corpus: &Path) -> TestApp {
    TestApp::init().with_recorded(corpus, &["fixture-1.sql"]).build().await
}

/// Takes the request for a file through the rooms.
pub async fn ask(app: &TestApp, file: &str, times: &mut Times) -> Walked {
    let file = file.replace('{', "%7B").replace('}', "%7D");
    let target = format!("/app/provision/?mac={ADDRESS}&file={file}&contacts=all");
    walk(app.state(), (HOST, AGENT, &target), times).await
}

pub async fn run(corpus: &Path) {
    let app = app(corpus).await;
    let snapshot = app.state().snapshot.load_full();
    let plugin = snapshot.plugins.serving("yealink", "yealink/t46u").unwrap();
    for file in FILES {
        let mut times = Times::new(&[&STEPS[..], &["render", "entity tag"]].concat());
        let (mut settings, mut cells, mut bytes) = (0, 0, 0);
        for _ in 0..ROUNDS {
            let Walked { job, scope } = ask(&app, file, &mut times).await;
            settings = job.settings.all().len();
            cells = job.tables.iter().map(|table| table.rows.len() * table.columns.len()).sum();
            let document = times.take(STEPS.len(), plugin.render(job, scope)).await;
            let body = document.map(|document| document.body).unwrap_or_default();
            bytes = body.len();
            times.take(STEPS.len() + 1, async { entity_tag(&body) }).await;
        }
        println!("{file}: {settings} settings, {cells} cells, {bytes} bytes of document");
        times.print();
    }
}
