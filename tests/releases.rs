//! Replays the recorded answers on the tables of every release of FusionPBX, with the variables of the release that was
//! recorded. Their schemas are built from recorded columns and filled from the recorded fixture. Uses `../shared/contract` and `../shared/corpus`.

use dialplate_tests::corpus;
use dialplate_tests::postgres::Postgres;
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::{self, CLOCK, root};
use dialplate_tests::setting;
use dialplate_tests::skip;
use std::collections::BTreeMap;
use std::path::Path;
use tokio::runtime::Runtime;

/// The releases whose replay is complete: the oldest, with other names and types, and the last with text flags. The
/// others have one of these layouts or the current one, and replay every third case.
const WHOLE: [&str; 2] = ["5.0.1", "5.4.4"];

fn schema(release: &str) -> Option<String> {
    let path = root().join(format!("../shared/contract/schema-{release}.txt"));
    let text = std::fs::read_to_string(path).ok();
    if text.is_none() {
        skip(&format!("../shared/contract/schema-{release}.txt is missing"));
    }
    text
}

/// SQL that replaces the tables by copies with the columns of this release.
fn conversion(current: &str, schema: &str) -> String {
    let mut tables: BTreeMap<&str, Vec<(&str, &str)>> = BTreeMap::new();
    for line in schema.lines() {
        let Some((place, rest)) = line.split_once(' ') else { continue };
        let Some((table, column)) = place.split_once('.') else { continue };
        tables.entry(table).or_default().push((column, rest.split(' ').next().unwrap_or_default()));
    }
    let mut sql = "create schema release;\n".to_owned();
    // The server reads only some of the tables, and `vendor_functions` lost a column.
    let is_read = |table: &str| current.contains(&format!("{table} (")) && !table.contains("vendor");
    for (table, columns) in tables.iter().filter(|(table, _)| is_read(table)) {
        let columns: Vec<_> = columns.iter().map(|(name, kind)| format!("{} as {name}", value(name, kind))).collect();
        // A new table stores its rows in this order; an existing one may store a short row on an earlier page.
        let columns = columns.join(", ");
        sql += &format!("create table release.{table} as select {columns} from public.{table} order by ctid;\n");
    }
    sql + "drop schema public cascade;\nalter schema release rename to public;\n"
}

fn value(name: &str, kind: &str) -> String {
    match (name, kind) {
        ("device_mac_address", _) => format!("cast(device_address as {kind})"),
        // PostgreSQL casts a boolean to no number but an integer.
        ("phone_primary", "numeric") => "cast(case when phone_primary then 1 else 0 end as numeric)".to_owned(),
        _ => format!("cast({name} as {kind})"),
    }
}

/// The recorded database with the tables of this release.
fn stage(release: &str) -> Option<Recorded> {
    let schema = schema(release)?;
    let stage = Recorded::start()?;
    stage.run(&conversion(&corpus::text(&stage.corpus, "schema-postgres.sql"), &schema));
    Some(stage)
}

fn replay(release: &str) {
    let Some(stage) = stage(release) else { return };
    let app = stage.app();
    let mut cases = corpus::manifest(&stage.corpus);
    if !WHOLE.contains(&release) {
        cases = corpus::spread(&cases, 3);
    }
    corpus::check(release, &stage.replay(&app, &cases), cases.len());
}

#[test]
fn recorded_answers_match_on_tables_of_5_0_1() {
    replay("5.0.1");
}

#[test]
fn recorded_answers_match_on_tables_of_5_1_0() {
    replay("5.1.0");
}

#[test]
fn recorded_answers_match_on_tables_of_5_3_0() {
    replay("5.3.0");
}

#[test]
fn recorded_answers_match_on_tables_of_5_4_4() {
    replay("5.4.4");
}

#[test]
fn recorded_answers_match_on_tables_of_5_5_7() {
    replay("5.5.7");
}

#[test]
fn recorded_answers_match_on_tables_of_master() {
    replay("master");
}

/// The last line of a start that fails.
fn refusal(database: &str, templates: &Path) -> String {
    let templates = templates.display().to_string();
    let settings = [("DIALPLATE_DATABASE", database), ("DIALPLATE_TEMPLATES", &templates), ("DIALPLATE_CLOCK", CLOCK)];
    let output = server::run(&settings);
    assert!(!output.status.success(), "it started");
    String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn unknown_table_layout_fails_the_start_with_all_missing_names() {
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

/// Older releases had the opposite of `http_auth_enabled`, which an upgrade of FusionPBX converts.
#[test]
fn http_auth_disable_counts_unless_http_auth_enabled_is_set() {
    let Some(stage) = stage("5.0.1") else { return };
    stage.run(&setting::digest());
    stage.run(&setting::unset("http_auth_enabled"));
    let app = stage.app();
    let case = &corpus::manifest(&stage.corpus)[0];
    let status = || stage.runtime.block_on(corpus::ask_in_process(&app, case, None)).status;
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
