//! The nginx snippet for FusionPBX's sites, in a real nginx behind the rewrite rules of these sites. The rules come from
//! `../shared/contract`; tests that need them are skipped without it.

use dialplate_tests::app::TestApp;
use dialplate_tests::client::{self, Answer};
use dialplate_tests::echo::Echo;
use dialplate_tests::nginx::Nginx;
use dialplate_tests::server::{free_port, root};
use dialplate_tests::setting::digest;
use dialplate_tests::site::{HOST, Site, write};
use dialplate_tests::skip;
use serde_json::Value;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// The address of Dialplate in the files of `nginx/`.
pub const UPSTREAM: &str = "127.0.0.1:8090";
/// A User-Agent that contains the device's address.
const AGENT: &str = "Yealink SIP-T46U 66.86.0.15 00:15:65:aa:bb:cc";

/// A file of `nginx/` with texts replaced. Each text must occur.
pub fn example(file: &str, changes: &[(&str, &str)]) -> String {
    let text = std::fs::read_to_string(root().join("nginx").join(file)).expect("a file of the repository");
    changes.iter().fold(text, |text, (from, to)| {
        assert!(text.contains(from), "{file} does not contain {from}");
        text.replace(from, to)
    })
}

fn recorded() -> Option<Value> {
    let path = root().join("../shared/contract/rewrites.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        skip(&format!("no recorded rewrites at {}", path.display()));
        return None;
    };
    Some(serde_json::from_str(&text).expect("the recording"))
}

/// The position of a rule in a set. The sets of the wiki's authors extend the set of the first author.
fn place(rule: &Value, set: &str) -> Option<u64> {
    let Some(author) = set.strip_prefix("wiki-") else { return rule["order"][set].as_u64() };
    let mut sources = rule["sources"].as_array()?.iter();
    let theirs = |source: &&Value| {
        let variant = source["variant"].as_str().unwrap_or_default().to_lowercase();
        ["mcrane", author].iter().any(|author| variant == format!("wiki: from {author}"))
    };
    sources.find(theirs)?["lines"][0].as_u64()
}

/// The enabled rewrites of a set as nginx text, in their order.
fn rewrites(recorded: &Value, set: &str) -> String {
    let rules = recorded["rules"].as_array().expect("rules").iter();
    let mut rules: Vec<_> = rules.filter_map(|rule| Some((place(rule, set)?, rule))).collect();
    rules.sort_by_key(|(place, _)| *place);
    let enabled = rules.iter().filter(|(_, rule)| rule["enabled"] == true);
    let text = |rule: &Value, name: &str| rule[name].as_str().unwrap_or_default().to_owned();
    let line = |rule: &Value| {
        format!("rewrite \"{}\" \"{}\" {};\n", text(rule, "regex"), text(rule, "target"), text(rule, "flag"))
    };
    enabled.map(|(_, rule)| line(rule)).collect()
}

