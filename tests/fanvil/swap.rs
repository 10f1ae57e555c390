//! A server that is never restarted serves Fanvil's phones with the example while its file is there, else with `generic`.

use super::{GUIDE, component};
use crate::reload::{Site, until};
use dialplate_tests::author::succeed;
use dialplate_tests::page::commands;
use dialplate_tests::server::{Server, command, demo_url, root, target};
use std::fs;
use std::process::Command;

const PHONE: &str = "0c383e000001";
const TEMPLATE: &str = "<?xml version=\"1.0\"?>\n<sysConf>\n<Password>{$admin_password}</Password>\n</sysConf>\n";

/// A site with `generic` alone, a phone, and a password that ends an element if it is printed as it is.
fn site() -> Site {
    let site = Site::new();
    fs::copy(root().join("target/plugins/generic.wasm"), site.path("plugins/generic.wasm")).unwrap();
    site.write("templates/fanvil/x6/{$mac}.cfg", TEMPLATE);
    site
}

fn edit(site: &Site, words: &[&str]) {
    let (database, templates) = (demo_url(&site.path("")), site.path("templates").display().to_string());
    let settings = [("DIALPLATE_DATABASE", database.as_str()), ("DIALPLATE_TEMPLATES", templates.as_str())];
    succeed(command(words[0], &settings).args(&words[1..]));
}

/// Runs the guide's commands for a running server whose number, from 1, is in this range.
fn follow(site: &Site, server: &Server, at: std::ops::Range<usize>) {
    let lines = commands(GUIDE, "console live");
    let script: Vec<_> = lines[at].iter().map(|line| line.command.as_str()).collect();
    let path = format!("{}:{}", target().join("release").display(), std::env::var("PATH").unwrap_or_default());
    let mut shell = Command::new("bash");
    shell.args(["-euc", &script.join("\n")]).env("PATH", path).env("PLUGINS", site.path("plugins"));
    let folder = component().ancestors().nth(2).unwrap().to_owned();
    succeed(shell.current_dir(folder).env("DIALPLATE_ADMIN_LISTEN", server.admin().to_string()));
}

#[test]
fn component_takes_fanvil_from_generic_and_returns_it() {
    let site = site();
    let server = site.start();
    edit(&site, &["device", "add", PHONE, "--template", "fanvil/x6"]);
    edit(&site, &["setting", "add", "provision", "admin_password", "R&D<3"]);
    let file = || server.get("localhost", &format!("/provision/{PHONE}.cfg"));
    let by_agent = || {
        let headers = [("Host", "localhost"), ("User-Agent", "Fanvil X6 2.12.1 0c:38:3e:00:00:01")];
        dialplate_tests::client::send(server.address, "GET", "/app/provision/", &headers, b"").status
    };
    let (own, generic) = ("<Password>R&amp;D&lt;3</Password>", "<Password>R&D<3</Password>");
    until("generic with the new rows", || file().text().contains(generic));
    assert!(by_agent() >= 400, "generic reads no address in pairs");

    follow(&site, &server, 0..2);
    assert!(file().text().contains(own), "{}\n{}", file().text(), server.log());
    assert!(roxmltree::Document::parse(&file().text()).is_ok());
    assert_eq!(by_agent(), 200);
    let listed = crate::reload::listed(&server);
    assert!(listed["refused"].as_array().is_some_and(Vec::is_empty), "{listed}");

    follow(&site, &server, 2..4);
    assert!(file().text().contains(generic), "{}\n{}", file().text(), server.log());
    assert!(by_agent() >= 400);
    // Templates of the vendor are generic's again, also when they change.
    site.write("templates/fanvil/x6/{$mac}.cfg", TEMPLATE.replace("sysConf", "edited"));
    until("an edit under generic", || file().text().contains("<edited>"));
}

/// Both at once from the start: the order of the files' names does not matter.
#[test]
fn component_beside_generic_at_the_start_has_the_vendor() {
    for name in ["fanvil.wasm", "zz.wasm"] {
        let site = site();
        fs::copy(component(), site.path("plugins").join(name)).unwrap();
        let server = site.start();
        edit(&site, &["device", "add", PHONE, "--template", "fanvil/x6"]);
        edit(&site, &["setting", "add", "provision", "admin_password", "R&D<3"]);
        let file = || server.get("localhost", &format!("/provision/{PHONE}.cfg")).text();
        until(name, || file().contains("R&amp;D&lt;3"));
        assert!(!server.log().contains("plugin refused"), "{}", server.log());
    }
}
