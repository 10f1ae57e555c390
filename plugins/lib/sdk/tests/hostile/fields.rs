//! A phone whose fields hold a value.

use dialplate_hostile::{CONTACT, Fields, KEY, TEXTS};
use dialplate_sdk::testing::{FakeHost, job, table};
use dialplate_sdk::types::{Job, Setting, Table, Value};

/// A job without its file, and the host that it calls.
pub struct Phone {
    pub job: Job,
    pub host: FakeHost,
}

/// A phone of this vendor whose `fields` hold `value`.
pub fn phone(folder: &str, vendor: &str, settings: &[Setting], fields: Fields, value: &str) -> Phone {
    let mut job = job(folder, vendor, "0015652a3b4c");
    job.settings = settings.to_vec();
    job.parameters = vec![("contacts".into(), "all".into())];
    if fields == Fields::Parameters {
        job.parameters.extend(["contacts", "file", value].map(|name| (name.to_owned(), value.to_owned())));
    }
    let put = |table| with_value(table, fields, value);
    job.tables = vec![
        put(device(vendor)),
        domain(),
        put(lines()),
        put(keys("profile_keys", vendor)),
        put(keys("device_keys", vendor)),
    ];
    let extensions = put(extensions());
    let contacts = vec![put(contacts("groups")), put(contacts("users")), extensions.clone()];
    Phone { job, host: FakeHost { contacts, extensions: Some(extensions), ..FakeHost::default() } }
}

fn with_value(mut table: Table, fields: Fields, value: &str) -> Table {
    let hostile = Value::Text(value.to_owned());
    for (at, column) in table.columns.iter().enumerate() {
        if fields.holds(&table.name, column) {
            table.rows.iter_mut().for_each(|row| row[at] = hostile.clone());
        }
        if fields.is_selector(&table.name, column) {
            let mut row = table.rows[0].clone();
            row[at] = hostile.clone();
            table.rows.push(row);
        }
    }
    table
}

fn device(vendor: &str) -> Table {
    let texts = ["device_label", "device_location", "device_description", "device_firmware_version", "device_model"];
    let mut row: Vec<(&str, &str)> = texts.iter().map(|name| (*name, "Front desk")).collect();
    row.push(("device_vendor", vendor));
    table("device", &[&row])
}

fn domain() -> Table {
    table("domain", &[&[("domain_name", "pbx.example.net")]])
}

fn lines() -> Table {
    let line = |number: &'static str| {
        TEXTS[1]
            .1
            .iter()
            .map(|column| (*column, "1001"))
            .chain([("line_number", number), ("sip_transport", "tcp")])
            .collect()
    };
    let rows: Vec<Vec<(&str, &str)>> = ["1", "2", "3"].map(line).to_vec();
    table("lines", &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn keys(name: &str, vendor: &str) -> Table {
    let mut rows: Vec<Vec<(&str, &str)>> = Vec::new();
    for category in ["line", "memory", "programmable", "expansion", "expansion-1", "expansion-2"] {
        for (id, kind) in [("1", "line"), ("2", "blf"), ("3", "speed dial"), ("4", "16"), ("5", "13"), ("6", "15")] {
            let fixed = [("device_key_category", category), ("device_key_id", id), ("device_key_type", kind)];
            let common = [("device_key_line", "1"), ("device_key_vendor", vendor)];
            rows.push(KEY.iter().map(|column| (*column, "1002")).chain(fixed).chain(common).collect());
        }
    }
    if name == "profile_keys" {
        rows.truncate(8);
    }
    table(name, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn contacts(name: &str) -> Table {
    let kinds = [
        ("user", "work", "groups"),
        ("user", "mobile", "users"),
        ("organization", "home", "all"),
        ("supplier", "work", "x"),
    ];
    let row = |(kind, label, category): (&'static str, &'static str, &'static str)| {
        let fixed =
            [("contact_type", kind), ("phone_label", label), ("contact_category", category), ("phone_primary", "1")];
        CONTACT.iter().map(|column| (*column, "Ada")).chain(fixed).collect()
    };
    let rows: Vec<Vec<(&str, &str)>> = kinds.map(row).to_vec();
    table(name, &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

fn extensions() -> Table {
    let columns = TEXTS[6].1;
    let rows: Vec<Vec<(&str, &str)>> =
        ["1001", "1002", "1003"].map(|number| columns.iter().map(|column| (*column, number)).collect()).to_vec();
    table("extensions", &rows.iter().map(Vec::as_slice).collect::<Vec<_>>())
}
