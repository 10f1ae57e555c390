//! Users who log in from a softphone, on both databases: who gets which accounts, and what the others are shown.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use dialplate::password::NewPassword;
use dialplate::request::Secret;
use dialplate_tests::app::{TestApp, TestAppBuilder};
use dialplate_tests::client::Answer;
use dialplate_tests::page;
use dialplate_tests::postgres::Postgres;
use dialplate_tests::server;
use dialplate_tests::{setting, skip};
use md5::{Digest, Md5};
use std::io::Write;
use std::process::{Command, Stdio};

const SCHEMA: &str = include_str!("../host/src/directory/embedded/schema.sql");
const ZOIPER: &str = "Zoiper v5.6.4";
const HOST: &str = "pbx.example.net";

/// A domain with the extensions 201 to 204, of which 204 is disabled, and one of another domain.
const ROWS: &str = "
insert into v_domains (domain_uuid, domain_name, domain_enabled) values
    ('d0000000-0000-4000-8000-0000000000a1', 'pbx.example.net', true),
    ('d0000000-0000-4000-8000-0000000000a2', 'other.example.net', true);
insert into v_default_settings (default_setting_uuid, default_setting_category, default_setting_subcategory,
    default_setting_name, default_setting_value, default_setting_enabled) values
    ('5e000000-0000-4000-8000-0000000000a1', 'provision', 'enabled', 'boolean', 'true', true),
    ('5e000000-0000-4000-8000-0000000000a2', 'provision', 'line_sip_transport', 'text', 'tls', true);
insert into v_extensions (extension_uuid, domain_uuid, extension, password, effective_caller_id_name,
    directory_first_name, enabled) values
    ('e0000000-0000-4000-8000-000000000201', 'd0000000-0000-4000-8000-0000000000a1', '201', 'sip-201', 'Ada', 'A', true),
    ('e0000000-0000-4000-8000-000000000202', 'd0000000-0000-4000-8000-0000000000a1', '202',
        '<\"p''ä&]]>', 'Zoë & <Söhne> \"X\"', '', true),
    ('e0000000-0000-4000-8000-000000000203', 'd0000000-0000-4000-8000-0000000000a1', '203', 'sip-203', '', '', true),
    ('e0000000-0000-4000-8000-000000000204', 'd0000000-0000-4000-8000-0000000000a1', '204', 'sip-204', '', '', false),
    ('e0000000-0000-4000-8000-000000000301', 'd0000000-0000-4000-8000-0000000000a2', '301', 'sip-301', '', '', true);
";

/// A user of the domain with these extensions. `rest` are further columns with their values.
fn user(number: u32, name: &str, hash: &str, extensions: &[u32], rest: &[(&str, &str)]) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    let (columns, values): (Vec<_>, Vec<_>) = rest.iter().map(|(column, value)| (*column, quoted(value))).unzip();
    let uuid = format!("'a0000000-0000-4000-8000-{number:012}'");
    let mut sql = format!(
        "insert into v_users ({}) values ({});\n",
        [&["user_uuid", "domain_uuid", "username", "password"], columns.as_slice()].concat().join(", "),
        [
            &[uuid.clone(), "'d0000000-0000-4000-8000-0000000000a1'".to_owned(), quoted(name), quoted(hash)],
            values.as_slice()
        ]
        .concat()
        .join(", ")
    );
    for extension in extensions {
        sql += &format!(
            "insert into v_extension_users (extension_user_uuid, domain_uuid, extension_uuid, user_uuid) values \
             ('b0000000-0000-4000-8000-{number:06}{extension:06}', 'd0000000-0000-4000-8000-0000000000a1', \
             'e0000000-0000-4000-8000-{extension:012}', {uuid});\n"
        );
    }
    sql
}

fn bcrypt(password: &str) -> String {
    NewPassword::of(&Secret::new(password)).unwrap().hash
}

fn users() -> String {
    let salted = format!("{:x}", Md5::digest("saltold&pass"));
    [
        user(1, "ada", &bcrypt("s3cret"), &[201, 202, 203, 204, 301], &[("user_email", "Ada@example.net")]),
        user(2, "old", &salted, &[203], &[("salt", "salt")]),
        user(3, "gone", &bcrypt("s3cret"), &[201], &[("user_enabled", "false")]),
        user(4, "bare", &bcrypt("s3cret"), &[], &[]),
        user(5, "Zoë <&\"'>", &bcrypt("p&ss w\"örd<'>+%"), &[203], &[]),
        user(6, "robot", &bcrypt("s3cret"), &[201], &[("user_type", "virtual")]),
    ]
    .concat()
}

