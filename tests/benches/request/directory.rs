//! The directory's part of a request, for all recorded devices on both databases.

use crate::times::Times;
use crate::walk;
use dialplate::clock::SteadyClock;
use dialplate::directory::{Directory, Lookup};
use dialplate::gate::Keeper;
use dialplate::request::ProvisionRequest;
use dialplate_tests::app::TestApp;
use dialplate_tests::corpus;
use dialplate_tests::postgres::Postgres;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

const ROUNDS: usize = 5;

/// The requests of the recorded devices that need no credentials.
async fn requests(corpus: &Path, directory: &Directory, keeper: &Keeper) -> Vec<ProvisionRequest> {
    let index: serde_json::Value = serde_json::from_str(&corpus::text(corpus, "fixture-1.json")).unwrap();
    let mut admitted = Vec::new();
    for device in index["devices"].as_array().unwrap() {
        let [host, mac] = ["domain", "mac"].map(|name| device[name].as_str().unwrap());
        let request = walk::request(host, "", &format!("/app/provision/?mac={mac}"));
        if walk::permit(directory, &request, keeper).await.is_some() {
            admitted.push(request);
        }
    }
    admitted
}

async fn measure(name: &str, app: &TestApp, corpus: &Path) {
    let directory = app.state().directory.clone();
    let keeper = Arc::new(Keeper::new([7; 32], 1, SteadyClock::start().now()));
    let requests = Arc::new(requests(corpus, &directory, &keeper).await);
    let mut times = Times::new(&["find", "find, gate and load"]);
    for request in requests.iter().cycle().take(requests.len() * ROUNDS) {
        let identifier = request.identify_device(&|_: &str| None);
        let lookup = Lookup { address: identifier.address(), host: request.host() };
        times.take(0, async { directory.find(&lookup).await.unwrap() }).await;
        times.take(1, once(&directory, request, &keeper)).await;
    }
    println!("{name}, {} devices:", requests.len());
    times.print();
    for tasks in [2, 8] {
        let begin = Instant::now();
        let run = |_| {
            let (directory, requests, keeper) = (directory.clone(), Arc::clone(&requests), Arc::clone(&keeper));
            tokio::spawn(async move {
                for request in requests.iter().cycle().take(requests.len() * ROUNDS) {
                    once(&directory, request, &keeper).await;
                }
            })
        };
        let running: Vec<_> = (0..tasks).map(run).collect();
        for task in running {
            task.await.unwrap();
        }
        let count = (tasks * requests.len() * ROUNDS) as f64;
        println!("    {tasks} at once: {:.0} devices a second", count / begin.elapsed().as_secs_f64());
    }
}

async fn once(directory: &Directory, request: &ProvisionRequest, keeper: &Keeper) {
    let permit = walk::permit(directory, request, keeper).await.unwrap();
    directory.load(permit).await.unwrap();
}

pub async fn run(corpus: &Path) {
    measure("sqlite", &crate::rooms::app(corpus).await, corpus).await;
    let Some(server) = Postgres::start().await else { return };
    let scripts = ["schema-postgres.sql", "defaults.sql", "fixture-1.sql"].map(|file| corpus::text(corpus, file));
    let database = server.database("fusionpbx", &scripts.each_ref().map(String::as_str)).await;
    let app = TestApp::init().with_database(&database).with_templates(&corpus.join("templates")).build().await;
    measure("postgresql", &app, corpus).await;
    app.close().await;
}
