//! The console in a real browser: every page, with axe-core's rules for accessibility. The screenshots stay in
//! `target/screenshots`.

use super::browser::{BASE, Browser, first_line};
use super::stage::{PBX, Stage};
use dialplate_tests::client;
use dialplate_tests::server::{Server, root, target};
use dialplate_tests::skip;
use std::path::PathBuf;
use std::process::Command;
use std::{fs, io};

/// What Debian's package has.
const CHROMIUM: &str = "/usr/bin/chromium";

/// The folder with the modules of `package.json`. npm downloads what it has not kept from an earlier run.
fn modules() -> io::Result<PathBuf> {
    let folder = target().join("console-npm");
    fs::create_dir_all(&folder)?;
    fs::copy(root().join("tests/console/package.json"), folder.join("package.json"))?;
    let mut npm = Command::new("npm");
    npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]).current_dir(&folder);
    let output = npm.env("npm_config_cache", target().join("npm")).output()?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    folder.canonicalize()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_usable_in_chromium() {
    if !PathBuf::from(CHROMIUM).is_file() {
        return skip("chromium is not installed");
    }
    let Ok(modules) = modules() else { return skip("npm is not installed") };
    let shots = target().join("screenshots");
    fs::create_dir_all(&shots).unwrap();
    let stage = Stage::new(&[("DIALPLATE_CONSOLE_EDIT", "true")]).await;
    // The pages are the same on both databases, so one look at their colours and widths is enough.
    for ((server, _), (name, is_thorough)) in stage.servers.iter().zip([("sqlite", "1"), ("postgresql", "")]) {
        let pages = pages(&a_line(server)).join(" ");
        let output = Command::new("node")
            .arg(root().join("tests/console/browse.mjs"))
            .env("CHROMIUM", CHROMIUM)
            .env("MODULES", &modules)
            .env("CONSOLE", format!("http://{}{BASE}", server.admin()))
            .env("CONSOLE_USER", "root@pbx.example.net")
            .env("CONSOLE_PASSWORD", "s3cret")
            .env("SHOTS", &shots)
            .env("NAME", name)
            .env("THOROUGH", is_thorough)
            .env("PAGES", pages)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success(), "{name}: {said}{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(said, "", "{name}");
    }
}

/// Every page, with a line of the journal.
fn pages(line: &str) -> Vec<String> {
    let device = "/devices/001565aa0001";
    let file = "name=%7B%24mac%7D.cfg";
    let mut pages: Vec<_> =
        ["/", "/devices", "/domains", "/extensions", "/settings", "/journal", "/actions", "/templates", "/plugins"]
            .map(str::to_owned)
            .into();
    pages.extend(["", "/explain", "/edit", "/delete"].map(|page| format!("{device}{page}")));
    pages.extend(["/domains/new", "/extensions/new", "/settings/new", "/settings?search=time"].map(str::to_owned));
    pages.extend(["/devices/new", "/devices/new?domain=pbx.example.net", "/devices/import"].map(str::to_owned));
    pages.extend(["file", "try"].map(|page| format!("{device}/{page}?{file}")));
    pages.extend(["", "/explain"].map(|page| format!("/journal/{line}{page}")));
    pages.extend(
        [
            "folder?name=yealink/t46u",
            "text?folder=yealink/t46u&file=%7B%24mac%7D.cfg",
            "compare?folder=yealink/t46u&file=%7B%24mac%7D.cfg&other_folder=polycom/vvx450",
        ]
        .map(|page| format!("/templates/{page}")),
    );
    pages
}

/// Fills the charts, and returns the number of a line of the journal.
fn a_line(server: &Server) -> String {
    for address in ["001565aa0001", "001565aa0001", "001565aaffff"] {
        client::get(server.address, PBX, &format!("/provision/{address}.cfg"));
    }
    let mut browser = Browser::new(server.admin());
    browser.log_in("root@pbx.example.net", "s3cret");
    first_line(&mut browser, "?device=001565aaffff")
}
