//! `dialplate redirect`: what it finds, the lists that it writes, and what it sends to a service.

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use dialplate_tests::server::{self, new_demo_url};
use dialplate_tests::{skip, wait};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use tokio::runtime::Runtime;

const SECRET: &str = "s3cret-of-the-account";

/// What a command printed.
struct Ran {
    success: bool,
    out: String,
    err: String,
}

impl Ran {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    /// The word for the outcome of each device.
    fn outcomes(&self) -> Vec<String> {
        let reports = self.json();
        let word =
            |report: &Value| format!("{} {}", report["device"].as_str().unwrap(), report["outcome"].as_str().unwrap());
        reports.as_array().unwrap().iter().map(word).collect()
    }
}

fn run(folder: &Path, settings: &[(&str, &str)], arguments: &[&str]) -> Ran {
    let data = folder.display().to_string();
    let mut settings = settings.to_vec();
    settings.push(("DIALPLATE_DATA", &data));
    let output = server::command("redirect", &settings).args(arguments).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ran { success: output.status.success(), out: text(output.stdout), err: text(output.stderr) }
}

fn written(folder: &Path, name: &str, text: &str) -> String {
    let file = folder.join(name);
    fs::write(&file, text).unwrap();
    file.display().to_string()
}

#[test]
fn check_names_each_fault_of_a_file_and_fails() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "mac,template,url\n\
                00:15:65:AA:BB:01,yealink/t46s,\n\
                001565aabb20,yealink/t46s,\n\
                000413aabb03,yealink/t46s,\n\
                000413aabb04,snom/d735,https://pbx.example.net/\n";
    let csv = written(folder.path(), "phones.csv", rows);
    let note = "Pos;Article;MAC\n1;T46S;00-15-65-AA-BB-01\n2;T46S;00-15-65-AA-BB-02\n3;D735;000413AABB03\n4;D735;000413AABB04\n";
    let note = written(folder.path(), "note.csv", note);
    let url = [("DIALPLATE_REDIRECT_URL", "https://pbx.example.net/app/provision/")];
    let ran = run(folder.path(), &url, &["check", "--csv", &csv, "--pallet", &note, "--json"]);
    let found: Vec<String> = ran.json()["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|found| format!("{} {}", found["place"].as_str().unwrap(), found["problem"].as_str().unwrap()))
        .collect();
    assert_eq!(found, ["line 4 other-maker", "line 5 url-variable", "line 3 typing-error"]);
    assert!(!ran.success && ran.err.contains("3 errors in 4 devices"), "{}", ran.err);
    let text = run(folder.path(), &url, &["check", "--csv", &csv, "--pallet", &note]).out;
    assert!(
        text.contains("001565aabb20 (line 3): error typing-error:") && text.contains("001565aabb02 in line 3"),
        "{text}"
    );
}

#[test]
fn check_reads_the_rows_of_the_database() {
    let folder = tempfile::tempdir().unwrap();
    let database = new_demo_url(folder.path());
    let settings =
        [("DIALPLATE_DATABASE", database.as_str()), ("DIALPLATE_REDIRECT_URL", "https://{domain}/app/provision/")];
    let ran = run(folder.path(), &settings, &["check", "001565000046", "--json"]);
    // The demonstration's domain is localhost.
    assert_eq!(
        (ran.json()["devices"].as_u64(), ran.json()["findings"].as_array().unwrap().len()),
        (Some(1), 1),
        "{}",
        ran.out
    );
    assert_eq!(ran.json()["findings"][0]["problem"], "url-host");
    let unknown = run(folder.path(), &settings, &["check", "001565ffffff"]);
    assert!(!unknown.success && unknown.err.contains("no device has the address 001565ffffff"), "{}", unknown.err);
    for spelled in ["0015.6500.0046", "00-15-65-00-00-46", "MAC 0:15:65:0:0:46"] {
        let ran = run(folder.path(), &settings, &["check", spelled, "--json"]);
        assert_eq!(ran.json()["devices"].as_u64(), Some(1), "{spelled}: {}", ran.err);
    }
    let letter = run(folder.path(), &settings, &["check", "0015650000A6", "0015.6500.OO46"]);
    assert!(
        !letter.success && letter.err.contains("digit 9 is the letter O, and likely the digit 0"),
        "{}",
        letter.err
    );
}

