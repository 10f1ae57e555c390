//! `dialplate plugin keygen`, `plugin sign` and `plugin verify`.

use super::flags::switch;
use super::plugin_kit as kit;
use super::setup::{block_on, read_secret};
use crate::files::read_bounded;
use crate::log::Log;
use crate::plugin_kit::{self, Config};
use crate::plugin_signature::{SigningKey, TrustedKey, TrustedKeys, generate};
use crate::request::Secret;
use anyhow::{Context, Result, bail, ensure};
use clap::{Arg, ArgAction, ArgMatches, Command, ValueHint, value_parser};
use jiff::civil::Date;
use serde::Serialize;
use std::fs::OpenOptions;
use std::io::{IsTerminal, Write, stderr, stdin};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

const SECRET: &str = "secret";
const PUBLIC: &str = "public";
const PASSWORD_FILE: &str = "password-file";
const NO_PASSWORD: &str = "no-password";
const EXPIRES: &str = "expires";
const KEY: &str = "key";

/// The file of a secret key has two lines, that of a password one.
const FILE_BYTES_MAX: u64 = 4096;
const SECRET_MODE: u32 = 0o600;
const PUBLIC_MODE: u32 = 0o644;

/// The commands, in the order of the help.
pub fn commands() -> [Command; 3] {
    [keygen(), sign(), verify()]
}

/// Runs one of them; `None` if the command is another one.
pub fn run(name: &str, flags: &ArgMatches, log: &Log) -> Option<Result<()>> {
    Some(match name {
        "keygen" => run_keygen(flags),
        "sign" => run_sign(flags, log),
        "verify" => run_verify(flags, log),
        _ => return None,
    })
}

fn keygen() -> Command {
    Command::new("keygen")
        .about("Makes a key pair to sign plugins with, in minisign's format")
        .arg(file(SECRET, "Where to write the secret key. It must not exist yet").required(true))
        .arg(file(PUBLIC, "Where to write the public key. It must not exist yet").required(true))
        .arg(password_file("The file whose first line protects the secret key"))
        .arg(switch(NO_PASSWORD, "Write a secret key that needs no password").conflicts_with(PASSWORD_FILE))
        .arg(kit::json())
}

fn sign() -> Command {
    let expires = Arg::new(EXPIRES).long(EXPIRES).value_name("DATE").value_parser(parse_date);
    kit::with_keys("sign", "Signs a plugin: writes the file *.wasm.minisig beside its component")
        .arg(kit::project())
        .arg(kit::component())
        .arg(file(SECRET, "The secret key, of `dialplate plugin keygen` or `minisign -G`").required(true))
        .arg(password_file("The file whose first line is the password of the secret key"))
        .arg(expires.help("The last day on which servers accept the signature, in UTC, for instance 2027-12-31"))
        .arg(kit::json())
}

fn verify() -> Command {
    let key = Arg::new(KEY).long(KEY).value_name("KEY").action(ArgAction::Append);
    kit::with_keys("verify", "Checks the signature of a plugin as a server that requires one")
        .arg(kit::project())
        .arg(kit::component())
        .arg(key.help("A public key, or its file; several times for several keys [default: plugins_trusted_keys]"))
        .arg(kit::json())
}

fn file(name: &'static str, help: &'static str) -> Arg {
    let file = Arg::new(name).long(name).value_name("FILE").value_parser(value_parser!(PathBuf));
    file.value_hint(ValueHint::FilePath).help(help)
}

fn password_file(what: &str) -> Arg {
    let help = format!("{what} [default: it is asked for, or read from standard input]");
    file(PASSWORD_FILE, "").help(help)
}

fn parse_date(text: &str) -> Result<Date, String> {
    text.parse().map_err(|_| format!("`{text}` is no date; write for instance 2027-12-31"))
}

/// The files of a new key pair.
#[derive(Serialize)]
struct NewKey<'a> {
    key: String,
    secret: &'a Path,
    public: &'a Path,
    /// As `plugins_trusted_keys` takes it.
    public_key: String,
}

fn run_keygen(flags: &ArgMatches) -> Result<()> {
    let (secret, public) = (path(flags, SECRET), path(flags, PUBLIC));
    for file in [secret, public] {
        ensure!(!file.exists(), "{} exists already; name another file", file.display());
    }
    let password = match flags.get_flag(NO_PASSWORD) {
        true => None,
        false => Some(new_password(flags)?),
    };
    let pair = generate(password.as_ref()).context("the secret key")?;
    create(secret, SECRET_MODE, pair.secret.expose())?;
    if let Err(error) = create(public, PUBLIC_MODE, &pair.public) {
        // A secret key without its public key is of no use.
        let _ = std::fs::remove_file(secret);
        return Err(error);
    }
    let made = NewKey { key: pair.id.to_string(), secret, public, public_key: pair.key };
    kit::print(flags, &made, || {
        let NewKey { key, public_key, .. } = &made;
        format!(
            "key {key}: secret key in {}, public key in {}\nplugins_trusted_keys = \"{public_key}\"\n",
            secret.display(),
            public.display()
        )
    })
}

