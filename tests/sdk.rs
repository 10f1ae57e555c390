//! A plugin's author outside of this repository: the packages of the SDK hold everything that they need, and the guide
//! leads from them to a file that a running server sends.

use dialplate_tests::author::{LIBRARIES, Machine, succeed};
use dialplate_tests::page::{blocks, commands, rows};
use dialplate_tests::server::{command, free_port, root, target};
use dialplate_tests::wait;
use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const GUIDE: &str = "docs/plugins/first-plugin.md";

/// The files of a folder with their contents, by their paths in it.
fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.push((name, fs::read(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// Checks that the packages are what the repository has.
fn check_packages(machine: &Machine) {
    let interface = fs::read(root().join("wit/0.2.0/provision.wit")).unwrap();
    assert_eq!(files(&machine.library("dialplate-sdk").join("wit")), [("provision.wit".to_owned(), interface)]);
    for (name, folder) in LIBRARIES {
        let (packaged, own) = (machine.library(name), root().join(folder));
        assert!(files(&packaged.join("src")) == files(&own.join("src")), "{name} has other sources");
        for page in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
            assert_eq!(fs::read(packaged.join(page)).unwrap(), fs::read(own.join(page)).unwrap(), "{name}: {page}");
        }
        let manifest = fs::read_to_string(packaged.join("Cargo.toml")).unwrap();
        assert!(!manifest.contains("path = \".."), "{name} depends on a folder outside of the package");
    }
}

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

/// Runs the commands for the second terminal in one shell, and checks what each prints.
fn follow(machine: &Machine, folder: &Path, server: &GuideServer) {
    let commands = commands(GUIDE, "console");
    let mut script = String::new();
    for (at, line) in commands.iter().enumerate() {
        let command = line.command.replace("127.0.0.1:8080", &format!("127.0.0.1:{}", server.port));
        script += &format!("printf '\\001%s\\001' {at}\n{command}\n");
    }
    let output = succeed(machine.shell(folder, &script).env("DIALPLATE_ADMIN_LISTEN", &server.admin));
    let printed = String::from_utf8(output.stdout).unwrap();
    for (at, line) in commands.iter().enumerate() {
        let (_, after) = printed.split_once(&format!("\u{1}{at}\u{1}")).expect("the command's mark");
        let own = after.split('\u{1}').next().unwrap_or_default();
        assert!(line.is_shown_by(own), "`{}` prints {own:?} and not {:?}", line.command, line.output);
    }
}

#[test]
fn guide_leads_from_the_packages_to_a_served_file() {
    let folder = tempfile::tempdir().unwrap();
    let machine = Machine::new(&folder.path().join("machine"));
    check_packages(&machine);
    let work = machine.folder("work");
    let mut server = GuideServer::start(&machine, &work);
    follow(&machine, &work, &server);
    assert!(server.process.try_wait().unwrap().is_none(), "the server ended");
    check_program(&work.join("acme/src/lib.rs"));
    check_lacking_target(&machine, &work.join("acme"));
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

/// What a command that has to fail prints, run in this folder.
fn refusal(folder: &Path, configure: impl FnOnce(&mut Command) -> &mut Command) -> String {
    let mut command = command("plugin", &[]);
    configure(command.current_dir(folder));
    let output = command.output().unwrap();
    assert!(!output.status.success(), "{command:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn author_commands_name_what_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let sources = root().join("plugins/lib");
    let made =
        command("plugin", &[]).current_dir(&folder).args(["new", "acme", "--sdk"]).arg(&sources).output().unwrap();
    let printed = String::from_utf8(made.stdout).unwrap();
    assert!(made.status.success() && printed.contains("acme/README.md"), "{printed}");
    let manifest = fs::read_to_string(folder.path().join("acme/Cargo.toml")).unwrap();
    assert!(manifest.contains(&format!("dialplate-sdk = {{ path = {:?} }}", sources.join("sdk").display())));
    let before = files(folder.path());
    let new = |name: &str| refusal(folder.path(), |command| command.args(["new", name]));
    assert!(new("acme").contains("acme exists already; nothing was changed"));
    assert!(new("Acme").contains("lower-case letters, digits and hyphens"));
    let lang = refusal(folder.path(), |command| command.args(["new", "zeta", "--lang", "cobol"]));
    assert!(lang.contains("rust"), "{lang}");
    assert!(files(folder.path()) == before, "a refused command changed something");
    let build = |path: &str| refusal(folder.path(), |command| command.args(["build", path]).env("PATH", "/"));
    assert!(build("zeta").contains("zeta is no plugin: it has no Cargo.toml"));
    assert!(build("acme").contains("cannot run cargo") && build("acme").contains("install Rust"));
}

#[test]
fn table_of_sdk_versions_has_the_current_one() {
    let rows = rows("plugins/lib/sdk/README.md", "SDK");
    let (minor, _) = env!("CARGO_PKG_VERSION").rsplit_once('.').unwrap();
    let interface = fs::read_to_string(root().join("plugins/lib/sdk/wit/provision.wit")).unwrap();
    let (_, rest) = interface.split_once("package dialplate:provision@").unwrap();
    let (version, _) = rest.split_once(';').unwrap();
    let current = rows.iter().find(|row| row[0] == minor).unwrap_or_else(|| panic!("no row for {minor}"));
    assert_eq!((&*current[1], &*current[2]), (version, "0.1 and later"));
    for row in &rows {
        let folder = root().join("wit").join(&row[1]);
        assert!(folder.join("provision.wit").is_file(), "the table names wit/{}, which does not exist", row[1]);
    }
    let page = fs::read_to_string(root().join("plugins/lib/sdk/README.md")).unwrap();
    assert!(page.contains(&format!("dialplate-sdk = \"{minor}\"")), "the README names another version");
}
