//! Where the database's password may be, and the warning about the one place where it must not be.

use dialplate_tests::postgres::{self, Postgres};
use dialplate_tests::server;
use std::path::Path;
use std::process::Output;
use tokio::runtime::Runtime;

const SCHEMA: &str = include_str!("../host/src/directory/embedded/schema.sql");
const ROLE: &str = "create role dialplate superuser login password 's3cret'";

/// The role `dialplate` needs its password, the administrator's role needs none.
fn demand_password(folder: &Path) -> Vec<String> {
    let file = folder.join("hba.conf");
    let rules = "host all postgres 127.0.0.1/32 trust\nhost all dialplate 127.0.0.1/32 scram-sha-256\n";
    std::fs::write(&file, rules).unwrap();
    postgres::own(&file);
    vec![format!("hba_file={}", file.display())]
}

fn db_check(url: &str, settings: &[(&str, &str)]) -> Output {
    server::command("db", settings).args(["check", "--database", url]).output().unwrap()
}

#[test]
fn password_comes_from_url_file_or_environment() {
    let runtime = Runtime::new().unwrap();
    let Some(postgres) = runtime.block_on(Postgres::start_with(demand_password)) else { return };
    let url = runtime.block_on(postgres.database("fusionpbx", &[SCHEMA, ROLE]));
    let with_login = |login: &str| url.replace("postgres@", &format!("{login}@"));
    let (bare, right, wrong) =
        (with_login("dialplate"), with_login("dialplate:s3cret"), with_login("dialplate:s3cret-no-more"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    std::fs::write(&file, "s3cret\n").unwrap();
    let file = [("DIALPLATE_DATABASE_PASSWORD_FILE", file.to_str().unwrap())];
    for (url, settings, connects) in [
        (&bare, &[][..], false),
        (&bare, &file, true),
        (&bare, &[("PGPASSWORD", "s3cret")], true),
        (&bare, &[("PGPASSWORD", "wrong"), file[0]], true),
        (&right, &[], true),
        (&wrong, &file, false),
    ] {
        let output = db_check(url, settings);
        let said = format!("{output:?}");
        assert_eq!(output.status.success(), connects, "{url} {settings:?}: {said}");
        assert!(!said.contains("s3cret"), "{said}");
    }
}

#[test]
fn secret_in_the_command_line_is_a_warning() {
    let warned = |arguments: &[&str]| {
        let output = server::command("db", &[]).arg("check").args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!said.contains("s3cret"), "{said}");
        said.contains("every user of this machine can read the secret")
    };
    let wait = "--database-wait-ms=0";
    assert!(warned(&[wait, "--database", "postgres://u:s3cret@127.0.0.1:1/x"]));
    assert!(warned(&[wait, "postgres://u:s3cret@127.0.0.1:1/x"]));
    assert!(!warned(&[wait, "--database", "postgres://u@127.0.0.1:1/x?sslmode=require"]));
}
