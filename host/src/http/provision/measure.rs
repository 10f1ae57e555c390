//! Figures, not verdicts: what each room takes of one request, and a fork per request against an instance that lives
//! on, with a vendor's real component, all of its templates and a recorded database. Part of `make bench`.

use super::*;
use crate::clock::Clock;
use crate::directory::tests::servers::{self, Scratch, corpus, sqlite};
use crate::directory::{Directory, Lookup};
use crate::gate::{self, Permit};
use crate::http::client::Client;
use crate::journal::Journal;
use crate::plugin::tests::measure::{LongLived, Times};
use crate::plugin::{Config, Engine, Job, Plugin, Plugins, Share};
use crate::sentry::{self, Sentry};
use crate::templates::Disk;
use arc_swap::ArcSwap;
use std::path::Path;
use std::time::Duration;

const ADDRESS: &str = "0015652ac38a";
/// A large file, a small one, and a phone book; then what a render costs before any template is evaluated.
const FILES: [&str; 4] = ["{$mac}.cfg", "y000000000000.boot", "directory.xml", "absent"];

async fn app(scratch: &Scratch) -> Option<AppState> {
    let (defaults, fixture) = (corpus("defaults.sql")?, corpus("fixture-1.sql")?);
    let database = sqlite(scratch, &[&corpus("schema-sqlite.sql")?, &defaults, &fixture]).await;
    let home = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let component = home.join("target/plugins/yealink.wasm");
    let path = vec![home.join("../shared/corpus/templates")].into();
    let (disk, _) = Disk::scan(path, &|_, _| false).unwrap();
    let (tree, texts) = (disk.tree().clone(), disk.texts().clone());
    let engine = Engine::new(Config::default()).unwrap();
    let share = |_: &Share<'_>| texts.of(&|folder| folder.starts_with("yealink/"));
    let (plugins, failures) = Plugins::load(&engine, &[component], &share, None).await;
    assert!(failures.is_empty(), "{failures:?}");
    let directory = Directory::connect(&servers::config(&database)).await.unwrap();
    Some(AppState {
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
async fn walk_timed(app: &AppState, parts: &Parts, times: &mut Times) -> Walked {
    let peer = [192, 0, 2, 1].into();
    let client = Client { address: peer, https: false, original_target: None };
    let arrived = Arrived { peer, client, at: Instant::now() };
    let Ok(RequestTarget::Provision(request)) =
        times.take(0, read(parts, Body::empty(), &arrived, app.url_forms)).await
    else {
        panic!()
    };
    let walk = Walk { app, snapshot: app.snapshot.load_full() };
    let claim =
        times.take(1, async { walk.resolve(walk.named(&request), &request).await.unwrap_or_else(|_| panic!()) }).await;
    let lookup = Lookup { address: claim.address(), host: request.host() };
    let facts = times.take(2, async { app.directory.find(&lookup).await.unwrap() }).await;
    let admit = async {
        let screened = gate::screen(&request, facts, &app.keeper).unwrap();
        screened.admit(&claim, true, crate::http::unix_seconds())
    };
    let Ok(Permit::Known(permit)) = times.take(3, admit).await else { panic!("not admitted") };
    let device = times.take(4, async { app.directory.load(permit).await.unwrap() }).await;
    let job = async {
        let located = job::locate(&walk.snapshot.tree, &device).unwrap_or_else(|_| panic!());
        let plugin = walk.snapshot.plugins.serving(&device.vendor, located.name.as_str()).unwrap();
        let folder = located.name.as_str().to_owned();
        let file = job::file(&request, &walk.snapshot, &located).unwrap_or_else(|_| panic!());
        let scope = Arc::new(job::Scope(app.directory.phone_book(&device)));
        let parts = job::Parts { folder, file, templates: vec![], device, now: app.clock.now() };
        let job = job::of(&request, parts, plugin, &walk.snapshot.plugins).unwrap_or_else(|_| panic!());
        Walked { job, scope }
    };
    times.take(5, job).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a minute and judges nothing"]
async fn room_by_room() {
    let scratch = Scratch::default();
    let Some(app) = app(&scratch).await else { return };
    let snapshot = app.snapshot.load_full();
    let plugin = yealink(&snapshot);
    for file in FILES {
        let parts = request(file);
        let mut times = Times::new(&["request", "claim", "find", "gate", "load", "job", "render", "entity tag"]);
        let (mut settings, mut cells, mut bytes) = (0, 0, 0);
        for _ in 0..times.rounds() {
            let Walked { job, scope } = walk_timed(&app, &parts, &mut times).await;
            settings = job.settings.len();
            cells = job.tables.iter().map(|table| table.rows.len() * table.columns.len()).sum();
            let document = times.take(6, plugin.render(job, scope)).await;
            let body = document.map(|document| document.body).unwrap_or_default();
            bytes = body.len();
            times.take(7, async { crate::http::range::entity_tag(&body) }).await;
        }
        println!("{file}: {settings} settings, {cells} cells, {bytes} bytes of document");
        times.print();
    }
}

fn yealink(snapshot: &Snapshot) -> &Arc<Plugin> {
    snapshot.plugins.serving("yealink", "yealink/t46u").unwrap()
}

async fn long_lived(snapshot: &Snapshot) -> LongLived {
    let templates = snapshot.texts.of(&|folder| folder.starts_with("yealink/"));
    LongLived::new(yealink(snapshot).file(), templates).await
}

/// Both ways have the same job, and take turns in going first: the second one finds warm caches.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a minute and judges nothing"]
async fn a_fork_per_request_against_a_long_lived_instance() {
    let scratch = Scratch::default();
    let Some(app) = app(&scratch).await else { return };
    let snapshot = app.snapshot.load_full();
    let plugin = yealink(&snapshot);
    let mut kept = long_lived(&snapshot).await;
    println!("{} templates, memory of the snapshot {} bytes", plugin.templates(), plugin.prepared_bytes());
    for file in FILES {
        let Walked { job, scope } = walk_timed(&app, &request(file), &mut Times::new(&["walk"; 6])).await;
        let mut times = Times::new(&["fork per request", "long-lived instance"]);
        for round in 0..times.rounds() {
            for way in [round % 2, (round + 1) % 2] {
                let (job, scope) = (job.clone(), scope.clone());
                match way {
                    0 => drop(times.take(0, plugin.render(job, scope)).await),
                    _ => times.take(1, kept.render(job, scope)).await,
                }
            }
        }
        println!("{file}: ratio {:.2}", times.ratio(0, 1));
        times.print();
    }
    let Walked { job, scope } = walk_timed(&app, &request(FILES[0]), &mut Times::new(&["walk"; 6])).await;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{} a second, by how many at a time, on {cores} cores:", FILES[0]);
    for tasks in (0..).map(|power| 1 << power).take_while(|tasks| *tasks <= 2 * cores) {
        let forks = (0..tasks).map(|_| tokio::spawn(fork_on(Arc::clone(plugin), job.clone(), scope.clone())));
        let forks = a_second(forks.collect()).await;
        let mut living = Vec::new();
        for _ in 0..tasks {
            living.push(long_lived(&snapshot).await);
        }
        let living = living.into_iter().map(|kept| tokio::spawn(render_on(kept, job.clone(), scope.clone()))).collect();
        println!("    {tasks}: fork per request {forks}, long-lived instances {}", a_second(living).await);
    }
}

/// How long the documents of many at a time are counted.
const COUNTED: Duration = Duration::from_secs(3);

async fn fork_on(plugin: Arc<Plugin>, job: Job, scope: Arc<job::Scope>) -> u64 {
    let (until, mut count) = (Instant::now() + COUNTED, 0);
    while Instant::now() < until {
        assert!(plugin.render(job.clone(), scope.clone()).await.is_ok());
        count += 1;
    }
    count
}

async fn render_on(mut kept: LongLived, job: Job, scope: Arc<job::Scope>) -> u64 {
    let (until, mut count) = (Instant::now() + COUNTED, 0);
    while Instant::now() < until {
        kept.render(job.clone(), scope.clone()).await;
        count += 1;
    }
    count
}

async fn a_second(tasks: Vec<tokio::task::JoinHandle<u64>>) -> u64 {
    let mut total = 0;
    for task in tasks {
        total += task.await.unwrap();
    }
    total / COUNTED.as_secs()
}
