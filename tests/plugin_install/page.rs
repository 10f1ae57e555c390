//! docs/plugins/installing.md: its commands, in their order.

use super::urls::Site;
use super::*;
use dialplate_tests::page::{PageCommand, commands};

const PAGE: &str = "docs/plugins/installing.md";

/// The commands in blocks of this language, with the guest's name in place of the page's.
fn of_page(language: &str) -> Vec<PageCommand> {
    let named = |text: &String| text.replace("acme", "careless");
    let replaced = |line: &PageCommand| PageCommand {
        command: named(&line.command),
        output: line.output.iter().map(named).collect(),
    };
    commands(PAGE, language).iter().map(replaced).collect()
}

/// Runs a command of the page in the host's folder, with `dialplate` on the path.
fn follow(host: &Host, server: &Server, line: &PageCommand, settings: &[(&str, &str)]) {
    let PageCommand { command, output } = line;
    let mut shell = Command::new("bash");
    let programs = server::target().join("release");
    shell.args(["-c", command]).current_dir(host.folder.path());
    let plugin = host.program("plugin", Some(server), &[]);
    shell.env_clear().envs(plugin.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.envs(settings.iter().copied()).env("PATH", format!("{}:/usr/bin:/bin", programs.display()));
    let ran = run(&mut shell);
    assert!(ran.success, "{command}: {}{}", ran.out, ran.err);
    assert!(!output.is_empty(), "{command} prints nothing on the page");
    assert!(line.is_shown_by(&ran.out), "`{command}` prints\n{}and not\n{output:?}", ran.out);
}

#[test]
fn commands_of_the_page_print_what_it_shows() {
    let host = Host::new();
    host.component("careless-1.wasm", &first());
    host.component("careless-2.wasm", &second());
    let server = host.start();
    let commands = of_page("console");
    assert!(commands.len() >= 6);
    commands.iter().for_each(|line| follow(&host, &server, line, &[]));
}

#[test]
fn commands_for_a_url_print_what_the_page_shows() {
    let Some(site) = Site::start() else { return };
    let server = site.host.start();
    let url = site.publish("careless.wasm", &first());
    let authorities = site.certificates.text("ours.pem");
    let commands = of_page("console site");
    assert_eq!(commands.len(), 2);
    for mut line in commands {
        line.command = line.command.replace("https://plugins.example.net/careless.wasm", &url);
        follow(&site.host, &server, &line, &[("DIALPLATE_PLUGINS_CA", &authorities)]);
    }
}
