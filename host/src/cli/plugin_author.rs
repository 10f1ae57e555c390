//! `dialplate plugin new` and `dialplate plugin build`.

use super::flags::switch;
use crate::plugin_author::{self, Language, PluginName, SdkSource};
use anyhow::{Context, Result, ensure};
use clap::{Arg, ArgMatches, Command, ValueHint, value_parser};
use std::io::{Write, stderr, stdout};
use std::path::{Path, PathBuf};

pub const NEW: &str = "new";
pub const BUILD: &str = "build";

const NAME: &str = "name";
const LANG: &str = "lang";
const SDK: &str = "sdk";
const PATH: &str = "path";
const OUTPUT: &str = "output";
const JSON: &str = "json";
/// For `serve --dev`, whose build ends with the server.
const END_WITH_INPUT: &str = "end-with-input";

/// The commands, in the order of the help.
pub fn commands() -> [Command; 2] {
    [new(), build()]
}

fn new() -> Command {
    let name = Arg::new(NAME).value_name("NAME").required(true);
    let lang = Arg::new(LANG).long(LANG).value_name("LANGUAGE").value_parser(Language::NAMES);
    let sdk = Arg::new(SDK).long(SDK).value_name("FOLDER").value_parser(value_parser!(PathBuf));
    Command::new(NEW)
        .about("Makes the folder of a new plugin in the current folder: sources, a template and two cases")
        .arg(name.help("FusionPBX's name of the phone maker: lower-case letters, digits and hyphens"))
        .arg(lang.default_value(Language::NAMES[0]).help("The plugin's language"))
        .arg(sdk.value_hint(ValueHint::DirPath).help(
            "Where Rust's SDK is: plugins/lib of Dialplate's sources, or a folder with its two packages unpacked \
             [default: cargo's registry]",
        ))
}

fn build() -> Command {
    let path = Arg::new(PATH).value_name("PATH").default_value(".").value_parser(value_parser!(PathBuf));
    let output = Arg::new(OUTPUT).long(OUTPUT).value_name("FILE").value_parser(value_parser!(PathBuf));
    Command::new(BUILD)
        .about("Builds a plugin with the tools of its language, and makes a component of it that a server loads")
        .arg(path.value_hint(ValueHint::DirPath).help("The plugin's folder"))
        .arg(output.value_hint(ValueHint::FilePath).help("Where to write the component [default: build/NAME.wasm]"))
        .arg(switch(JSON, "Print the component's file and its bytes as JSON"))
        .arg(switch(END_WITH_INPUT, "End the build when standard input ends").hide(true))
}

/// Runs one of the commands.
pub fn run(name: &str, flags: &ArgMatches) -> Result<()> {
    if name == NEW { run_new(flags) } else { run_build(flags) }
}

fn run_new(flags: &ArgMatches) -> Result<()> {
    let name = PluginName::parse(flags.get_one::<String>(NAME).map_or("", String::as_str))?;
    let language = flags.get_one::<String>(LANG).and_then(|name| Language::named(name)).unwrap_or(Language::Rust);
    let folder = flags.get_one::<PathBuf>(SDK);
    ensure!(
        folder.is_none() || language == Language::Rust,
        "--sdk: only plugins in Rust use the SDK; leave the flag out"
    );
    let sdk = folder.map_or(Ok(SdkSource::Registry), |folder| SdkSource::in_folder(folder))?;
    let created = plugin_author::create(Path::new(""), &name, language, &sdk)?;
    let name = created.display();
    writeln!(stdout(), "{name}/README.md says what is in it; build it with `dialplate plugin build {name}`")?;
    Ok(())
}

fn run_build(flags: &ArgMatches) -> Result<()> {
    if flags.get_flag(END_WITH_INPUT) {
        plugin_author::end_with_input().context("cannot watch standard input")?;
    }
    let path = flags.get_one::<PathBuf>(PATH).map_or(Path::new("."), PathBuf::as_path);
    let built = plugin_author::build(path, flags.get_one::<PathBuf>(OUTPUT).map(PathBuf::as_path), &mut stderr())?;
    match flags.get_flag(JSON) {
        true => writeln!(stdout(), "{}", serde_json::to_string(&built)?)?,
        false => writeln!(stdout(), "{} ({} bytes)", built.file.display(), built.bytes)?,
    }
    Ok(())
}
