//! The HTTP API under `/api/v1`, on SQLite and PostgreSQL, with tokens of `dialplate token`.

mod actions;
mod conformance;
mod device;
mod devices;
mod edits;
mod fusionpbx;
mod journal;
mod templates;
mod tokens;

use dialplate_tests::client::{self, Answer};
use dialplate_tests::postgres::Postgres;
use dialplate_tests::server::{self, Server, root};
use dialplate_tests::{database, setting, wait};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Output;
use tempfile::TempDir;
use tokio::runtime::Runtime;

const SCHEMA: &str = include_str!("../host/src/directory/embedded/schema.sql");

/// Two domains. The second device of the first one has a hostile label.
const ROWS: &str = "
    insert into v_domains (domain_uuid, domain_name, domain_enabled) values
        ('d0000000-0000-4000-8000-00000000000a', 'a.example', true),
        ('d0000000-0000-4000-8000-00000000000b', 'b.example', true);
    insert into v_devices (device_uuid, domain_uuid, device_address, device_label, device_vendor, device_template,
        device_description, device_enabled, device_provisioned_date, device_provisioned_ip, device_provisioned_agent)
    values
        ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-00000000000a', '001565000001', 'Reception',
         'yealink', 'yealink/t46u', 'Ground floor', true, '2026-06-30 10:00:00+00', '192.0.2.7',
         'Yealink SIP-T46U 108.86.0.90 00:15:65:00:00:01'),
        ('de000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-00000000000a', '001565000002',
         '<script>alert(\"1\")</script>', 'yealink', 'yealink/t54w', null, true, null, null, null),
        ('de000000-0000-4000-8000-000000000003', 'd0000000-0000-4000-8000-00000000000a', '000b82000003', 'Fax',
         'grandstream', 'grandstream/ht802', null, false, null, null, null),
        ('de000000-0000-4000-8000-000000000004', 'd0000000-0000-4000-8000-00000000000b', '0004f2000004', 'Boss',
         'polycom', 'polycom/vvx450', null, true, null, null, null);
    insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, server_address, user_id,
        password, enabled)
    values
        ('11000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-00000000000a',
         'de000000-0000-4000-8000-000000000001', '1', 'a.example', '101', 'line-secret-1', true),
        ('11000000-0000-4000-8000-000000000004', 'd0000000-0000-4000-8000-00000000000b',
         'de000000-0000-4000-8000-000000000004', '1', 'b.example', '201', 'line-secret-4', true);
";

/// A setting of the domain, over a default one.
const SETTINGS: &str = "
    insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory,
        default_setting_name, default_setting_value, default_setting_enabled) values
        ('5e000000-0000-4000-8000-000000000001', 'provision', 'ntp_server_primary', 'text', 'ntp.example', true),
        ('5e000000-0000-4000-8000-000000000002', 'provision', 'admin_password', 'text', 'phone-secret-9', true);
    insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category,
        domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled) values
        ('5d000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-00000000000a', 'provision',
         'ntp_server_primary', 'text', 'ntp.a.example', true);
";

/// The address of the first domain's first device, and its agent.
pub const PHONE: &str = "001565000001";
pub const AGENT: &str = "Yealink SIP-T46U 108.86.0.90 00:15:65:00:00:01";

/// A server on a database of one kind.
pub struct Stage {
    pub server: Server,
    pub url: String,
    folder: TempDir,
    _postgres: Option<Postgres>,
}

impl Stage {
    /// A server on SQLite.
    pub fn sqlite() -> Self {
        Self::sqlite_with(&[])
    }

    pub fn sqlite_with(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = runtime().block_on(async {
            let url = database::empty(folder.path()).await;
            database::run(&url, &script()).await;
            url
        });
        Self::start(folder, url, None, settings)
    }

    /// A server on PostgreSQL; `None` where it is not installed.
    fn postgres_with(settings: &[(&str, &str)]) -> Option<Self> {
        let (postgres, url) = runtime().block_on(async {
            let postgres = Postgres::start().await?;
            let url = postgres.database("api", &[&script()]).await;
            Some((postgres, url))
        })?;
        Some(Self::start(tempfile::tempdir().unwrap(), url, Some(postgres), settings))
    }

    /// A server on each kind of database.
    pub fn both() -> Vec<Self> {
        Self::both_with(&[])
    }

