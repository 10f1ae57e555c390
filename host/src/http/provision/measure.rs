//! Figures, not verdicts: what each room takes of one request, with a vendor's real component and a recorded database.
//! Part of `make bench`.

use super::*;
use crate::clock::Clock;
use crate::directory::tests::servers::{Scratch, corpus, sqlite};
use crate::directory::{Directory, Lookup};
use crate::gate;
use crate::http::client::Client;
use crate::journal::Journal;
use crate::plugin::tests::measure::{LongLived, Times};
use crate::plugin::{Config, Engine, Job, Plugins, Share};
use crate::sentry::{self, Sentry};
use crate::templates::{Disk, Tree};
use arc_swap::ArcSwap;
use std::path::Path;

const ADDRESS: &str = "0015652ac38a";
/// A large file, a small one, and a phone book; then what a render costs before any template is evaluated.
const FILES: [&str; 4] = ["{$mac}.cfg", "y000000000000.boot", "directory.xml", "absent"];

async fn app(scratch: &Scratch) -> Option<App> {
    let (defaults, fixture) = (corpus("defaults.sql")?, corpus("fixture-1.sql")?);
    let database = sqlite(scratch, &[&corpus("schema-sqlite.sql")?, &defaults, &fixture]).await;
    let home = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let component = home.join("target/plugins/yealink.wasm");
    if !component.exists() {
        println!("skipped: {} is not built", component.display());
        return None;
    }
    let tree = Tree::scan(vec![home.join("../shared/corpus/templates")]).unwrap();
    let texts = Disk::default().read(&tree, &|_, _| false).0.texts().clone();
    let engine = Engine::new(Config::default()).unwrap();
    let share = |_: &Share<'_>| texts.of(&|folder| folder == "yealink/t46u");
    let (plugins, failures) = Plugins::load(&engine, &[component], &share, None).await;
    assert!(failures.is_empty(), "{failures:?}");
    let directory = Directory::connect(&directory::Config::new(database)).await.unwrap();
    Some(App {
        clock: Clock::Fixed("2026-07-01T12:00:00Z".parse().unwrap()),
        journal: Journal::start(directory.clone()).0,
        directory,
        url_forms: UrlForms::default(),
        snapshot: Arc::new(ArcSwap::from_pointee(Snapshot { tree, plugins: plugins.into(), texts })),
        metrics: Arc::default(),
        keeper: gate::Keeper::new([7; 32], 1, crate::http::unix_seconds()),
        sentry: Sentry::new(sentry::Config::default()),
        auth_server: None,
        syslog: None,
    })
}

fn request(file: &str) -> Parts {
    let target =
        format!("/app/provision/?mac={ADDRESS}&file={}&contacts=all", file.replace('{', "%7B").replace('}', "%7D"));
    let request = Request::get(target).header("Host", "alpha.example.net");
    request.header("User-Agent", "Yealink SIP-T46U 66.86.0.15 00:15:65:2a:c3:8a").body(()).unwrap().into_parts().0
}

/// A request as far as its job.
struct Walked {
    job: Job,
    scope: Arc<job::Scope>,
}

/// Through the rooms one by one, each timed as the next of `times`.
async fn walk_timed(app: &App, parts: &Parts, times: &mut Times) -> Walked {
    let peer = [192, 0, 2, 1].into();
    let client = Client { address: peer, https: false, original_target: None };
    let arrived = Arrived { peer, client, at: Instant::now() };
    let Ok(Asked::Provision(request)) = times.take(0, read(parts, Body::empty(), &arrived, app.url_forms)).await else {
        panic!()
    };
    let walk = Walk { app, snapshot: app.snapshot.load_full() };
    let claim =
        times.take(1, async { walk.resolve(walk.named(&request), &request).await.unwrap_or_else(|_| panic!()) }).await;
    let lookup = Lookup { address: claim.address(), host: request.host() };
    let admission = times.take(2, async { app.directory.find(&lookup).await.unwrap() }).await;
    let admit = async { gate::admit(&request, &claim, &admission, &app.keeper, crate::http::unix_seconds()) };
    let permit = times.take(3, admit).await.unwrap_or_else(|_| panic!("not admitted"));
    let device = times.take(4, async { app.directory.load(&permit, &admission).await.unwrap() }).await;
    let job = async {
        let located = job::locate(&walk.snapshot.tree, &device, "alpha.example.net").unwrap_or_else(|_| panic!());
        let plugin = walk.snapshot.plugins.serving(&device.vendor, located.name.as_str()).unwrap();
        let folder = located.name.as_str().to_owned();
        let file = job::file(&request, &located).unwrap_or_else(|_| panic!());
        let scope = Arc::new(job::Scope(app.directory.scope(&device)));
        let address = claim.address().unwrap();
        let parts = job::Parts {
            folder,
            file,
            templates: vec![],
            address,
            device,
            admission: &admission,
            now: app.clock.now(),
        };
        let job = job::of(&request, parts, plugin, &walk.snapshot.plugins).unwrap_or_else(|_| panic!());
        Walked { job, scope }
    };
    times.take(5, job).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a minute and judges nothing"]
async fn room_by_room() {
    let scratch = Scratch::new();
    let Some(app) = app(&scratch).await else { return };
    let snapshot = app.snapshot.load_full();
    let plugin = snapshot.plugins.serving("yealink", "yealink/t46u").unwrap();
    let file = snapshot.plugins.iter().next().unwrap().file().to_owned();
    let templates = snapshot.texts.of(&|folder| folder == "yealink/t46u");
    let mut kept = LongLived::new(&file, templates).await;
    println!("memory of the snapshot: {} bytes", plugin.prepared_bytes());
    for file in FILES {
        let parts = request(file);
        let mut times = Times::new(&[
            "request",
            "claim",
            "find",
            "gate",
            "load",
            "job",
            "render, fork per request",
            "render, long-lived",
            "fork alone",
            "entity tag",
        ]);
        let (mut settings, mut cells, mut bytes) = (0, 0, 0);
        for _ in 0..times.rounds() {
            let Walked { job, scope } = walk_timed(&app, &parts, &mut times).await;
            settings = job.settings.len();
            cells = job.tables.iter().map(|table| table.rows.len() * table.columns.len()).sum();
            let bare = Job { settings: vec![], tables: vec![], file: Some("absent".into()), ..Job::clone(&job) };
            let again = job.clone();
            let document = times.take(6, plugin.render(job, scope.clone())).await;
            let body = document.map(|document| document.body).unwrap_or_default();
            bytes = body.len();
            times.take(7, kept.render(again, scope.clone())).await;
            assert!(times.take(8, plugin.render(bare, scope)).await.is_err());
            times.take(9, async { crate::http::range::entity_tag(&body) }).await;
        }
        println!("{file}: {settings} settings, {cells} cells, {bytes} bytes of document");
        times.print();
    }
}
