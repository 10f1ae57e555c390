//! `dialplate bench` against a real server.

use dialplate_tests::client;
use dialplate_tests::server::{self, Server, demo_url};
use dialplate_tests::site::write;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::Output;
use std::thread;
use tempfile::TempDir;

/// A demonstration server, and the list of its devices.
struct Stage {
    server: Server,
    list: PathBuf,
    folder: TempDir,
}

/// The options of a short measurement.
const SHORT: [&str; 6] = ["--seconds", "1", "--connections", "4", "--rounds", "1"];

impl Stage {
    fn new(sql: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::demo(folder.path(), &[]);
        if !sql.is_empty() {
            crate::proxied::execute(folder.path(), sql);
        }
        let list = folder.path().join("requests");
        let stage = Self { server, list, folder };
        let ran = stage.requests(&[]);
        assert!(ran.status.success(), "{ran:?}");
        std::fs::write(&stage.list, ran.stdout).unwrap();
        stage
    }

    fn requests(&self, options: &[&str]) -> Output {
        let database = demo_url(self.folder.path());
        let mut command = server::command("bench", &[("DIALPLATE_DATABASE", &database)]);
        command.arg("requests").args(options).output().unwrap()
    }

    fn bench(&self, base: SocketAddr, options: &[&str]) -> Output {
        self.bench_as(&[], base, options)
    }

    fn bench_as(&self, settings: &[(&str, &str)], base: SocketAddr, options: &[&str]) -> Output {
        let mut command = server::command("bench", settings);
        command.arg("--requests").arg(&self.list).args(["--base", &format!("http://{base}")]);
        command.args(SHORT).args(options).output().unwrap()
    }
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A server in front of another one, whose answers a function changes. It ends every connection after an answer.
fn forged(of: SocketAddr, change: fn(usize, &mut client::Answer)) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                let mut byte = [0];
                if stream.read(&mut byte).unwrap_or(0) == 0 {
                    break;
                }
                head.push(byte[0]);
            }
            let head = String::from_utf8_lossy(&head).into_owned();
            let Some(target) = head.split(' ').nth(1) else { continue };
            let headers = head.lines().skip(1).filter_map(|line| line.split_once(": ")).collect::<Vec<_>>();
            let mut answer = client::send(of, "GET", target, &headers, b"");
            change(number, &mut answer);
            let begin =
                format!("HTTP/1.1 {} X\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n", answer.status);
            let mut bytes = begin.into_bytes();
            for chunk in answer.body.chunks(7_000) {
                bytes.extend(format!("{:x}\r\n", chunk.len()).into_bytes());
                bytes.extend(chunk);
                bytes.extend(b"\r\n");
            }
            bytes.extend(b"0\r\n\r\n");
            let _ = stream.write_all(&bytes);
        }
    });
    address
}

#[test]
fn bench_of_one_server_prints_its_figures() {
    let stage = Stage::new("");
    let ran = stage.bench(stage.server.address, &["--json"]);
    assert!(ran.status.success(), "{ran:?}");
    let report = json(&ran);
    assert_eq!((&report["requests"], &report["ratio"]), (&Value::from(10), &Value::Null), "{report}");
    let server = &report["servers"][0];
    let number = |name: &str| server[name].as_f64().unwrap_or_else(|| panic!("{name} of {report}"));
    assert!(number("answers") > 20.0 && number("errors") == 0.0, "{report}");
    assert!(number("p50_ms") > 0.0 && number("p50_ms") <= number("p90_ms") && number("p90_ms") <= number("p99_ms"));
    assert!(number("processor_seconds") > 0.0 && number("memory_peak_bytes") > f64::from(1 << 24), "{report}");
    assert!(number("bytes") > 1_000.0 * number("answers"), "{report}");
    let text = stage.bench(stage.server.address, &[]);
    let text = String::from_utf8_lossy(&text.stdout).into_owned();
    let heads = "server answers/s p50 ms p90 ms p99 ms errors processor s peak memory";
    assert!(text.lines().any(|line| line.split_whitespace().collect::<Vec<_>>().join(" ") == heads), "{text}");
    assert!(text.contains(&format!("http://{}", stage.server.address)), "{text}");
}

#[test]
fn bench_against_the_same_bytes_prints_a_ratio() {
    let stage = Stage::new("");
    // This one ends its connections and sends chunks, so it is slower.
    let other = forged(stage.server.address, |_, _| {});
    let ran = stage.bench(stage.server.address, &["--against", &format!("http://{other}"), "--json"]);
    assert!(ran.status.success(), "{ran:?}");
    let report = json(&ran);
    assert!(report["ratio"].as_f64().is_some_and(|ratio| ratio > 1.0), "{report}");
    assert!(report["servers"].as_array().is_some_and(|servers| servers.len() == 2), "{report}");
    assert!(report["servers"][1]["answers"].as_f64().is_some_and(|answers| answers > 5.0), "{report}");
}

#[test]
fn bench_names_answers_that_differ_from_the_other_server() {
    let stage = Stage::new("");
    let other = forged(stage.server.address, |_, answer| {
        if answer.body.starts_with(b"#!version") {
            answer.body[20] ^= 1;
        }
    });
    let ran = stage.bench(stage.server.address, &["--against", &format!("http://{other}")]);
    assert!(!ran.status.success() && err(&ran).contains("2 errors"), "{ran:?}");
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(text.contains("2 x the body differs from that of the other server, first: /provision/001565"), "{text}");
}

