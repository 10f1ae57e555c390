//! Components from an OCI registry: Debian's `docker-registry`, to which curl pushes them.

use super::*;
use dialplate_tests::proxy::Proxy;
use serde_json::json;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

const CONFIG: &str = "application/vnd.wasm.config.v0+json";
const LAYER: &str = "application/wasm";

/// A user of the registry that demands a password, and its line in the registry's file: bcrypt, the only hash that it takes.
const USER: &str = "ada:correct horse";
const HTPASSWD: &str = "ada:$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2\n";
/// The user and another password in Base64, as `docker login` stores them.
const LOGIN: &str = "YWRhOmNvcnJlY3QgaG9yc2U=";
const WRONG_LOGIN: &str = "YWRhOndyb25n";

/// A registry with an empty store.
struct Registry {
    folder: tempfile::TempDir,
    process: Proxy,
    /// What curl needs to push.
    login: &'static [&'static str],
}

impl Registry {
    /// Reports a skipped test if no registry is installed.
    fn start() -> Option<Self> {
        Self::start_with(false)
    }

    /// A registry that demands a password, or none.
    fn start_with(demands_password: bool) -> Option<Self> {
        let (folder, port) = (tempfile::tempdir().unwrap(), server::free_port());
        let store = folder.path().join("store");
        let mut config = json!({
            "version": 0.1,
            "storage": {"filesystem": {"rootdirectory": store}},
            "http": {"addr": format!("127.0.0.1:{port}")},
        });
        if demands_password {
            let users = folder.path().join("users");
            fs::write(&users, HTPASSWD).unwrap();
            config["auth"] = json!({"htpasswd": {"realm": "here", "path": users}});
        }
        // YAML includes JSON.
        fs::write(folder.path().join("config.yml"), config.to_string()).unwrap();
        let mut command = Command::new("/usr/bin/docker-registry");
        command.arg("serve").arg(folder.path().join("config.yml"));
        let process = Proxy::start(&mut command, port, &folder.path().join("log"))?;
        Some(Self { folder, process, login: if demands_password { &["--user", USER] } else { &[] } })
    }

    fn reference(&self, tag: &str) -> String {
        format!("oci://127.0.0.1:{}/acme/careless{tag}", self.process.address.port())
    }

    /// Runs curl for a path of the registry, and returns the headers of its answer.
    fn curl(&self, arguments: &[&str], path: &str) -> String {
        let url =
            if path.starts_with("http") { path.to_owned() } else { format!("http://{}{path}", self.process.address) };
        let mut curl = Command::new("curl");
        let ran = run(curl
            .args(["--silent", "--fail", "--show-error", "--include"])
            .args(self.login)
            .args(arguments)
            .arg(url));
        assert!(ran.success, "{arguments:?}: {}{}", ran.out, ran.err);
        ran.out
    }

    fn push_blob(&self, bytes: &[u8]) -> serde_json::Value {
        let digest = format!("sha256:{}", sha256(bytes));
        let begun = self.curl(&["--request", "POST"], "/v2/acme/careless/blobs/uploads/");
        let place = begun.lines().find_map(|line| line.strip_prefix("Location: ")).expect("a place").trim();
        let file = self.folder.path().join("blob");
        fs::write(&file, bytes).unwrap();
        let data = format!("@{}", file.display());
        let kind = "Content-Type: application/octet-stream";
        let put = ["--request", "PUT", "--header", kind, "--data-binary", &data];
        self.curl(&put, &format!("{place}&digest={digest}"));
        json!({"digest": digest, "size": bytes.len()})
    }

