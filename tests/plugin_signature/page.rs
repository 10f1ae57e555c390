//! docs/plugins/signatures.md, followed as written.

use super::*;
use dialplate_tests::{page, skip};
use std::process::Command;

const PAGE: &str = "docs/plugins/signatures.md";

#[test]
fn page_on_signatures_works_as_written() {
    if Command::new("minisign").arg("-v").output().is_err() {
        return skip("minisign is not installed");
    }
    let folder = tempfile::tempdir().unwrap();
    let program = server::command("plugin", &[]);
    let bin = Path::new(program.get_program()).parent().unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let commands = page::commands(PAGE, "console");
    assert!(commands.len() >= 6, "the page has {} commands", commands.len());
    for command in commands {
        let mut shell = Command::new("sh");
        shell.current_dir(folder.path()).args(["-c", &command.command]);
        shell.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = shell.env("PATH", &path).env("PLUGINS", root().join("target/plugins")).output().unwrap();
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{}: {out}{err}", command.command);
        assert!(command.is_shown_by(&out), "{} prints {out}", command.command);
    }
}

#[test]
fn configuration_on_the_page_is_read() {
    let (publisher, folder) = (Publisher::new(), tempfile::tempdir().unwrap());
    let [block] = &page::blocks(PAGE, "toml")[..] else { panic!("one block of configuration") };
    let file = folder.path().join("dialplate.toml");
    fs::write(&file, block.replace("/etc/dialplate/publisher.pub", &publisher.path("pub"))).unwrap();
    let mut config = server::command("config", &[]);
    let output = config.args(["--effective", "--config"]).arg(&file).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("plugins_require_signature = true  # file"), "{shown}{:?}", output.status);
    assert!(shown.contains("plugins_trusted_keys = "), "{shown}");
}
