//! Two-phase provisioning: a phone without a device gets the generic file, its user enters a PIN, and the dial plan's call
//! binds the phone to a prepared device.

use dialplate_tests::app::{TestApp, TestAppBuilder};
use dialplate_tests::client::Answer;
use dialplate_tests::postgres::Postgres;
use dialplate_tests::server;
use dialplate_tests::setting::{digest, set, unset};
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;
use tokio::task::JoinSet;

const SCHEMA: &str = include_str!("../host/src/directory/embedded/schema.sql");
const SECRET: &str = "0123456789abcdef0123456789abcdef";
const PHONE: &str = "c074ad112233";
const AGENT: &str = "Grandstream Model HW GXP2160 SW 1.0.11.64 DevId c074ad112233";
const DEVICE: &str = "de51ce00-0000-4000-8000-0000000000aa";

/// A prepared device: no phone has its address.
const PREPARED: &str = "insert into v_devices (device_uuid, domain_uuid, device_address, device_vendor, device_template, \
    device_label, device_enabled) select 'de51ce00-0000-4000-8000-0000000000aa', domain_uuid, '000000000000', \
    'grandstream', 'grandstream/gxp2160', 'Reception', true from v_domains order by domain_name limit 1; \
    insert into v_device_lines (device_line_uuid, domain_uuid, device_uuid, line_number, server_address, user_id, \
    password, enabled) select '11ae0000-0000-4000-8000-0000000000aa', domain_uuid, device_uuid, '1', 'sip.example.net', \
    '210', 'of 210', true from v_devices where device_uuid = 'de51ce00-0000-4000-8000-0000000000aa'";

/// The settings that give phones in this network the generic file.
fn generic(network: &str) -> String {
    [
        set("pin_networks", "array", network),
        set("pin_user_id", "text", "pinline"),
        set("pin_password", "text", "of the pin line"),
        set("pin_server_address", "text", "sip.example.net"),
    ]
    .concat()
}

/// A builder of a server with a prepared device, and a secret for the dial plan.
fn prepared() -> TestAppBuilder {
    TestApp::init().with_sql(PREPARED).with_file("secret", SECRET).with_config("pin_secret_file", "@/secret")
}

/// Whom the file of an answer lets the phone register as.
fn account(answer: &Answer) -> &'static str {
    let text = answer.text();
    let has = |user| text.contains(&format!(">{user}<"));
    match (answer.status, has("pinline"), has("210")) {
        (200, true, false) => "generic",
        (200, false, true) => "device",
        _ => "none",
    }
}

async fn call(app: &TestApp, form: &str) -> Answer {
    let headers = [("Host", "127.0.0.1"), ("Content-Type", "application/x-www-form-urlencoded")];
    app.send("POST", "/app/provision/pin", &headers, form.as_bytes()).await
}

/// A call with a PIN, for another phone each time it is given another number.
async fn enter(app: &TestApp, pin: &str, phone: u32) -> u16 {
    call(app, &format!("secret={SECRET}&pin={pin}&mac=c074ad{phone:06}")).await.status
}

/// Runs `dialplate pin` for a database, and returns whether it worked, and what it said.
async fn pin(app: &TestApp, database: &str, arguments: &[&str]) -> (bool, String) {
    let secret = app.path("secret").display().to_string();
    let settings = [("DIALPLATE_DATABASE", database), ("DIALPLATE_PIN_SECRET_FILE", secret.as_str())];
    let mut command = server::command("pin", &settings);
    command.args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let said = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8_lossy(&said).into_owned())
}

fn sqlite(app: &TestApp) -> String {
    format!("sqlite://{}", app.path("dialplate.db").display())
}

/// The PIN of the prepared device.
async fn add(app: &TestApp, database: &str) -> String {
    let (done, said) = pin(app, database, &["add", "210", "--json"]).await;
    assert!(done, "{said}");
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&said["device"], &said["label"]), (&DEVICE.into(), &"Reception".into()));
    said["pin"].as_str().unwrap().to_owned()
}

