//! `dialplate user`.

use super::family::Family;
use super::{rows, set_password};
use crate::editing::Kind;
use crate::log::Log;
use anyhow::Result;
use clap::{ArgMatches, Command};

pub const USER: Family = Family { command, run };

fn command() -> Command {
    rows::command(Kind::User).subcommand(set_password::command())
}

fn run(flags: &ArgMatches, log: &Log) -> Result<()> {
    match flags.subcommand() {
        Some((set_password::NAME, flags)) => set_password::run(flags, log),
        _ => rows::run(Kind::User, flags, log),
    }
}