/// An nginx server that behaves like FusionPBX's site: PHP answers for pages, and everything else is a file. The answers
/// name the page or the file.
fn fusionpbx(port: u16, rewrites: &str, include: &str) -> String {
    format!(
        "server {{ listen 127.0.0.1:{port}; {rewrites} {include}
         location / {{ return 404 \"file $uri\"; }} location ~ \\.php$ {{ return 200 \"php $uri?$args\"; }} }}\n"
    )
}

fn ask(server: SocketAddr, target: &str) -> Answer {
    client::send(server, "GET", target, &[("Host", HOST), ("User-Agent", AGENT)], b"")
}

/// A site with a device for each address in the probes. Each template prints its own name.
fn phones(recorded: &Value) -> Option<Site> {
    let hex = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let probes = recorded["outcomes"].as_object().expect("outcomes").keys();
    let words = probes.flat_map(|probe| probe.split(|char: char| !char.is_ascii_alphanumeric()));
    let addresses = words.flat_map(|word| {
        [
            word,
            word.trim_start_matches("cfg"),
            word.trim_start_matches("algom"),
            word.trim_start_matches("SEP"),
            word.trim_start_matches("pb"),
        ]
    });
    let addresses: BTreeSet<_> = addresses.filter(|word| hex(word)).map(str::to_ascii_lowercase).collect();
    assert!(addresses.len() > 5, "{addresses:?}");
    let update = |(index, address): (usize, &String)| {
        format!(
            "update v_devices set device_address = '{address}', device_template = 'zz/all', device_enabled = true \
         where device_uuid = (select device_uuid from v_devices join v_domains using (domain_uuid) \
         where domain_name = '{HOST}' order by device_uuid limit 1 offset {index});"
        )
    };
    let sql: String = addresses.iter().enumerate().map(update).collect();
    let names = [
        "{$mac}.cfg",
        "y000000000025.cfg",
        "{$mac}-directory.xml",
        "{$mac}-registration.cfg",
        "sip.cfg",
        "features.cfg",
        "site.cfg",
        "web.cfg",
        "phonebook.xml",
        "directory.xml",
        "0004f2aabbcc.xml",
        "ab.cfg",
        "aastra.cfg",
        "MN_{$mac}.cfg",
        "MN_Generic.cfg",
        "algom{$mac}.conf",
        "{$mac}-contacts.cfg",
        "{$mac}-smartblf.cfg",
        "SEP{$mac}.cnf.xml",
        "logo.png",
        "zoiper.xml",
        "cfg.xml",
    ];
    let paths: Vec<_> =
        names.iter().map(|name| (format!("templates/zz/all/{name}"), format!("{name} of {{$mac}}"))).collect();
    let mut files: Vec<_> = paths.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    files.push(("templates/avaya/J100Supgrade.txt", "upgrade"));
    Site::start(&sql, &files, &[])
}

#[test]
fn snippet_keeps_recorded_outcome_of_every_rewrite_set() {
    let Some(recorded) = recorded() else { return };
    let Some(phones) = phones(&recorded) else { return };
    let dialplate = phones.server.address;
    let snippet = example("fusionpbx.conf", &[(UPSTREAM, &dialplate.to_string())]);
    let sites = ["debian", "devuan", "ubuntu", "centos", "freebsd", "freebsd-alt"];
    let sets = sites.into_iter().chain(["wiki-mcrane", "wiki-mputnam", "wiki-syadnom"]);
    let mut found = BTreeSet::new();
    for set in sets {
        let (with, without) = (free_port(), free_port());
        let rewrites = rewrites(&recorded, set);
        let both = fusionpbx(with, &rewrites, &snippet) + &fusionpbx(without, &rewrites, "");
        let Some(nginx) = Nginx::start(with, &both) else { return };
        let back = SocketAddr::from(([127, 0, 0, 1], without));
        for (target, outcomes) in recorded["outcomes"].as_object().unwrap() {
            let (uri, query) = outcomes[set].as_str().unwrap().split_once('|').unwrap();
            let label = format!("{target} [{set}]");
            let answer = ask(nginx.address, target);
            if uri.contains("/provision/") && !uri.starts_with("/resources/") {
                // The target after the site's rewrite. Without a matching rule, Dialplate gets the original URL.
                let direct = match uri {
                    "/app/provision/" | "/app/provision/index.php" => format!("/app/provision/index.php?{query}"),
                    _ => target.clone(),
                };
                let direct = ask(dialplate, &direct);
                assert_eq!((answer.status, answer.text()), (direct.status, direct.text()), "{label}");
            } else if uri == "/app/provision" {
                // nginx redirects to the folder with a slash, with and without the snippet.
                assert_eq!(answer.status, 301, "{label}");
            } else {
                // The snippet doubles the slash of `/provisioning/`.
                let text = answer.text().replace("file //", "file /");
                assert_eq!((answer.status, text), (404, format!("file {uri}")), "{label}");
            }
            found.extend(Some(answer.text()).filter(|_| answer.status == 200));
            // Without the snippet, the site answers itself.
            let answer = ask(back, target);
            let page = uri.ends_with(".php").then(|| (200, format!("php {uri}?{query}")));
            assert_eq!((answer.status, answer.text()), page.unwrap_or((404, format!("file {uri}"))), "{label}");
        }
        assert_eq!(nginx.log(), "");
    }
    assert!(found.len() > 20, "the probes find too little: {found:?}");
}

/// Sends a request with forged headers through a proxy, and returns the request line and the lower-case headers that
/// the proxy forwards.
pub fn forwarded(proxy: SocketAddr, echo: &Echo) -> (String, String) {
    let forged = [
        ("Host", "Alpha.example.net:8080"),
        ("X-Forwarded-For", "203.0.113.7"),
        ("X-Real-IP", "203.0.113.7"),
        ("X-Original-URI", "/untrue"),
        ("X-Forwarded-Proto", "untrue"),
        ("Authorization", "Digest uri=\"/x\""),
    ];
    let answer = client::send(proxy, "GET", "/provision/%3001565aabbcc.cfg?file={$mac}.cfg", &forged, b"");
    assert_eq!((answer.status, answer.text()), (200, "echo".to_owned()));
    let head = String::from_utf8_lossy(&echo.head()).into_owned();
    let (line, headers) = head.split_once("\r\n").expect("a request line");
    (line.to_owned(), headers.to_ascii_lowercase())
}

/// Whether the header lines contain this one.
pub fn has(headers: &str, header: &str) -> bool {
    headers.lines().any(|line| line == header)
}

#[test]
fn snippet_forwards_client_and_original_target() {
    let Some(recorded) = recorded() else { return };
    let echo = Echo::start();
    let snippet = example("fusionpbx.conf", &[(UPSTREAM, &echo.address.to_string())]);
    let port = free_port();
    let Some(nginx) = Nginx::start(port, &fusionpbx(port, &rewrites(&recorded, "debian"), &snippet)) else { return };
    let (line, headers) = forwarded(nginx.address, &echo);
    assert_eq!(line, "GET /app/provision/index.php?mac=001565aabbcc&file={$mac}.cfg HTTP/1.1");
    for header in [
        "host: alpha.example.net",
        "x-forwarded-for: 127.0.0.1",
        "x-real-ip: 127.0.0.1",
        "x-forwarded-proto: http",
        "x-original-uri: /provision/%3001565aabbcc.cfg?file={$mac}.cfg",
        "authorization: digest uri=\"/x\"",
    ] {
        assert!(has(&headers, header), "{header} is not in\n{headers}");
    }
    assert!(!headers.contains("untrue") && !headers.contains("203.0.113.7"), "{headers}");
}

/// A site with an administrator's own rules for URLs below `/provision/`. `first` and `last` are the places of the line
/// that includes the snippet.
fn own_rules(port: u16, folder: &Path, first: &str, last: &str) -> String {
    let root = folder.display();
    format!(
        r#"server {{
            listen 127.0.0.1:{port};
            root {root};
            {first}
            rewrite "^/provision/([0-9a-f]{{12}})\.cfg$" /app/provision/index.php?mac=$1 last;
            rewrite "^/provision/vendor/firmware/(.+)$" /files/$1 last;
            location /provision/pictures/ {{ alias {root}/files/; }}
            location ~ ^/provision/.*\.rom$ {{ rewrite ^.*/(.*)$ /files/$1 break; }}
            location = /provision/version.txt {{ return 200 "version 7"; }}
            location ^~ /provision/private/ {{ return 403; }}
            location / {{ }}
            {last}
        }}
        "#
    )
}

