//! Whoever asks after an edit was committed gets it, although facts are kept: readers check numbers that a writer puts into
//! every table, while the server's own notes are written.

use super::servers::{Postgres, Scratch, config, connect, connect_with, corpus, sqlite};
use crate::directory::{Access, Admitted, Config, Device, Directory, Lookup, ProvisionNote};
use crate::facts::{DeviceAddress, RequestFacts, Table};
use crate::gate::DevicePermit;
use jiff::Timestamp;
use std::array;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const READERS: u64 = 8;
pub const DEVICES: u64 = 4;
pub const HOST: &str = "a.example";

/// How much is read and edited, and how late an answer may be.
#[derive(Clone, Copy)]
pub struct Load {
    pub edits: u64,
    pub reads: u64,
    pub late_max: Duration,
}

impl Load {
    pub const FULL: Self = Self { edits: 5_000, reads: 100_000, late_max: Duration::ZERO };
}

pub const ROWS: &str = "
    insert into v_domains (domain_uuid, domain_name, domain_enabled, domain_description) values
        ('00000000-0000-4000-8000-00000000000a', 'a.example', true, '0');
    insert into v_users (user_uuid, domain_uuid, username, contact_uuid) values
        ('00000000-0000-4000-8000-0000000000aa', '00000000-0000-4000-8000-00000000000a', 'ada',
            '00000000-0000-4000-8000-000000000000');
    insert into v_device_profile_settings (device_profile_setting_uuid, device_profile_uuid, domain_uuid,
        profile_setting_name, profile_setting_value, profile_setting_enabled) values
        ('00000000-0000-4000-8000-0000000000b1', '00000000-0000-4000-8000-0000000000bb',
            '00000000-0000-4000-8000-00000000000a', 'of_profile', '0', true);
    insert into v_device_profile_keys (device_profile_key_uuid, device_profile_uuid, profile_key_id,
        profile_key_category, profile_key_label) values
        ('00000000-0000-4000-8000-0000000000b2', '00000000-0000-4000-8000-0000000000bb', 1, 'line', '0');
    insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category,
        domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled) values
        ('00000000-0000-4000-8000-0000000000c1', '00000000-0000-4000-8000-00000000000a', 'provision', 'of_domain',
            'text', '0', true),
        ('00000000-0000-4000-8000-0000000000c2', '00000000-0000-4000-8000-00000000000a', 'provision', 'password',
            'text', '0', true);
    insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory,
        default_setting_name, default_setting_value, default_setting_enabled) values
        ('00000000-0000-4000-8000-0000000000d1', 'provision', 'of_all', 'text', '0', true),
        ('00000000-0000-4000-8000-0000000000d2', 'provision', 'contact_extensions', 'boolean', 'true', true);
    insert into v_extensions (extension_uuid, domain_uuid, extension, effective_caller_id_name, directory_last_name, enabled,
        directory_visible) values
        ('00000000-0000-4000-8000-0000000000e1', '00000000-0000-4000-8000-00000000000a', '900', '0', '0', true, true);
    insert into v_contacts (contact_uuid, domain_uuid, contact_organization) values
        ('00000000-0000-4000-8000-0000000000f1', '00000000-0000-4000-8000-00000000000a', '0');
    insert into v_contact_phones (contact_phone_uuid, contact_uuid, domain_uuid, phone_type_voice, phone_number) values
        ('00000000-0000-4000-8000-0000000000f2', '00000000-0000-4000-8000-0000000000f1',
            '00000000-0000-4000-8000-00000000000a', '1', '0');
";

/// The rows of one device.
pub fn device_rows(number: u64) -> String {
    let device = uuid(number);
    format!(
        "insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, device_label,
            device_enabled, device_profile_uuid, device_user_uuid) values
            ('{device}', '00000000-0000-4000-8000-00000000000a', '{}', 'yealink', 'yealink/t46u', '0', true,
            '00000000-0000-4000-8000-0000000000bb', '00000000-0000-4000-8000-0000000000aa');
        insert into v_device_lines (device_line_uuid, device_uuid, domain_uuid, line_number, user_id, password, enabled)
            values ('{device}', '{device}', '00000000-0000-4000-8000-00000000000a', '1', '20{number}', '0', true);
        insert into v_device_keys (device_key_uuid, device_uuid, domain_uuid, device_key_id, device_key_category,
            device_key_value) values
            ('{device}', '{device}', '00000000-0000-4000-8000-00000000000a', 1, 'line', '0');
        insert into v_device_settings (device_setting_uuid, device_uuid, domain_uuid, device_setting_subcategory,
            device_setting_value, device_setting_enabled) values
            ('{device}', '{device}', '00000000-0000-4000-8000-00000000000a', 'of_device', '0', true);",
        address(number)
    )
}

