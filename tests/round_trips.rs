//! The statements that one request costs, counted in PostgreSQL's log. Uses `../shared/corpus`.

use dialplate_tests::app::TestApp;
use dialplate_tests::client::Answer;
use dialplate_tests::recorded::Recorded;
use std::thread;
use std::time::Duration;

const YEALINK: &str = "0015652ac38a";

/// The statement that tells whether the database has changed.
const LOOK: &str = "txid_current_snapshot()";

struct Stage {
    app: TestApp,
    database: Recorded,
}

fn stage() -> Option<Stage> {
    let database = Recorded::start_with(&["log_statement=all"])?;
    Some(Stage { app: database.app(), database })
}

impl Stage {
    fn get(&self, host: &str, target: &str) -> Answer {
        self.database.runtime.block_on(self.app.send("GET", target, &[("Host", host)], b""))
    }

    /// The statements that one request causes, without the look whether the database has changed, the settings of a new
    /// connection, and the later provisioning note.
    fn statements(&self, host: &str, target: &str, status: u16) -> Vec<String> {
        let before = self.all().len();
        let answer = self.get(host, target);
        assert_eq!(answer.status, status, "{target}: {}", answer.text());
        thread::sleep(Duration::from_millis(100));
        let mut new = self.all().split_off(before);
        let others = [LOOK, "plan_cache_mode", "update v_devices set", "txid_current()", "BEGIN", "COMMIT"];
        let looks = new.iter().filter(|statement| statement.contains(LOOK)).count();
        assert!(looks <= 2, "a request looks once, or twice on a new connection: {new:.300?}");
        new.retain(|statement| !others.iter().any(|other| statement.contains(other)));
        new
    }

    fn all(&self) -> Vec<String> {
        let log = self.database.postgres.log();
        let executed = log.lines().filter(|line| line.contains("LOG:  execute") || line.contains("LOG:  statement"));
        executed.map(|line| line.chars().skip(30).collect()).collect()
    }
}

#[test]
fn request_costs_three_statements_and_the_next_one_none() {
    let Some(stage) = stage() else { return };
    let host = "alpha.example.net";
    let file = format!("/app/provision/?mac={YEALINK}&file=%7B%24mac%7D.cfg");
    let statements = stage.statements(host, &file, 200);
    assert_eq!(statements.len(), 3, "device, settings of its domain, lines and keys: {statements:.300?}");
    let reads = |table: &str| statements.iter().any(|statement| statement.contains(table));
    assert!(!reads("v_contacts") && !reads("v_contact_phones") && !reads("v_extensions"), "{statements:.300?}");
    let again = stage.statements(host, &file, 200);
    assert!(again.is_empty(), "nothing has changed: {again:.300?}");
    let phone_book = format!("/app/provision/?mac={YEALINK}&file=directory.xml&contacts=all");
    let statements = stage.statements(host, &phone_book, 200);
    assert_eq!(statements.len(), 1, "{statements:.300?}");
    assert!(statements[0].contains("v_contact_phones"), "{}", statements[0]);
    stage.database.run("update v_extensions set description = 'edited'");
    let statements = stage.statements(host, &file, 200);
    assert_eq!(statements.len(), 3, "something has changed: {statements:.300?}");
}

#[test]
fn refused_request_costs_one_statement_and_reads_no_password() {
    let Some(stage) = stage() else { return };
    for (host, target, status) in [
        ("alpha.example.net", "/provision/001565ffffff.cfg", 403),
        ("nobody.example.net", "/provision/0015652ac38a.cfg", 403),
    ] {
        let statements = stage.statements(host, target, status);
        assert_eq!(statements.len(), 1, "{target}: {statements:.300?}");
        assert!(!statements[0].contains("v_device_lines"), "{statements:.300?}");
        assert!(stage.statements(host, target, status).is_empty(), "kept for unknown devices as for known ones");
    }
    assert_eq!(stage.statements("alpha.example.net", "/nothing/at/all", 404).len(), 0);
}