#[test]
fn export_is_read_by_another_parser() {
    let folder = tempfile::tempdir().unwrap();
    let rows = "address,template,serial_number\n64167faabbcc,polycom/vvx410,64167FAABBCC\n000b82aabbcc,\"grandstream/gxp2170\",\"20E,YZ\"\n";
    let csv = written(folder.path(), "phones.csv", rows);
    let template =
        written(folder.path(), "gdms.csv", "Device Name,MAC Address*,Serial Number*\nExample,00:0B:82:00:00:01,1\n");
    let poly = run(folder.path(), &[], &["export", "poly", "--csv", &csv]);
    let gdms = run(folder.path(), &[], &["export", "grandstream", "--csv", &csv, "--template", &template]);
    assert!(poly.success && gdms.success && gdms.err.contains("Device Name"), "{} {}", poly.err, gdms.err);
    let read = |text: &str| {
        let script = "import sys, csv, json; print(json.dumps(list(csv.DictReader(sys.stdin))))";
        let mut python = Command::new("python3");
        let mut process = python.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
        std::io::Write::write_all(&mut process.stdin.take()?, text.as_bytes()).unwrap();
        serde_json::from_slice::<Value>(&process.wait_with_output().unwrap().stdout).ok()
    };
    let Some(rows) = read(&poly.out) else { return skip("python3 is not installed") };
    let expected = json!([{"mac_address": "64167faabbcc", "serial_number": "64167FAABBCC", "device_model": "vvx410",
        "room_name": "", "site_name": ""}]);
    assert_eq!(rows, expected);
    let expected = json!([{"Device Name": "", "MAC Address*": "00:0B:82:AA:BB:CC", "Serial Number*": "20E,YZ"}]);
    assert_eq!(read(&gdms.out).unwrap(), expected);
    let refused = run(folder.path(), &[], &["export", "grandstream", "--csv", &csv]);
    assert!(!refused.success && refused.err.contains("--template FILE"), "{}", refused.err);
}

/// YMCS, as far as the verbs need it.
type Desk = Arc<Mutex<(BTreeMap<String, String>, Vec<String>)>>;

async fn ymcs(State(desk): State<Desk>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    let body: Value = serde_json::from_str(&body).unwrap();
    let mut desk = desk.lock().unwrap();
    let (phones, changes) = &mut *desk;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    if uri.path() == "/v2/token" {
        return json!({"access_token": "token-s3cret", "expires_in": 3600}).to_string().into_response();
    }
    assert_eq!(headers["authorization"], "Bearer token-s3cret");
    match uri.path() {
        "/v2/rps/listDevices" => {
            let filter = body["filter"]["mac"].as_str().unwrap_or_default();
            let chosen = phones.iter().filter(|(address, _)| address.contains(filter));
            let data: Vec<Value> =
                chosen.map(|(address, url)| json!({"mac": address, "uniqueServerUrl": url})).collect();
            json!({"data": data}).to_string().into_response()
        }
        "/v2/rps/addDevicesByMac" => {
            let entries = body.as_array().unwrap();
            for entry in entries {
                phones.insert(text(&entry["mac"]), text(&entry["uniqueServerUrl"]));
                changes.push(format!("add {}", text(&entry["mac"])));
            }
            json!({"successCount": entries.len(), "failureCount": 0}).to_string().into_response()
        }
        "/v2/rps/delDevices" => {
            phones.remove(&text(&body["deviceIds"][0]));
            changes.push(format!("delete {}", text(&body["deviceIds"][0])));
            json!({"successCount": 1, "failureCount": 0}).to_string().into_response()
        }
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

#[test]
fn sync_shows_its_plan_and_carries_it_out_once() {
    let runtime = Runtime::new().unwrap();
    let desk = Desk::default();
    desk.lock().unwrap().0.insert("001565aabb09".to_owned(), "https://old.example.net/".to_owned());
    let router = Router::new().fallback_service(any(ymcs).with_state(Arc::clone(&desk)));
    let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
    let service = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, router).await });
    let folder = tempfile::tempdir().unwrap();
    let rows = "address,template\n001565aabb01,yealink/t46s\n001565aabb02,yealink/t46s\n001565aabb0,yealink/t46s\n";
    let csv = written(folder.path(), "phones.csv", rows);
    let accounts = format!("[ymcs]\nuser = \"operator\"\nsecret = \"{SECRET}\"\nurl = \"{service}\"\n");
    let accounts = written(folder.path(), "accounts.toml", &accounts);
    let settings = [
        ("DIALPLATE_REDIRECT_URL", "https://pbx.example.net/provision/"),
        ("DIALPLATE_REDIRECT_ACCOUNTS", accounts.as_str()),
        ("DIALPLATE_REDIRECT_RATE", "1000"),
        ("RUST_LOG", "dialplate=trace,hyper=trace,hyper_util=trace,rustls=trace"),
    ];
    let mut said = String::new();
    let mut go = |arguments: &[&str]| {
        let ran = run(folder.path(), &settings, &[arguments, &["ymcs", "--csv", &csv, "--json"]].concat());
        said += &format!("{}{}", ran.out, ran.err);
        ran
    };
    let changes = || desk.lock().unwrap().1.clone();
    let withheld = "001565aabb0 withheld";
    let plan = go(&["sync"]);
    assert!(plan.err.contains("1 addresses are wrong, so no phone is removed"), "{}", plan.err);
    assert!(plan.err.contains("2 to register, 0 to remove, 0 unchanged"), "{}", plan.err);
    assert_eq!(plan.outcomes(), [withheld, "001565aabb01 planned", "001565aabb02 planned"]);
    assert_eq!(go(&["status"]).outcomes()[0], withheld);
    assert_eq!(changes(), [""; 0]);
    written(folder.path(), "phones.csv", &rows.replace("001565aabb0,yealink/t46s\n", ""));
    let done = go(&["sync", "--yes"]);
    assert_eq!(done.outcomes(), ["001565aabb01 registered", "001565aabb02 registered", "001565aabb09 removed"]);
    assert!(done.success, "{}", done.err);
    let all = ["add 001565aabb01", "add 001565aabb02", "delete 001565aabb09"];
    assert_eq!(changes(), all);
    assert_eq!(go(&["sync", "--yes"]).outcomes(), ["001565aabb01 unchanged", "001565aabb02 unchanged"]);
    assert_eq!(changes(), all);
    assert_eq!(go(&["status"]).outcomes(), ["001565aabb01 registered", "001565aabb02 registered"]);
    assert_eq!(go(&["remove", "--dry-run"]).outcomes()[0], "001565aabb01 planned");
    assert_eq!(changes(), all);
    let record = fs::read_to_string(folder.path().join("redirect-ymcs.jsonl")).unwrap();
    assert!(said.contains("1 of 3: "), "the progress is read: {said}");
    for secret in [SECRET, "token-s3cret", "b3BlcmF0b3I6"] {
        assert!(!said.contains(secret) && !record.contains(secret), "{secret} in {said}");
    }
}

