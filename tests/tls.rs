//! TLS to the database: a PostgreSQL whose certificate one of two authorities has signed.

use dialplate_tests::postgres::{self, Postgres};
use dialplate_tests::server::{self, Server, root};
use dialplate_tests::skip;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tokio::runtime::Runtime;

const SCHEMA: &str = include_str!("../host/src/directory/embedded/schema.sql");

fn openssl(folder: &Path, arguments: &[&str]) {
    let status = Command::new("openssl").args(arguments).current_dir(folder).stderr(Stdio::null()).status();
    assert!(status.is_ok_and(|status| status.success()), "openssl {arguments:?}");
}

/// Creates an authority of this name, `name.pem` and `name.key`.
fn authority(folder: &Path, name: &str) {
    let (key, certificate, subject) = (format!("{name}.key"), format!("{name}.pem"), format!("/CN={name}"));
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
    let mut arguments = vec!["req", "-x509", "-subj", &subject, "-keyout", &key, "-out", &certificate];
    arguments.extend(curve);
    openssl(folder, &arguments);
}

/// Creates a certificate for `localhost` only, signed by `ours`.
fn certificate(folder: &Path) {
    let curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    let mut request = vec!["req", "-subj", "/CN=localhost", "-keyout", "server.key", "-out", "server.csr"];
    request.extend(curve);
    openssl(folder, &request);
    std::fs::write(folder.join("names"), "subjectAltName=DNS:localhost").unwrap();
    let sign = ["x509", "-req", "-in", "server.csr", "-CA", "ours.pem", "-CAkey", "ours.key", "-CAcreateserial"];
    openssl(folder, &[&sign[..], &["-days", "2", "-extfile", "names", "-out", "server.pem"]].concat());
}

struct Stage {
    _postgres: Postgres,
    certificates: tempfile::TempDir,
    port: u16,
}

fn stage() -> Option<Stage> {
    if Command::new("openssl").arg("version").output().is_err() {
        skip("openssl is not installed");
        return None;
    }
    let certificates = tempfile::tempdir().unwrap();
    let here = certificates.path();
    authority(here, "ours");
    authority(here, "theirs");
    certificate(here);
    let place = |folder: &Path, name: &str| -> PathBuf {
        let path = folder.join(name);
        std::fs::copy(here.join(name), &path).unwrap();
        Command::new("chmod").arg("600").arg(&path).status().unwrap();
        postgres::own(&path);
        path
    };
    let settings = |folder: &Path| {
        let (certificate, key) = (place(folder, "server.pem"), place(folder, "server.key"));
        vec![
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", certificate.display()),
            format!("ssl_key_file={}", key.display()),
        ]
    };
    let runtime = Runtime::new().unwrap();
    let postgres = runtime.block_on(Postgres::start_with(settings))?;
    runtime.block_on(postgres.database("fusionpbx", &[SCHEMA]));
    let port = postgres.port();
    Some(Stage { _postgres: postgres, certificates, port })
}

impl Stage {
    fn url(&self, host: &str, parameters: &str) -> String {
        let folder = self.certificates.path().display();
        let parameters = parameters.replace("FOLDER", &folder.to_string());
        format!("postgres://postgres:s3cret@{host}:{}/fusionpbx?{parameters}", self.port)
    }
}

fn settings(url: &str) -> Vec<(&str, String)> {
    vec![
        ("DIALPLATE_DATABASE", url.to_owned()),
        ("DIALPLATE_TEMPLATES", root().join("templates").display().to_string()),
    ]
}

/// `None` if `dialplate check` succeeds, else its last line.
fn outcome(settings: &[(&str, String)]) -> Option<String> {
    let mut settings: Vec<_> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    settings.push(("DIALPLATE_DATABASE_WAIT_MS", "0"));
    let output = server::command("check", &settings).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or_default().to_owned();
    (!output.status.success()).then_some(said)
}

#[test]
fn sslmode_decides_which_certificates_are_trusted() {
    let Some(stage) = stage() else { return };
    for (host, parameters, trusted) in [
        ("localhost", "sslmode=verify-full&sslrootcert=FOLDER/ours.pem", true),
        ("127.0.0.1", "sslmode=verify-ca&sslrootcert=FOLDER/ours.pem", true),
        ("127.0.0.1", "sslmode=verify-full&sslrootcert=FOLDER/ours.pem", false),
        ("localhost", "sslmode=verify-full&sslrootcert=FOLDER/theirs.pem", false),
        ("localhost", "sslmode=verify-ca&sslrootcert=FOLDER/theirs.pem", false),
        // As in libpq, a named authority is used even in mode `require`.
        ("localhost", "sslmode=require&sslrootcert=FOLDER/theirs.pem", false),
        ("127.0.0.1", "sslmode=require", true),
        ("127.0.0.1", "sslmode=prefer", true),
        ("127.0.0.1", "sslmode=allow", true),
        ("127.0.0.1", "sslmode=disable", true),
    ] {
        let said = outcome(&settings(&stage.url(host, parameters)));
        assert_eq!(said.is_none(), trusted, "{host} {parameters}: {said:?}");
        if let Some(said) = said {
            assert!(said.contains("is not trusted") && said.contains("sslrootcert"), "{said}");
            assert!(said.contains("certificate") && !said.contains("s3cret"), "{said}");
        }
    }
}

#[test]
fn database_without_tls_is_refused_if_tls_is_required() {
    let runtime = Runtime::new().unwrap();
    let Some(postgres) = runtime.block_on(Postgres::start()) else { return };
    let url = runtime.block_on(postgres.database("fusionpbx", &[SCHEMA]));
    let said = outcome(&settings(&format!("{url}?sslmode=require"))).expect("refused");
    assert!(said.contains("is not trusted") && said.contains("TLS"), "{said}");
    assert_eq!(outcome(&settings(&format!("{url}?sslmode=prefer"))), None);
}

#[test]
fn fusionpbx_config_decides_which_certificates_are_trusted() {
    let Some(stage) = stage() else { return };
    let folder = stage.certificates.path();
    let file = folder.join("config.conf");
    let settings = [
        ("DIALPLATE_FUSIONPBX_CONFIG", file.display().to_string()),
        ("DIALPLATE_TEMPLATES", root().join("templates").display().to_string()),
    ];
    for (authority, trusted) in [("ours", true), ("theirs", false)] {
        let text = format!(
            "database.0.type = pgsql\ndatabase.0.host = localhost\ndatabase.0.port = {}\n\
             database.0.sslmode = verify-full\ndatabase.0.cert_authority = {}/{authority}.pem\n\
             database.0.name = fusionpbx\ndatabase.0.username = postgres\ndatabase.0.password = s3cret\n",
            stage.port,
            folder.display()
        );
        std::fs::write(&file, text).unwrap();
        let said = outcome(&settings);
        assert_eq!(said.is_none(), trusted, "{authority}: {said:?}");
        let names_the_file = said.is_none_or(|said| said.contains("config.conf") && !said.contains("s3cret"));
        assert!(names_the_file, "{authority}");
    }
}

#[test]
fn server_answers_over_an_encrypted_connection() {
    let Some(stage) = stage() else { return };
    let url = stage.url("localhost", "sslmode=verify-full&sslrootcert=FOLDER/ours.pem");
    let settings = settings(&url);
    let settings: Vec<_> = settings.iter().map(|(key, value)| (*key, value.as_str())).collect();
    let server = Server::start(&settings);
    // The tables are empty, so the phone is unknown; without the database the status would be 503.
    assert_ne!(server.get("localhost", "/provision/001565000046.cfg").status, 503);
}
