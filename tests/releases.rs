//! Every release of FusionPBX's tables gives the recorded answers: its schema is built from its recorded columns and
//! filled from the recorded fixture. Uses `../shared/contract` and `../shared/corpus`; skipped where they are absent.

use dialplate_tests::corpus::{self, CLOCK};
use dialplate_tests::postgres::Postgres;
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::{self, root};
use dialplate_tests::setting;
use dialplate_tests::skip;
use std::collections::BTreeMap;
use std::path::Path;
use tokio::runtime::Runtime;

/// The releases that are replayed as a whole: the oldest, which has other names and other types, and the last with
/// flags that are text. The others have one of these layouts or the current one, and are asked for each third case.
const WHOLE: [&str; 2] = ["5.0.1", "5.4.4"];

fn schema(release: &str) -> Option<String> {
    let path = root().join(format!("../shared/contract/schema-{release}.txt"));
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        skip(&format!("the schema of {release} is not here"));
    }
    text
}

/// Puts a copy of the tables, as this release has them, in their place.
fn conversion(current: &str, schema: &str) -> String {
    let mut tables: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for line in schema.lines() {
        let Some((place, rest)) = line.split_once(' ') else { continue };
        let Some((table, column)) = place.split_once('.') else { continue };
        tables.entry(table).or_default().push((column, rest.split(' ').next().unwrap_or_default()));
    }
    let mut sql = "create schema release;\n".to_owned();
    // Provisioning reads some of the tables only, and `vendor_functions` lost a column.
    let is_read = |table: &str| current.contains(&format!("{table} (")) && !table.contains("vendor");
    for (table, columns) in tables.iter().filter(|(table, _)| is_read(table)) {
        let columns: Vec<_> = columns.iter().map(|(name, kind)| format!("{} as {name}", value(name, kind))).collect();
        // Rows are stored in this order only when the table is made of them: into one that is there, a small row may
        // go where an earlier page has room.
        let columns = columns.join(", ");
        sql += &format!("create table release.{table} as select {columns} from public.{table} order by ctid;\n");
    }
    sql + "drop schema public cascade;\nalter schema release rename to public;\n"
}

fn value(name: &str, kind: &str) -> String {
    match (name, kind) {
        ("device_mac_address", _) => format!("cast(device_address as {kind})"),
        // A boolean becomes a number only through an integer.
        ("phone_primary", "numeric") => "cast(case when phone_primary then 1 else 0 end as numeric)".to_owned(),
        _ => format!("cast({name} as {kind})"),
    }
}

/// The recorded database as this release has it.
fn stage(release: &str) -> Option<Recorded> {
    let schema = schema(release)?;
    let stage = Recorded::start()?;
    stage.run(&conversion(&corpus::text(&stage.corpus, "schema-postgres.sql"), &schema));
    Some(stage)
}

fn replay(release: &str) {
    let Some(stage) = stage(release) else { return };
    let server = stage.serve(&[]);
    let mut cases = corpus::manifest(&stage.corpus);
    if !WHOLE.contains(&release) {
        cases = corpus::spread(&cases, 3);
    }
    corpus::check(release, &corpus::replay(&server, &cases), cases.len());
}

#[test]
fn every_recorded_answer_is_given_on_the_tables_of_5_0_1() {
    replay("5.0.1");
}

#[test]
fn every_third_recorded_answer_is_given_on_the_tables_of_5_1_0() {
    replay("5.1.0");
}

#[test]
fn every_third_recorded_answer_is_given_on_the_tables_of_5_3_0() {
    replay("5.3.0");
}

#[test]
fn every_recorded_answer_is_given_on_the_tables_of_5_4_4() {
    replay("5.4.4");
}

#[test]
fn every_third_recorded_answer_is_given_on_the_tables_of_5_5_7() {
    replay("5.5.7");
}

#[test]
fn every_third_recorded_answer_is_given_on_the_tables_of_master() {
    replay("master");
}

/// What a start says that is refused.
fn refusal(database: &str, templates: &Path) -> String {
    let templates = templates.display().to_string();
    let settings = [("DIALPLATE_DATABASE", database), ("DIALPLATE_TEMPLATES", &templates), ("DIALPLATE_CLOCK", CLOCK)];
    let output = server::run(&settings);
    assert!(!output.status.success(), "it started");
    String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn unknown_table_layout_is_refused_with_all_missing_parts() {
    let Some(corpus) = corpus::find() else { return };
    let runtime = Runtime::new().unwrap();
    let Some(postgres) = runtime.block_on(Postgres::start()) else { return };
    let schema = corpus::text(&corpus, "schema-postgres.sql");
    let changed = "alter table v_devices rename device_address to device_address_new; drop table v_contact_groups;
        alter table v_domain_settings drop column domain_setting_enabled";
    let url = runtime.block_on(postgres.database("fusionpbx", &[&schema, changed]));
    let said = refusal(&url, &root().join("templates"));
    for missing in ["v_devices.device_address", "table v_contact_groups", "v_domain_settings.domain_setting_enabled"] {
        assert!(said.contains(missing), "{missing} in {said}");
    }
}

/// Before `http_auth_enabled` there was its opposite, and FusionPBX converts one into the other when it is upgraded.
#[test]
fn http_auth_disable_counts_without_http_auth_enabled() {
    let Some(stage) = stage("5.0.1") else { return };
    stage.run(&setting::digest());
    stage.run(&setting::unset("http_auth_enabled"));
    let server = stage.serve(&[]);
    let case = &corpus::manifest(&stage.corpus)[0];
    let target = case["target"].as_str().unwrap();
    let status = || server.get(case["domain"].as_str().unwrap(), target).status;
    for (name, value, expected) in [
        ("http_auth_disable", "true", 200),
        ("http_auth_disable", "false", 401),
        ("http_auth_enabled", "false", 200),
        ("http_auth_enabled", "true", 401),
    ] {
        stage.run(&setting::set(name, "boolean", value));
        assert_eq!(status(), expected, "{name} {value}");
    }
}
