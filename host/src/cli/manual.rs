//! `dialplate completions` and `dialplate man-pages`: what shells and `man` know of the commands, made from the description
//! that the help is printed from.

use anyhow::{Context, Result};
use clap::{Arg, ArgMatches, Command, ValueHint, value_parser};
use clap_complete::Shell;
use std::io::{Write, stdout};
use std::path::PathBuf;

const COMPLETIONS: &str = "completions";
const MAN_PAGES: &str = "man-pages";
const SHELL: &str = "shell";
const FOLDER: &str = "folder";
const SHELLS: [Shell; 3] = [Shell::Bash, Shell::Zsh, Shell::Fish];

/// Both commands. They are not in the list of families, because they need all others.
pub fn commands() -> [Command; 2] {
    [completions(), man_pages()]
}

/// Runs one of them, for the description of all commands; `None` if the name is another's.
pub fn run(name: &str, flags: &ArgMatches, all: impl FnOnce() -> Command) -> Option<Result<()>> {
    match name {
        COMPLETIONS => Some(print_completions(flags, all())),
        MAN_PAGES => Some(write_man_pages(flags, all())),
        _ => None,
    }
}

fn completions() -> Command {
    let shell = Arg::new(SHELL).value_name("SHELL").required(true).value_parser(SHELLS.map(|shell| shell.to_string()));
    Command::new(COMPLETIONS).about("Prints the completions of a shell").arg(shell.help("The shell"))
}

fn man_pages() -> Command {
    let folder = Arg::new(FOLDER).value_name("FOLDER").required(true).value_parser(value_parser!(PathBuf));
    let folder = folder.value_hint(ValueHint::DirPath).help("An existing folder, such as /usr/local/share/man/man1");
    Command::new(MAN_PAGES).about("Writes a manual page for each command").arg(folder)
}

fn print_completions(flags: &ArgMatches, mut all: Command) -> Result<()> {
    let shell = flags.get_one::<String>(SHELL).and_then(|name| name.parse::<Shell>().ok()).context("no shell")?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut all, "dialplate", &mut script);
    stdout().write_all(&script).context("standard output")
}

fn write_man_pages(flags: &ArgMatches, all: Command) -> Result<()> {
    let folder = flags.get_one::<PathBuf>(FOLDER).context("no folder")?;
    clap_mangen::generate_to(all, folder).with_context(|| format!("cannot write to {}", folder.display()))
}