pub fn uuid(device: u64) -> String {
    format!("00000000-0000-4000-8000-00000000000{device}")
}

pub fn address(device: u64) -> DeviceAddress {
    DeviceAddress::parse(&format!("00156500000{device}")).unwrap()
}

/// A place that an edit writes a number to, and that a read finds it at.
struct Place {
    /// `{n}` is the number, `{d}` the device's uuid.
    edit: &'static [&'static str],
    found: fn(&Seen) -> String,
}

/// What one read returned.
struct Seen {
    facts: RequestFacts,
    device: Admitted,
    contacts: Arc<Vec<Table>>,
    extension: Table,
}

const PLACES: [Place; 16] = [
    Place {
        edit: &["update v_devices set device_label = '{n}' where device_uuid = '{d}'"],
        found: |seen| cell(&seen.device, "device", "device_label"),
    },
    Place {
        edit: &["update v_device_lines set password = '{n}' where device_uuid = '{d}'"],
        found: |seen| cell(&seen.device, "lines", "password"),
    },
    Place {
        edit: &[
            "delete from v_device_keys where device_uuid = '{d}'",
            "insert into v_device_keys (device_key_uuid, device_uuid, device_key_id, device_key_category, \
             device_key_value) values ('{d}', '{d}', 1, 'line', '{n}')",
        ],
        found: |seen| cell(&seen.device, "device_keys", "device_key_value"),
    },
    Place {
        edit: &["update v_device_settings set device_setting_value = '{n}' where device_uuid = '{d}'"],
        found: |seen| setting(&seen.device, "of_device"),
    },
    Place {
        edit: &["update v_device_profile_settings set profile_setting_value = '{n}'"],
        found: |seen| setting(&seen.device, "of_profile"),
    },
    Place {
        edit: &["update v_device_profile_keys set profile_key_label = '{n}'"],
        found: |seen| cell(&seen.device, "profile_keys", "device_key_label"),
    },
    Place {
        edit: &[
            "update v_domain_settings set domain_setting_value = '{n}' where domain_setting_subcategory = 'of_domain'",
        ],
        found: |seen| setting(&seen.device, "of_domain"),
    },
    Place {
        edit: &[
            "update v_domain_settings set domain_setting_value = '{n}' where domain_setting_subcategory = 'password'",
        ],
        found: |seen| seen.facts.settings.text("provision", "password").unwrap_or_default().to_owned(),
    },
    Place {
        edit: &[
            "update v_default_settings set default_setting_value = '{n}' where default_setting_subcategory = 'of_all'",
        ],
        found: |seen| setting(&seen.device, "of_all"),
    },
    Place {
        edit: &["update v_domains set domain_description = '{n}'"],
        found: |seen| cell(&seen.device, "domain", "domain_description"),
    },
    Place {
        edit: &["update v_users set contact_uuid = '00000000-0000-4000-8000-{n12}'"],
        found: |seen| cell(&seen.device, "user", "contact_uuid").split('-').next_back().unwrap_or_default().to_owned(),
    },
    Place {
        edit: &["update v_device_lines set display_name = '{n}' where device_uuid = '{d}'"],
        found: |seen| cell(&seen.device, "lines", "display_name"),
    },
    Place {
        edit: &["update v_extensions set effective_caller_id_name = '{n}'"],
        found: |seen| first(Some(&seen.extension), "effective_caller_id_name"),
    },
    Place {
        edit: &["update v_extensions set directory_last_name = '{n}'"],
        found: |seen| contact(seen, "extensions", "directory_last_name"),
    },
    Place {
        edit: &["update v_contacts set contact_organization = '{n}'"],
        found: |seen| contact(seen, "groups", "contact_organization"),
    },
    Place {
        edit: &["update v_contact_phones set phone_number = '{n}'"],
        found: |seen| contact(seen, "groups", "phone_number"),
    },
];

pub fn cell(device: &Device, table: &str, column: &str) -> String {
    first(device.tables.iter().find(|other| other.name == table).map(|table| &**table), column)
}

fn contact(seen: &Seen, table: &str, column: &str) -> String {
    first(seen.contacts.iter().find(|other| other.name == table), column)
}

fn first(table: Option<&Table>, column: &str) -> String {
    table.and_then(Table::first).map(|row| row.text(column).to_owned()).unwrap_or_default()
}

