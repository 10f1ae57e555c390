//! The console through the real nginx, with the configuration of the repository.

use super::browser::{BASE, Browser};
use super::logins::add_user;
use dialplate_tests::client;
use dialplate_tests::nginx::Nginx;
use dialplate_tests::server::{Server, free_port, root};
use std::fs;

#[test]
fn console_is_used_through_nginx() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [("DIALPLATE_CONSOLE_PATH", BASE), ("DIALPLATE_TRUSTED_PROXIES", "127.0.0.1")];
    let server = Server::demo(folder.path(), &settings);
    add_user(folder.path(), &["ada", "--role", "admin"], "s3cret");
    let port = free_port();
    let locations = fs::read_to_string(root().join("nginx/console.conf")).unwrap();
    let locations = locations.replace("127.0.0.1:8081", &server.admin().to_string());
    let site = format!("server {{ listen 127.0.0.1:{port}; server_name _; {locations} }}");
    let Some(nginx) = Nginx::start(port, &site) else { return };
    let mut browser = Browser::new(nginx.address);
    browser.headers.push(("Host", format!("localhost:{port}")));
    browser.headers.push(("Origin", format!("http://localhost:{port}")));
    let answer = browser.log_in("ada", "s3cret");
    assert_eq!((answer.status, answer.header("location")), (303, "/console/"), "{} {}", answer.text(), nginx.log());
    assert_eq!(browser.get("/").status, 200);
    assert_eq!(browser.get("").status, 308);
    browser.headers.retain(|(name, _)| *name != "Origin");
    browser.headers.push(("Origin", "https://evil.example".to_owned()));
    assert_eq!(browser.log_in("ada", "s3cret").status, 403);
    for path in ["/plugins", "/metrics", "/reload", "/"] {
        assert_eq!(client::get(nginx.address, "localhost", path).status, 404, "{path}");
    }
    // The client's address is the browser's, and so is the scheme.
    server.until_logged(&["console action", "client.address=127.0.0.1", "console_login", "user.name=\"ada\""]);
}