/// A server that has templates for a Yealink with this address.
async fn yealink() -> TestApp {
    let app = TestApp::init().with_device("001565be5fd7", "yealink/t46u");
    let app = app.with_template("yealink/t46u/{$mac}.cfg", "default {$mac}");
    app.with_template("yealink/t46u/SEP{$mac}.cnf.xml", "sep {$mac}").build().await
}

#[tokio::test(flavor = "multi_thread")]
async fn sites_own_rules_below_provision_stay_in_force() {
    let app = yealink().await;
    let dialplate = app.listen().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    for (file, text) in [
        ("files/6.4/image.bin", "image"),
        ("files/logo.bin", "logo"),
        ("files/boot.rom", "rom"),
        ("provisioning/list.txt", "list"),
    ] {
        write(folder.path(), file, text.as_bytes());
    }
    let snippet = example("fusionpbx.conf", &[(UPSTREAM, &dialplate.to_string())]);
    let folder_of_all = "location /provision/ { return 200 \"own $uri\"; }";
    let ports = [free_port(), free_port(), free_port(), free_port(), free_port()];
    let sites = [("", ""), (&snippet, ""), ("", &snippet), (folder_of_all, ""), (folder_of_all, &snippet)];
    let sites = ports.iter().zip(sites).map(|(port, (first, last))| own_rules(*port, folder.path(), first, last));
    let Some(_nginx) = Nginx::start(ports[0], &sites.collect::<String>()) else { return };
    let answer = |port: u16, target: &str| {
        let answer = ask(SocketAddr::from(([127, 0, 0, 1], port)), target);
        (answer.status, answer.text())
    };
    let [without, first, last, own, own_last] = ports;
    for (target, status) in [
        ("/provision/vendor/firmware/6.4/image.bin", 200),
        ("/provision/vendor/firmware/absent.bin", 404),
        ("/provision/pictures/logo.bin", 200),
        ("/provision/pictures/absent.bin", 404),
        ("/provision/boot.rom", 200),
        ("/provision/version.txt", 200),
        ("/provision/private/x", 403),
        ("/provisioning/list.txt?x=1", 200),
        ("/provisioning/absent.txt", 404),
        ("/provision", 404),
    ] {
        let expected = answer(without, target);
        assert_eq!(expected.0, status, "{target}");
        assert_eq!((answer(first, target), answer(last, target)), (expected.clone(), expected), "{target}");
        assert_eq!(answer(own_last, target), answer(own, target), "{target}");
    }
    let default = (200, "default 001565be5fd7".to_owned());
    for port in [first, last, own_last] {
        assert_eq!(answer(port, "/provision/001565be5fd7.cfg"), default);
    }
    for port in [first, last] {
        let target = "/provision/SEP001565BE5FD7.cnf.xml";
        assert_eq!(answer(port, target), (200, "sep 001565be5fd7".to_owned()));
        assert_eq!(answer(port, "/provision/00-15-65-be-5f-d7.cfg"), default);
    }
}

