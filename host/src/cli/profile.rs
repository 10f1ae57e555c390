//! `dialplate profile`, which also edits the keys of profiles. Their settings are a layer of `dialplate setting`.

use super::family::Family;
use super::rows;
use crate::editing::Kind;
use crate::log::Log;
use anyhow::Result;
use clap::{ArgMatches, Command};

pub const PROFILE: Family = Family { command, run };

const KEY: &str = "key";

fn command() -> Command {
    rows::command(Kind::Profile).subcommand(rows::command(Kind::ProfileKey))
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    match flags.subcommand() {
        Some((KEY, flags)) => rows::run(Kind::ProfileKey, flags, log),
        _ => rows::run(Kind::Profile, flags, log),
    }
}
