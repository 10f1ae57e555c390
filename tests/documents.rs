//! The commands in the README and in `docs/` work as written.

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
    let text = fs::read_to_string(root().join(page)).unwrap();
    let mut examples: Vec<Example> = Vec::new();
    for block in text.split("```console\n").skip(1) {
        for line in block.split("```").next().unwrap_or_default().lines() {
            match (line.strip_prefix("$ "), examples.last_mut()) {
                (Some(command), _) => examples.push(Example { command: command.to_owned(), output: String::new() }),
                (None, Some(example)) => example.output += &format!("{line}\n"),
                (None, None) => panic!("{page} shows output without a command: {line}"),
            }
        }
    }
    examples
}

/// Runs all commands of a page beside a server with the demo database, with the ports of this test in place of those on
/// the page. `make` is not run: the server it starts is already there.
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
    for Example { command, output } in examples.iter().filter(|example| !example.command.starts_with("make ")) {
        let typed = command.replace("127.0.0.1:8080", &address).replace("127.0.0.1:8081", &admin);
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

#[test]
fn administration_commands_work_as_written() {
    check("docs/administration.md", 4);
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
fn standalone_commands_work_as_written() {
    check("docs/standalone.md", 11);
}
