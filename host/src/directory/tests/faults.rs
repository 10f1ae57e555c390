//! Lookups, values that devices take from others, notes and insertions on a small database; and databases that cannot be
//! opened.

use super::servers::{Postgres, Scratch, config, connect, corpus, sqlite};
use crate::directory::{Admitted, Device, Directory, Insertion, Lookup, NewDevice, ProvisionNote};
use crate::facts::{DeviceAddress, MacAddress, RequestFacts, Value};
use crate::gate::{DevicePermit, InsertPermit};
use std::sync::Arc;

/// A small PBX: domain `a.example` with one device that has no template and a stand-in that has one, and domain
/// `b.example` with another.
const SMALL: &str = "
    insert into v_domains (domain_uuid, domain_name, domain_enabled) values
        ('00000000-0000-4000-8000-00000000000a', 'a.example', true),
        ('00000000-0000-4000-8000-00000000000b', 'b.example', true);
    insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_location,
        device_enabled, device_uuid_alternate) values
        ('00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-00000000000a', '001565000001', 'Yealink',
            'yealink/t46s', 'HALL', true, null),
        ('00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-00000000000a', '001565000002', null, '',
            null, null, null),
        ('00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-00000000000b', '001565000003', 'escene',
            'escene/es330', null, true, '00000000-0000-4000-8000-000000000001'),
        ('00000000-0000-4000-8000-000000000004', '00000000-0000-4000-8000-00000000000b', '001565000001', 'yealink',
            'yealink/t48s', null, true, null);
    insert into v_device_lines (device_line_uuid, device_uuid, domain_uuid, line_number, user_id, enabled) values
        ('00000000-0000-4000-8000-000000000011', '00000000-0000-4000-8000-000000000003',
            '00000000-0000-4000-8000-00000000000b', '1', '201', true),
        ('00000000-0000-4000-8000-000000000012', '00000000-0000-4000-8000-000000000001',
            '00000000-0000-4000-8000-00000000000a', '1', '101', null),
        ('00000000-0000-4000-8000-000000000013', '00000000-0000-4000-8000-000000000001',
            '00000000-0000-4000-8000-00000000000a', '2', '102', false);
";

/// The small PBX in both databases. Needs `../shared/corpus`, and for the second PostgreSQL.
async fn small(scratch: &Scratch) -> Option<(Vec<Directory>, Option<Postgres>)> {
    let mut directories = vec![connect(&sqlite(scratch, &[&corpus("schema-sqlite.sql")?, SMALL]).await).await];
    let server = Postgres::start().await;
    if let Some(server) = &server {
        let url = server.database("small", &[&corpus("schema-postgres.sql")?, SMALL]).await;
        directories.push(connect(&url).await);
    }
    Some((directories, server))
}

fn address(text: &str) -> MacAddress {
    MacAddress::parse(text).unwrap()
}

fn new_device() -> NewDevice {
    NewDevice { vendor: "yealink".into(), template: String::new(), description: "<b>SIP-T46U".into() }
}

async fn load(directory: &Directory, address: &str, host: &str) -> Admitted {
    directory.load(DevicePermit::unchecked(find(directory, address, host).await)).await.unwrap()
}

/// Inserts a device in the domain `a.example`.
async fn insert(directory: &Directory, text: &str) -> Option<Device> {
    let facts = find(directory, "805ec0ffffff", "a.example").await;
    match directory.insert(InsertPermit::unchecked(address(text), facts), new_device()).await.unwrap() {
        Insertion::Inserted(device) => Some(*device),
        Insertion::Taken(permit) => {
            assert_eq!(permit.address(), address(text));
            None
        }
    }
}

async fn find(directory: &Directory, address: &str, host: &str) -> RequestFacts {
    let address = DeviceAddress::parse(address).ok();
    let lookup = Lookup { address: address.as_ref(), host };
    directory.find(&lookup).await.unwrap_or_else(|error| panic!("{error}"))
}

#[tokio::test]
async fn host_selects_the_domain() {
    let scratch = Scratch::default();
    let Some((directories, _server)) = small(&scratch).await else { return };
    for directory in &directories {
        let template =
            |facts: &RequestFacts| facts.device.as_ref().unwrap().record.row().text("device_template").to_owned();
        assert_eq!(template(&find(directory, "001565000001", "a.example").await), "yealink/t46s");
        assert_eq!(template(&find(directory, "001565000001", "b.example").await), "yealink/t48s");
        let foreign = find(directory, "001565000003", "a.example").await;
        assert!(foreign.device.is_none() && foreign.taken_elsewhere);
        assert_eq!(foreign.domain.unwrap().name, "a.example");
        let unknown = find(directory, "001565ffffff", "A.Example").await;
        assert!(unknown.device.is_none() && !unknown.taken_elsewhere);
        assert_eq!(unknown.domain.unwrap().name, "a.example");
        assert!(find(directory, "001565000001", "c.example").await.domain.is_none());
    }
}

#[tokio::test]
async fn device_takes_what_it_lacks_from_others() {
    let scratch = Scratch::default();
    let Some((directories, _server)) = small(&scratch).await else { return };
    for directory in &directories {
        let device = load(directory, "001565000002", "a.example").await;
        assert_eq!((device.template.as_str(), device.vendor.as_str()), ("yealink/t46s", "yealink"));
        let location = |device: &Device| device.tables[0].first().unwrap().text("device_location").to_owned();
        assert_eq!(location(&device), "hall");
        assert!(device.tables[2].rows.is_empty(), "the lines are its own");

        let device = load(directory, "001565000003", "b.example").await;
        assert_eq!(device.template, "escene/es330", "another vendor's template does not fit");
        assert_eq!(location(&device), "hall");
        let users: Vec<&str> = device.tables[2].rows().map(|line| line.text("user_id")).collect();
        assert_eq!(users, ["101"], "the alternate's lines, without the disabled one");
    }
}