    /// Pushes a component as `tag`, and returns the digest of its manifest.
    fn push(
        &self,
        tag: &str,
        component: &[u8],
        (config, layer): (&str, &str),
        annotations: serde_json::Value,
    ) -> String {
        let described = |bytes: &[u8], kind: &str| {
            let mut descriptor = self.push_blob(bytes);
            descriptor["mediaType"] = kind.into();
            descriptor
        };
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": described(b"{\"os\":\"wasip2\",\"architecture\":\"wasm\"}", config),
            "layers": [described(component, layer)],
            "annotations": annotations,
        });
        let file = self.folder.path().join("manifest");
        fs::write(&file, manifest.to_string()).unwrap();
        let data = format!("@{}", file.display());
        let kind = "Content-Type: application/vnd.oci.image.manifest.v1+json";
        let put = ["--request", "PUT", "--header", kind, "--data-binary", &data];
        self.curl(&put, &format!("/v2/acme/careless/manifests/{tag}"));
        format!("sha256:{}", sha256(manifest.to_string().as_bytes()))
    }

    fn publish(&self, tag: &str, component: &[u8]) -> String {
        self.push(tag, component, (CONFIG, LAYER), json!({}))
    }
}

#[test]
fn artifact_is_pulled_and_updated_by_tag() {
    let Some(registry) = Registry::start() else { return };
    let host = Host::new();
    let server = host.start();
    registry.publish("stable", &first());
    let said = host.does(Some(&server), &["install", &registry.reference(":stable")]);
    assert!(said.contains("installed careless 1.0.0") && said.contains("the running server serves it"), "{said}");
    assert!(host.installed("careless.wasm") == first() && file(&server).contains("label.0"));
    assert!(host.does(Some(&server), &["update"]).contains("is in place already"));
    registry.publish("stable", &second());
    assert!(host.does(Some(&server), &["update"]).contains("installed careless 2.0.0"));
    assert!(file(&server).contains("LABEL.0"));
    let listed = host.does(Some(&server), &["list"]);
    assert!(listed.contains(&format!("careless is from {}\n", registry.reference(":stable"))), "{listed}");
}

#[test]
fn artifact_is_pulled_by_digest_and_latest_tag() {
    let Some(registry) = Registry::start() else { return };
    let host = Host::new();
    let digest = registry.publish("latest", &first());
    registry.publish("latest", &second());
    host.does(None, &["install", &registry.reference(&format!("@{digest}")), "--no-check"]);
    assert!(host.installed("careless.wasm") == first());
    host.does(None, &["install", &registry.reference(""), "--no-check"]);
    assert!(host.installed("careless.wasm") == second());
}

#[test]
fn signature_in_the_annotation_comes_along() {
    let Some(registry) = Registry::start() else { return };
    let host = Host::new();
    registry.push("1", &first(), (CONFIG, LAYER), json!({"dialplate.minisig": "a signature"}));
    host.does(None, &["install", &registry.reference(":1"), "--no-check"]);
    assert_eq!(host.installed("careless.wasm.minisig"), b"a signature");
}

#[test]
fn artifacts_of_another_kind_are_refused() {
    let Some(registry) = Registry::start() else { return };
    let host = Host::new();
    registry.push("image", &first(), ("application/vnd.oci.image.config.v1+json", LAYER), json!({}));
    registry.push("tar", &first(), (CONFIG, "application/vnd.oci.image.layer.v1.tar"), json!({}));
    registry.publish("text", b"hello");
    let before = host.files();
    for (tag, part) in [
        (":image", "its configuration is application/vnd.oci.image.config.v1+json"),
        (":tar", "its layer is application/vnd.oci.image.layer.v1.tar and not application/wasm"),
        (":text", "is not a WebAssembly component"),
        (":absent", "answers with status 404"),
        (":a b", "is no reference; write for instance oci://"),
    ] {
        let said = host.refuses(None, &["install", &registry.reference(tag)]);
        assert!(said.contains(part), "{tag}: {said}");
    }
    registry.publish("large", &first());
    let said = host.refuses(None, &["install", &registry.reference(":large"), "--component-bytes-max", "60000"]);
    assert!(said.contains("is larger than 60000 bytes"), "{said}");
    assert!(host.files() == before);
}

#[test]
fn damaged_blob_is_refused() {
    let Some(registry) = Registry::start() else { return };
    let host = Host::new();
    registry.publish("1", &first());
    let hash = sha256(&first());
    let blob = format!("store/docker/registry/v2/blobs/sha256/{}/{hash}/data", &hash[..2]);
    fs::write(registry.folder.path().join(blob), second()).unwrap();
    let said = host.refuses(None, &["install", &registry.reference(":1"), "--no-check"]);
    assert!(said.contains("does not have the bytes that its digest names"), "{said}");
}