/// Writes a file that must not exist.
fn create(file: &Path, mode: u32, text: &str) -> Result<()> {
    let write = || OpenOptions::new().write(true).create_new(true).mode(mode).open(file)?.write_all(text.as_bytes());
    write().with_context(|| format!("cannot write {}", file.display()))
}

fn run_sign(flags: &ArgMatches, log: &Log) -> Result<()> {
    let config = kit::kit_config(flags, log)?;
    let project = kit::found_project(flags)?;
    let secret = path(flags, SECRET);
    let shown = secret.display();
    let text = read_text(secret)?;
    let key = SigningKey::parse(Secret::new(text)).with_context(|| format!("{shown}"))?;
    let password = match key.is_encrypted() {
        true => Some(password(flags, &format!("Password of {shown}: "))?),
        false => None,
    };
    let expires = flags.get_one::<Date>(EXPIRES).copied();
    if expires.is_some_and(|last| last < jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date()) {
        writeln!(stderr(), "dialplate: the signature has expired already; no server accepts it")?;
    }
    block_on(async {
        let signed = plugin_kit::sign(&config, &project.component, (&key, password.as_ref()), expires).await?;
        kit::print(flags, &signed, || signed.to_text())
    })
}

/// The outcome for a program.
#[derive(Serialize)]
struct Verified<'a> {
    valid: bool,
    #[serde(flatten)]
    signed: Option<&'a plugin_kit::SignedComponent>,
    problem: Option<String>,
}

fn run_verify(flags: &ArgMatches, log: &Log) -> Result<()> {
    let mut config: Config = kit::kit_config(flags, log)?;
    if let Some(keys) = flags.get_many::<String>(KEY) {
        let keys = keys.map(|key| TrustedKey::find(key)).collect::<Result<_, _>>().context("--key")?;
        config.engine.signatures.keys = TrustedKeys::new(keys);
    }
    ensure!(
        !config.engine.signatures.keys.is_empty(),
        "no key to check with; name one with --key, or set plugins_trusted_keys"
    );
    let project = kit::found_project(flags)?;
    block_on(async {
        let verified = plugin_kit::verify(&config, &project.component).await;
        let problem = verified.as_ref().err().map(ToString::to_string);
        let report = Verified { valid: verified.is_ok(), signed: verified.as_ref().ok(), problem };
        kit::print(flags, &report, || report.signed.map_or_else(String::new, plugin_kit::SignedComponent::to_text))?;
        verified.map(drop).map_err(Into::into)
    })
}

/// The password for a new key, asked for twice at a terminal.
fn new_password(flags: &ArgMatches) -> Result<Secret> {
    let first = password(flags, "Password for the secret key: ").context("the password for the secret key")?;
    let is_asked = flags.get_one::<PathBuf>(PASSWORD_FILE).is_none() && stdin().is_terminal();
    if first.expose().is_empty() {
        bail!("the password is empty; --no-password makes a secret key without one");
    }
    if is_asked && first.expose() != rpassword::prompt_password("The same again: ")? {
        bail!("the two passwords differ; run the command again");
    }
    Ok(first)
}

/// The password from a file, from the terminal, or from the first line of standard input.
fn password(flags: &ArgMatches, prompt: &str) -> Result<Secret> {
    if let Some(file) = flags.get_one::<PathBuf>(PASSWORD_FILE) {
        return Ok(Secret::new(read_text(file)?.lines().next().unwrap_or_default()));
    }
    match stdin().is_terminal() {
        true => Ok(Secret::new(rpassword::prompt_password(prompt)?)),
        false => Ok(Secret::new(read_secret()?)),
    }
}

fn read_text(file: &Path) -> Result<String> {
    let shown = file.display();
    let bytes = read_bounded(file, FILE_BYTES_MAX).with_context(|| format!("cannot read {shown}"))?;
    let bytes = bytes.with_context(|| format!("{shown} is larger than {FILE_BYTES_MAX} bytes"))?;
    String::from_utf8(bytes).ok().with_context(|| format!("{shown} is not text"))
}

fn path<'a>(flags: &'a ArgMatches, name: &str) -> &'a Path {
    flags.get_one::<PathBuf>(name).map_or(Path::new(""), PathBuf::as_path)
}
