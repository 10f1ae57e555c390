//! `dialplate zoiper`.

use super::family::Family;
use super::flags::switch;
use crate::log::Log;
use crate::provision_xml::{self, AuthenticationType, Draft, PasswordFormat};
use crate::request::Secret;
use anyhow::{Context, Result, bail};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use std::fs::File;
use std::io::{Read, Write, stderr, stdin, stdout};

pub const ZOIPER: Family = Family { command, run };

const PROVISION_XML: &str = "provision-xml";
const BASE_URL: &str = "base-url";
const AUTH: &str = "auth";
const ASK_USER: &str = "ask-user";
const USER: &str = "user";
const PASSWORD: &str = "password";
const PASSWORD_FORMAT: &str = "password-format";
const KEEP_ACCOUNTS: &str = "keep-accounts";
const DELETE_CONTACTS: &str = "delete-contact-services";
const OUTPUT: &str = "output";
const CHECK: &str = "check";

/// A file has a few hundred bytes.
const FILE_BYTES_MAX: u64 = 256 << 10;

fn command() -> Command {
    let value = |name: &'static str, of: &'static str, help: &'static str| {
        Arg::new(name).long(name).value_name(of).conflicts_with(CHECK).help(help)
    };
    let provision = Command::new(PROVISION_XML)
        .about("Writes the provision.xml to hand out with Zoiper, or checks one")
        .arg(
            value(BASE_URL, "URL", "The provisioning server; repeat it for further servers")
                .action(ArgAction::Append)
                .required_unless_present(CHECK),
        )
        .arg(
            value(
                AUTH,
                "TYPE",
                "How Zoiper sends name and password [default: url with --ask-user or --user, else none]",
            )
            .value_parser(["basic", "url"]),
        )
        .arg(
            switch(ASK_USER, "Let Zoiper ask its user for name and password")
                .conflicts_with_all([CHECK, USER, PASSWORD]),
        )
        .arg(value(USER, "NAME", "The name that Zoiper sends without asking"))
        .arg(value(PASSWORD, "PASSWORD", "Its password; `-` reads it from standard input").requires(USER))
        .arg(
            value(PASSWORD_FORMAT, "0|1", "0 stores the MD5 of the password, 1 the password itself")
                .value_parser(["0", "1"])
                .default_value("1"),
        )
        .arg(switch(KEEP_ACCOUNTS, "Keep the accounts that Zoiper has").conflicts_with(CHECK))
        .arg(switch(DELETE_CONTACTS, "Delete the contact services that Zoiper has").conflicts_with(CHECK))
        .arg(
            value(OUTPUT, "FILE", "Where to write the file [default: standard output]").value_hint(ValueHint::FilePath),
        )
        .arg(
            Arg::new(CHECK)
                .long(CHECK)
                .value_name("FILE")
                .value_hint(ValueHint::FilePath)
                .help("Check this file, and name what is wrong in it"),
        );
    Command::new("zoiper").about("Makes files for Zoiper").subcommand_required(true).subcommand(provision)
}

fn run(flags: &ArgMatches, _: &Log) -> Result<()> {
    let Some((PROVISION_XML, flags)) = flags.subcommand() else { return Ok(()) };
    match flags.get_one::<String>(CHECK) {
        Some(file) => check(file),
        None => write(flags),
    }
}

fn write(flags: &ArgMatches) -> Result<()> {
    let text = |name| flags.get_one::<String>(name).cloned();
    let (user, asks_user) = (text(USER), flags.get_flag(ASK_USER));
    let draft = Draft {
        base_urls: flags.get_many::<String>(BASE_URL).into_iter().flatten().cloned().collect(),
        authentication: match text(AUTH).as_deref() {
            Some("basic") => Some(AuthenticationType::Basic),
            Some(_) => Some(AuthenticationType::Url),
            None => (asks_user || user.is_some()).then_some(AuthenticationType::Url),
        },
        asks_user,
        user,
        password: text(PASSWORD).map(password).transpose()?,
        password_format: match text(PASSWORD_FORMAT).as_deref() {
            Some("0") => PasswordFormat::Md5,
            _ => PasswordFormat::Plain,
        },
        deletes_accounts: !flags.get_flag(KEEP_ACCOUNTS),
        deletes_contact_services: flags.get_flag(DELETE_CONTACTS),
    };
    let file = provision_xml::write(&draft)?;
    for finding in provision_xml::check(file.as_bytes()) {
        writeln!(stderr(), "dialplate: {finding}")?;
    }
    match text(OUTPUT) {
        Some(path) => std::fs::write(&path, file).context(path),
        None => stdout().write_all(file.as_bytes()).context("standard output"),
    }
}

fn password(given: String) -> Result<Secret> {
    if given != "-" {
        writeln!(
            stderr(),
            "dialplate: every user of this machine can read the password in the command line; write --{PASSWORD} -"
        )?;
        return Ok(Secret::new(given));
    }
    let mut text = String::new();
    stdin().take(FILE_BYTES_MAX).read_to_string(&mut text).context("the password on standard input")?;
    Ok(Secret::new(text.lines().next().unwrap_or_default()))
}

fn check(path: &str) -> Result<()> {
    let mut bytes = Vec::new();
    let file = File::open(path).with_context(|| path.to_owned())?;
    let read = file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes).with_context(|| path.to_owned())?;
    if read as u64 > FILE_BYTES_MAX {
        bail!("{path} has more than {FILE_BYTES_MAX} bytes, and a provision.xml has a few hundred; name another file");
    }
    let findings = provision_xml::check(&bytes);
    for finding in &findings {
        writeln!(stdout(), "{path}: {finding}")?;
    }
    match findings.iter().filter(|finding| !finding.is_warning).count() {
        0 => Ok(writeln!(stdout(), "{path}: Zoiper can use this file")?),
        mistakes => bail!("{mistakes} mistakes in {path} (named above); correct them, and check again"),
    }
}