#[test]
fn bench_counts_wrong_bodies_and_statuses() {
    let stage = Stage::new("");
    let base = forged(stage.server.address, |number, answer| match number {
        // The first answers are the right ones, so only later ones are wrong.
        40.. if number % 10 == 3 => answer.body.extend(b"more"),
        40.. if number % 10 == 4 => answer.status = 503,
        _ => {}
    });
    let ran = stage.bench(base, &["--json"]);
    assert!(!ran.status.success(), "{ran:?}");
    let report = json(&ran);
    let kinds = report["servers"][0]["error_kinds"].as_array().unwrap();
    let kinds: Vec<_> = kinds.iter().map(|kind| kind["error"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["status 503, expected 200", "the body differs from the first answer"], "{report}");
}

#[test]
fn bench_leaves_printed_times_out_of_the_comparison() {
    let stage = Stage::new("");
    let base = forged(stage.server.address, |_, answer| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
        answer.body = [format!("made at {now}\n").as_bytes(), &answer.body].concat();
    });
    let ran = stage.bench(base, &[]);
    assert!(ran.status.success(), "{ran:?}");
    let text = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert!(text.contains("10 documents print the time, which was not compared"), "{text}");
}

#[test]
fn bench_logs_in_by_digest_from_file_or_environment() {
    let stage = Stage::new(DIGEST);
    let file = stage.folder.path().join("account");
    write(stage.folder.path(), "account", b"phone:secret1\n");
    for (settings, options) in [
        (vec![], vec!["--digest-file", file.to_str().unwrap()]),
        (vec![("DIALPLATE_BENCH_DIGEST", "phone:secret1")], vec![]),
        (vec![], vec!["--digest", "phone:secret1"]),
    ] {
        let ran = stage.bench_as(&settings, stage.server.address, &[&options[..], &["--json"]].concat());
        assert!(ran.status.success(), "{ran:?}");
        let server = json(&ran)["servers"][0].clone();
        assert!(server["answers"].as_u64() > Some(20), "{server}");
        assert_eq!(server["challenges"], 4, "one for each connection: {server}");
        let warns = err(&ran).contains("every user of this machine can read the password");
        assert_eq!(warns, options.first() == Some(&"--digest"), "{ran:?}");
        assert!(!err(&ran).contains("secret1"), "{ran:?}");
    }
    let wrong = stage.bench_as(&[("DIALPLATE_BENCH_DIGEST", "phone:wrong")], stage.server.address, &[]);
    assert!(!wrong.status.success() && err(&wrong).contains("status 401, expected 200"), "{wrong:?}");
    let none = stage.bench(stage.server.address, &[]);
    assert!(!none.status.success() && err(&none).contains("status 401, expected 200"), "{none:?}");
}

/// The demonstration's domain demands digest credentials.
const DIGEST: &str = "
    insert into v_domain_settings (domain_setting_uuid, domain_uuid, domain_setting_category,
            domain_setting_subcategory, domain_setting_name, domain_setting_value, domain_setting_enabled)
        select '5e770000-0000-4000-8000-0000000000' || column1, domain_uuid, 'provision', column2, column3, column4, true
        from v_domains, (values ('01', 'http_auth_username', 'text', 'phone'),
            ('02', 'http_auth_password', 'array', 'secret1'), ('03', 'http_auth_enabled', 'boolean', 'true'),
            ('04', 'http_auth_type', 'text', 'digest'));
";

#[test]
fn list_of_requests_has_the_makers_urls_and_agents() {
    let stage = Stage::new("update v_devices set device_enabled = false where device_address = '001565000054';");
    let text = std::fs::read_to_string(&stage.list).unwrap();
    assert_eq!(text.lines().count(), 9, "{text}");
    let yealink = r#"{"host":"localhost","target":"/provision/001565000046.cfg","user_agent":"Yealink SIP-T46U 66.86.0.15 00:15:65:00:00:46"}"#;
    assert!(text.lines().any(|line| line == yealink), "{text}");
    assert!(text.contains("/provision/cfg000b82002170.xml") && text.contains("/provision/0004f2000450.cfg"), "{text}");
    let one = stage.requests(&["--per-template", "1", "--plain"]);
    let plain = String::from_utf8_lossy(&one.stdout).into_owned();
    assert!(plain.contains("localhost\t/provision/001565000046.cfg\tYealink SIP-T46U "), "{plain}");
    std::fs::write(&stage.list, &plain).unwrap();
    assert!(stage.bench(stage.server.address, &[]).status.success());
    let none = stage.requests(&["--domain", "nowhere"]);
    assert!(err(&none).contains("no enabled device in the domain \"nowhere\""), "{none:?}");
}

#[test]
fn bench_refuses_what_it_cannot_measure() {
    let stage = Stage::new("");
    let free = SocketAddr::from(([127, 0, 0, 1], server::free_port()));
    for (list, base, message) in [
        ("", format!("http://{}", stage.server.address), "the list has no request"),
        ("localhost /x", format!("http://{}", stage.server.address), "line 1: it has not two or three columns"),
        ("localhost\t/x", format!("http://{free}"), "cannot be reached: no connection"),
        ("localhost\t/x", format!("http://{}/app", stage.server.address), "more than a host and a port"),
        ("localhost\t/x", format!("https://{}", stage.server.address), "only http is measured"),
        ("localhost\t/x", format!("http://{}", stage.server.address), "/x: status 404, expected 200"),
    ] {
        std::fs::write(&stage.list, list).unwrap();
        let mut command = server::command("bench", &[]);
        let ran = command.arg("--requests").arg(&stage.list).args(["--base", &base]).args(SHORT).output().unwrap();
        assert!(!ran.status.success() && err(&ran).contains(message), "{list:?} {base}: {ran:?}");
    }
}