    pub fn both_with(settings: &[(&str, &str)]) -> Vec<Self> {
        std::iter::once(Self::sqlite_with(settings)).chain(Self::postgres_with(settings)).collect()
    }

    fn start(folder: TempDir, url: String, postgres: Option<Postgres>, settings: &[(&str, &str)]) -> Self {
        let own = settings_of(folder.path(), &url);
        let own: Vec<_> = own.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let server = Server::start(&[own.as_slice(), settings].concat());
        Self { server, url, folder, _postgres: postgres }
    }

    /// Runs a command with the server's configuration.
    pub fn command(&self, name: &str, words: &[&str]) -> Output {
        let settings = settings_of(self.folder.path(), &self.url);
        let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        server::command(name, &settings).args(words).output().unwrap()
    }

    /// A new token with these flags.
    pub fn token(&self, name: &str, flags: &[&str]) -> String {
        let output = self.command("token", &[&["add", name, "--json"], flags].concat());
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let value: Value = serde_json::from_slice(&output.stdout).unwrap();
        value["token"].as_str().unwrap().to_owned()
    }

    pub fn get(&self, token: &str, path: &str) -> Answer {
        self.send("GET", token, path, None)
    }

    /// Sends a request, with a body of JSON if there is one.
    pub fn send(&self, method: &str, token: &str, path: &str, body: Option<&Value>) -> Answer {
        self.send_with(&[], method, token, path, body)
    }

    /// The same with further headers.
    pub fn send_with(
        &self,
        headers: &[(&str, &str)],
        method: &str,
        token: &str,
        path: &str,
        body: Option<&Value>,
    ) -> Answer {
        let authorization = format!("Bearer {token}");
        let own = [
            ("Host", "pbx.example.net"),
            ("Authorization", authorization.as_str()),
            ("Content-Type", "application/json"),
        ];
        let body = body.map(Value::to_string).unwrap_or_default();
        client::send(self.server.admin(), method, path, &[&own, headers].concat(), body.as_bytes())
    }

    /// A phone's request for the file of its own name.
    pub fn fetch(&self, host: &str, address: &str) -> Answer {
        let headers = [("Host", host), ("User-Agent", AGENT)];
        client::send(self.server.address, "GET", &format!("/provision/{address}.cfg"), &headers, b"")
    }

    /// Waits until the journal has so many lines, and returns them, the newest first.
    pub fn until_lines(&self, token: &str, count: usize) -> Vec<Value> {
        let lines = || self.json(token, "/api/v1/journal")["entries"].as_array().unwrap().clone();
        wait::until(|| lines().len() >= count, || format!("{count} lines"));
        lines()
    }

    /// The JSON of a 200.
    pub fn json(&self, token: &str, path: &str) -> Value {
        json(&self.get(token, path))
    }

    pub fn access_file(&self) -> PathBuf {
        self.folder.path().join("access.db")
    }
}

/// The JSON of a 200.
pub fn json(answer: &Answer) -> Value {
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"), "{}", answer.text());
    serde_json::from_slice(&answer.body).unwrap()
}

/// The detail of a problem with this status.
pub fn problem(answer: &Answer, status: u16) -> String {
    let kind = answer.header("content-type");
    assert_eq!((answer.status, kind), (status, "application/problem+json"), "{}", answer.text());
    let value: Value = serde_json::from_slice(&answer.body).unwrap();
    assert_eq!(value["status"], status);
    assert!(value["type"].as_str().unwrap().starts_with("/api/v1/problems#"), "{value}");
    value["detail"].as_str().unwrap().to_owned()
}

fn runtime() -> Runtime {
    Runtime::new().unwrap()
}

fn script() -> String {
    [
        SCHEMA,
        ROWS,
        SETTINGS,
        &setting::set("enabled", "boolean", "true"),
        &setting::set("http_domain_filter", "boolean", "true"),
    ]
    .concat()
}

fn settings_of(folder: &Path, url: &str) -> Vec<(&'static str, String)> {
    let path = |name: &str| folder.join(name).display().to_string();
    vec![
        ("DIALPLATE_DATABASE", url.to_owned()),
        ("DIALPLATE_TEMPLATES", root().join("templates").display().to_string()),
        ("DIALPLATE_CLOCK", server::CLOCK.to_owned()),
        ("DIALPLATE_JOURNAL", path("journal.db")),
        ("DIALPLATE_ACCESS_FILE", path("access.db")),
    ]
}