fn setting(device: &Device, name: &str) -> String {
    device.settings.text("provision", name).unwrap_or_default().to_owned()
}

/// What has been committed, and when: the numbers of each device and place.
type Committed = [[Mutex<Vec<(Instant, u64)>>; PLACES.len()]; DEVICES as usize];

/// Edits one place of one device after the other, in an order that looks random.
async fn edit(directory: &Directory, committed: &Committed, edits: u64) {
    for number in 1..=edits {
        let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let (device, at) = (mixed % DEVICES, (mixed / DEVICES) as usize % PLACES.len());
        let mut transaction = directory.database().begin(Access::Write).await.unwrap();
        for sql in PLACES[at].edit {
            let sql = sql.replace("{n12}", &format!("{number:012}")).replace("{n}", &number.to_string());
            transaction.execute(sql.replace("{d}", &uuid(device)), &[]).await.unwrap();
        }
        transaction.commit().await.unwrap();
        let of_all = !PLACES[at].edit[0].contains("{d}");
        for (of, places) in committed.iter().enumerate() {
            if of_all || of as u64 == device {
                places[at].lock().unwrap().push((Instant::now(), number));
            }
        }
        // Pauses, so that facts are kept for a while.
        if number % 16 == 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }
}

/// Reads a device, and returns the edits of those places that were older than what was committed at least `late_max` before.
async fn read(directory: &Directory, device: u64, committed: &Committed, late_max: Duration) -> BTreeSet<&'static str> {
    let arrived = Instant::now();
    let before: [u64; PLACES.len()] = array::from_fn(|at| {
        let numbers = committed[device as usize][at].lock().unwrap();
        let due = numbers.iter().rev().find(|(at, _)| *at + late_max <= arrived);
        due.map_or(0, |(_, number)| *number)
    });
    let facts = directory.find(&Lookup { address: Some(&address(device)), host: HOST }).await.unwrap();
    let device = directory.load(DevicePermit::unchecked(facts.clone())).await.unwrap();
    let phone_book = directory.phone_book(&device);
    let contacts = phone_book.contacts(10).await.unwrap().value;
    let extension = phone_book.extension("900").await.unwrap().value;
    let seen = Seen { facts, device, contacts, extension };
    let is_old =
        |(at, before): &(usize, u64)| (PLACES[*at].found)(&seen).trim_start_matches('0').parse().unwrap_or(0) < *before;
    before.into_iter().enumerate().filter(is_old).map(|(at, _)| PLACES[at].edit[0]).collect()
}

