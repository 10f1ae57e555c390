//! Plugins changed through the console and the API of a running server that requires signatures.

use super::urls::Site;
use super::*;
use crate::console::browser::{BASE, Browser, token as form_token};
use crate::console::logins::add_user;
use crate::plugin_signature::Publisher;
use dialplate_tests::client::{self, Answer};
use std::io::{Read, Write};
use std::net::TcpStream;

/// A server with a console, what signs its plugins, and what publishes them.
struct Stage {
    site: Site,
    publisher: Publisher,
    server: Server,
}

impl Stage {
    fn start() -> Option<Self> {
        let (site, publisher) = (Site::start()?, Publisher::new());
        let host = &site.host;
        let generic = host.installed("generic.wasm");
        fs::write(host.path("plugins/generic.wasm.minisig"), publisher.signature(&generic, &[])).unwrap();
        let (ca, key) = (site.certificates.text("ours.pem"), publisher.path("pub"));
        let [journal, access, data] = ["journal.db", "access.db", "data"].map(|name| host.text(name));
        let bytes_max = bytes_max(&generic).to_string();
        let server = host.start_with(&[
            ("DIALPLATE_CONSOLE_PATH", BASE),
            ("DIALPLATE_JOURNAL", &journal),
            ("DIALPLATE_ACCESS_FILE", &access),
            ("DIALPLATE_DATA", &data),
            ("DIALPLATE_PLUGINS_CA", &ca),
            ("DIALPLATE_PLUGINS_TRUSTED_KEYS", &key),
            ("DIALPLATE_PLUGINS_REQUIRE_SIGNATURE", "true"),
            ("DIALPLATE_COMPONENT_BYTES_MAX", &bytes_max),
        ]);
        for (name, role) in [("ada", "admin"), ("rita", "reader")] {
            add_user(host.folder.path(), &[name, "--role", role], "s3cret");
        }
        Some(Self { site, publisher, server })
    }

    fn browser(&self, user: &str) -> Browser {
        let mut browser = Browser::new(self.server.admin());
        browser.log_in(user, "s3cret");
        browser
    }

    fn token(&self, name: &str, flags: &[&str]) -> String {
        let access = self.site.host.text("access.db");
        let mut command = self.site.host.program("token", None, &[&["add", name, "--json"], flags].concat());
        let ran = run(command.env("DIALPLATE_ACCESS_FILE", access));
        json(&ran.out)["token"].as_str().unwrap_or_else(|| panic!("{}", ran.err)).to_owned()
    }

    fn api(&self, method: &str, token: &str, path: &str, (kind, body): (&str, &[u8])) -> Answer {
        let authorization = format!("Bearer {token}");
        let headers = [("Host", "localhost"), ("Authorization", &*authorization), ("Content-Type", kind)];
        client::send(self.server.admin(), method, &format!("/api/v1/plugins{path}"), &headers, body)
    }

    /// Installs what the source names.
    fn install_from(&self, token: &str, source: &str) -> Answer {
        let body = serde_json::json!({ "source": source, "no_check": true }).to_string();
        self.api("POST", token, "", (JSON, body.as_bytes()))
    }

    /// The file of the device, by the version that serves.
    fn label(&self) -> &'static str {
        let text = file(&self.server);
        ["label.0", "LABEL.0"].into_iter().find(|label| text.contains(&format!("{label} = Front desk"))).unwrap_or("")
    }
}

const JSON: &str = "application/json";

/// Room for the largest component of the test, and not much more.
fn bytes_max(generic: &[u8]) -> usize {
    generic.len() + 100
}

/// The detail of a problem with this status and word.
fn problem(answer: &Answer, status: u16, word: &str) -> String {
    let value = json(&answer.text());
    assert_eq!((answer.status, &value["type"]), (status, &format!("/api/v1/problems#{word}").into()), "{value}");
    value["detail"].as_str().unwrap().to_owned()
}

#[test]
fn operators_change_plugins_of_the_running_server() {
    let Some(stage) = Stage::start() else { return };
    let mut ada = stage.browser("ada");
    uploads_are_examined_and_installed(&stage, &mut ada);
    versions_are_fetched_and_put_back(&stage, &mut ada);
    others_change_nothing(&stage, &mut ada);
    programs_change_plugins_through_the_api(&stage);
    plugins_are_removed_and_the_history_says_so(&stage, &mut ada);
}

