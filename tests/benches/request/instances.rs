//! A fork of the snapshot for each request, which is what the server does, against one instance for all requests.

use crate::long_lived::LongLived;
use crate::rooms::{FILES, app, ask};
use crate::times::{ROUNDS, Times};
use crate::walk::{STEPS, Walked};
use dialplate::http::job::Scope;
use dialplate::plugin::{Job, Plugin};
use dialplate::reload::Snapshot;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How long the documents of concurrent renders are counted.
const COUNTED: Duration = Duration::from_secs(3);

fn yealink(snapshot: &Snapshot) -> &Arc<Plugin> {
    snapshot.plugins.serving("yealink", "yealink/t46u").unwrap()
}

async fn long_lived(snapshot: &Snapshot) -> LongLived {
    let templates = snapshot.texts.of(&|folder| folder.starts_with("yealink/"));
    LongLived::new(yealink(snapshot).file(), templates).await
}

/// Both ways render the same job and alternate in going first, because the second one finds warm caches.
pub async fn run(corpus: &Path) {
    let app = app(corpus).await;
    let snapshot = app.state().snapshot.load_full();
    let plugin = yealink(&snapshot);
    let mut kept = long_lived(&snapshot).await;
    println!("{} templates, memory of the snapshot {} bytes", plugin.templates(), plugin.prepared_bytes());
    for file in FILES {
        let Walked { job, scope } = ask(&app, file, &mut Times::new(&STEPS)).await;
        let mut times = Times::new(&["fork per request", "long-lived instance"]);
        for round in 0..ROUNDS {
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
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{} a second, by how many at a time, on {cores} cores:", FILES[0]);
    for tasks in (0..).map(|power| 1 << power).take_while(|tasks| *tasks <= 2 * cores) {
        let (mut forks, mut living) = (Vec::new(), Vec::new());
        for _ in 0..tasks {
            let Walked { job, scope } = ask(&app, FILES[0], &mut Times::new(&STEPS)).await;
            forks.push(tokio::spawn(fork_on(Arc::clone(plugin), job.clone(), Arc::clone(&scope))));
        }
        let forks = a_second(forks).await;
        for _ in 0..tasks {
            let Walked { job, scope } = ask(&app, FILES[0], &mut Times::new(&STEPS)).await;
            living.push((long_lived(&snapshot).await, job, scope));
        }
        let living = living.into_iter().map(|(kept, job, scope)| tokio::spawn(render_on(kept, job, scope))).collect();
        println!("    {tasks}: fork per request {forks}, long-lived instances {}", a_second(living).await);
    }
}

async fn fork_on(plugin: Arc<Plugin>, job: Job, scope: Arc<Scope>) -> u64 {
    let (until, mut count) = (Instant::now() + COUNTED, 0);
    while Instant::now() < until {
        assert!(plugin.render(job.clone(), scope.clone()).await.is_ok());
        count += 1;
    }
    count
}

async fn render_on(mut kept: LongLived, job: Job, scope: Arc<Scope>) -> u64 {
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
