//! Lines on their way through the queue, the writer and the file.

use super::own::of_device;
use super::store::beside;
use super::{Config, Filter, Journal, NewEntry, ReadError, Reader, Reason, StatusFilter};
use crate::facts::{ClientAddress, DeviceAddress, RequestIds};
use jiff::{Timestamp, ToSpan};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use std::borrow::Cow;
use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

fn config(folder: &Path) -> Config {
    Config { file: Some(folder.join("sub/journal.db")), ..Config::OFF }
}

fn entry(ids: &RequestIds, device: &str, status: u16, reason: Reason) -> NewEntry {
    NewEntry {
        request: ids.next(),
        at: Timestamp::now(),
        client: ClientAddress::Known(IpAddr::from([192, 0, 2, 7])),
        method: Cow::Borrowed("GET"),
        domain: "pbx.example.net".to_owned(),
        device: DeviceAddress::parse(device).ok(),
        file: "{$mac}.cfg".to_owned(),
        target: format!("/provision/{device}.cfg?password=s3cret"),
        agent: "Yealink\u{7} SIP-T46U".to_owned(),
        status,
        reason,
        bytes: 42,
        document: None,
        room_bytes: 0,
        origin: None,
        took: Duration::from_micros(250),
    }
}

/// Writes entries with a journal that is started and stopped.
async fn write(config: &Config, entries: Vec<NewEntry>) {
    let (journal, writing) = Journal::start(config.clone());
    entries.into_iter().for_each(|entry| journal.add(entry));
    drop(journal);
    writing.await.unwrap();
}

#[tokio::test]
async fn line_is_written_without_secrets_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let (config, ids) = (config(folder.path()), RequestIds::new(1));
    let before = Timestamp::now();
    write(&config, vec![entry(&ids, "001565aabbcc", 200, Reason::Sent)]).await;
    let file = config.file.clone().unwrap();
    assert!(!beside(&file, "-wal").exists(), "the writer closes its file");
    let mut reader = Reader::open(&config).await.unwrap();
    let found = reader.entry(1).await.unwrap().unwrap();
    assert_eq!((found.request, found.client.as_str()), (RequestIds::new(1).next().to_string(), "192.0.2.7"));
    assert_eq!((found.method.as_str(), found.domain.as_str()), ("GET", "pbx.example.net"));
    assert_eq!((found.device.as_deref(), found.file.as_str()), (Some("001565aabbcc"), "{$mac}.cfg"));
    assert_eq!(found.target, "/provision/001565aabbcc.cfg?password=(hidden)");
    assert_eq!((found.user_agent.as_str(), found.status, found.reason.as_str()), ("Yealink? SIP-T46U", 200, "sent"));
    assert_eq!((found.bytes, found.duration_us, found.plugin), (42, 250, None));
    assert!(found.at_us >= before.as_microsecond() && found.at_us <= Timestamp::now().as_microsecond());
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(reader.entry(2).await.unwrap().is_none());
}

#[tokio::test]
async fn filter_finds_lines_by_each_condition() {
    let folder = tempfile::tempdir().unwrap();
    let (config, ids) = (config(folder.path()), RequestIds::new(1));
    let mut entries = vec![
        entry(&ids, "001565aabbcc", 200, Reason::Sent),
        entry(&ids, "001565ddeeff", 403, Reason::UnknownDevice),
        entry(&ids, "001565aabbcc", 404, Reason::NoFile),
        entry(&ids, "", 404, Reason::NoRule),
    ];
    entries[0].at = Timestamp::now().checked_sub(3.hours()).unwrap();
    entries[1].domain = "other.example.net".to_owned();
    write(&config, entries).await;
    let mut reader = Reader::open(&config).await.unwrap();
    let all = Filter::default();
    let device = DeviceAddress::parse("00:15:65:AA:BB:CC").ok();
    for (filter, limit, expected) in [
        (all.clone(), 100, &[1, 2, 3, 4][..]),
        (all.clone(), 2, &[3, 4]),
        (Filter { device, ..all.clone() }, 100, &[1, 3]),
        (Filter { domain: Some("Other.example.net".to_owned()), ..all.clone() }, 100, &[2]),
        (Filter { status: StatusFilter::parse("4xx").ok(), ..all.clone() }, 100, &[2, 3, 4]),
        (Filter { status: StatusFilter::parse("404").ok(), ..all.clone() }, 1, &[4]),
        (Filter { reason: Some(Reason::UnknownDevice), ..all.clone() }, 100, &[2]),
        (Filter { since: Timestamp::now().checked_sub(1.hours()).ok(), ..all.clone() }, 100, &[2, 3, 4]),
    ] {
        let found: Vec<_> = reader.newest(&filter, limit).await.unwrap().iter().map(|entry| entry.id).collect();
        assert_eq!(found, expected, "{filter:?}");
    }
    let after: Vec<_> = reader.after(&all, 2).await.unwrap().iter().map(|entry| entry.id).collect();
    assert_eq!((after, reader.newest_id().await.unwrap()), (vec![3, 4], 4));
}

