//! A PostgreSQL that stops while devices are being read, and returns.

use super::both::{Recorded, recorded};
use super::servers::{self, Postgres, connect_with, corpus};
use crate::directory::{Directory, Error, Lookup};
use crate::gate::DevicePermit;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

async fn read(directory: &Directory, address: &crate::facts::DeviceAddress, host: &str) -> Result<(), Error> {
    let facts = directory.find(&Lookup { address: Some(address), host }).await?;
    directory.load(DevicePermit::unchecked(facts)).await.map(drop)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_costs_a_bounded_wait_and_ends_with_the_restart() {
    let Some(devices) = recorded() else { return };
    let (Some(defaults), Some(fixture)) = (corpus("defaults.sql"), corpus("fixture-1.sql")) else { return };
    let Some(mut server) = Postgres::start().await else { return };
    let schema = corpus("schema-postgres.sql").unwrap();
    let mut config = servers::config(&server.database("fusionpbx", &[&schema, &defaults, &fixture]).await);
    config.acquire_timeout = Duration::from_secs(1);
    let directory = connect_with(&config).await;
    let first = &devices[0];
    assert!(many(&directory, first).await.iter().all(Result::is_ok));

    server.stop();
    let begin = Instant::now();
    let error = read(&directory, &first.address, &first.host).await.expect_err("there is no database");
    assert!(error.is_temporary(), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(3), "waited {:?}", begin.elapsed());

    server.restart().await;
    let back = Instant::now();
    for outcome in many(&directory, first).await {
        outcome.unwrap_or_else(|error| panic!("{error}"));
    }
    println!("all 16 reads succeed {:?} after the restart", back.elapsed());
    assert!(back.elapsed() < Duration::from_secs(1), "{:?}", back.elapsed());
    directory.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn restart_under_load_fails_no_read_within_the_timeout() {
    let Some(devices) = recorded() else { return };
    let (Some(defaults), Some(fixture)) = (corpus("defaults.sql"), corpus("fixture-1.sql")) else { return };
    let Some(mut server) = Postgres::start().await else { return };
    let schema = corpus("schema-postgres.sql").unwrap();
    let mut config = servers::config(&server.database("fusionpbx", &[&schema, &defaults, &fixture]).await);
    config.acquire_timeout = Duration::from_secs(20);
    let directory = connect_with(&config).await;
    let until = Instant::now() + Duration::from_secs(4);
    let load = |from: usize| {
        let directory = directory.clone();
        let devices: Vec<_> =
            devices.iter().skip(from).map(|device| (device.address.clone(), device.host.clone())).collect();
        tokio::spawn(async move {
            let mut count = 0;
            for (address, host) in devices.iter().cycle() {
                read(&directory, address, host).await?;
                count += 1;
                if Instant::now() > until {
                    break;
                }
            }
            Ok::<usize, Error>(count)
        })
    };
    let running: Vec<_> = (0..4).map(load).collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    server.stop();
    server.restart().await;
    let mut count = 0;
    for task in running {
        count += task.await.unwrap().unwrap_or_else(|error| panic!("{error}"));
    }
    println!("{count} reads, none failed");
    directory.close().await;
}

/// Sixteen reads at once, so that every connection of the pool is in use.
async fn many(directory: &Directory, device: &Recorded) -> Vec<Result<(), Error>> {
    let mut reads = JoinSet::new();
    for _ in 0..16 {
        let (directory, address, host) = (directory.clone(), device.address.clone(), device.host.clone());
        reads.spawn(async move { read(&directory, &address, &host).await });
    }
    reads.join_all().await
}