/// The body of an answer to this request, or none: the registry demands a token, which it gives to everybody.
fn guarded(head: &str, port: u16, component: &[u8]) -> (String, Vec<u8>) {
    let path = head.split(' ').nth(1).unwrap_or_default();
    let has_token = head.to_ascii_lowercase().contains("authorization: bearer t0ken");
    if path.starts_with("/token?service=here&scope=repository%3Aacme%2Fcareless%3Apull") {
        return ("200 OK".to_owned(), json!({"token": "t0ken"}).to_string().into_bytes());
    }
    if !has_token {
        let realm = format!("Bearer realm=\"http://127.0.0.1:{port}/token\",service=\"here\",scope=\"other\"");
        return (format!("401 Unauthorized\r\nWWW-Authenticate: {realm}"), Vec::new());
    }
    let digest = format!("sha256:{}", sha256(component));
    match path {
        "/v2/acme/careless/manifests/1" => {
            let layer = json!({"mediaType": LAYER, "digest": digest, "size": component.len()});
            let config = json!({"mediaType": CONFIG, "digest": digest, "size": 2});
            (
                "200 OK".to_owned(),
                json!({"schemaVersion": 2, "config": config, "layers": [layer]}).to_string().into_bytes(),
            )
        }
        path if path.ends_with(&digest) => ("200 OK".to_owned(), component.to_vec()),
        _ => ("404 Not Found".to_owned(), Vec::new()),
    }
}

#[test]
fn registry_that_gives_tokens_to_everybody_is_read() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut bytes = [0; 8192];
            let length = stream.read(&mut bytes).unwrap_or_default();
            // The client tries TLS first, which this registry does not have.
            let head = String::from_utf8_lossy(&bytes[..length]).into_owned();
            if head.starts_with("GET ") {
                let (status, body) = guarded(&head, port, &first());
                let head = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
                let _ = stream.write_all(&[head.as_bytes(), &body].concat());
            }
        }
    });
    let host = Host::new();
    host.does(None, &["install", &format!("oci://127.0.0.1:{port}/acme/careless:1"), "--no-check"]);
    assert!(host.installed("careless.wasm") == first());
}

#[test]
fn registry_with_a_password_gets_that_of_docker_login() {
    let Some(registry) = Registry::start_with(true) else { return };
    registry.publish("1", &first());
    let (host, place) = (Host::new(), registry.process.address.to_string());
    let auth = host.path("auth.json").display().to_string();
    let reference = registry.reference(":1");
    let install = ["install", &reference, "--no-check", "--plugins-registry-auth", &auth];
    for (file, expected) in [
        (json!({}), format!("{place} demands a password; log in with `docker login {place}`")),
        (json!({"auths": {"other.example": {"auth": LOGIN}}}), format!("{place} demands a password")),
        (json!({"auths": {&place: {"auth": WRONG_LOGIN}}}), format!("{place} refuses the password in {auth}")),
        (json!({"auths": {&place: {}}, "credsStore": "pass"}), "docker-credential-pass has the password".to_owned()),
    ] {
        fs::write(&auth, file.to_string()).unwrap();
        let said = host.refuses(None, &install);
        assert!(said.contains(&expected) && !said.contains(WRONG_LOGIN), "{file}: {said}");
    }
    fs::write(&auth, "{").unwrap();
    assert!(host.refuses(None, &install).contains("line 1 is not as `docker login` writes it"));

    fs::write(&auth, json!({"auths": {&place: {"auth": LOGIN}}}).to_string()).unwrap();
    host.does(None, &install);
    assert!(host.installed("careless.wasm") == first());
    // Without the key, the file of the command's user counts.
    registry.publish("1", &second());
    let folder = host.path("docker");
    fs::create_dir(&folder).unwrap();
    fs::rename(&auth, folder.join("config.json")).unwrap();
    let update = run(host.program("plugin", None, &["update", "--no-check"]).env("DOCKER_CONFIG", &folder));
    assert!(update.success, "{}{}", update.out, update.err);
    assert!(host.installed("careless.wasm") == second());
}