fn uploads_are_examined_and_installed(stage: &Stage, ada: &mut Browser) {
    let page = ada.get("/plugins");
    let token = form_token(&page, "/plugins/upload");
    let upload = |ada: &mut Browser, component: &[u8], signature: &[u8], sha256: &str| {
        let answer = ada.upload(
            "/plugins/upload",
            &[
                ("token", "", token.as_bytes()),
                ("component", "my careless <b>.wasm", component),
                ("signature", "x.minisig", signature),
                ("sha256", "", sha256.as_bytes()),
            ],
        );
        crate::console::pages::assert_safe("upload", &answer);
        answer.text()
    };
    let signature = stage.publisher.signature(&first(), &[]);
    let before = stage.site.host.files();
    let too_large = vec![0; bytes_max(&stage.site.host.installed("generic.wasm")) + 1];
    for (component, signature, sha256, error) in [
        (&first(), &b""[..], "", "Nothing was changed: the uploaded file my careless &lt;b&gt;.wasm has no signature"),
        (&second(), &signature, "", "does not match its signature"),
        (&first(), &signature, &*sha256(&second()), "and not"),
        (&first(), &signature, "12", "sha256: a SHA-256 has 64 hexadecimal digits"),
        (&b"hello".to_vec(), &b""[..], "", "is not a WebAssembly component"),
        (&Vec::new(), &b""[..], "", "component: choose the file of a plugin"),
        (&too_large, &b""[..], "", "the field component is larger than"),
    ] {
        let said = upload(ada, component, signature, sha256);
        assert!(said.contains(error) && stage.site.host.files() == before, "{error}: {said}");
    }
    let faulty = faulty("unescaped");
    let said = upload(ada, &faulty, &stage.publisher.signature(&faulty, &[]), "");
    for part in ["does not keep to the contract", "Report of the conformance check", "escap"] {
        assert!(said.contains(part) && stage.site.host.files() == before, "{part}: {said}");
    }
    let said = upload(ada, &first(), &signature, &sha256(&first()));
    assert!(said.contains("installed careless 1.0.0") && said.contains("the running server serves it"), "{said}");
    assert_eq!((stage.label(), stage.site.host.installed("careless.wasm")), ("label.0", first()));
    assert_eq!(stage.site.host.installed("careless.wasm.minisig"), signature);
}

fn versions_are_fetched_and_put_back(stage: &Stage, ada: &mut Browser) {
    let url = stage.site.publish("acme.wasm", &second());
    stage.site.publish("acme.wasm.minisig", &stage.publisher.signature(&second(), &[]));
    let page = ada.get("/plugins");
    let token = form_token(&page, "/plugins/install");
    let mut fetch = |source: &str| {
        let fields = [("token", &*token), ("source", source), ("no_check", "1")];
        ada.post("/plugins/install", &fields).text()
    };
    for (source, error) in [
        ("/etc/passwd", "source: write an https:// URL or an oci:// reference"),
        ("http://127.0.0.1/x.wasm", "source: write an https:// URL or an oci:// reference"),
        ("oci://ghcr.io", "is no reference"),
        (&*stage.site.url("absent.wasm"), "Nothing was changed: there is no file at"),
    ] {
        let said = fetch(source);
        assert!(said.contains(error), "{source}: {said}");
    }
    let said = fetch(&format!("{url}?token=s3cret"));
    assert!(said.contains("installed careless 2.0.0") && said.contains("replaces 1.0.0"), "{said}");
    assert!(said.contains("conformance was not checked"), "{said}");
    assert_eq!(stage.label(), "LABEL.0");
    let page = ada.get("/plugins");
    let (one, two) = (sha256(&first()), sha256(&second()));
    assert!(page.text().contains(&format!("name=\"to\" value=\"{one}\"")), "{}", page.text());
    let token = form_token(&page, "/plugins/careless/rollback");
    let said = ada.post("/plugins/careless/rollback", &[("token", &*token), ("to", &*one)]).text();
    assert!(said.contains("put careless 1.0.0") && said.contains("Put 2.0.0 back"), "{said}");
    assert_eq!(stage.label(), "label.0");
    // The newest swap first, each with the hashes.
    let history = said.split_once("<h2>History</h2>").unwrap().1.to_owned();
    let places = [format!("title=\"{two}\""), format!("title=\"{one}\"")].map(|hash| history.find(&hash).unwrap());
    assert!(places[0] < places[1] && history.matches("<td>careless</td>").count() == 3, "{history}");
    let actions = ada.get("/actions").text();
    for part in ["<td>plugin_install</td>", "<td>plugin_rollback</td>", "<td>ada</td>", "installed careless 2.0.0"] {
        assert!(actions.contains(part) && !actions.contains("s3cret"), "{part}: {actions}");
    }
}

fn others_change_nothing(stage: &Stage, ada: &mut Browser) {
    let before = stage.site.host.files();
    let mut rita = stage.browser("rita");
    let page = rita.get("/plugins").text();
    assert!(page.contains("2.0.0") && !page.contains("/plugins/install") && !page.contains("type=\"file\""), "{page}");
    let token = form_token(&rita.get("/plugins"), "/logout");
    for path in ["/plugins/install", "/plugins/careless/rollback", "/plugins/careless/remove"] {
        assert_eq!(rita.post(path, &[("token", &token)]).status, 403, "{path}");
        assert_eq!(ada.post(path, &[("token", &token), ("source", "oci://x.example/y")]).status, 403, "{path}");
        assert_eq!(Browser::new(stage.server.admin()).post(path, &[]).header("location"), "/console/login", "{path}");
    }
    let parts = [("token", "", token.as_bytes()), ("component", "x.wasm", b"hello")];
    assert_eq!(
        (rita.upload("/plugins/upload", &parts).status, ada.upload("/plugins/upload", &parts).status),
        (403, 403)
    );
    ada.headers.push(("Sec-Fetch-Site", "cross-site".to_owned()));
    let own = form_token(&ada.get("/plugins"), "/plugins/upload");
    let parts = [("token", "", own.as_bytes()), ("component", "x.wasm", b"hello")];
    assert_eq!(ada.upload("/plugins/upload", &parts).status, 403);
    ada.headers.pop();
    assert!(stage.site.host.files() == before);
}

