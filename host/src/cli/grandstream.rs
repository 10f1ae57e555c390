//! `dialplate grandstream convert`: Grandstream's configuration files in their three forms. No other part of the server
//! knows them.

use super::family::Family;
use crate::files::read_bounded;
use anyhow::{Context, Result, anyhow};
use clap::{Arg, ArgMatches, Command, ValueHint, builder::PossibleValuesParser};
use dialplate_pvalues::{Configuration, Format, Padding, address};
use std::io::{Write, stderr, stdout};
use std::path::{Path, PathBuf};

const FILE: &str = "file";
const TO: &str = "to";
const MAC: &str = "mac";
const PADDING: &str = "padding";

/// The maker's template with all parameters has some hundred KiB.
const FILE_BYTES_MAX: u64 = 4 << 20;

pub const GRANDSTREAM: Family = Family { command, run: |flags, _| run(flags) };

fn command() -> Command {
    let file = Arg::new(FILE).required(true).value_name("FILE").value_hint(ValueHint::FilePath);
    let file =
        file.value_parser(clap::value_parser!(PathBuf)).help("A text template, an XML document or a binary file");
    let to = Arg::new(TO).long(TO).value_parser(PossibleValuesParser::new(["xml", "text", "binary"]));
    let mac = Arg::new(MAC).long(MAC).value_name("ADDRESS");
    let padding =
        Arg::new(PADDING).long(PADDING).value_parser(PossibleValuesParser::new(["2", "4"])).default_value("2");
    let convert = Command::new("convert")
        .about("Prints a text template as an XML document, and another file as a text template")
        .arg(file)
        .arg(to.help("The form to print [default: xml for a text template, else text]"))
        .arg(
            mac.help("The device's address [default: that in the file, or in a file name such as cfg000b82123456.txt]"),
        )
        .arg(padding.help("Of how many bytes the length of a binary file is a multiple"));
    Command::new("grandstream")
        .about("Converts Grandstream's configuration files")
        .subcommand_required(true)
        .subcommand(convert)
}

fn run(flags: &ArgMatches) -> Result<()> {
    let Some(("convert", flags)) = flags.subcommand() else { return Ok(()) };
    let path = flags.get_one::<PathBuf>(FILE).context("no file")?;
    let bytes = read(path).with_context(|| path.display().to_string())?;
    let converted = convert(&bytes, path, flags).with_context(|| path.display().to_string())?;
    stdout().write_all(&converted).context("standard output")
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let too_long = || anyhow!("it has more than {FILE_BYTES_MAX} bytes, and no configuration file is that long");
    read_bounded(path, FILE_BYTES_MAX)?.ok_or_else(too_long)
}

fn convert(bytes: &[u8], path: &Path, flags: &ArgMatches) -> Result<Vec<u8>> {
    let mut configuration = Configuration::read(bytes)?;
    configuration.check_unique()?;
    if let Some(given) = flags.get_one::<String>(MAC) {
        let digits = address(given).ok_or_else(|| anyhow!("--mac {given} is no address: it needs twelve digits"))?;
        configuration.address = Some(digits);
    } else if configuration.address.is_none() {
        configuration.address = address_in(path);
    }
    let default = if Format::of(bytes) == Format::Text { "xml" } else { "text" };
    let to = flags.get_one::<String>(TO).map_or(default, String::as_str);
    if to == "xml" && configuration.address.is_none() {
        let path = path.display();
        writeln!(stderr(), "dialplate: {path} names no address, so the document has no <mac>; name it with --{MAC}")?;
    }
    Ok(match to {
        "xml" => configuration.to_xml().into_bytes(),
        "text" => configuration.to_text()?.into_bytes(),
        _ => {
            let padding = flags.get_one::<String>(PADDING).and_then(|bytes| Padding::of(bytes)).unwrap_or_default();
            configuration.to_binary(padding)?
        }
    })
}

/// The address in a file name such as `cfg000b82123456.txt`.
fn address_in(path: &Path) -> Option<String> {
    address(path.file_stem()?.to_str()?.strip_prefix("cfg")?)
}
