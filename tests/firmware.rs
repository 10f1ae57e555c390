//! Firmware files over HTTP, and the commands that keep the folder.

use crate::proxied::execute;
use dialplate_tests::client::send;
use dialplate_tests::server::{self, Server};
use dialplate_tests::setting::set;
use dialplate_tests::skip;
use sha2::{Digest, Sha256};
use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

/// Longer than the buffers of a connection.
const BYTES: usize = 24 << 20;

/// Content in which every place is different.
fn content() -> Vec<u8> {
    (0..BYTES as u32 / 4).flat_map(u32::to_le_bytes).collect()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A folder with firmware in it, and a server that serves it.
fn serve(folder: &Path, others: &[(&str, &str)]) -> Server {
    let firmware = folder.join("firmware");
    fs::create_dir_all(&firmware).unwrap();
    fs::write(firmware.join("T46U(108.86).rom"), content()).unwrap();
    fs::write(firmware.join("3111-46135-002.sip.ld"), "polycom").unwrap();
    let own = [("DIALPLATE_FIRMWARE", firmware.to_str().unwrap())];
    Server::demo(folder, &[&own, others].concat())
}

fn command(folder: &Path, arguments: &[&str]) -> Output {
    let firmware = folder.join("firmware").display().to_string();
    server::command("firmware", &[("DIALPLATE_FIRMWARE", &firmware)]).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn curl_resumes_a_download() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]);
    let (file, content) = (folder.path().join("download"), content());
    fs::write(&file, &content[..BYTES / 3]).unwrap();
    let url = format!("http://{}/provision/firmware/T46U(108.86).rom", server.address);
    let curl = Command::new("curl").args(["-sS", "--fail", "-C", "-", "-o"]).arg(&file).arg(&url).output();
    let Ok(curl) = curl else { return skip("curl is not installed") };
    assert!(curl.status.success(), "{}", String::from_utf8_lossy(&curl.stderr));
    assert!(fs::read(&file).unwrap() == content, "the file is complete");
}

#[test]
fn ranges_tags_and_head_follow_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]);
    let ask = |method: &str, headers: &[(&str, &str)]| {
        let all = [&[("Host", "127.0.0.1")], headers].concat();
        send(server.address, method, "/provision/3111-46135-002.sip.ld", &all, b"")
    };
    let whole = ask("GET", &[]);
    assert_eq!((whole.status, whole.text().as_str(), whole.header("accept-ranges")), (200, "polycom", "bytes"));
    let part = ask("GET", &[("Range", "bytes=2-3")]);
    assert_eq!((part.status, part.text().as_str(), part.header("content-range")), (206, "ly", "bytes 2-3/7"));
    let beyond = ask("GET", &[("Range", "bytes=9-")]);
    assert_eq!((beyond.status, beyond.header("content-range")), (416, "bytes */7"));
    let head = ask("HEAD", &[]);
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, "7", 0));
    let tag = whole.header("etag").to_owned();
    assert_eq!(ask("GET", &[("If-None-Match", &tag)]).status, 304);
    fs::write(folder.path().join("firmware/3111-46135-002.sip.ld"), "a newer one").unwrap();
    let newer = ask("GET", &[("If-None-Match", &tag), ("Range", "bytes=2-3"), ("If-Range", &tag)]);
    assert_eq!((newer.status, newer.text().as_str()), (200, "a newer one"));
}

#[test]
fn firmware_is_off_by_default_and_natural_names_work() {
    let folder = tempfile::tempdir().unwrap();
    let without = Server::demo(folder.path(), &[]);
    assert_eq!(without.get("127.0.0.1", "/provision/firmware/T46U(108.86).rom").status, 404);
    drop(without);
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]);
    let status = |target: &str| server.get("127.0.0.1", target).status;
    for target in
        ["/3111-46135-002.sip.ld", "/app/provision/firmware/3111-46135-002.sip.ld", "/firmware/3111-46135-002.sip.ld"]
    {
        assert_eq!(status(target), 200, "{target}");
    }
    for target in [
        "/provision/firmware/absent.rom",
        "/provision/firmware/",
        "/provision/firmware/../demo.db",
        "/provision/firmware/%2e%2e/demo.db",
        "/provision/firmware/..%2fdemo.db",
        "/provision/absent.rom",
    ] {
        assert_eq!(status(target), 404, "{target}");
    }
    assert_eq!(status("/provision/001565000046.cfg"), 200);
    std::os::unix::fs::symlink("../demo.db", folder.path().join("firmware/link.rom")).unwrap();
    assert_eq!(status("/provision/firmware/link.rom"), 404, "a link out of the folder");
}

