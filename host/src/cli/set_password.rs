//! `dialplate user set-password`.

use super::flags::keyed;
use super::setup::{block_on, configure};
use crate::directory::Directory;
use crate::log::Log;
use crate::password::NewPassword;
use crate::request::Secret;
use anyhow::{Context, Result, bail};
use clap::{Arg, ArgMatches, Command};
use std::io::{IsTerminal, Read, Write, stdin, stdout};

pub const NAME: &str = "set-password";

const USER: &str = "user";
const DOMAIN: &str = "domain";

/// The first line of standard input is far shorter.
const INPUT_BYTES_MAX: u64 = 4096;

pub fn command() -> Command {
    let user = Arg::new(USER).value_name("USER").required(true).help("The user's name in FusionPBX");
    let domain = Arg::new(DOMAIN).long(DOMAIN).value_name("DOMAIN").help("The user's domain [default: any]");
    let about = "Sets the password of a user; it is asked for, or read from standard input";
    keyed(NAME, about).visible_alias("password").arg(user).arg(domain)
}

pub fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    let user = flags.get_one::<String>(USER).map(String::as_str).unwrap_or_default();
    let domain = flags.get_one::<String>(DOMAIN).map(String::as_str);
    let config = configure(flags, log)?.database;
    let new = NewPassword::of(&read(user)?)?;
    block_on(async {
        let directory = Directory::connect(&config).await?;
        let outcome = directory.set_password(domain, user, &new).await;
        directory.close().await;
        match outcome? {
            1 => Ok(writeln!(stdout(), "password of {user} set")?),
            0 => bail!("no user is called {user:?} there; name another user, or another --domain"),
            several => bail!("{several} users are called {user:?}; name the domain of one with --domain"),
        }
    })
}

/// Asks for a password twice, or reads the first line of standard input.
fn read(user: &str) -> Result<Secret> {
    if !stdin().is_terminal() {
        let mut text = String::new();
        stdin().take(INPUT_BYTES_MAX).read_to_string(&mut text).context("the password on standard input")?;
        return Ok(Secret::new(text.lines().next().unwrap_or_default()));
    }
    let ask = |prompt: &str| rpassword::prompt_password(prompt).context("the password");
    let first = ask(&format!("New password of {user}: "))?;
    if first != ask("The same again: ")? {
        bail!("the two passwords differ; run the command again");
    }
    Ok(Secret::new(first))
}
