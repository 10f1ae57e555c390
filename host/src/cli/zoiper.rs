//! `dialplate zoiper`.

use super::family::Family;
use super::flags::switch;
use crate::files::read_bounded;
use crate::log::Log;
use crate::provision_xml::{self, AuthenticationType, Draft, PasswordFormat};
use crate::request::Secret;
use anyhow::{Context, Result, bail};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint};
use std::fs::{OpenOptions, Permissions};
use std::io::{self, Read, Write, stderr, stdin, stdout};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

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

/// The owner reads and writes.
const SECRET_MODE: u32 = 0o600;

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
    for warning in file.warnings {
        writeln!(stderr(), "dialplate: {warning}")?;
    }
    match text(OUTPUT) {
        Some(path) => save(&path, &file.text, draft.password.is_some()).context(path),
        None => stdout().write_all(file.text.as_bytes()).context("standard output"),
    }
}

/// Writes the file. A password in it is readable, so only its owner may read such a file.
fn save(path: &str, text: &str, is_secret: bool) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    if is_secret {
        options.mode(SECRET_MODE);
    }
    let mut file = options.open(path)?;
    // The mode above counts for a new file only, and a device such as /dev/stdout keeps its own.
    if is_secret && file.metadata()?.is_file() {
        file.set_permissions(Permissions::from_mode(SECRET_MODE))?;
    }
    file.write_all(text.as_bytes())
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
    let Some(bytes) = read_bounded(Path::new(path), FILE_BYTES_MAX).with_context(|| path.to_owned())? else {
        bail!("{path} has more than {FILE_BYTES_MAX} bytes, and a provision.xml has a few hundred; name another file");
    };
    let findings = provision_xml::check(&bytes);
    for finding in &findings {
        writeln!(stdout(), "{path}: {finding}")?;
    }
    match findings.iter().filter(|finding| !finding.is_warning).count() {
        0 => Ok(writeln!(stdout(), "{path}: Zoiper can use this file")?),
        1 => bail!("{path} has one mistake (named above); correct it, and check again"),
        mistakes => bail!("{path} has {mistakes} mistakes (named above); correct them, and check again"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(arguments: &[&str]) -> Result<ArgMatches, clap::Error> {
        command().try_get_matches_from([&["zoiper", PROVISION_XML], arguments].concat())
    }

    fn write_to(path: &std::path::Path, arguments: &[&str]) -> Result<u32> {
        let fixed = ["--base-url", "https://a/", "--output", path.to_str().unwrap_or_default()];
        let matches = matches(&[&fixed, arguments].concat())?;
        let Some((_, flags)) = matches.subcommand() else { bail!("no subcommand") };
        write(flags)?;
        Ok(std::fs::metadata(path)?.permissions().mode() & 0o777)
    }

    #[test]
    fn flags_that_exclude_each_other_are_an_error() {
        for arguments in [
            &[][..],
            &["--base-url", "https://a/", "--check", "file"],
            &["--base-url", "https://a/", "--ask-user", "--user", "ada"],
            &["--base-url", "https://a/", "--password", "s3cret"],
            &["--base-url", "https://a/", "--password-format", "2"],
            &["--base-url", "https://a/", "--auth", "digest"],
        ] {
            assert!(matches(arguments).is_err(), "{arguments:?}");
        }
        assert!(matches(&["--check", "file"]).is_ok());
    }

    #[test]
    fn file_with_a_password_is_readable_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("provision.xml");
        std::fs::write(&path, "an older file").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        assert_eq!(write_to(&path, &["--ask-user"]).unwrap(), 0o644);
        for format in ["0", "1"] {
            let arguments = ["--user", "ada", "--password", "s3cret", "--password-format", format];
            assert_eq!(write_to(&path, &arguments).unwrap(), SECRET_MODE);
            std::fs::remove_file(&path).unwrap();
        }
    }

    #[test]
    fn unusable_draft_writes_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("provision.xml");
        for arguments in [&["--user", " a "][..], &["--user", "a", "--password", ""], &["--auth", "basic"]] {
            assert!(write_to(&path, arguments).is_err() && !path.exists(), "{arguments:?}");
        }
    }

    #[test]
    fn check_limits_the_size_and_counts_mistakes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("provision.xml");
        let error = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            check(path.to_str().unwrap()).unwrap_err().to_string()
        };
        assert!(error(&vec![b' '; FILE_BYTES_MAX as usize + 1]).contains("has more than 262144 bytes"));
        assert!(error(b"<a/>").contains("has one mistake"));
        assert!(error(b"<provision a='b'/>").contains("has 2 mistakes"));
        std::fs::remove_file(&path).unwrap();
        assert!(check(path.to_str().unwrap()).is_err());
    }
}