#[test]
fn redirect_of_nginx_to_the_page_keeps_the_query() {
    let Some(site) = Site::start("", &[("templates/yealink/t46u/{$mac}.cfg", "default {$mac}")], &[]) else { return };
    let target = "/app/provision?mac=001565be5fd7";
    assert_eq!(ask(site.server.address, target).text(), "default 001565be5fd7", "without a proxy");
    let snippet = example("fusionpbx.conf", &[(UPSTREAM, &site.server.address.to_string())]);
    let port = free_port();
    let Some(nginx) = Nginx::start(port, &fusionpbx(port, "", &snippet)) else { return };
    let answer = ask(nginx.address, target);
    let location = answer.header("location");
    let (_, path) = location.split_once(HOST).unwrap_or_else(|| panic!("{} {location:?}", answer.status));
    let path = &path[path.find('/').expect("a path")..];
    assert_eq!((answer.status, path), (301, "/app/provision/?mac=001565be5fd7"));
    assert_eq!(ask(nginx.address, path).text(), "default 001565be5fd7");
}

#[test]
fn snippet_optional_part_serves_raw_templates() {
    let Some(site) =
        Site::start("", &[("templates/avaya/J100Supgrade.txt", "upgrade"), ("templates/zz/all/x", "x")], &[])
    else {
        return;
    };
    let text =
        example("fusionpbx.conf", &[(UPSTREAM, &site.server.address.to_string()), ("\n#location", "\nlocation")]);
    let (before, optional) = text.split_once("\nlocation ^~ /resources").unwrap();
    let snippet = format!("{before}\nlocation ^~ /resources{}", optional.replace("\n#", "\n"));
    let port = free_port();
    let Some(nginx) = Nginx::start(port, &fusionpbx(port, "", &snippet)) else { return };
    let answer = |target: &str| (ask(nginx.address, target).status, ask(nginx.address, target).text());
    assert_eq!(answer("/resources/templates/provision/avaya/J100Supgrade.txt"), (200, "upgrade".to_owned()));
    assert_eq!(answer("/resources/templates/provision/zz/all/x").0, 403);
    assert_eq!(answer("/resources/other").1, "file /resources/other");
}

#[test]
fn phone_logs_in_by_digest_behind_rewrites() {
    let Some(recorded) = recorded() else { return };
    let trusted = [("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1")];
    let files = [("templates/yealink/t46u/{$mac}.cfg", "default {$mac}")];
    let Some(site) = Site::start(&digest(), &files, &trusted) else { return };
    let snippet = example("fusionpbx.conf", &[(UPSTREAM, &site.server.address.to_string())]);
    let port = free_port();
    let Some(nginx) = Nginx::start(port, &fusionpbx(port, &rewrites(&recorded, "debian"), &snippet)) else { return };
    for path in
        ["/provision/001565be5fd7.cfg", "/provision/cfg001565be5fd7.xml?x=1", "/provision/00-15-65-be-5f-d7.cfg"]
    {
        let url = format!("http://{}{path}", nginx.address);
        let curl = |login: &str| {
            let arguments = ["-s", "--digest", "-u", login, "-w", " %{http_code}", "-H", "Host: alpha.example.net"];
            let output = std::process::Command::new("curl").args(arguments).arg(&url).output();
            output.ok().map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let Some(output) = curl("phone:secret1") else { return skip("curl is not installed") };
        assert_eq!(output, "default 001565be5fd7 200", "{path}");
        assert!(curl("phone:wrong").is_some_and(|output| output.ends_with(" 401")), "{path}");
    }
}