#[tokio::test]
async fn lines_of_a_device_are_found_in_every_block_of_the_index() {
    let folder = tempfile::tempdir().unwrap();
    let (config, ids) = (config(folder.path()), RequestIds::new(1));
    write(
        &config,
        vec![entry(&ids, "001565aabbcc", 200, Reason::Sent), entry(&ids, "001565ddeeff", 404, Reason::NoFile)],
    )
    .await;
    let columns =
        "at_us, request, client, method, domain, device, file, target, agent, status, reason, bytes, duration_us";
    let copies = [16_383, 16_384, 40_000, 81_920].map(|id| {
        format!(
            "insert into entries (id, sha256, {columns}) select {id}, x'{id:08}', {columns} from entries where id = 1;"
        )
    });
    change(&config, &copies.concat()).await;
    let expected = [1, 16_383, 16_384, 40_000, 81_920];
    let device = DeviceAddress::parse("001565aabbcc").unwrap();
    let own = Filter { device: Some(device.clone()), ..Filter::default() };
    // A file of version 1 has another index, until a server opens it for writing.
    let old =
        "drop index entries_block_device; create index entries_device on entries (device); pragma user_version = 1;";
    for (change_before, is_written, version) in [("", false, 2), (old, false, 1), ("", true, 2)] {
        change(&config, change_before).await;
        if is_written {
            write(&config, vec![entry(&ids, "001565ddeeff", 404, Reason::NoFile)]).await;
        }
        let mut reader = Reader::open(&config).await.unwrap();
        let found: Vec<_> = reader.newest(&own, 100).await.unwrap().iter().map(|entry| entry.id).collect();
        assert_eq!(found, expected);
        let found: Vec<_> = reader.after(&own, 16_383).await.unwrap().iter().map(|entry| entry.id).collect();
        assert_eq!(found, expected[2..]);
        assert_eq!(reader.last_fetch(&device, "{$mac}.cfg").await.unwrap().unwrap().id, 81_920);
        assert!(reader.last_fetch(&device, "{$mac}.xml").await.unwrap().is_none());
        assert_eq!(
            reader.last_fetches(&device).await.unwrap().iter().map(|entry| entry.id).collect::<Vec<_>>(),
            [81_920]
        );
        let found: i64 = sqlx::query_scalar("pragma user_version").fetch_one(reader.connection()).await.unwrap();
        assert_eq!(found, version);
        let plan = format!("explain query plan {}", of_device("own.id", "$1", ""));
        let plan = sqlx::query(AssertSqlSafe(plan)).bind("").fetch_all(reader.connection()).await.unwrap();
        let details: Vec<String> = plan.iter().map(|row| row.get("detail")).collect();
        let index = if version == 1 { "entries_device" } else { "entries_block_device" };
        assert!(details.iter().any(|detail| detail.contains(&format!("INDEX {index} "))), "{details:?}");
    }
}

/// Runs statements in the file beside the server.
async fn change(config: &Config, statements: &str) {
    let options = SqliteConnectOptions::new().filename(config.file.as_ref().unwrap());
    let mut connection = SqliteConnection::connect_with(&options).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(statements.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test]
async fn file_stays_within_its_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let (config, ids) = (Config { bytes_max: 16 << 20, ..config(folder.path()) }, RequestIds::new(1));
    let file = config.file.clone().unwrap();
    let size = |ending| std::fs::metadata(beside(&file, ending)).map_or(0, |found| found.len());
    for _ in 0..6 {
        let entries = (0..8_000).map(|at| entry(&ids, &format!("{at:012x}"), 200, Reason::Sent));
        write(&config, entries.collect()).await;
        let all = size("") + size("-wal") + size("-shm");
        assert!(all <= config.bytes_max, "{all} bytes");
    }
    let mut reader = Reader::open(&config).await.unwrap();
    let newest = reader.newest_id().await.unwrap();
    let kept = reader.newest(&Filter::default(), 100_000).await.unwrap();
    assert_eq!((newest, kept.last().unwrap().id), (48_000, 48_000));
    assert!(kept.len() < 48_000 && kept.len() > 10_000, "{} lines are left", kept.len());
    assert!(kept.windows(2).all(|pair| pair[1].id == pair[0].id + 1), "only the oldest are removed");
}

#[tokio::test]
async fn old_lines_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let (config, ids) = (Config { days_max: 2, ..config(folder.path()) }, RequestIds::new(1));
    let mut old = entry(&ids, "001565aabbcc", 200, Reason::Sent);
    old.at = Timestamp::now().checked_sub(49.hours()).unwrap();
    let mut young = entry(&ids, "001565aabbcc", 200, Reason::Sent);
    young.at = Timestamp::now().checked_sub(47.hours()).unwrap();
    write(&config, vec![old, young]).await;
    write(&config, vec![entry(&ids, "001565aabbcc", 200, Reason::Sent)]).await;
    let mut reader = Reader::open(&config).await.unwrap();
    let found: Vec<_> = reader.newest(&Filter::default(), 10).await.unwrap().iter().map(|entry| entry.id).collect();
    assert_eq!(found, [2, 3]);
}

#[tokio::test]
async fn file_of_another_kind_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (config, ids) = (config(folder.path()), RequestIds::new(1));
    let file = config.file.clone().unwrap();
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "not a database, and longer than the head of one: ".repeat(100)).unwrap();
    let before = std::fs::read(&file).unwrap();
    let (journal, writing) = Journal::start(config.clone());
    let state = journal.state();
    journal.add(entry(&ids, "001565aabbcc", 200, Reason::Sent));
    drop(journal);
    writing.await.unwrap();
    assert_eq!((state.counts().lost, state.counts().failing, std::fs::read(&file).unwrap()), (1, true, before));
    assert!(matches!(Reader::open(&config).await, Err(ReadError::Store { .. })));
    assert!(matches!(Reader::open(&Config::OFF).await, Err(ReadError::Off)));
    let missing = Config { file: Some(folder.path().join("none.db")), ..Config::OFF };
    assert!(matches!(Reader::open(&missing).await, Err(ReadError::Missing(_))));
}