/// Makes an authority and a certificate of it for localhost; `None` without openssl.
fn certificates(folder: &Path) -> Option<()> {
    let script = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=Example Root 1' \
                  -keyout root.key -out root.pem && \
                  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout key.pem -out request.pem && \
                  echo 'subjectAltName=DNS:localhost' >names && \
                  openssl x509 -req -in request.pem -CA root.pem -CAkey root.key -CAcreateserial -days 2 -extfile names -out certificate.pem";
    let made = Command::new("sh").args(["-c", script]).current_dir(folder).stderr(Stdio::null()).status();
    made.is_ok_and(|made| made.success()).then_some(())
}

#[test]
fn check_connects_and_names_authorities_that_phones_lack() {
    let folder = tempfile::tempdir().unwrap();
    if certificates(folder.path()).is_none() {
        return skip("openssl is not installed");
    }
    let accept = format!("127.0.0.1:{}", server::free_port());
    let mut tls = Command::new("openssl");
    let tls =
        tls.args(["s_server", "-quiet", "-www", "-accept", &accept, "-key", "key.pem", "-cert", "certificate.pem"]);
    let tls = tls.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut tls = tls.spawn().unwrap();
    wait::until(|| TcpStream::connect(&accept).is_ok(), || "openssl does not serve".to_owned());
    let origin = accept.replace("127.0.0.1", "https://localhost");
    let rows = format!(
        "mac,template,firmware,url\n001565aabb01,yealink/t28p,,{origin}/\n001565aabb02,yealink/t46s,66.86.0.15,{origin}/\n"
    );
    let csv = written(folder.path(), "phones.csv", &rows);
    let root = folder.path().join("root.pem").display().to_string();
    let ran = |settings: &[(&str, &str)]| run(folder.path(), settings, &["check", "--csv", &csv, "--connect"]);
    let (unknown, known) = (ran(&[]), ran(&[("SSL_CERT_FILE", root.as_str())]));
    let _ = tls.kill();
    let _ = tls.wait();
    let expected = format!("list ({origin}): error certificate:");
    assert!(
        unknown.out.contains(&expected) && unknown.out.contains("public authorities"),
        "{}{}",
        unknown.out,
        unknown.err
    );
    assert!(!known.out.contains("error certificate:"), "{}", known.out);
    for expected in [
        "001565aabb01 (line 2): warning authority: the server's certificate is from Example Root 1, an authority of 20",
        "001565aabb02 (line 3): warning authority: the server's certificate is from Example Root 1, an authority of 20",
    ] {
        assert!(known.out.contains(expected), "{}{}", known.out, known.err);
    }
}

#[test]
fn secret_cannot_be_a_flag() {
    let folder = tempfile::tempdir().unwrap();
    let help = run(folder.path(), &[], &["register", "--help"]);
    let flags = help.out.lines().filter(|line| line.trim_start().starts_with("--redirect"));
    let flags: Vec<_> = flags.filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(flags, ["--redirect-url", "--redirect-accounts", "--redirect-rate"]);
    let none = run(folder.path(), &[], &["status", "snom", "000413aabbcc"]);
    assert!(!none.success && none.err.contains("DIALPLATE_REDIRECT_SNOM_USER"), "{}", none.err);
    let csv_only = run(folder.path(), &[], &["status", "poly", "64167faabbcc"]);
    assert!(!csv_only.success && csv_only.err.contains("dialplate redirect export poly"), "{}", csv_only.err);
}
