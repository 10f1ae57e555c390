//! Addresses that an administrator has to correct: those that match no request, and those that two devices of one domain
//! have. `dialplate db check` lists them, and the server logs each once.

use dialplate_tests::client;
use dialplate_tests::database;
use dialplate_tests::postgres::Postgres;
use dialplate_tests::server::{self, Server, root};
use std::path::Path;
use tokio::runtime::Runtime;

/// Device n has the address `02005e000e0n`, except that 5 and 6 share that of 4.
const ROWS: &str = "
    insert into v_domains (domain_uuid, domain_name, domain_enabled)
    values ('d0000000-0000-4000-8000-000000000002', 'other.example.net', true);
    insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory,
        default_setting_name, default_setting_value, default_setting_enabled)
    values ('5e000000-0000-4000-8000-000000000002', 'provision', 'auto_insert_enabled', 'boolean', 'true', true);
    insert into v_devices (device_uuid, domain_uuid, device_address, device_label, device_vendor, device_template,
        device_enabled)
    values
        ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-000000000001', '02:00:5e:00:0e:01', '1', 'yealink',
            'yealink/desk', true),
        ('de000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-000000000001', '02005E000E02', '2', 'yealink',
            'yealink/desk', true),
        ('de000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-000000000001', '02005e000e03 ', '3', 'yealink',
            'yealink/desk', true),
        ('de000000-0000-4000-8000-000000000005', 'd0000000-0000-4000-8000-000000000001', '02005e000e04', '5', 'yealink',
            'yealink/desk', true),
        ('de000000-0000-4000-8000-000000000004', 'd0000000-0000-4000-8000-000000000001', '02005e000e04', '4', 'yealink',
            'yealink/desk', true),
        ('de000000-0000-4000-8000-000000000006', 'd0000000-0000-4000-8000-000000000002', '02005e000e04', '6', 'yealink',
            'yealink/desk', true);
    update v_devices set insert_date = '2026-02-01 08:00:00+00' where device_label in ('4', '6');
    update v_devices set insert_date = '2026-02-02 08:00:00+00' where device_label = '5'";

const HOST: &str = "pbx.example.net";

/// SQLite, and PostgreSQL where it is installed, with [`ROWS`]; and a template folder.
struct Stage {
    runtime: Runtime,
    urls: Vec<String>,
    folder: tempfile::TempDir,
    _postgres: Option<Postgres>,
}

impl Stage {
    fn build() -> Self {
        let (runtime, folder) = (Runtime::new().unwrap(), tempfile::tempdir().unwrap());
        let templates = folder.path().join("templates/yealink/desk");
        std::fs::create_dir_all(&templates).unwrap();
        std::fs::write(templates.join("{$mac}.cfg"), "device={$device_label}").unwrap();
        let (urls, postgres) = runtime.block_on(databases(folder.path()));
        Self { runtime, urls, folder, _postgres: postgres }
    }

    fn serve(&self, url: &str) -> Server {
        let templates = self.folder.path().join("templates").display().to_string();
        Server::start(&[("DIALPLATE_DATABASE", url), ("DIALPLATE_TEMPLATES", &templates)])
    }
}

async fn databases(folder: &Path) -> (Vec<String>, Option<Postgres>) {
    let postgres = Postgres::start().await;
    let mut urls = vec![database::empty(folder).await];
    if let Some(postgres) = &postgres {
        urls.push(postgres.database("addresses", &[]).await);
    }
    for url in &urls {
        for script in ["host/src/directory/embedded/schema.sql", "tests/cases/common.sql"] {
            database::run(url, &std::fs::read_to_string(root().join(script)).unwrap()).await;
        }
        database::run(url, ROWS).await;
    }
    (urls, postgres)
}

#[test]
fn db_check_warns_of_each_address_to_correct() {
    let stage = Stage::build();
    for url in &stage.urls {
        let output = server::command("db", &[]).args(["check", url]).output().unwrap();
        let report = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success(), "{report}");
        let warnings: Vec<&str> = report.lines().filter_map(|line| line.strip_prefix("warning: ")).collect();
        let unmatched = |stored: &str, address: &str| {
            format!(
                "device_address {stored:?} of {HOST} matches no request: the server looks for {address}; store that"
            )
        };
        let expected = [
            unmatched("02005E000E02", "02005e000e02"),
            unmatched("02005e000e03 ", "02005e000e03"),
            format!("2 devices of {HOST} have the address 02005e000e04: only the oldest is served; delete the others"),
            unmatched("02:00:5e:00:0e:01", "02005e000e01"),
        ];
        assert_eq!(warnings, expected, "{report}");
    }
}

#[test]
fn address_of_two_devices_is_logged_once() {
    let stage = Stage::build();
    for url in &stage.urls {
        let server = stage.serve(url);
        for _ in 0..2 {
            assert_eq!(server.get(HOST, "/provision/02005e000e04.cfg").text(), "device=4");
            assert_eq!(server.get("other.example.net", "/provision/02005e000e04.cfg").text(), "device=6");
        }
        let log = server.log();
        let lines: Vec<&str> = log.lines().filter(|line| line.contains("several devices")).collect();
        assert!(matches!(*lines, [line] if line.contains("device.address=02005e000e04")), "{log}");
    }
}

#[test]
fn spelling_that_prevents_auto_insert_is_logged_once() {
    let stage = Stage::build();
    for url in &stage.urls {
        let server = stage.serve(url);
        for address in ["02005e000e01", "02005e000e02", "02005e000e03", "02005e000e01"] {
            let answer = server.get(HOST, &format!("/provision/{address}.cfg"));
            assert_eq!((answer.status, answer.text().contains("403")), (403, true), "{address}");
        }
        let log = server.log();
        for stored in ["02:00:5e:00:0e:01", "02005E000E02", "02005e000e03 "] {
            let named = log.lines().filter(|line| line.contains("no device inserted") && line.contains(stored)).count();
            assert_eq!(named, 1, "{stored} in\n{log}");
        }
        assert_eq!(database::value_blocking(url, "select count(*) from v_devices"), "6");
    }
}

/// PostgreSQL's order of storage changes when a row is written, and when the table is.
#[test]
fn oldest_device_is_served_after_the_table_is_rewritten() {
    let stage = Stage::build();
    let Some(url) = stage.urls.get(1) else { return };
    let server = stage.serve(url);
    let get = || client::get(server.address, HOST, "/provision/02005e000e04.cfg").text();
    assert_eq!(get(), "device=4");
    for change in [
        "update v_devices set device_description = '' where device_label = '4'",
        "vacuum full v_devices",
        "create index backwards on v_devices (device_label desc); cluster v_devices using backwards",
    ] {
        stage.runtime.block_on(database::run(url, change));
        assert_eq!(get(), "device=4", "{change}");
    }
}