#[test]
fn labels_with_many_extensions_cost_one_more_statement() {
    let Some(stage) = stage() else { return };
    let device = format!("select device_uuid from v_devices where device_address = '{YEALINK}'");
    let keys = format!(
        "delete from v_device_keys where device_uuid = ({device});
         insert into v_device_keys (device_key_uuid, domain_uuid, device_uuid, device_key_id, device_key_category,
             device_key_vendor, device_key_type, device_key_line, device_key_value, device_key_label)
         select gen_random_uuid(), e.domain_uuid, ({device}), row_number() over (order by e.extension), 'line',
             'yealink', '16', 1, e.extension, '${{caller_id_name}}'
         from v_extensions e join v_domains n using (domain_uuid) where n.domain_name = 'alpha.example.net'
         order by e.extension"
    );
    stage.database.run(&keys);
    // Labels look up numbers only, and of two extensions with one number the later counts.
    let named = format!(
        "select string_agg(name, '|') from (select distinct on (e.extension) e.effective_caller_id_name as name
         from v_extensions e join v_device_keys k on k.device_key_value = e.extension and k.domain_uuid = e.domain_uuid
         where k.device_uuid = ({device}) and e.extension ~ '^[0-9]+$' order by e.extension, e.ctid desc) as it"
    );
    let target = format!("/app/provision/?mac={YEALINK}&file=y000000000108.cfg");
    let statements = stage.statements("alpha.example.net", &target, 200);
    assert_eq!(statements.len(), 4, "{statements:.300?}");
    let text = stage.get("alpha.example.net", &target).text();
    let names = stage.database.value(&named);
    let names: Vec<&str> = names.split('|').filter(|name| !name.is_empty()).collect();
    let missing: Vec<_> = names.iter().filter(|name| !text.contains(**name)).collect();
    assert!(names.len() > 15 && missing.is_empty(), "{missing:?} of {names:?}");
}

/// The server reads the default settings only if their stamp, which is part of every request's statement, has changed.
#[test]
fn edited_default_settings_apply_to_the_next_request() {
    let Some(stage) = stage() else { return };
    let status = || stage.get("alpha.example.net", &format!("/provision/{YEALINK}.cfg")).status;
    let is_enabled = "default_setting_category = 'provision' and default_setting_subcategory = 'enabled'";
    let insert = |value: &str| {
        format!(
            "insert into v_default_settings (default_setting_uuid, default_setting_category,
             default_setting_subcategory, default_setting_name, default_setting_value, default_setting_enabled)
             values (gen_random_uuid(), 'provision', 'enabled', 'boolean', '{value}', true)"
        )
    };
    let update =
        |value: &str| format!("update v_default_settings set default_setting_value = '{value}' where {is_enabled}");
    let delete = format!("delete from v_default_settings where {is_enabled}");
    let domains = "delete from v_domain_settings where domain_setting_subcategory = 'enabled' \
        and domain_setting_category = 'provision'";
    stage.database.run(domains);
    let edits = [
        (format!("{delete}; {}", insert("true")), 200),
        (update("false"), 404),
        (format!("begin; {delete}; {}; commit", insert("true")), 200),
        (delete.clone(), 404),
        (insert("true"), 200),
        // These change no value.
        (format!("begin; {delete}; rollback"), 200),
        ("vacuum (freeze) v_default_settings".to_owned(), 200),
        ("vacuum full v_default_settings".to_owned(), 200),
        (format!("begin; {}; {}; commit", update("true"), update("false")), 404),
        ("truncate v_default_settings".to_owned(), 404),
        (insert("true"), 200),
    ];
    for (edit, expected) in edits {
        stage.database.run(&edit);
        assert_eq!(status(), expected, "after {edit}");
        assert_eq!(status(), expected, "after {edit}, again");
    }
}
