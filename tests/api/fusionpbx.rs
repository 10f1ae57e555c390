//! A device's file compared with FusionPBX's own answer. A small server stands in for FusionPBX.

use super::{AGENT, PHONE, Stage, json, problem};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What the stand-in does with a request.
enum Manner {
    /// Sends these bytes.
    Send(Vec<u8>),
    /// Passes the request on, like a proxy before Dialplate.
    PassOn(SocketAddr),
}

struct StandIn {
    url: String,
    manner: Arc<Mutex<Manner>>,
    heard: Arc<Mutex<Vec<String>>>,
}

impl StandIn {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (manner, heard) = (Arc::new(Mutex::new(Manner::Send(Vec::new()))), Arc::<Mutex<Vec<String>>>::default());
        let (of_thread, hears) = (Arc::clone(&manner), Arc::clone(&heard));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let request = head(&mut stream);
                hears.lock().unwrap().push(request.clone());
                let answer = match &*of_thread.lock().unwrap() {
                    Manner::Send(bytes) => bytes.clone(),
                    Manner::PassOn(server) => passed_on(*server, &request),
                };
                let _ = stream.write_all(&answer);
            }
        });
        Self { url, manner, heard }
    }

    fn answers(&self, status: &str, body: &[u8]) {
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        *self.manner.lock().unwrap() = Manner::Send([head.as_bytes(), body].concat());
    }
}

/// The head of a request.
fn head(stream: &mut TcpStream) -> String {
    let (mut bytes, mut byte) = (Vec::new(), [0]);
    while !bytes.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read > 0) {
        bytes.push(byte[0]);
    }
    String::from_utf8(bytes).unwrap()
}

fn passed_on(server: SocketAddr, request: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(server).unwrap();
    stream.write_all(request.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

#[test]
fn file_is_compared_with_the_answer_of_fusionpbx() {
    let pbx = StandIn::start();
    let stage = Stage::sqlite_with(&[("DIALPLATE_FUSIONPBX_URL", &pbx.url)]);
    let token = stage.token("reader", &[]);
    let path = format!("/api/v1/devices/{PHONE}/fusionpbx?file={PHONE}.cfg");
    let compare = || json(&stage.send("POST", &token, &path, None));
    // Without a fetch of the phone, its request is made of address and file.
    pbx.answers("200 OK", b"#!version:1.0.0.1\naccount.1.password = theirs-secret\naccount.1.label = Other\n");
    let first = compare();
    assert_eq!(first["request"]["target"], format!("/app/provision/?mac={PHONE}&file=%7B%24mac%7D.cfg"));
    let diff = first["diff"].as_str().unwrap();
    assert_eq!((&first["status"], &first["is_same"], &first["problem"]), (&json!(200), &json!(false), &Value::Null));
    assert!(diff.contains("-account.1.label = Other") && diff.contains("+"), "{diff}");
    for secret in ["theirs-secret", "line-secret-1", "phone-secret-9"] {
        assert!(!diff.contains(secret), "{diff}");
    }
    // With one, it is the phone's: target, host and agent.
    let body = stage.fetch("a.example", PHONE).body;
    stage.until_lines(&token, 1);
    pbx.answers("200 OK", &body);
    let same = compare();
    assert_eq!((&same["is_same"], &same["diff"], &same["problem"]), (&json!(true), &Value::Null, &Value::Null));
    let heard = pbx.heard.lock().unwrap().last().unwrap().to_ascii_lowercase();
    assert!(heard.starts_with(&format!("get /provision/{PHONE}.cfg http/1.1\r\n")), "{heard}");
    for header in ["host: a.example", &*format!("user-agent: {AGENT}").to_ascii_lowercase()] {
        assert!(heard.contains(&format!("\r\n{header}\r\n")), "{header}: {heard}");
    }
    refusals_say_what_to_do(&stage, &pbx, &compare);
    nothing_is_written(&stage, &token);
}

fn refusals_say_what_to_do(stage: &Stage, pbx: &StandIn, compare: &dyn Fn() -> Value) {
    for (status, words) in [
        ("401 Unauthorized", "asks for the phone's password (status 401)"),
        ("403 Forbidden", "setting cidr has to contain this server's address"),
        ("500 Internal Server Error", "answers with status 500"),
        (
            "302 Found\r\nLocation: https://fusionpbx.example/login",
            "302 Found and leads to https://fusionpbx.example/login",
        ),
    ] {
        pbx.answers(status, b"<html>");
        let refused = compare();
        let problem = refused["problem"].as_str().unwrap();
        assert!(problem.contains(words) && refused["status"].as_u64().unwrap() > 300, "{words}: {refused}");
        assert_eq!((&refused["is_same"], &refused["diff"]), (&Value::Null, &Value::Null));
    }
    pbx.answers("200 OK", &vec![b'x'; (4 << 20) + 1]);
    assert!(compare()["problem"].as_str().unwrap().contains("is larger than 4194304 bytes"));
    *pbx.manner.lock().unwrap() = Manner::Send(b"no HTTP at all".to_vec());
    assert!(compare()["problem"].as_str().unwrap().contains("cannot reach http://127.0.0.1"));
    // A proxy that passes provisioning on to Dialplate is no FusionPBX.
    *pbx.manner.lock().unwrap() = Manner::PassOn(stage.server.address);
    assert!(compare()["problem"].as_str().unwrap().contains("fusionpbx_url leads to this server"));
}

/// The journal has the phone's own fetch, and a line for each comparison.
fn nothing_is_written(stage: &Stage, token: &str) {
    assert_eq!(stage.until_lines(token, 1).len(), 1);
    let actions = stage.json(token, "/api/v1/actions")["actions"].clone();
    let compared: Vec<_> =
        actions.as_array().unwrap().iter().filter(|it| it["action"] == "fusionpbx_compare").collect();
    assert_eq!(compared.len(), 9, "{actions}");
    assert_eq!((&compared[8]["detail"], &compared[8]["device"]), (&json!("{$mac}.cfg: different"), &json!(PHONE)));
    let of_b = stage.token("of-b", &["--domain", "b.example"]);
    let path = format!("/api/v1/devices/{PHONE}/fusionpbx?file={PHONE}.cfg");
    problem(&stage.send("POST", &of_b, &path, None), 404);
}

#[test]
fn comparison_without_fusionpbx_names_the_key() {
    let stage = Stage::sqlite();
    let path = format!("/api/v1/devices/{PHONE}/fusionpbx?file={PHONE}.cfg");
    let said = problem(&stage.send("POST", &stage.token("reader", &[]), &path, None), 409);
    assert!(said.contains("set fusionpbx_url"), "{said}");
}
