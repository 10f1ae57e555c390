//! The guide to a first plugin, followed literally for each language: from `plugin new` to a file of a server that runs all
//! the time. The plugin in JavaScript costs a minute of processor time, most of it for npm and componentize-js.

use crate::plugin_dev::languages::{self, Mistake};
use dialplate_tests::author::{Machine, succeed};
use dialplate_tests::page::{self, blocks, commands};
use dialplate_tests::server::{free_port, root, target};
use dialplate_tests::{skip, wait};
use std::fs;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const GUIDE: &str = "docs/plugins/first-plugin.md";

/// The server of the guide. Dropping it kills the process.
struct GuideServer {
    process: Child,
    port: u16,
    admin: String,
}

impl GuideServer {
    /// Runs the commands for the first terminal. The last one is the server, which stays.
    fn start(machine: &Machine, folder: &Path) -> Self {
        let (port, admin) = (free_port(), format!("127.0.0.1:{}", free_port()));
        let mut lines: Vec<_> = commands(GUIDE, "console server").into_iter().map(|line| line.command).collect();
        let serve = lines.pop().expect("the server's command");
        lines.push(format!("exec {serve}"));
        let mut shell = machine.shell(folder, &lines.join("\n"));
        shell.env("DIALPLATE_LISTEN", format!("127.0.0.1:{port}")).env("DIALPLATE_ADMIN_LISTEN", &admin);
        // As for every server of a test, so that the machine compiles each component once.
        shell.env("DIALPLATE_CACHE", target().join("test-cache"));
        shell.env("PLUGINS", root().join("target/plugins")).stdin(Stdio::null());
        let log = fs::File::create(folder.join("server.log")).unwrap();
        let process = shell.stdout(Stdio::null()).stderr(log).spawn().unwrap();
        let is_up = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        wait::until(is_up, || fs::read_to_string(folder.join("server.log")).unwrap());
        Self { process, port, admin }
    }
}

impl Drop for GuideServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Follows the guide in one language, and returns the plugin's folder. The server is the one of its beginning.
fn follow_guide(machine: &Machine, language: &str) -> PathBuf {
    let work = machine.folder("work");
    let mut server = GuideServer::start(machine, &work);
    let mut lines = commands(GUIDE, &format!("console {language}"));
    assert!(!lines.is_empty(), "the guide has no commands for {language}");
    lines.extend(commands(GUIDE, "console"));
    for line in &mut lines {
        line.command = line.command.replace("127.0.0.1:8080", &format!("127.0.0.1:{}", server.port));
    }
    page::follow(&lines, |script| {
        let mut shell = machine.shell(&work, script);
        shell.env("DIALPLATE_ADMIN_LISTEN", &server.admin).env("DIALPLATE_CACHE", target().join("test-cache"));
        // npm downloads what it has not kept from an earlier run.
        shell.env("npm_config_cache", target().join("npm")).env("npm_config_prefer_offline", "true");
        shell
    });
    assert!(server.process.try_wait().unwrap().is_none(), "the server ended");
    work.join("acme")
}

#[test]
fn guide_leads_to_a_served_file_in_rust() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::new(&folder.path().join("machine"));
    let plugin = follow_guide(&machine, "rust");
    check_program(&plugin.join("src/lib.rs"));
    let mistake = Mistake { file: "src/lib.rs", old: "[\"02acce\"]", new: "[02acce]", says: "src/lib.rs" };
    languages::check(&machine, &plugin, &mistake, Some("[\"02accf\"]"));
    check_lacking_target(&machine, &plugin);
}

