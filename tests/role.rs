//! The database role that docs/administration.md tells an administrator to create, and roles that lack one of its
//! rights. Uses `../shared/corpus`; skipped where it is absent.

use dialplate_tests::client;
use dialplate_tests::corpus;
use dialplate_tests::page;
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::Server;
use dialplate_tests::setting;
use dialplate_tests::wait;
use std::thread;
use std::time::Duration;

/// The statements of the SQL block in docs/administration.md, without those that mention one of the words.
fn grants(without: &[&str]) -> String {
    let blocks = page::blocks("docs/administration.md", "sql");
    let block: String = blocks.into_iter().filter(|block| block.contains("GRANT")).collect();
    assert!(block.contains("CREATE ROLE dialplate"), "docs/administration.md does not create the role");
    let lines: Vec<_> = block.lines().filter(|line| !line.starts_with("--")).collect();
    let text = lines.join("\n");
    let kept = text.split_inclusive(';').filter(|statement| !without.iter().any(|word| statement.contains(word)));
    kept.collect()
}

struct Stage {
    database: Recorded,
    server: Server,
}

/// A server that connects as that role.
fn stage(without: &[&str]) -> Option<Stage> {
    let database = Recorded::start()?;
    database.run(&grants(without));
    let url = database.url().replace("postgres@", "dialplate@");
    Some(Stage { server: corpus::serve(&url, &database.corpus, &[]), database })
}

impl Stage {
    fn replay(&self) {
        let cases = corpus::spread(&corpus::manifest(&self.database.corpus), 12);
        corpus::check("under the role", &corpus::replay(&self.server, &cases), cases.len());
    }

    /// The status for an unknown phone while auto insert is on. It is off for the replay, which has other answers for
    /// requests without a device.
    fn unknown_phone(&self) -> u16 {
        self.database.run(&setting::set("auto_insert_enabled", "boolean", "true"));
        let headers = [("Host", "alpha.example.net"), ("User-Agent", "Yealink SIP-T46S 66.86.0.15 80:5e:c0:12:34:56")];
        let status = client::send(self.server.address, "GET", "/provision/805ec0123456.cfg", &headers, b"").status;
        self.database.run(&setting::unset("auto_insert_enabled"));
        status
    }

    fn wait_for_notes(&self) {
        wait::until(|| self.database.value(NOTED) == "true", || self.server.log());
    }
}

const NOTED: &str = "select count(*) > 50 from v_devices where device_provisioned_agent is not null \
    and device_provisioned_ip = '127.0.0.1' and device_provisioned_method = 'http'";
const INSERTED: &str = "select count(*) from v_devices where device_address = '805ec0123456' \
    and device_vendor = 'yealink' and device_template = 'yealink/t46s'";

#[test]
fn documented_role_reads_notes_and_inserts_only() {
    let Some(stage) = stage(&[]) else { return };
    stage.replay();
    stage.wait_for_notes();
    assert_eq!(stage.unknown_phone(), 200);
    assert_eq!(stage.database.value(INSERTED), "1");
    let log = stage.server.log();
    assert!(!log.contains(" WARN ") || !log.contains("database"), "{log}");
    for right in [
        "has_table_privilege('dialplate', 'v_devices', 'delete')",
        "has_any_column_privilege('dialplate', 'v_device_lines', 'update')",
        "has_column_privilege('dialplate', 'v_devices', 'device_template', 'update')",
        "has_column_privilege('dialplate', 'v_users', 'password', 'select')",
        "has_column_privilege('dialplate', 'v_extensions', 'password', 'select')",
    ] {
        let query = format!("case when {right} then 'yes' else 'no' end");
        // The fixture's table may lack the column.
        let known = right.contains("v_users") || right.contains("v_extensions");
        let column = "select count(*) from information_schema.columns where column_name = 'password' and table_name = ";
        let table = if right.contains("v_users") { "'v_users'" } else { "'v_extensions'" };
        if !known || stage.database.value(&format!("{column}{table}")) == "1" {
            assert_eq!(stage.database.value(&query), "no", "{right}");
        }
    }
}

#[test]
fn role_without_insert_fails_auto_insert_only() {
    let Some(stage) = stage(&["INSERT"]) else { return };
    assert_eq!(stage.unknown_phone(), 500);
    assert_eq!(stage.database.value(INSERTED), "0");
    let log = stage.server.log();
    assert!(
        log.contains("this database role may not insert devices") && log.contains("docs/administration.md"),
        "{log}"
    );
    stage.replay();
    stage.wait_for_notes();
}

#[test]
fn role_without_update_serves_phones_and_logs_once() {
    let Some(stage) = stage(&["UPDATE"]) else { return };
    stage.replay();
    let said = || stage.server.log().matches("note when devices were provisioned").count();
    wait::until(|| said() > 0, || stage.server.log());
    stage.replay();
    thread::sleep(Duration::from_millis(1_500));
    assert_eq!(said(), 1, "{}", stage.server.log());
    assert_eq!(stage.database.value("select count(*) from v_devices where device_provisioned_agent is not null"), "0");
}
