//! Servers with FusionPBX's users in both databases.

use dialplate::password::NewPassword;
use dialplate::request::Secret;
use dialplate_tests::postgres::Postgres;
use dialplate_tests::server::{Server, root};
use md5::{Digest, Md5};
use std::sync::LazyLock;

const SCHEMA: &str = include_str!("../../host/src/directory/embedded/schema.sql");

pub const PBX: &str = "pbx.example.net";
pub const OTHER: &str = "other.example.net";

/// Two domains, FusionPBX's groups, and a group of the second domain that has the name of the most powerful one.
const ROWS: &str = "
insert into v_domains (domain_uuid, domain_name, domain_enabled) values
    ('d0000000-0000-4000-8000-0000000000a1', 'pbx.example.net', true),
    ('d0000000-0000-4000-8000-0000000000a2', 'other.example.net', true);
insert into v_groups (group_uuid, domain_uuid, group_name) values
    ('90000000-0000-4000-8000-000000000001', null, 'superadmin'),
    ('90000000-0000-4000-8000-000000000002', null, 'admin'),
    ('90000000-0000-4000-8000-000000000003', null, 'user'),
    ('90000000-0000-4000-8000-000000000004', 'd0000000-0000-4000-8000-0000000000a2', 'superadmin');
insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory,
    default_setting_name, default_setting_value, default_setting_enabled) values
    ('5e000000-0000-4000-8000-0000000000a1', 'provision', 'enabled', 'boolean', 'true', true);
insert into v_devices (device_uuid, domain_uuid, device_address, device_label, device_vendor, device_template, device_enabled,
    device_provisioned_date) values
    ('de000000-0000-4000-8000-000000000001', 'd0000000-0000-4000-8000-0000000000a1', '001565aa0001',
        '<script>alert(1)</script>', 'yealink', 'yealink/t46u', true, '2020-01-01 00:00:00+00'),
    ('de000000-0000-4000-8000-000000000002', 'd0000000-0000-4000-8000-0000000000a2', '001565aa0002',
        'Other''s phone', 'yealink', 'yealink/t46u', true, '2020-01-02 00:00:00+00');
";

/// A user: name, domain (1 or 2), stored hash, salt, group and whether it is enabled.
struct User(u32, &'static str, u32, String, &'static str, u32, bool);

fn bcrypt(password: &str) -> String {
    NewPassword::of(&Secret::new(password)).unwrap().hash
}

/// Made once, since each password is hashed for a while.
static USERS: LazyLock<String> = LazyLock::new(users);

fn users() -> String {
    let salted = format!("{:x}", Md5::digest("saltold&pass"));
    let all = [
        User(1, "root", 1, bcrypt("s3cret"), "", 1, true),
        User(2, "old", 1, salted, "salt", 1, true),
        User(3, "tenant", 2, bcrypt("s3cret"), "", 2, true),
        User(4, "gone", 1, bcrypt("s3cret"), "", 1, false),
        User(5, "person", 1, bcrypt("s3cret"), "", 3, true),
        User(6, "forger", 2, bcrypt("s3cret"), "", 4, true),
        User(7, "twin", 1, bcrypt("first"), "", 1, true),
        User(8, "twin", 2, bcrypt("second"), "", 2, true),
        User(9, "bare", 1, bcrypt("s3cret"), "", 0, true),
        User(10, "coded", 1, bcrypt("s3cret"), "", 1, true),
        User(11, "<b>Zoë & \"X\"</b>", 1, bcrypt("p&ss w\"örd<'>+%"), "", 1, true),
    ];
    let mut sql = String::new();
    for User(number, name, domain, hash, salt, group, enabled) in all {
        let uuid = format!("'a0000000-0000-4000-8000-{number:012}'");
        let domain = format!("'d0000000-0000-4000-8000-0000000000a{domain}'");
        let secret = if name == "coded" { "'JBSWY3DPEHPK3PXP'" } else { "null" };
        sql += &format!(
            "insert into v_users (user_uuid, domain_uuid, username, password, salt, user_enabled, user_totp_secret) \
             values ({uuid}, {domain}, '{name}', '{hash}', '{salt}', {enabled}, {secret});\n"
        );
        if group > 0 {
            sql += &format!(
                "insert into v_user_groups (user_group_uuid, domain_uuid, group_uuid, user_uuid) values \
                 ('b0000000-0000-4000-8000-{number:012}', {domain}, '90000000-0000-4000-8000-{group:012}', {uuid});\n"
            );
        }
    }
    sql
}

/// Servers with a console, one for each database, and what they need to run.
pub struct Stage {
    pub servers: Vec<(Server, String)>,
    folder: tempfile::TempDir,
    _postgres: Option<Postgres>,
}

impl Stage {
    pub async fn new(settings: &[(&str, &str)]) -> Self {
        let (folder, postgres) = (tempfile::tempdir().unwrap(), Postgres::start().await);
        let rows = ROWS.to_owned() + &USERS;
        let sqlite = dialplate_tests::database::empty(folder.path()).await;
        dialplate_tests::database::run(&sqlite, &(SCHEMA.to_owned() + &rows)).await;
        let mut urls = vec![sqlite];
        if let Some(postgres) = &postgres {
            urls.push(postgres.database("console", &[SCHEMA, &rows]).await);
        }
        let mut servers = Vec::new();
        for (at, url) in urls.into_iter().enumerate() {
            let (templates, journal) =
                (root().join("templates").display().to_string(), folder.path().join(format!("journal-{at}.db")));
            let journal = journal.display().to_string();
            let own = [
                ("DIALPLATE_DATABASE", url.as_str()),
                ("DIALPLATE_TEMPLATES", templates.as_str()),
                ("DIALPLATE_JOURNAL", journal.as_str()),
                ("DIALPLATE_CONSOLE_PATH", super::browser::BASE),
            ];
            servers.push((Server::start(&[&own, settings].concat()), url.clone()));
        }
        Self { servers, folder, _postgres: postgres }
    }

    /// The journal of a server.
    pub fn journal(&self, at: usize) -> String {
        self.folder.path().join(format!("journal-{at}.db")).display().to_string()
    }
}
