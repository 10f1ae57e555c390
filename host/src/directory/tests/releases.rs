//! Every recorded release of FusionPBX's tables, filled from the recorded fixture, says the same of every device.

use super::both::{all_of, recorded};
use super::servers::{Postgres, connect, corpus};
use std::collections::BTreeMap;

/// What a release lacks or spells otherwise can be told by its devices alone: which columns a template sees. The
/// audit columns are no template's business, and are in no release before 5.1.
const IGNORED: &[&str] =
    &["insert_date", "insert_user", "update_date", "update_user", "device_serial_number", "device_key_subtype"];

fn schemas() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/contract");
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let release = |entry: std::fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let release = name.strip_prefix("schema-")?.strip_suffix(".txt")?.to_owned();
        Some((release, std::fs::read_to_string(entry.path()).ok()?))
    };
    entries.flatten().filter_map(release).collect()
}

/// The tables of a release beside those of the current one, in a schema of its own, and filled from it.
fn copied(current: &str, schema: &str, release: &str) -> String {
    let mut tables: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for line in schema.lines() {
        let Some((place, rest)) = line.split_once(' ') else { continue };
        let Some((table, column)) = place.split_once('.') else { continue };
        tables.entry(table).or_default().push((column, rest.split(' ').next().unwrap_or_default()));
    }
    let mut sql = format!("create schema {release};\n");
    // Provisioning reads some of the tables only, and `vendor_functions` lost a column.
    let is_read = |table: &str| current.contains(&format!("{table} (")) && !table.contains("vendor");
    for (table, columns) in tables.iter().filter(|(table, _)| is_read(table)) {
        let names: Vec<String> = columns.iter().map(|(name, kind)| format!("{name} {kind}")).collect();
        sql += &format!("create table {release}.{table} ({});\n", names.join(", "));
        let values = columns.iter().map(|(name, kind)| {
            let source = if *name == "device_mac_address" { "device_address" } else { name };
            // A boolean becomes a number only through an integer.
            match (*name, *kind) {
                ("phone_primary", "numeric") => "case when phone_primary then 1 else 0 end".to_owned(),
                _ => format!("cast({source} as {kind})"),
            }
        });
        let values: Vec<String> = values.collect();
        let into: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let (into, values) = (into.join(", "), values.join(", "));
        sql += &format!("insert into {release}.{table} ({into}) select {values} from public.{table} order by ctid;\n");
    }
    sql
}

/// A device as the test compares it: without the columns that releases differ in.
fn common(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(without_ignored).collect();
    lines.sort_unstable();
    lines
}

fn without_ignored(line: &str) -> String {
    let mut kept: Vec<&str> = line.split(' ').collect();
    kept.retain(|cell| !IGNORED.iter().any(|name| cell.split('=').next() == Some(name)));
    kept.retain(|cell| !cell.starts_with("phone_primary="));
    kept.sort_unstable();
    kept.join(" ")
}

#[tokio::test]
async fn every_release_says_the_same_of_every_recorded_device() {
    let Some(devices) = recorded() else { return };
    let (Some(defaults), Some(fixture)) = (corpus("defaults.sql"), corpus("fixture-1.sql")) else { return };
    let Some(server) = Postgres::start().await else { return };
    let schema = corpus("schema-postgres.sql").unwrap();
    let url = server.database("fusionpbx", &[&schema, &defaults, &fixture]).await;
    let current = connect(&url).await;
    let mut expected = Vec::new();
    for recorded in &devices {
        expected.push(common(&all_of(&current, recorded).await.0));
    }
    let schemas = schemas();
    for (release, old_schema) in &schemas {
        let name = format!("release_{}", release.replace('.', "_"));
        server.run("fusionpbx", &copied(&schema, old_schema, &name)).await;
        let old = connect(&format!("{url}?options=-csearch_path%3D{name}")).await;
        for (recorded, expected) in devices.iter().zip(&expected) {
            let found = common(&all_of(&old, recorded).await.0);
            let differing = found.iter().zip(expected).find(|(found, expected)| found != expected);
            assert_eq!(differing, None, "{release}: {}", recorded.address);
        }
        old.close().await;
    }
    println!("{} releases, {} devices each", schemas.len(), devices.len());
    current.close().await;
}
