//! Both databases say the same of every device that is recorded.

use super::servers::{Postgres, Scratch, connect, corpus, sqlite};
use crate::directory::{Device, Directory, Lookup};
use crate::facts::{MacAddress, RequestFacts, Table, Value};
use crate::gate::Permit;

pub struct Recorded {
    pub address: MacAddress,
    pub host: String,
    pub template: String,
}

/// The devices of the recorded fixture: address, domain and template.
pub fn recorded() -> Option<Vec<Recorded>> {
    let index: serde_json::Value = serde_json::from_str(&corpus("fixture-1.json")?).unwrap();
    let device = |device: &serde_json::Value| Recorded {
        address: MacAddress::parse(device["mac"].as_str().unwrap()).unwrap(),
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

pub fn shown_admission(admission: &RequestFacts) -> String {
    let mut out = String::new();
    if let Some(device) = &admission.device {
        out += &format!(
            "{} {} {} {} {}\n",
            device.uuid, device.domain_uuid, device.address, device.enabled, device.vendor
        );
    }
    if let Some(domain) = &admission.domain {
        out += &format!("{} {} {}\n", domain.uuid, domain.name, admission.elsewhere);
    }
    let mut settings = Vec::new();
    for category in ["provision", "domain", "contact"] {
        settings.extend(
            admission
                .settings
                .of_category(category, |_| true)
                .map(|(name, value)| format!("{category} {name} {}", cell(value))),
        );
    }
    settings.sort();
    out += &settings.join("\n");
    admission.rows.iter().for_each(|table| rows(table, &mut out));
    out
}

pub fn shown_device(device: &Device) -> String {
    let mut out = format!("{} {} {}\n", device.uuid, device.vendor, device.template);
    for table in &device.tables {
        let mut text = String::new();
        rows(table, &mut text);
        // PostgreSQL puts a short row into a gap that an earlier page has left: the order of storage is its own.
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

pub fn permit(admission: &RequestFacts) -> Permit {
    Permit::known(admission.domain.clone().unwrap(), admission.device.clone().unwrap())
}

pub async fn all_of(directory: &Directory, recorded: &Recorded) -> (String, Device) {
    let lookup = Lookup { address: Some(recorded.address), host: &recorded.host };
    let admission = directory.find(&lookup).await.unwrap_or_else(|error| panic!("{error}"));
    let device = directory.load(&permit(&admission), &admission).await.unwrap_or_else(|error| panic!("{error}"));
    let mut text = shown_admission(&admission) + &shown_device(&device);
    let scope = directory.scope(&device);
    for table in scope.contacts(20_000).await.unwrap() {
        text += table.name;
        rows(&table, &mut text);
    }
    let lines = device.tables.iter().find(|table| table.name == "lines").unwrap();
    if let Some(line) = lines.rows().find(|line| line.text("line_number") == "1") {
        rows(&scope.extension(line.text("user_id")).await.unwrap(), &mut text);
    }
    (text, device)
}

#[tokio::test]
async fn sqlite_and_postgresql_say_the_same_of_every_recorded_device() {
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
    println!("{} devices, {templates} with the template of their own", devices.len());
    big.close().await;
}