#[test]
fn guide_leads_to_a_served_file_in_c() {
    if !have(&["clang", "wasm-ld"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::without_sdk(&folder.path().join("machine"));
    let plugin = follow_guide(&machine, "c");
    check_templates(&machine, &plugin);
    check_mistake(&machine, &plugin, "src/plugin.c", "clang could not build");
}

#[test]
fn guide_leads_to_a_served_file_in_js() {
    if !have(&["node", "npm"]) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::without_sdk(&folder.path().join("machine"));
    let plugin = follow_guide(&machine, "js");
    check_templates(&machine, &plugin);
    check_mistake(&machine, &plugin, "src/plugin.js", "src/plugin.js:1:1: SyntaxError");
}

/// Whether these programs are installed. If not, the test is reported as skipped.
fn have(programs: &[&str]) -> bool {
    let runs = |program: &&str| Command::new(program).arg("--version").output().is_ok();
    let absent: Vec<_> = programs.iter().filter(|program| !runs(program)).copied().collect();
    if !absent.is_empty() {
        skip(&format!("{} is not installed", absent.join(", ")));
    }
    absent.is_empty()
}

/// Templates in the small language that plugins in C and JavaScript begin with, and what each gives.
const TEMPLATES: [(&str, &str); 8] = [
    ("{$device.device_label}: \"{$device.device_label}\" {\n", "a \"b\" _ c: \"a 'b' = c\" {\n"),
    ("{* a *}\n{$settings.ntp}{$lines.absent}{$absent.absent}.\n", "192.0.2.1.\n"),
    ("{foreach $absent as $row}\n{$row.a}{/foreach}\n.", "."),
    ("a\nä{if $x}", ":2:3: unknown tag; there are {$table.column}, {foreach $table as $row}, {/foreach} and {* *}"),
    ("{foreach $lines as $row}", ":1:1: the foreach does not end"),
    ("{foreach $lines as $a}{foreach $lines as $b}", ":1:23: a foreach cannot contain another one"),
    (" {/foreach}", ":1:2: no foreach is open"),
    ("{* a", ":1:1: the comment does not end"),
];

/// Renders these templates as further cases of the plugin.
fn check_templates(machine: &Machine, plugin: &Path) {
    for (at, (template, outcome)) in TEMPLATES.iter().enumerate() {
        let case = plugin.join(format!("tests/cases/template_{at}"));
        fs::create_dir(&case).unwrap();
        let device = "vendor = 'acme'\naddress = '02acce000001'\nfolder = 'acme/one'\nfile = '{$mac}.cfg'\n";
        let device = format!("{device}[device]\ndevice_label = 'a \"b\" = c'\n[settings]\nntp = '192.0.2.1'\n");
        let expected = match outcome.starts_with(':') {
            true => format!("Failure: template\n\nacme/one/{{$mac}}.cfg{outcome}\n"),
            false => format!("Content-Type: text/plain;charset=UTF-8\nFile: {{$mac}}.cfg\n\n{outcome}"),
        };
        for (name, text) in [("device.toml", &*device), ("{$mac}.cfg", *template), ("expected", &*expected)] {
            fs::write(case.join(name), text).unwrap();
        }
    }
    succeed(&mut machine.shell(plugin, "dialplate plugin test ."));
}

/// Builds a plugin with a mistake in its sources. The component stays as it was.
fn check_mistake(machine: &Machine, plugin: &Path, source: &str, message: &str) {
    let component = plugin.join("build/acme.wasm");
    let before = fs::read(&component).unwrap();
    fs::write(plugin.join(source), "}").unwrap();
    let output = machine.shell(plugin, "dialplate plugin build").output().unwrap();
    let printed = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && printed.contains(message), "{printed}");
    assert!(fs::read(&component).unwrap() == before, "the component changed");
}

/// Checks that the guide shows the whole program of a new plugin in 20 lines.
fn check_program(file: &Path) {
    let shown = blocks(GUIDE, "rust").remove(0);
    assert_eq!(shown.lines().count(), 20);
    let bare = |text: &str| {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.flat_map(str::chars).filter(|c| !c.is_whitespace() && *c != ',').collect::<String>()
    };
    let made = fs::read_to_string(file).unwrap();
    let (program, _) = made.split_once("#[cfg(test)]").unwrap();
    assert_eq!(bare(&shown), bare(program));
}

/// Builds with a compiler that has no std for WebAssembly.
fn check_lacking_target(machine: &Machine, plugin: &Path) {
    let build = "CARGO_ENCODED_RUSTFLAGS=--sysroot=/nonexistent dialplate plugin build";
    let output = machine.shell(plugin, build).output().unwrap();
    let printed = String::from_utf8(output.stderr).unwrap();
    assert!(
        !output.status.success() && printed.contains("run `rustup target add wasm32-unknown-unknown`"),
        "{printed}"
    );
}