#[test]
fn network_checks_of_the_gate_apply() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]);
    let target = "/provision/firmware/3111-46135-002.sip.ld";
    let configuration = || server.get("127.0.0.1", "/provision/001565000046.cfg").status;
    assert_eq!((server.get("127.0.0.1", target).status, configuration()), (200, 200));
    execute(folder.path(), &set("cidr", "array", "10.0.0.0/8"));
    let refused = server.get("127.0.0.1", target);
    assert_eq!((refused.status, configuration()), (404, 404));
    let absent = server.get("127.0.0.1", "/provision/firmware/absent.rom");
    assert_eq!((absent.status, absent.body), (refused.status, refused.body), "nobody learns which files exist");
    execute(folder.path(), &set("cidr", "array", "127.0.0.0/8"));
    assert_eq!((server.get("127.0.0.1", target).status, configuration()), (200, 200));
}

/// A phone that writes to its flash while it reads needs longer than a request may take.
#[test]
fn slow_client_gets_the_whole_file() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[]);
    let mut stream = TcpStream::connect(server.address).unwrap();
    let request = "GET /provision/firmware/T46U(108.86).rom HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
    std::io::Write::write_all(&mut stream, request.as_bytes()).unwrap();
    let mut bytes = vec![0; 1 << 20];
    stream.read_exact(&mut bytes).unwrap();
    // Longer than a stalled answer of another kind may take.
    std::thread::sleep(Duration::from_secs(12));
    let rest = stream.read_to_end(&mut bytes).unwrap();
    let body = bytes.windows(4).position(|part| part == b"\r\n\r\n").unwrap() + 4;
    assert!(bytes[body..] == content(), "{} bytes and {rest}", bytes.len());
}

#[test]
fn commands_add_list_and_check_files() {
    let folder = tempfile::tempdir().unwrap();
    let firmware = folder.path().join("firmware");
    fs::create_dir(&firmware).unwrap();
    let source = folder.path().join("gxp2135fw.bin");
    fs::write(&source, "grandstream").unwrap();
    let sum = sha256(b"grandstream");
    let added = command(folder.path(), &["add", source.to_str().unwrap()]);
    assert!(added.status.success() && said(&added).contains(&sum), "{}", said(&added));
    let added = command(folder.path(), &["add", source.to_str().unwrap(), "--name", "grandstream/1.0/fw.bin"]);
    assert!(added.status.success(), "{}", said(&added));
    let listed = said(&command(folder.path(), &["list"]));
    assert!(listed.contains("gxp2135fw.bin") && listed.contains(&format!("11     {sum}")), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&said(&command(folder.path(), &["list", "--json"]))).unwrap();
    assert_eq!((&json[0]["name"], &json[0]["bytes"]), (&"grandstream/1.0/fw.bin".into(), &11.into()));
    // The list is that of coreutils.
    let checked = Command::new("sha256sum").args(["-c", "SHA256SUMS"]).current_dir(&firmware).output().unwrap();
    assert!(checked.status.success(), "{}", said(&checked));
    assert!(command(folder.path(), &["check"]).status.success());
    fs::write(firmware.join("gxp2135fw.bin"), "Grandstream").unwrap();
    let checked = command(folder.path(), &["check"]);
    assert!(!checked.status.success() && said(&checked).contains("gxp2135fw.bin: changed"), "{}", said(&checked));
    for (arguments, words) in [
        (&["add", "/nowhere/a.rom"][..], "/nowhere/a.rom"),
        (&["add", source.to_str().unwrap(), "--name", "../a.rom"], "begins with a dot"),
    ] {
        let output = command(folder.path(), arguments);
        assert!(!output.status.success() && said(&output).contains(words), "{}", said(&output));
    }
    let off = server::command("firmware", &[]).arg("list").output().unwrap();
    assert!(!off.status.success() && said(&off).contains("DIALPLATE_FIRMWARE"), "{}", said(&off));
}

#[test]
fn templates_get_the_url_of_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &[("DIALPLATE_FIRMWARE_URL", "http://127.0.0.1/provision/firmware/")]);
    let polycom = server.get("127.0.0.1", "/provision/0004f2000450.cfg").text();
    assert!(polycom.contains("APP_FILE_PATH=\"http://127.0.0.1/provision/firmware/sip.ld\""), "{polycom}");
    let grandstream = server.get("127.0.0.1", "/provision/cfg000b82002170.xml").text();
    assert!(grandstream.contains(">127.0.0.1/provision/firmware<"), "{grandstream}");
}