#[tokio::test]
async fn device_is_noted_once_in_thirty_seconds() {
    let scratch = Scratch::default();
    let Some((directories, _server)) = small(&scratch).await else { return };
    let note = |device: u8, at: &str| ProvisionNote {
        device: format!("00000000-0000-4000-8000-00000000000{device}"),
        at: at.parse().unwrap(),
        method: "https",
        ip: "192.0.2.1".to_owned(),
        agent: Some("Yealink\0 T46S".to_owned()),
    };
    for directory in &directories {
        let first = [note(1, "2026-07-01T12:00:00Z"), note(1, "2026-07-01T12:00:01Z"), note(2, "2026-07-01T12:00:00Z")];
        assert_eq!(directory.write_notes(&first).await.unwrap(), 2);
        assert_eq!(directory.write_notes(&[note(1, "2026-07-01T12:00:29Z")]).await.unwrap(), 0);
        assert_eq!(directory.write_notes(&[note(1, "2026-07-01T12:00:31Z")]).await.unwrap(), 1);
        let last = find(directory, "001565000001", "a.example").await.provisioned.unwrap();
        assert_eq!(last.date, "2026-07-01 12:00:31+00");
        let agents = "select device_provisioned_agent, cast(null as text) from v_devices where device_address = $1 \
            and device_provisioned_agent is not null";
        let agents = directory.database().fetch(&Arc::from(agents), &[Some("001565000001")]).await.unwrap();
        assert_eq!(agents[0].0, "Yealink T46S");
    }
}

#[tokio::test]
async fn free_address_is_inserted_once() {
    let scratch = Scratch::default();
    let Some((directories, _server)) = small(&scratch).await else { return };
    for directory in &directories {
        let inserted = insert(directory, "805ec0000001").await.expect("inserted");
        assert!(inserted.is_new);
        assert_eq!(inserted.tables[0].first().unwrap().text("device_address"), "805ec0000001");
        assert!(insert(directory, "805ec0000001").await.is_none());
        let found = find(directory, "805ec0000001", "a.example").await.device.unwrap();
        assert_eq!(found.uuid, inserted.uuid);
        let row = found.record.row();
        assert!(row.get("device_enabled") == Some(&Value::Flag(true)));
        assert!(row.get("device_template") == Some(&Value::Null));
        assert_eq!(row.text("device_description"), "<b>SIP-T46U");
        assert!(insert(directory, "001565000003").await.is_none(), "another domain's address");
    }
}

/// Makes an insert take so long that the others arrive in the meantime.
const SLOW: &str = "
    create function slow() returns trigger language plpgsql as 'begin perform pg_sleep(0.2); return new; end';
    create trigger slow before insert on v_devices for each row execute function slow();
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_requests_insert_one_device() {
    let scratch = Scratch::default();
    let Some((directories, server)) = small(&scratch).await else { return };
    if let Some(server) = &server {
        server.run("small", SLOW).await;
    }
    for directory in &directories {
        let tasks: Vec<_> = (0..10)
            .map(|_| {
                let directory = directory.clone();
                tokio::spawn(async move { insert(&directory, "805ec0000100").await })
            })
            .collect();
        let mut uuids = Vec::new();
        for task in tasks {
            uuids.extend(task.await.unwrap().map(|device| device.uuid));
        }
        assert_eq!(uuids.len(), 1);
        let found = find(directory, "805ec0000100", "a.example").await;
        assert_eq!(found.device.as_ref().map(|device| &device.uuid), uuids.first());
    }
}

#[tokio::test]
async fn extension_identifies_devices_of_two_makers_only() {
    let scratch = Scratch::default();
    let Some((directories, _server)) = small(&scratch).await else { return };
    for directory in &directories {
        let found = directory.address_of_extension("201", "b.example").await.unwrap();
        assert_eq!(found.map(|address| address.to_string()).as_deref(), Some("001565000003"));
        assert_eq!(directory.address_of_extension("201", "a.example").await.unwrap(), None);
        assert_eq!(
            directory.address_of_extension("101", "a.example").await.unwrap(),
            None,
            "neither escene nor grandstream"
        );
    }
}

#[tokio::test]
async fn failed_open_names_database_and_reason_in_one_line() {
    let scratch = Scratch::default();
    let nothing = format!("sqlite://{}/nothing.db", scratch.path().display());
    let other = sqlite(&scratch, &["create table t (a text)"]).await;
    let closed = "postgres://u:s3cret@127.0.0.1:1/fusionpbx".to_owned();
    let mut cases = vec![(nothing, "no file"), (other, "table v_devices"), (closed, "cannot reach")];
    let server = Postgres::start().await;
    if let Some(server) = &server {
        cases.push((server.url("nothing"), "refused the connection"));
        cases.push((server.url("postgres"), "table v_devices"));
    }
    for (url, expected) in cases {
        let Err(error) = Directory::connect(&config(&url)).await else { panic!("{url} opened") };
        let message = error.to_string();
        assert!(message.contains(expected) && !message.contains("s3cret") && !message.contains('\n'), "{message}");
    }
}
