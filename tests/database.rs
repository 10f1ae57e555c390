//! The commands `dialplate db init`, `db check` and `db index`, and the database that FusionPBX's configuration names.

use dialplate_tests::corpus;
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::{self, Server, root};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Exit status, standard output, standard error.
pub fn db(arguments: &[&str], settings: &[(&str, &str)]) -> (bool, String, String) {
    let output = server::command("db", settings).args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.success(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn db_init_creates_a_working_file_and_keeps_existing_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/dialplate.db");
    let file = path.display().to_string();
    let (made, said, _) = db(&["init", &file], &[]);
    assert!(made && said.contains(&file) && said.contains("devices: 10"), "{said}");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let before = std::fs::read(&path).unwrap();
    let (made, _, error) = db(&["init", "--database", &format!("sqlite://{file}")], &[]);
    assert!(!made && error.contains("exists and is left unchanged"), "{error}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
    let templates = root().join("templates").display().to_string();
    let url = format!("sqlite://{file}");
    let server = Server::start(&[("DIALPLATE_DATABASE", &url), ("DIALPLATE_TEMPLATES", &templates)]);
    assert_eq!(server.get("localhost", "/provision/001565000046.cfg").status, 200);
}

#[test]
fn older_embedded_database_is_updated() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dialplate.db").display().to_string();
    assert!(db(&["init", &file], &[]).0);
    let url = format!("sqlite://{file}");
    let older = "drop table v_extension_users; drop table v_user_settings; drop table v_user_groups; \
        alter table v_extensions drop column number_alias";
    dialplate_tests::database::run_blocking(&url, older);
    let mut command = server::command("user", &[("DIALPLATE_DATABASE", &url)]);
    let output = command.args(["add", "ada", "--extension", "101"]).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && error.matches("updated the database").count() == 1, "{error}");
    assert!(error.contains("v_extensions.number_alias") && error.contains("v_user_settings"), "{error}");
    let (usable, said, error) = db(&["check", &url], &[]);
    assert!(usable && !error.contains("updated the database"), "{said}{error}");
}

#[test]
fn db_init_refuses_postgresql() {
    let (made, _, error) = db(&["init", "postgres://u:s3cret@127.0.0.1:1/fusionpbx"], &[]);
    assert!(!made && error.contains("FusionPBX creates its own") && !error.contains("s3cret"), "{error}");
}

#[test]
fn db_check_reports_release_rights_and_missing_indexes() {
    let Some(stage) = Recorded::start() else { return };
    let url = stage.url();
    let (usable, said, error) = db(&["check", &url], &[]);
    assert!(usable, "{said}{error}");
    let expected = ["PostgreSQL", "FusionPBX 5.5 or later", "domains: 3", "devices: 433", "devices enabled: 430"];
    let rights = ["may insert devices (auto insert): yes", "create index concurrently on v_devices (device_address);"];
    for text in expected.iter().chain(&rights).chain(&["finding a device takes "]) {
        assert!(said.contains(text), "{text} in\n{said}");
    }
    let (made, said, error) = db(&["index", &url], &[]);
    assert!(made && said.contains("done: create index concurrently on v_devices (device_address);"), "{said}{error}");
    let (made, said, _) = db(&["index", &url], &[]);
    assert!(made && said.contains("has every index"), "{said}");
    let changes = "create role reader login;
        grant select on all tables in schema public to reader; revoke select on v_device_lines from reader";
    stage.run(changes);
    let (usable, said, _) = db(&["check"], &[("DIALPLATE_DATABASE", &url.replace("postgres@", "reader@"))]);
    assert!(!usable && said.contains("table v_device_lines exists, but this role may not read it"), "{said}");
    stage.run("grant select on v_device_lines to reader");
    let (usable, said, _) = db(&["check", &url.replace("postgres@", "reader@")], &[]);
    assert!(usable && !said.contains("v_devices (device_address)"), "{said}");
    assert!(said.contains("may note when a device was provisioned: no"), "{said}");
    stage.run("drop index v_devices_device_address_idx");
    let (made, _, error) = db(&["index", &url.replace("postgres@", "reader@")], &[]);
    assert!(!made && error.contains("only the owner of the tables may"), "{error}");
}

#[test]
fn db_check_names_missing_tables_and_columns() {
    let folder = tempfile::tempdir().unwrap();
    let (usable, _, error) = db(&["check", &folder.path().join("nothing.db").display().to_string()], &[]);
    assert!(!usable && error.contains("no file"), "{error}");
    let Some(corpus) = corpus::find() else { return };
    let url = corpus::sqlite(folder.path(), &corpus, &[]);
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        use sqlx::Connection;
        let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
        let change = "alter table v_devices rename device_template to template; drop table v_users";
        sqlx::raw_sql(change).execute(&mut connection).await.unwrap();
    });
    let (usable, said, _) = db(&["check", &url], &[]);
    assert!(!usable && said.contains("v_devices.device_template is missing"), "{said}");
    assert!(said.contains("table v_users is missing"), "{said}");
}

/// A configuration file of FusionPBX's that names a SQLite file.
fn fusionpbx_config(folder: &Path, database: &Path) -> String {
    let (path, name) = (database.parent().unwrap().display(), database.file_name().unwrap().to_string_lossy());
    let text = format!("#database\ndatabase.0.type = sqlite\ndatabase.0.path = {path}\ndatabase.0.name = {name}\n");
    let file = folder.join("config.conf");
    std::fs::write(&file, text).unwrap();
    file.display().to_string()
}

#[test]
fn fusionpbx_config_names_the_database_unless_overridden() {
    let folder = tempfile::tempdir().unwrap();
    let theirs = folder.path().join("theirs.db");
    assert!(db(&["init", &theirs.display().to_string()], &[]).0);
    let config = fusionpbx_config(folder.path(), &theirs);
    let templates = root().join("templates").display().to_string();
    let settings = [("DIALPLATE_FUSIONPBX_CONFIG", config.as_str()), ("DIALPLATE_TEMPLATES", &templates)];
    let server = Server::start(&settings);
    assert_eq!(server.get("localhost", "/provision/001565000046.cfg").status, 200);
    server.until_logged(&[&config]);
    let (_, said, _) = db(&["check"], &settings);
    assert!(said.contains("theirs.db") && said.contains(&format!("(named in {config})")), "{said}");
    let ours = folder.path().join("ours.db").display().to_string();
    let (made, said, _) =
        db(&["init"], &[&settings[..], &[("DIALPLATE_DATABASE", &format!("sqlite://{ours}"))]].concat());
    assert!(made && said.contains("ours.db"), "{said}");
}

#[test]
fn invalid_fusionpbx_config_fails_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let config = fusionpbx_config(folder.path(), Path::new("/nowhere/fusionpbx.db"));
    for text in ["database.0.type = mysql\ndatabase.0.password = s3cret", "database.0.type = sqlite"] {
        std::fs::write(&config, text).unwrap();
        let output = server::run(&[("DIALPLATE_FUSIONPBX_CONFIG", config.as_str())]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(&config) && said.contains("DIALPLATE_DATABASE"), "{said}");
        assert!(said.contains("database.0.") && !said.contains("s3cret"), "{said}");
    }
}