/// The server's own notes, a minute apart for the database, so that each is written.
async fn note(directory: &Directory, ended: &AtomicBool) -> u64 {
    let (mut at, mut written) = (Timestamp::now(), 0);
    while !ended.load(Ordering::SeqCst) {
        at += jiff::SignedDuration::from_secs(60);
        let note = |device| ProvisionNote {
            device: uuid(device),
            at,
            method: "https",
            ip: "192.0.2.1".to_owned(),
            agent: None,
        };
        let notes: Vec<_> = (0..DEVICES).map(note).collect();
        // SQLite may be locked; the journal writes again later.
        written += directory.write_notes(&notes).await.unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    written
}

/// Reads and edits at the same time, and makes sure that no answer is late.
pub async fn run(reading: &Directory, config: &Config, load: Load) {
    let Load { edits, reads, late_max } = load;
    let editing = connect_with(config).await;
    let committed: Arc<Committed> = Arc::default();
    let ended = Arc::new(AtomicBool::new(false));
    let started = Instant::now();
    let noting = tokio::spawn({
        let (directory, ended) = (reading.clone(), Arc::clone(&ended));
        async move { note(&directory, &ended).await }
    });
    let writing = tokio::spawn({
        let committed = Arc::clone(&committed);
        async move { edit(&editing, &committed, edits).await }
    });
    let readers: Vec<_> = (0..READERS)
        .map(|reader| {
            let (directory, committed) = (reading.clone(), Arc::clone(&committed));
            tokio::spawn(async move {
                let mut old = BTreeSet::new();
                for number in 0..reads / READERS {
                    old.append(&mut read(&directory, (number + reader) % DEVICES, &committed, late_max).await);
                }
                old
            })
        })
        .collect();
    let mut old = BTreeSet::new();
    for reader in readers {
        old.append(&mut reader.await.unwrap());
    }
    writing.await.unwrap();
    tokio::time::sleep(late_max).await;
    old.append(&mut read(reading, 1, &committed, late_max).await);
    ended.store(true, Ordering::SeqCst);
    let notes = noting.await.unwrap();
    assert!(old.is_empty(), "answers older than edits that were committed before: {old:#?}");
    assert!(notes > 0, "no note was written");
    println!("{reads} reads against {edits} edits and {notes} notes: {:?}", started.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn committed_edit_is_in_every_later_answer() {
    let scratch = Scratch::default();
    let devices: String = (0..DEVICES).map(device_rows).collect();
    let Some(schema) = corpus("schema-sqlite.sql") else { return };
    // With a journal of the other kind, so many readers let no writer in.
    let sqlite = config(&sqlite(&scratch, &["pragma journal_mode = wal", &schema, ROWS, &devices]).await);
    run(&connect_with(&sqlite).await, &sqlite, Load::FULL).await;
    let (Some(schema), Some(server)) = (corpus("schema-postgres.sql"), Postgres::start().await) else { return };
    let postgres = config(&server.database("fresh", &[&schema, ROWS, &devices]).await);
    run(&connect_with(&postgres).await, &postgres, Load::FULL).await;
}

/// Notes keep what was read: a device that is asked for again is the same.
#[tokio::test]
async fn own_note_keeps_the_facts_and_an_edit_does_not() {
    let scratch = Scratch::default();
    let Some(schema) = corpus("schema-sqlite.sql") else { return };
    let devices: String = (0..DEVICES).map(device_rows).collect();
    let mut urls = vec![sqlite(&scratch, &[&schema, ROWS, &devices]).await];
    let server = Postgres::start().await;
    if let (Some(schema), Some(server)) = (corpus("schema-postgres.sql"), &server) {
        urls.push(server.database("kept", &[&schema, ROWS, &devices]).await);
    }
    for url in urls {
        let directory = connect(&url).await;
        let load = async || {
            let facts = directory.find(&Lookup { address: Some(&address(1)), host: HOST }).await.unwrap();
            let database = facts.place.expect("facts are kept").database;
            (directory.load(DevicePermit::unchecked(facts)).await.unwrap(), database)
        };
        let (first, before) = load().await;
        let at = "2026-07-01T12:00:00Z".parse().unwrap();
        let note = ProvisionNote { device: uuid(1), at, method: "http", ip: "192.0.2.1".to_owned(), agent: None };
        assert_eq!(directory.write_notes(&[note]).await.unwrap(), 1);
        let (second, after) = load().await;
        assert!(std::ptr::eq(&*first, &*second) && before == after, "{url}: a note is no change");
        let others = connect(&url).await;
        let write = async |sql: &str| others.database().execute(sql, &[]).await.unwrap();
        write("update v_domains set domain_description = 'x' where domain_name = 'b.example'").await;
        write("update v_devices set device_label = '7' where device_address = '001565000002'").await;
        let (third, changed) = load().await;
        assert!(changed != after, "{url}: an edit is a change");
        assert!(std::ptr::eq(&*second, &*third), "{url}: the device itself is the same");
        write("update v_devices set device_label = '8' where device_address = '001565000001'").await;
        let (fourth, _) = load().await;
        assert!(!std::ptr::eq(&*third, &*fourth) && cell(&fourth, "device", "device_label") == "8", "{url}");
    }
}

/// A statement is planned for its first run on a connection only.
#[tokio::test]
async fn statements_of_requests_are_planned_once() {
    let (Some(schema), Some(server)) = (corpus("schema-postgres.sql"), Postgres::start().await) else { return };
    let devices: String = (0..DEVICES).map(device_rows).collect();
    let url = server.database("plans", &[&schema, ROWS, &devices]).await;
    let directory = connect_with(&Config { connections_max: 1, facts_bytes_max: 0, ..config(&url) }).await;
    for _ in 0..20 {
        let facts = directory.find(&Lookup { address: Some(&address(1)), host: HOST }).await.unwrap();
        directory.load(DevicePermit::unchecked(facts)).await.unwrap();
    }
    let plans = "select cast(sum(custom_plans) as text), cast(max(generic_plans) as text) from pg_prepared_statements \
        where statement not like '%pg_prepared_statements%'";
    let plans = directory.database().fetch(&Arc::from(plans), &[]).await.unwrap();
    assert_eq!(plans[0].0, "0", "custom plans are made for each run");
    assert!(plans[0].1.as_ref().is_some_and(|runs| runs.parse::<u32>().is_ok_and(|runs| runs >= 19)), "{plans:?}");
}
