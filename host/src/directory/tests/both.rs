//! Both databases return the same for every recorded device.

use super::servers::{Postgres, Scratch, connect, corpus, sqlite};
use crate::directory::{Admitted, Device, Directory, Lookup};
use crate::facts::{DeviceAddress, Record, RequestFacts, Table, Value};
use crate::gate::DevicePermit;

pub struct Recorded {
    pub address: DeviceAddress,
    pub host: String,
    pub template: String,
}

/// The devices of the recorded fixture: address, domain and template.
pub fn recorded() -> Option<Vec<Recorded>> {
    let index: serde_json::Value = serde_json::from_str(&corpus("fixture-1.json")?).unwrap();
    let device = |device: &serde_json::Value| Recorded {
        address: DeviceAddress::parse(device["mac"].as_str().unwrap()).unwrap(),
        host: device["domain"].as_str().unwrap().to_owned(),
        template: device["template"].as_str().unwrap_or_default().to_owned(),
    };
    Some(index["devices"].as_array().unwrap().iter().map(device).collect())
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "NULL".to_owned(),
        Value::Text(text) => format!("{text:?}"),
        Value::Number(text) => text.clone(),
        Value::Flag(flag) => flag.to_string(),
        Value::Items(items) => format!("{items:?}"),
    }
}

fn rows(table: &Table, out: &mut String) {
    for row in &table.rows {
        let cells = table.columns.iter().zip(row).map(|(name, value)| format!("{name}={}", cell(value)));
        out.push_str(&format!("{}: {}\n", table.name, cells.collect::<Vec<_>>().join(" ")));
    }
}

fn facts_text(facts: &RequestFacts) -> String {
    let mut out = String::new();
    if let Some(device) = &facts.device {
        out += &format!(
            "{} {} {} {} {}\n",
            device.uuid, device.domain_uuid, device.address, device.enabled, device.vendor
        );
    }
    if let Some(domain) = &facts.domain {
        out += &format!("{} {} {}\n", domain.uuid, domain.name, facts.taken_elsewhere);
    }
    let mut settings = Vec::new();
    for category in ["provision", "domain", "contact"] {
        settings.extend(
            facts
                .settings
                .of_category(category, |_| true)
                .map(|(name, value)| format!("{category} {name} {}", cell(value))),
        );
    }
    settings.sort();
    out += &settings.join("\n");
    let record = facts.device.as_ref().map(|device| &device.record);
    for record in record.into_iter().chain(facts.domain.as_ref().map(|domain| &domain.record)) {
        rows(&Record::clone(record).into_table("facts"), &mut out);
    }
    out
}

fn device_text(device: &Device) -> String {
    let mut out = format!("{} {} {}\n", device.uuid, device.vendor, device.template);
    for table in &device.tables {
        let mut text = String::new();
        rows(table, &mut text);
        // PostgreSQL stores a short row in the gap of an earlier page, so its order of storage differs.
        let mut lines: Vec<&str> = text.lines().collect();
        if table.name == "lines" {
            lines.sort_unstable();
        }
        out += &(lines.join("\n") + "\n");
    }
    let mut settings: Vec<String> = device
        .settings
        .of_category("provision", |_| true)
        .map(|(name, value)| format!("{name} {}", cell(value)))
        .collect();
    settings.sort();
    out + &settings.join("\n")
}

async fn all_of(directory: &Directory, recorded: &Recorded) -> (String, Admitted) {
    let lookup = Lookup { address: Some(&recorded.address), host: &recorded.host };
    let facts = directory.find(&lookup).await.unwrap_or_else(|error| panic!("{error}"));
    let mut text = facts_text(&facts);
    let device = directory.load(DevicePermit::unchecked(facts)).await.unwrap_or_else(|error| panic!("{error}"));
    text += &device_text(&device);
    let phone_book = directory.phone_book(&device);
    for table in &*phone_book.contacts(20_000).await.unwrap().value {
        text += table.name;
        rows(table, &mut text);
    }
    let lines = device.tables.iter().find(|table| table.name == "lines").unwrap();
    if let Some(line) = lines.rows().find(|line| line.text("line_number") == "1") {
        rows(&phone_book.extension(line.text("user_id")).await.unwrap().value, &mut text);
    }
    (text, device)
}

#[tokio::test]
async fn sqlite_and_postgresql_return_the_same_devices() {
    let Some(devices) = recorded() else { return };
    let (Some(defaults), Some(fixture)) = (corpus("defaults.sql"), corpus("fixture-1.sql")) else { return };
    let scratch = Scratch::default();
    let lite = connect(&sqlite(&scratch, &[&corpus("schema-sqlite.sql").unwrap(), &defaults, &fixture]).await).await;
    let Some(server) = Postgres::start().await else { return };
    let schema = corpus("schema-postgres.sql").unwrap();
    let scripts = [&schema, &defaults, &fixture].map(String::as_str);
    let big = connect(&server.database("fusionpbx", &scripts).await).await;
    let mut templates = 0;
    for recorded in &devices {
        let (one, device) = all_of(&lite, recorded).await;
        let (other, _) = all_of(&big, recorded).await;
        let differing = one.lines().zip(other.lines()).find(|(one, other)| one != other);
        assert_eq!(differing, None, "{}", recorded.address);
        assert_eq!(one.len(), other.len(), "{}", recorded.address);
        templates += usize::from(device.template == recorded.template);
    }
    println!("{} devices, {templates} with their own template", devices.len());
    big.close().await;
}
