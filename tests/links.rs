//! Files that must not be served: behind links out of the template root, in hidden folders, of other domains.

use crate::proxied::execute;
use crate::reload::{DEVICE, Site, file, text};
use dialplate_tests::server::Server;
use std::fs;
use std::os::unix::fs::symlink;

fn status(server: &Server, target: &str) -> u16 {
    server.get("localhost", target).status
}

/// A site with a template root that is a link, as on FusionPBX's sites, and a secret outside of it.
fn site() -> Site {
    let site = Site::minimal();
    fs::rename(site.path("templates"), site.path("real")).unwrap();
    symlink("real", site.path("templates")).unwrap();
    site.write("secret", "s3cret");
    site.write("templates/logo.png", "a picture");
    site.write("templates/yealink/t46u/logo.png", "its picture");
    site
}

#[test]
fn link_out_of_the_template_root_is_not_served() {
    let site = site();
    symlink(site.path("secret"), site.path("templates/stolen.png")).unwrap();
    symlink(site.path(""), site.path("templates/outside")).unwrap();
    symlink(site.path("secret"), site.path("templates/yealink/t46u/stolen.png")).unwrap();
    symlink(site.path("secret"), site.path("templates/yealink/t46u/stolen.cfg")).unwrap();
    symlink("logo.png", site.path("templates/same.png")).unwrap();
    symlink("t46u", site.path("templates/yealink/t48u")).unwrap();
    let server = site.start();
    assert!(text(&server).starts_with("edition 1"), "a linked root is served");
    for target in ["/provision/logo.png", "/provision/same.png", "/provision/yealink/t48u/logo.png"] {
        assert_eq!(status(&server, target), 200, "{target}");
    }
    for target in ["/provision/stolen.png", "/provision/outside/secret", "/provision/yealink/t46u/stolen.png"] {
        let answer = server.get("localhost", target);
        assert!(answer.status >= 400 && !answer.text().contains("s3cret"), "{target}: {}", answer.status);
    }
    for name in ["stolen.png", "stolen.cfg"] {
        assert_eq!(file(&server, name).status, 404, "{name}");
    }
    server.until_logged(&["stolen.cfg leads out of the template folders"]);
}

#[test]
fn hidden_path_is_not_served() {
    let site = site();
    for path in [".git/x.png", "yealink/.old/x.png", "yealink/.x.png"] {
        site.write(&format!("templates/{path}"), "hidden");
    }
    let server = site.start();
    for path in [".git/x.png", "yealink/.old/x.png", "yealink/.x.png", "%2egit/x.png"] {
        let answer = server.get("localhost", &format!("/provision/{path}"));
        assert!(answer.status == 404 && !answer.text().contains("hidden"), "{path}: {}", answer.status);
    }
}

#[test]
fn template_folder_of_another_domain_is_not_readable() {
    let site = site();
    for domain in ["other.example.net", "other"] {
        site.write(&format!("templates/{domain}/yealink/t46u/a.cfg"), "other's");
        site.write(&format!("templates/{domain}/a.cfg"), "other's");
    }
    let server = site.start();
    let sql = "insert into v_domains (domain_uuid, domain_name, domain_enabled) values \
               ('7d1c4bd2-0000-4000-8000-000000000002', 'other.example.net', true), \
               ('7d1c4bd2-0000-4000-8000-000000000003', 'other', true)";
    execute(&site.path(""), sql);
    let raw = |path: &str| status(&server, &format!("/resources/templates/provision/{path}?mac={DEVICE}"));
    assert_eq!(raw("yealink/t46u/a.cfg"), 200);
    for domain in ["other.example.net", "other", "OTHER"] {
        assert_eq!([raw(&format!("{domain}/a.cfg")), raw(&format!("/{domain}//yealink/t46u/a.cfg"))], [404, 404]);
    }
    for template in
        ["other.example.net/yealink/t46u", "other/yealink/t46u", "other/yealink", "other.example.net/yealink"]
    {
        let set = format!("update v_devices set device_template = '{template}' where device_address = '{DEVICE}'");
        execute(&site.path(""), &set);
        assert_eq!(file(&server, "a.cfg").status, 404, "{template}");
    }
    let own = "update v_devices set device_template = 'localhost/yealink/t46u'";
    site.write("templates/localhost/yealink/t46u/a.cfg", "localhost's");
    execute(&site.path(""), own);
    assert_eq!(raw("localhost/yealink/t46u/a.cfg"), 200, "its own domain's");
}