/// A call of a dial plan, by a real client.
async fn curl(server: SocketAddr, pin: &str) -> String {
    let mut command = Command::new("curl");
    command.args(["-s", "-w", "%{http_code}", "-d", &format!("secret={SECRET}"), "-d", &format!("pin={pin}")]);
    command.args(["-d", &format!("mac={PHONE}"), "-d", "domain=localhost"]);
    command.arg(format!("http://{server}/app/provision/pin"));
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().expect("curl runs");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The whole way of a new phone.
async fn two_phases(app: &TestApp, database: &str) {
    let own = format!("/provision/cfg{PHONE}.xml");
    assert_eq!(app.get_as(AGENT, &own).await.status, 403);
    for target in ["/provision/cfggxp2160.xml", "/provision/cfg.xml"] {
        let answer = app.get_as(AGENT, target).await;
        assert_eq!(account(&answer), "generic", "{target}");
        let text = answer.text();
        for value in ["sip.example.net", "of the pin line", PHONE] {
            assert!(text.contains(value), "{value} is not in\n{text}");
        }
    }
    let pin = add(app, database).await;
    let server = app.listen().await;
    assert_eq!(curl(server, &pin).await, "bound\n200");
    assert_eq!(account(&app.get_as(AGENT, &own).await), "device");
    assert_eq!(account(&app.get_as(AGENT, "/provision/cfg.xml").await), "device");
    assert_eq!(curl(server, &pin).await, "wrong PIN404", "a PIN counts once");
    assert_eq!(app.value(&format!("select device_address from v_devices where device_uuid = '{DEVICE}'")).await, PHONE);
    assert_eq!(app.value("select count(*) from dialplate_pins").await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn pin_binds_a_new_phone_on_sqlite() {
    let app = prepared().with_sql(&generic("127.0.0.0/8")).build().await;
    two_phases(&app, &sqlite(&app)).await;
}

/// A PostgreSQL with the rows of a case.
async fn postgresql() -> Option<(Postgres, String)> {
    let postgres = Postgres::start().await?;
    let rows = include_str!("cases/common.sql").replace("pbx.example.net", "localhost");
    let url = postgres.database("pins", &[SCHEMA, &rows]).await;
    Some((postgres, url))
}

#[tokio::test(flavor = "multi_thread")]
async fn pin_binds_a_new_phone_on_postgresql() {
    let Some((_postgres, url)) = postgresql().await else { return };
    let app = prepared().with_database(&url).with_sql(&generic("127.0.0.0/8")).build().await;
    two_phases(&app, &url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn role_that_only_reads_cannot_bind_and_the_log_says_so() {
    let Some((postgres, url)) = postgresql().await else { return };
    let app = prepared().with_database(&url).build().await;
    let pin_text = add(&app, &url).await;
    let grant = "create role reader login; grant select on all tables in schema public to reader";
    postgres.run("pins", grant).await;
    let reader = url.replace("postgres@", "reader@");
    let (done, said) = pin(&app, &reader, &["add", "210"]).await;
    assert!(!done && said.contains("this database role may not create the table dialplate_pins"), "{said}");
    let secret = app.path("secret").display().to_string();
    let settings = [("DIALPLATE_DATABASE", reader.as_str()), ("DIALPLATE_PIN_SECRET_FILE", secret.as_str())];
    let templates = server::root().join("templates").display().to_string();
    let running = server::Server::start(&[&settings[..], &[("DIALPLATE_TEMPLATES", templates.as_str())]].concat());
    assert!(curl(running.address, &pin_text).await.ends_with("500"));
    running.until_logged(&["ERROR", PHONE, "may not bind devices to phones by PIN"]);
    assert!(!running.log().contains(&pin_text) && !running.log().contains(SECRET), "{}", running.log());
}

#[tokio::test(flavor = "multi_thread")]
async fn generic_file_and_pin_calls_are_off_by_default() {
    let app = TestApp::init().with_sql(PREPARED).build().await;
    assert_eq!(app.get_as(AGENT, "/provision/cfg.xml").await.says(), "nginx 404");
    assert_eq!(call(&app, &format!("secret={SECRET}&pin=12345678&mac={PHONE}")).await.says(), "nginx 404");
    let app = prepared().with_sql(&generic("192.0.2.0/24")).build().await;
    assert_eq!(app.get_as(AGENT, "/provision/cfg.xml").await.says(), "nginx 404", "a client of another network");
    assert_eq!(app.get("/app/provision/pin").await.says(), "nginx 404");
    app.run_sql(&unset("pin_user_id")).await;
    app.run_sql(&set("pin_networks", "array", "127.0.0.1")).await;
    assert_eq!(app.get_as(AGENT, "/provision/cfg.xml").await.says(), "nginx 404", "no account");
}

#[tokio::test(flavor = "multi_thread")]
async fn newcomer_gets_the_generic_file_only() {
    let app = prepared().with_sql(&generic("127.0.0.1")).with_sql(&digest()).build().await;
    assert_eq!(account(&app.get_as(AGENT, "/provision/cfg.xml").await), "generic");
    for target in [format!("/provision/cfg{PHONE}.xml"), format!("/provision/{PHONE}.cfg")] {
        assert_eq!(app.get_as(AGENT, &target).await.status, 401, "{target}");
    }
    // A phone with a device proves that it is that phone.
    let known = "Grandstream Model HW GXP2170 SW 1.0.11.64 DevId 000b82002170";
    assert_eq!(app.get_as(known, "/provision/cfg.xml").await.status, 401);
    assert_eq!(app.get_as("curl/8.0", "/provision/cfg.xml").await.says(), "nginx 404", "no address in the User-Agent");
    for newer in ["GRP2614 SW 1.0.9.5", " HT802 V2.0A SW 1.0.37.7"] {
        let agent = format!("Grandstream Model HW {newer} DevId c074ad445566");
        assert_eq!(account(&app.get_as(&agent, "/provision/cfg.xml").await), "generic", "{agent}");
    }
    let newest = "Grandstream Model HW GXP9999 SW 1.0.9.5 DevId c074ad445566";
    assert_eq!(app.get_as(newest, "/provision/cfg.xml").await.says(), "nginx 404", "no template");
    app.run_sql(&set("pin_template", "text", "grandstream/grp2614")).await;
    assert_eq!(account(&app.get_as(newest, "/provision/cfg.xml").await), "generic");
}

#[tokio::test(flavor = "multi_thread")]
async fn generic_files_are_limited_like_new_devices() {
    let app = prepared().with_sql(&generic("192.0.2.0/24")).with_config("trusted_proxies", "127.0.0.1");
    let app = app.with_config("auto_inserts_per_minute_max", "2").build().await;
    let mut statuses = Vec::new();
    for phone in 0..3 {
        let agent = format!("Grandstream Model HW GXP2160 SW 1.0.11.64 DevId c074ad00000{phone}");
        let headers = [("Host", "localhost"), ("User-Agent", agent.as_str()), ("X-Forwarded-For", "192.0.2.1")];
        statuses.push(app.send("GET", "/provision/cfg.xml", &headers, b"").await.status);
    }
    assert_eq!(statuses, [200, 200, 429]);
}

/// The call in the dial plan of the page, with the texts that FreeSWITCH puts in place of variables.
#[tokio::test(flavor = "multi_thread")]
async fn dial_plan_of_the_page_binds_a_phone() {
    let app = prepared().build().await;
    let pin = add(&app, &sqlite(&app)).await;
    let page = std::fs::read_to_string(server::root().join("docs/two-phase.md")).unwrap();
    let plan = page.split("```xml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let plan = roxmltree::Document::parse(plan).unwrap();
    let action = plan.descendants().find(|node| node.attribute("application") == Some("curl")).unwrap();
    let (url, form) = action.attribute("data").unwrap().split_once(" post ").unwrap();
    assert!(url.ends_with("/app/provision/pin"), "{url}");
    let form = form.replace("SECRET", SECRET).replace("${pin}", &pin);
    let form = form.replace("${sip_from_display}", PHONE).replace("${domain_name}", "LocalHost");
    assert_eq!(call(&app, &form).await.says(), "bound\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_pins_are_limited_per_phone_and_in_all() {
    let app = prepared().build().await;
    let right = add(&app, &sqlite(&app)).await;
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(enter(&app, "00000001", 1).await);
    }
    assert_eq!(statuses, [404, 404, 404, 404, 404, 429]);
    let answer = call(&app, &format!("secret={SECRET}&pin={right}&mac=c074ad000001")).await;
    assert!(answer.status == 429 && answer.header("retry-after").parse::<u32>().unwrap() > 500);
    // The PIN of another form is a wrong one.
    let mut others = Vec::new();
    for phone in 2..28 {
        others.push(enter(&app, "12ab", phone).await);
    }
    assert_eq!((others.iter().filter(|status| **status == 404).count(), others[25]), (25, 429));
    assert_eq!(enter(&app, &right, 99).await, 429, "the limit of all phones");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_pins_at_once_do_not_pass_the_limit_together() {
    let app = Arc::new(prepared().build().await);
    let right = add(&app, &sqlite(&app)).await;
    let mut calls = JoinSet::new();
    for number in 0..100 {
        let app = Arc::clone(&app);
        calls.spawn(async move { enter(&app, &format!("{:08}", 1_000 + number), 1).await });
    }
    let statuses = calls.join_all().await;
    let of = |status| statuses.iter().filter(|each| **each == status).count();
    assert_eq!((of(404), of(429)), (5, 95));
    assert_eq!(enter(&app, &right, 2).await, 200, "another phone");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_secret_is_counted_and_refused() {
    let app = prepared().build().await;
    let right = add(&app, &sqlite(&app)).await;
    let mut statuses = Vec::new();
    for number in 0..11 {
        let form = ["secret=wrong", "", "secret=0123456789abcdef0123456789abcdee"][number % 3];
        statuses.push(call(&app, &format!("{form}&pin={right}&mac={PHONE}")).await.status);
    }
    assert_eq!((&statuses[..10], statuses[10]), (&[403; 10][..], 429));
    assert_eq!(enter(&app, &right, 1).await, 429, "the right secret of the same client");
    let app = prepared().build().await;
    let right = add(&app, &sqlite(&app)).await;
    let query = format!("/app/provision/pin?secret={SECRET}&pin={right}&mac={PHONE}");
    assert_eq!(app.send("POST", &query, &[("Host", "localhost")], b"").await.status, 403, "proxies log queries");
    assert_eq!(enter(&app, &right, 1).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_and_foreign_pins_bind_nothing() {
    let app = prepared().build().await;
    let right = add(&app, &sqlite(&app)).await;
    let form = format!("secret={SECRET}&pin={right}&mac={PHONE}");
    assert_eq!(call(&app, &format!("{form}&domain=other.example.net")).await.status, 404);
    assert_eq!(call(&app, &format!("secret={SECRET}&pin={right}&mac=anonymous")).await.status, 400);
    // A phone of the demonstration has this address.
    assert_eq!(call(&app, &format!("secret={SECRET}&pin={right}&mac=000b82002170")).await.status, 409);
    app.run_sql("update dialplate_pins set expires_at = 1000").await;
    assert_eq!(call(&app, &form).await.text(), "wrong PIN");
    let address = format!("select device_address from v_devices where device_uuid = '{DEVICE}'");
    assert_eq!(app.value(&address).await, "000000000000");
}

#[tokio::test(flavor = "multi_thread")]
async fn local_address_of_a_prepared_device_is_replaced() {
    let app = prepared().build().await;
    app.run_sql(&format!("update v_devices set device_address = '020000000210' where device_uuid = '{DEVICE}'")).await;
    let database = sqlite(&app);
    let (done, said) = pin(&app, &database, &["add", "02:00:00:00:02:10", "--pin", "31415926"]).await;
    assert!(done, "{said}");
    let form = format!("secret={SECRET}&pin=31415926&mac={PHONE}");
    assert_eq!(call(&app, &form).await.status, 200);
    assert_eq!(account(&app.get_as(AGENT, &format!("/provision/cfg{PHONE}.xml")).await), "device");
    // A device with the address of a phone is not prepared.
    assert!(!pin(&app, &database, &["add", PHONE]).await.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn pin_commands_add_list_and_remove() {
    let app = prepared().build().await;
    let database = sqlite(&app);
    let run = async |arguments: &[&str]| pin(&app, &database, arguments).await;
    assert_eq!(run(&["list"]).await, (true, "no device has a PIN\n".to_owned()));
    let (_, said) = run(&["add", "Reception", "--pin", "424242", "--hours", "1", "--domain", "LOCALHOST"]).await;
    assert!(said.starts_with(&format!("PIN 424242 for the device {DEVICE} (Reception) of localhost, valid until ")));
    assert_ne!(app.value("select pin_hash from dialplate_pins").await, "424242");
    let (_, said) = run(&["list"]).await;
    assert!(
        said.starts_with(&format!("{DEVICE}  localhost  Reception  expires ")) && !said.contains("424242"),
        "{said}"
    );
    let copy = PREPARED.replace("0000000000aa", "0000000000bb").replace("'210'", "'211'");
    app.run_sql(&copy).await;
    for (arguments, error) in [
        (&["add", "211", "--pin", "424242"][..], "another device has this PIN"),
        (&["add", "Reception"], "2 prepared devices are `Reception`"),
        (&["add", "101"], "no prepared device has the uuid, the label"),
        (&["add", "210", "--pin", "12345"], "a PIN has 6 to 12 digits"),
        (&["add", "210", "--domain", "other.example.net"], "no prepared device has the uuid"),
        (&["remove", "211"], "has no PIN"),
        (&["add", "210", "--pin-secret-file", "/nowhere/secret"], "names a file that cannot be read"),
    ] {
        let (done, said) = run(arguments).await;
        assert!(!done && said.contains(error), "{arguments:?}: {said}");
    }
    assert!(run(&["remove", DEVICE]).await.0);
    assert_eq!(run(&["list", "--json"]).await, (true, "[]\n".to_owned()));
}