/// A database with these rows in SQLite, and one in PostgreSQL if it is installed.
struct Stage {
    postgres: Option<Postgres>,
    folder: tempfile::TempDir,
    rows: String,
}

impl Stage {
    async fn new(more: &str) -> Self {
        let rows = ROWS.to_owned() + &users() + more;
        Self { postgres: Postgres::start().await, folder: tempfile::tempdir().unwrap(), rows }
    }

    async fn urls(&self) -> Vec<String> {
        let sqlite = dialplate_tests::database::empty(self.folder.path()).await;
        dialplate_tests::database::run(&sqlite, &(SCHEMA.to_owned() + &self.rows)).await;
        let mut urls = vec![sqlite];
        if let Some(postgres) = &self.postgres {
            urls.push(postgres.database("logins", &[SCHEMA, &self.rows]).await);
        }
        urls
    }

    async fn apps(&self) -> Vec<TestApp> {
        let mut apps = Vec::new();
        for url in self.urls().await {
            apps.push(TestApp::init().with_database(&url).build().await);
        }
        apps
    }
}

/// What a form or a query has for a text.
fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02x}")).collect()
}

async fn ask(app: &TestApp, target: &str, headers: &[(&str, &str)]) -> Answer {
    app.send("GET", target, &[&[("Host", HOST)], headers].concat(), b"").await
}

async fn log_in(app: &TestApp, user: &str, password: &str) -> Answer {
    let target = format!("/provision/?username={}&password={}", encoded(user), encoded(password));
    ask(app, &target, &[("User-Agent", ZOIPER)]).await
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Name, user, password, domain and transport of each account, by Python's XML parser; or the text of an error.
fn accounts(answer: &Answer) -> Option<String> {
    const SCRIPT: &str = "
import sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.buffer.read())
if root.tag == 'error':
    print('error', root.attrib['code'], root.text)
names = ['name', 'username', 'password', 'SIP_domain', 'SIP_transport_type']
for account in root.findall('accounts/account'):
    print(' | '.join(account.find(name).text or '' for name in names))
";
    let mut python = Command::new("python3");
    python.args(["-c", SCRIPT]).env("PYTHONIOENCODING", "utf-8").stdin(Stdio::piped()).stdout(Stdio::piped());
    let Ok(mut process) = python.spawn() else {
        skip("python3 is not installed");
        return None;
    };
    process.stdin.take().unwrap().write_all(&answer.body).unwrap();
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", answer.text());
    Some(String::from_utf8(output.stdout).unwrap().trim_end().to_owned())
}

#[track_caller]
fn assert_error(answer: &Answer, status: u16, part: &str) {
    let text = answer.text();
    assert_eq!((answer.status, answer.header("content-type")), (status, "text/xml; charset=utf-8"), "{text}");
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<error code=\"1\">"), "{text}");
    assert!(text.contains(part), "{text}");
}

const ADA: &str = "Ada | 201 | sip-201 | pbx.example.net:5060 | tls
Zoë & <Söhne> \"X\" | 202 | <\"p'ä&]]> | pbx.example.net:5060 | tls
203 | 203 | sip-203 | pbx.example.net:5060 | tls";