fn programs_change_plugins_through_the_api(stage: &Stage) {
    let token = stage.token("deploy", &["--scope", "read,plugins"]);
    let reader = stage.token("reader", &[]);
    let of_domain = stage.token("of-domain", &["--scope", "plugins", "--domain", "localhost"]);
    for (token, words) in [(&reader, "has not the scope `plugins`"), (&of_domain, "some domains alone")] {
        assert!(problem(&stage.install_from(token, "oci://x.example/y"), 403, "forbidden").contains(words));
        let removed = stage.api("DELETE", token, "/careless", (JSON, b""));
        assert!(problem(&removed, 403, "forbidden").contains(words));
    }
    for source in ["acme.wasm", "http://localhost/x.wasm", "ftp://x.example/y"] {
        assert!(
            problem(&stage.install_from(&token, source), 400, "invalid-parameter").contains("https:// URL"),
            "{source}"
        );
    }
    let form = |component: &[u8]| {
        let head = "--x\r\nContent-Disposition: form-data; name=\"component\"; filename=\"a.wasm\"\r\n\r\n";
        [head.as_bytes(), component, b"\r\n--x--\r\n"].concat()
    };
    let kind = "multipart/form-data; boundary=x";
    let refused = stage.api("POST", &token, "/upload?no_check=true", (kind, &form(&second())));
    assert!(problem(&refused, 422, "plugin-refused").contains("the uploaded file a.wasm has no signature"));
    assert!(problem(&stage.api("POST", &token, "/upload", (JSON, b"{}")), 400, "invalid-body").contains("multipart"));
    let one_at_a_time = half_an_upload(stage, &token, kind);
    let busy = stage.install_from(&token, "oci://x.example/y");
    assert!(problem(&busy, 409, "conflict").contains("another change of the plugins is under way"));
    drop(one_at_a_time);
    let back = || stage.api("POST", &token, "/careless/rollback", (JSON, b""));
    let is_free = || back().status == 200;
    dialplate_tests::wait::until(is_free, || "the turn of the upload that broke off".to_owned());
    assert_eq!(stage.label(), "LABEL.0");
    let answer = json(&back().text());
    assert_eq!(
        (&answer["action"], &answer["is_live"], &answer["version"]["sha256"], &answer["before"]["version"]),
        (&"rolled_back".into(), &true.into(), &sha256(&first()).into(), &"2.0.0".into())
    );
    let unknown = stage.api("POST", &token, "/careless/rollback?to=abcdef", (JSON, b""));
    assert!(problem(&unknown, 422, "plugin-refused").contains("begins with abcdef"));
}

/// A connection whose upload has begun and does not end. It has been answered nothing.
fn half_an_upload(stage: &Stage, token: &str, kind: &str) -> TcpStream {
    let mut stream = TcpStream::connect(stage.server.admin()).unwrap();
    let head = format!(
        "POST /api/v1/plugins/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\n\
         Content-Length: 5000\r\nExpect: 100-continue\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The server asks for the body once the turn is there.
    let mut said = [0; 25];
    stream.read_exact(&mut said).unwrap();
    assert_eq!(std::str::from_utf8(&said), Ok("HTTP/1.1 100 Continue\r\n\r\n"));
    stream
}

fn plugins_are_removed_and_the_history_says_so(stage: &Stage, ada: &mut Browser) {
    let page = ada.get("/plugins");
    let token = form_token(&page, "/plugins/careless/remove");
    let said = ada.post("/plugins/careless/remove", &[("token", &token)]).text();
    assert!(said.contains("the running server no longer serves it"), "{said}");
    assert!(said.contains("careless, which is not loaded") && said.contains("Put 1.0.0 back"), "{said}");
    let token = stage.token("remover", &["--scope", "read,plugins"]);
    let history = json(&stage.api("GET", &token, "", (JSON, b"")).text())["history"].clone();
    let newest = &history[0];
    assert_eq!(
        (&newest["plugin"], &newest["before"]["sha256"], &newest["after"]),
        (&"careless".into(), &sha256(&first()).into(), &serde_json::Value::Null)
    );
    let purged = json(&stage.api("DELETE", &token, "/careless?purge=true", (JSON, b"")).text());
    assert_eq!(purged["action"], "purged");
    let gone = stage.api("DELETE", &token, "/careless", (JSON, b""));
    assert!(problem(&gone, 422, "plugin-refused").contains("no plugin \"careless\" is in"));
    assert!(!ada.get("/plugins").text().contains("Put 1.0.0 back"));
}
