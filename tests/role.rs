//! The database role that the README tells an administrator to make, and roles that lack one of its rights. Uses
//! `../shared/corpus`; skipped where it is absent.

use dialplate_tests::client;
use dialplate_tests::corpus;
use dialplate_tests::postgres::Postgres;
use dialplate_tests::server::{Server, root};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

const AUTO_INSERT: &str = "insert into v_default_settings (default_setting_uuid, default_setting_category,
    default_setting_subcategory, default_setting_name, default_setting_value, default_setting_enabled)
    values (gen_random_uuid(), 'provision', 'auto_insert_enabled', 'boolean', 'true', true)";

struct Stage {
    corpus: PathBuf,
    runtime: Runtime,
    postgres: Postgres,
    url: String,
}

/// The statements of the README's SQL block, without those that mention one of the words.
fn grants(without: &[&str]) -> String {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let blocks = readme.split("```sql\n").skip(1).filter_map(|rest| rest.split("```").next());
    let block: String = blocks.filter(|block| block.contains("GRANT")).collect();
    assert!(block.contains("CREATE ROLE dialplate"), "the README has lost its role");
    let lines: Vec<_> = block.lines().filter(|line| !line.starts_with("--")).collect();
    let text = lines.join("\n");
    let kept = text.split_inclusive(';').filter(|statement| !without.iter().any(|word| statement.contains(word)));
    kept.collect()
}

fn stage(without: &[&str]) -> Option<Stage> {
    let corpus = corpus::find()?;
    let runtime = Runtime::new().unwrap();
    let postgres = runtime.block_on(Postgres::start())?;
    let url = runtime.block_on(corpus::postgres(&postgres, &corpus, "fusionpbx"));
    runtime.block_on(postgres.run("fusionpbx", &grants(without)));
    let url = url.replace("postgres@", "dialplate@");
    Some(Stage { corpus, runtime, postgres, url })
}

impl Stage {
    fn serve(&self) -> Server {
        corpus::serve(&self.url, &self.corpus, &[])
    }

    fn replay(&self, server: &Server) {
        let cases = corpus::spread(&corpus::manifest(&self.corpus), 12);
        corpus::check("under the role", &corpus::replay(server, &cases), cases.len());
    }

    fn value(&self, query: &str) -> String {
        self.runtime.block_on(self.postgres.value("fusionpbx", query))
    }

    /// Asks until it says this; the journal writes twice a second.
    fn becomes(&self, query: &str, expected: &str) {
        let end = Instant::now() + Duration::from_secs(20);
        while self.value(query) != expected {
            assert!(Instant::now() < end, "{query} is {}, expected {expected}", self.value(query));
            thread::sleep(Duration::from_millis(100));
        }
    }

    /// What a phone is told that nobody knows, where auto insert is on. (Elsewhere it is off: a request for no device
    /// at all is answered otherwise with it.)
    fn unknown_phone(&self, server: &Server) -> u16 {
        self.runtime.block_on(self.postgres.run("fusionpbx", AUTO_INSERT));
        let headers = [("Host", "alpha.example.net"), ("User-Agent", "Yealink SIP-T46S 66.86.0.15 80:5e:c0:12:34:56")];
        let status = client::send(server.address, "GET", "/provision/805ec0123456.cfg", &headers, b"").status;
        let off = "delete from v_default_settings where default_setting_subcategory = 'auto_insert_enabled'";
        self.runtime.block_on(self.postgres.run("fusionpbx", off));
        status
    }
}

const NOTED: &str = "select count(*) > 50 from v_devices where device_provisioned_agent is not null \
    and device_provisioned_ip = '127.0.0.1' and device_provisioned_method = 'http'";
const INSERTED: &str = "select count(*) from v_devices where device_address = '805ec0123456' \
    and device_vendor = 'yealink' and device_template = 'yealink/t46s'";

#[test]
fn the_role_of_the_readme_reads_notes_and_inserts_and_may_do_nothing_else() {
    let Some(stage) = stage(&[]) else { return };
    let server = stage.serve();
    stage.replay(&server);
    stage.becomes(NOTED, "true");
    assert_eq!(stage.unknown_phone(&server), 200);
    assert_eq!(stage.value(INSERTED), "1");
    let log = server.log();
    assert!(!log.contains(" WARN ") || !log.contains("database"), "{log}");
    for right in [
        "has_table_privilege('dialplate', 'v_devices', 'delete')",
        "has_any_column_privilege('dialplate', 'v_device_lines', 'update')",
        "has_column_privilege('dialplate', 'v_devices', 'device_template', 'update')",
        "has_column_privilege('dialplate', 'v_users', 'password', 'select')",
        "has_column_privilege('dialplate', 'v_extensions', 'password', 'select')",
    ] {
        let query = format!("case when {right} then 'yes' else 'no' end");
        // A column that the fixture's table does not have cannot be read either.
        let known = right.contains("v_users") || right.contains("v_extensions");
        let column = "select count(*) from information_schema.columns where column_name = 'password' and table_name = ";
        let table = if right.contains("v_users") { "'v_users'" } else { "'v_extensions'" };
        if !known || stage.value(&format!("{column}{table}")) == "1" {
            assert_eq!(stage.value(&query), "no", "{right}");
        }
    }
}

#[test]
fn without_the_right_to_insert_auto_insert_fails_by_name_and_all_else_works() {
    let Some(stage) = stage(&["INSERT"]) else { return };
    let server = stage.serve();
    assert_eq!(stage.unknown_phone(&server), 500);
    assert_eq!(stage.value(INSERTED), "0");
    let log = server.log();
    assert!(log.contains("does not let this role insert devices") && log.contains("README"), "{log}");
    stage.replay(&server);
    stage.becomes(NOTED, "true");
}

#[test]
fn without_the_right_to_update_phones_are_served_and_the_log_says_it_once() {
    let Some(stage) = stage(&["UPDATE"]) else { return };
    let server = stage.serve();
    stage.replay(&server);
    let said = || server.log().matches("note when devices were provisioned").count();
    let end = Instant::now() + Duration::from_secs(20);
    while said() == 0 && Instant::now() < end {
        thread::sleep(Duration::from_millis(100));
    }
    stage.replay(&server);
    thread::sleep(Duration::from_millis(1_500));
    assert_eq!(said(), 1, "{}", server.log());
    assert_eq!(stage.value("select count(*) from v_devices where device_provisioned_agent is not null"), "0");
}