#[tokio::test(flavor = "multi_thread")]
async fn user_gets_an_account_for_each_extension() {
    for app in Stage::new("").await.apps().await {
        let answer = log_in(&app, "ada", "s3cret").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let Some(found) = accounts(&answer) else { return };
        assert_eq!(found, ADA);
        for (name, password) in [("ADA", "s3cret"), ("ada@EXAMPLE.net", "s3cret")] {
            assert_eq!(log_in(&app, name, password).await.body, answer.body, "{name}");
        }
        let basic = basic("ada", "s3cret");
        for headers in [&[("Authorization", &*basic)][..], &[("Authorization", &basic), ("User-Agent", ZOIPER)]] {
            assert_eq!(ask(&app, "/app/provision/", headers).await.body, answer.body);
        }
        for (name, password) in [("old", "old&pass"), ("Zoë <&\"'>", "p&ss w\"örd<'>+%")] {
            let answer = log_in(&app, name, password).await;
            assert_eq!(accounts(&answer).unwrap(), "203 | 203 | sip-203 | pbx.example.net:5060 | tls", "{name}");
        }
        assert_eq!(app.value("select count(*) from v_devices").await, "0");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_login_is_named_in_an_error_document() {
    for app in Stage::new("").await.apps().await {
        for (name, password, part) in [
            ("ada", "wrong", "Wrong user name or password."),
            ("ada", "", "Wrong user name or password."),
            ("nobody", "s3cret", "Wrong user name or password."),
            ("nobody\0", "s3cret", "Wrong user name or password."),
            ("' or 1=1 --", "s3cret", "Wrong user name or password."),
            ("robot", "s3cret", "Wrong user name or password."),
            ("gone", "wrong", "Wrong user name or password."),
            ("gone", "s3cret", "This user is disabled."),
            ("bare", "s3cret", "No account is assigned"),
        ] {
            assert_error(&log_in(&app, name, password).await, 200, part);
        }
        let wrong = basic("ada", "wrong");
        let answer = ask(&app, "/provision/", &[("Authorization", &wrong)]).await;
        assert_error(&answer, 401, "Wrong user name or password.");
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"pbx.example.net\"");
        let answer = ask(&app, "/provision/", &[("Authorization", &wrong), ("User-Agent", ZOIPER)]).await;
        assert_error(&answer, 200, "Wrong user name or password.");
        let answer = ask(&app, "/provision/", &[("User-Agent", ZOIPER)]).await;
        assert_error(&answer, 401, "Enter your user name and password.");
        assert_eq!(answer.header("www-authenticate"), "Basic realm=\"pbx.example.net\"");
        let elsewhere = [("Host", "nowhere.example"), ("User-Agent", ZOIPER)];
        let answer = app.send("GET", "/provision/?username=ada&password=s3cret", &elsewhere, b"").await;
        assert_error(&answer, 200, "does not know this domain");
        app.run_sql(&setting::set("cidr", "array", "192.0.2.0/24")).await;
        assert_error(&log_in(&app, "ada", "s3cret").await, 200, "not allowed from this network");
        app.run_sql(&setting::set("enabled", "boolean", "false")).await;
        assert_error(&log_in(&app, "ada", "s3cret").await, 200, "Provisioning is switched off");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failure_of_a_softphone_is_an_error_document() {
    let app = TestApp::init().build().await;
    for (target, part) in [
        ("/provision/02005a00ffff.xml", "does not know this device"),
        ("/app/provision/?mac=02005a000001&file=nothing.xml", "Tell your administrator"),
        ("/nothing/at/all", "does not understand this request"),
        ("/provision/?mac[]=x", "does not understand this request"),
    ] {
        assert_error(&app.get_as(ZOIPER, target).await, 200, part);
        let other = app.get_as("Yealink SIP-T46U 108.86.0.20 00:15:65:00:00:46", target).await;
        assert!(other.status != 200 || !other.text().contains("<error"), "{target}");
    }
    let device = app.get_as(ZOIPER, "/provision/02005a000001.xml").await;
    assert_eq!(device.body, app.get("/provision/02005a000001.xml").await.body);
    assert_eq!(device.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn request_that_names_a_device_or_a_file_is_no_login() {
    let app = TestApp::init().with_sql(&setting::digest()).build().await;
    let basic = basic("ada", "s3cret");
    for target in ["/provision/?mac=001565000046&username=ada&password=x", "/provision/directory.xml?username=ada"] {
        assert_eq!(app.get(target).await.status, 401, "{target}");
    }
    let answer = app.send("GET", "/provision/", &[("Host", "localhost"), ("Authorization", &basic)], b"").await;
    assert!(answer.header("www-authenticate").starts_with("Digest"), "the domain's phones have credentials");
    assert_eq!(answer.text(), "Authorization Required");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_domain_filter_the_name_tells_the_domain() {
    let off = setting::set("http_domain_filter", "boolean", "false");
    for app in Stage::new(&off).await.apps().await {
        let send = async |name: &str| {
            let target = format!("/provision/?username={}&password=s3cret", encoded(name));
            app.send("GET", &target, &[("Host", "192.0.2.1")], b"").await
        };
        let headers = [("Host", "192.0.2.1"), ("User-Agent", "Zoiper rv2.10")];
        assert_error(&app.send("GET", "/provision/", &headers, b"").await, 401, "Enter your user name");
        assert_error(&send("ada").await, 200, "does not know this domain");
        assert_error(&send("ada@other.example.net").await, 200, "Wrong user name or password.");
        assert_eq!(send("ada@PBX.example.net").await.body, log_in(&app, "ada", "s3cret").await.body);
        app.run_sql("delete from v_domains where domain_name = 'other.example.net'").await;
        assert_eq!(send("ada").await.body, log_in(&app, "ada", "s3cret").await.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn hashes_made_by_php_log_in() {
    let password = "p&ss w\"örd<'>";
    let php = |code: &str| {
        let output = Command::new("php").args(["-r", code, password]).output().ok()?;
        Some(String::from_utf8(output.stdout).unwrap())
    };
    let Some(ten) = php("echo password_hash($argv[1], PASSWORD_DEFAULT, ['cost' => 10]);") else {
        return skip("php is not installed");
    };
    let twelve = php("echo password_hash($argv[1], PASSWORD_BCRYPT, ['cost' => 12]);").unwrap();
    let salted = php("echo md5('5a1t'.$argv[1]);").unwrap();
    let more = [
        user(11, "ten", &ten, &[203], &[]),
        user(12, "twelve", &twelve, &[203], &[]),
        user(13, "salted", &salted, &[203], &[("salt", "5a1t")]),
    ];
    for app in Stage::new(&more.concat()).await.apps().await {
        for name in ["ten", "twelve", "salted"] {
            let answer = log_in(&app, name, password).await;
            assert!(answer.text().contains("<username>203</username>"), "{name}: {}", answer.text());
            assert_error(&log_in(&app, name, "wrong").await, 200, "Wrong user name");
        }
    }
}

/// Runs `dialplate user` with the password on standard input.
fn edit_user(url: &str, arguments: &[&str], password: &str) -> (bool, String) {
    let mut command = server::command("user", &[("DIALPLATE_DATABASE", url)]);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut process = command.spawn().unwrap();
    process.stdin.take().unwrap().write_all(format!("{password}\n").as_bytes()).unwrap();
    let output = process.wait_with_output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

fn set_password(url: &str, arguments: &[&str], password: &str) -> (bool, String) {
    edit_user(url, &[&["set-password"], arguments].concat(), password)
}

#[tokio::test(flavor = "multi_thread")]
async fn added_and_changed_users_log_in_with_the_md5() {
    let stage = Stage::new("").await;
    for url in stage.urls().await {
        let app = TestApp::init().with_database(&url).build().await;
        for (arguments, password) in [
            (&["add", "new", "--domain", HOST, "--extension", "203", "--password-stdin"][..], "f1rst"),
            (&["set", "new", "--domain", HOST, "--password-stdin"], "sec0nd"),
        ] {
            let (succeeded, said) = edit_user(&url, arguments, password);
            assert!(succeeded, "{said}");
            for right in [password, &format!("{:x}", Md5::digest(password))] {
                let answer = log_in(&app, "new", right).await;
                assert!(answer.text().contains("<username>203</username>"), "{password}: {}", answer.text());
            }
        }
        assert_error(&log_in(&app, "new", &format!("{:x}", Md5::digest("f1rst"))).await, 200, "Wrong user name");
        assert_eq!(app.value("select count(*) from v_user_settings").await, "1");
        let (succeeded, said) = edit_user(&url, &["remove", "new", "--domain", HOST], "");
        assert!(succeeded, "{said}");
        assert_eq!(app.value("select count(*) from v_user_settings").await, "0");
    }
}

/// The rights that docs/administration.md and docs/zoiper.md name.
fn rights() -> String {
    let page = |name: &str| page::blocks(name, "sql").into_iter().filter(|block| block.contains("GRANT"));
    page("docs/administration.md").chain(page("docs/zoiper.md")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn documented_rights_let_users_log_in() {
    let Some(postgres) = Postgres::start().await else { return };
    let rows = ROWS.to_owned() + &users();
    let url = postgres.database("logins", &[SCHEMA, &rows, &rights()]).await.replace("postgres@", "dialplate@");
    let app = TestApp::init().with_database(&url).build().await;
    let answer = log_in(&app, "ada", "s3cret").await;
    assert!(answer.text().contains("<username>201</username>"), "{}", answer.text());
    assert_eq!(set_password(&url, &["ada"], "nöw"), (true, "password of ada set\n".to_owned()));
    for right in ["nöw".to_owned(), format!("{:x}", Md5::digest("nöw"))] {
        assert!(log_in(&app, "ada", &right).await.text().contains("<username>201</username>"), "{right}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn set_password_lets_the_password_and_its_md5_log_in() {
    let stage = Stage::new("").await;
    for url in stage.urls().await {
        let app = TestApp::init().with_database(&url).build().await;
        let md5 = |text: &str| format!("{:x}", Md5::digest(text));
        assert_error(&log_in(&app, "old", &md5("old&pass")).await, 200, "Wrong user name");
        let said = set_password(&url, &["OLD", "--domain", HOST], "nöw");
        assert_eq!(said, (true, "password of OLD set\n".to_owned()));
        assert_error(&log_in(&app, "old", "old&pass").await, 200, "Wrong user name");
        for right in ["nöw", &md5("nöw"), &md5("nöw").to_ascii_uppercase()] {
            assert!(log_in(&app, "old", right).await.text().contains("<username>203</username>"), "{right}");
        }
        assert_eq!(
            app.value("select count(*) from v_users where password like '$2y$10$%' and salt is null").await,
            "6"
        );
        // FusionPBX changes the password, and knows nothing of the verifier.
        app.run_sql(&format!("update v_users set password = '{}' where username = 'old'", bcrypt("s3cret"))).await;
        assert_error(&log_in(&app, "old", &md5("nöw")).await, 200, "Wrong user name");
        for (arguments, password, part) in [
            (&["nobody"][..], "x", "no user is called \"nobody\""),
            (&["ada", "--domain", "other.example.net"], "x", "no user is called \"ada\""),
            (&["ada"], "", "the password is empty"),
        ] {
            let (succeeded, said) = set_password(&url, arguments, password);
            assert!(!succeeded && said.contains(part), "{said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_logins_are_limited_for_their_network() {
    let stage = Stage::new("").await;
    for url in stage.urls().await {
        let app = limited(&url).build().await;
        let log_in = async |client: &str, name: &str, password: &str| {
            let target = format!("/provision/?username={name}&password={password}");
            ask(&app, &target, &[("X-Forwarded-For", client)]).await
        };
        assert_eq!(log_in("203.0.113.9", "ada", "s3cret").await.status, 200);
        for name in ["ada", "nobody", "ada"] {
            assert_error(&log_in("203.0.113.7", name, "wrong").await, 200, "Wrong user name");
        }
        for (name, password) in [("ada", "wrong"), ("nobody", "x"), ("bare", "s3cret")] {
            assert_error(&log_in("203.0.113.7", name, password).await, 200, "Too many failed attempts.");
        }
        let known = log_in("203.0.113.9", "ada", "s3cret").await;
        assert!(known.text().contains("<accounts>"), "a user who logged in from there before");
        assert!(log_in("198.51.100.1", "ada", "s3cret").await.text().contains("<accounts>"), "another network");
    }
}

fn limited(url: &str) -> TestAppBuilder {
    TestApp::init()
        .with_database(url)
        .with_config("trusted_proxies", "127.0.0.1")
        .with_config("guesses_per_network_max", "3")
}

#[tokio::test(flavor = "multi_thread")]
async fn many_logins_at_once_leave_phones_served() {
    let stage = Stage::new("").await;
    let app = std::sync::Arc::new(stage.apps().await.remove(0));
    let mut logins = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let app = std::sync::Arc::clone(&app);
        logins.spawn(async move { log_in(&app, "ada", "wrong").await.text() });
    }
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let started = std::time::Instant::now();
    assert_eq!(ask(&app, "/provision/001565ffffff.cfg", &[]).await.status, 403);
    let took = started.elapsed();
    assert!(took < std::time::Duration::from_secs(1), "{took:?}");
    for text in logins.join_all().await {
        assert!(text.contains("Wrong user name") || text.contains("busy"), "{text}");
    }
}
