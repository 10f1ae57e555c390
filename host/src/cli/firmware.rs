//! `dialplate firmware`: the files of the firmware folder.

use super::family::Family;
use super::flags::{keyed_some, switch};
use super::setup::configure;
use crate::admin_command::aligned;
use crate::firmware::{self, Checked, FirmwareName, ListedFile};
use crate::log::Log;
use anyhow::{Context, Result, anyhow, bail};
use clap::{Arg, ArgMatches, Command, ValueHint};
use std::io::{Write, stdout};
use std::path::{Path, PathBuf};

const LIST: &str = "list";
const ADD: &str = "add";
const CHECK: &str = "check";
const FILE: &str = "file";
const NAME: &str = "name";
const JSON: &str = "json";

pub const FIRMWARE: Family = Family { command, run };

fn command() -> Command {
    let json = || switch(JSON, "Print JSON");
    let file = Arg::new(FILE).value_name("FILE").required(true).value_hint(ValueHint::FilePath);
    let name = Arg::new(NAME).long(NAME).value_name("NAME").help("Its name for phones [default: that of the file]");
    let key = ["firmware"];
    Command::new("firmware")
        .about("Lists, adds and checks firmware files")
        .subcommand_required(true)
        .subcommand(keyed_some(LIST, "Lists the files with size and SHA-256", &key).arg(json()))
        .subcommand(
            keyed_some(ADD, "Copies a file into the folder and lists its SHA-256", &key)
                .arg(file.help("The file that the maker offers"))
                .arg(name),
        )
        .subcommand(keyed_some(CHECK, "Compares the files with the list of SHA-256", &key).arg(json()))
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let Some((command, flags)) = flags.subcommand() else { return Ok(()) };
    let config = configure(flags, log)?;
    let unset = "firmware is off; name the folder with --firmware, DIALPLATE_FIRMWARE or in the configuration file";
    let folder = config.firmware.context(unset)?.folder;
    let json = || flags.get_flag(JSON);
    match command {
        LIST => list(&folder, json()),
        ADD => add(&folder, flags),
        _ => check(&folder, json()),
    }
}

fn list(folder: &Path, json: bool) -> Result<()> {
    let files = firmware::list(folder).with_context(|| folder.display().to_string())?;
    if json {
        return print(&(serde_json::to_string_pretty(&files)? + "\n"));
    }
    let row = |file: &ListedFile| {
        let sha256 = file.sha256.clone().unwrap_or_else(|| "not listed; run `dialplate firmware add`".to_owned());
        [file.name.clone(), file.bytes.to_string(), sha256]
    };
    let head = ["NAME", "BYTES", "SHA-256"].map(str::to_owned);
    print(&aligned(&std::iter::once(head).chain(files.iter().map(row)).collect::<Vec<_>>()))
}

fn add(folder: &Path, flags: &ArgMatches) -> Result<()> {
    let source = flags.get_one::<String>(FILE).map(PathBuf::from).context("no file")?;
    let own = || source.file_name()?.to_str().map(str::to_owned);
    let name =
        flags.get_one::<String>(NAME).cloned().or_else(own).context("the file has no name; give it one with --name")?;
    let invalid = || anyhow!("--name {name}: at most four parts between slashes, none of which begins with a dot");
    let name = FirmwareName::parse(&name).ok_or_else(invalid)?;
    let added = firmware::add(folder, &source, &name);
    let ListedFile { name, bytes, sha256 } = added.with_context(|| source.display().to_string())?;
    print(&format!("added {name}, {bytes} bytes, SHA-256 {}\n", sha256.unwrap_or_default()))
}

fn check(folder: &Path, json: bool) -> Result<()> {
    let checked = firmware::check(folder).with_context(|| folder.display().to_string())?;
    if json {
        print(&(serde_json::to_string_pretty(&checked)? + "\n"))?;
    } else {
        for (name, state) in &checked {
            print(&format!("{name}: {}\n", words(state)))?;
        }
    }
    match checked.values().filter(|state| matches!(state, Checked::Changed | Checked::Absent)).count() {
        0 => Ok(()),
        wrong => {
            bail!("{wrong} files are not as listed (named above); copy them again, or `dialplate firmware add` them")
        }
    }
}

fn words(state: &Checked) -> &'static str {
    match state {
        Checked::Intact => "intact",
        Checked::Changed => "changed since it was listed",
        Checked::Absent => "absent",
        Checked::Unlisted => "not listed; `dialplate firmware add` lists it",
    }
}

fn print(text: &str) -> Result<()> {
    stdout().write_all(text.as_bytes()).context("standard output")
}
