//! The commands in the README and in `docs/` work as written.

use dialplate_tests::page;
use dialplate_tests::server::{self, Server, demo_file, root};
use std::fs;
use std::process::Command;

/// A command of a page, and the output that the page shows for it.
struct Example {
    command: String,
    output: String,
}

/// The lines of all `console` blocks that begin with `$ `, each with the lines up to the next one.
fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    for block in page::blocks(page, "console") {
        for line in block.lines() {
            match (line.strip_prefix("$ "), examples.last_mut()) {
                (Some(command), _) => examples.push(Example { command: command.to_owned(), output: String::new() }),
                (None, Some(example)) => example.output += &format!("{line}\n"),
                (None, None) => panic!("{page} shows output without a command: {line}"),
            }
        }
    }
    examples
}

/// Whether a command installs, builds or starts what a test already has.
fn is_setup(command: &str) -> bool {
    ["make ", "apt-get ", "curl -sSf https://sh.rustup.rs "].iter().any(|start| command.starts_with(start))
}

/// Runs all commands of a page beside a server with the demo database, with the ports of this test in place of those on
/// the page.
fn check(page: &str, at_least: usize) {
    let folder = tempfile::tempdir().unwrap();
    let (database, templates) = (demo_file(folder.path()).display().to_string(), root().join("templates"));
    let secret = folder.path().join("pin-secret");
    fs::write(&secret, "a secret that only this test has").unwrap();
    let server = Server::demo(folder.path(), &[("DIALPLATE_PIN_SECRET_FILE", secret.to_str().unwrap())]);
    let (address, admin) = (server.address.to_string(), server.admin().to_string());
    let program = server::command("check", &[]).get_program().to_string_lossy().into_owned();
    let settings = [
        ("DIALPLATE_DATABASE", format!("sqlite://{database}")),
        ("DIALPLATE_TEMPLATES", templates.display().to_string()),
    ];
    let examples = examples(page);
    assert!(examples.len() >= at_least, "{page} has {} commands", examples.len());
    for Example { command, output } in examples.iter().filter(|example| !is_setup(&example.command)) {
        let typed = command.replace("127.0.0.1:8080", &address).replace("127.0.0.1:8081", &admin);
        // The page on measurements compares with FusionPBX's nginx.
        let typed = typed.replace("127.0.0.1:80 ", &format!("{address} "));
        let typed = typed.replace("target/release/dialplate", &program);
        let mut shell = Command::new("sh");
        shell.current_dir(folder.path());
        let settings = settings.iter().map(|(name, value)| (*name, value.as_str()));
        let environment = server::command("check", &settings.collect::<Vec<_>>());
        shell.envs(environment.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let ran = shell.args(["-c", &typed]).env("DIALPLATE_ADMIN_LISTEN", &admin).output().unwrap();
        assert!(ran.status.success(), "{page}: {command}: {ran:?}");
        // Other commands print paths, versions and times of this machine.
        if command.starts_with("curl ") {
            assert_eq!(String::from_utf8_lossy(&ran.stdout).trim_end(), output.trim_end(), "{page}: {command}");
        }
    }
}

#[test]
fn readme_commands_print_what_the_page_shows() {
    check("README.md", 5);
}

/// The five commands of the README's first block after `Quick start`, of which the last one asks for the files.
#[test]
fn readme_walk_gets_a_file_for_each_vendor() {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, start) = text.split_once("## Quick start").expect("the section");
    let block = start.split("```console\n").nth(1).and_then(|block| block.split("```").next()).expect("a block");
    let commands: Vec<_> = block.lines().filter_map(|line| line.strip_prefix("$ ")).collect();
    assert_eq!(commands.iter().map(|command| is_setup(command)).collect::<Vec<_>>(), [true, true, true, true, false]);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::demo(folder.path(), &[]);
    let typed = commands[4].replace("127.0.0.1:8080", &server.address.to_string());
    assert!(Command::new("sh").args(["-c", &typed]).current_dir(folder.path()).status().unwrap().success());
    for (file, content) in [
        ("001565000046.cfg", "account.1.user_name = 101"),
        ("0004f2000450.cfg", "0004f2000450-reg.cfg"),
        ("cfg000b82002170.xml", "<item name=\"account.1.sip.userid\">105</item>"),
        ("30e4db000504.xml", "<User_ID_1_>107</User_ID_1_>"),
        ("02005a000001.xml", "<username>117</username>"),
    ] {
        let found = fs::read_to_string(folder.path().join(file)).unwrap_or_default();
        assert!(found.contains(content), "{file}: {found}");
    }
}

#[test]
fn administration_commands_work_as_written() {
    check("docs/administration.md", 6);
}

#[test]
fn two_phase_commands_work_as_written() {
    check("docs/two-phase.md", 9);
}

#[test]
fn reload_commands_work_as_written() {
    check("docs/reload.md", 5);
}

#[test]
fn performance_commands_work_as_written() {
    check("docs/performance.md", 4);
}

#[test]
fn standalone_commands_work_as_written() {
    check("docs/standalone.md", 16);
}

#[test]
fn zoiper_commands_work_as_written() {
    check("docs/zoiper.md", 6);
}

#[test]
fn encryption_commands_work_as_written() {
    check("docs/encryption.md", 9);
}
