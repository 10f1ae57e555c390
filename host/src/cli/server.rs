//! `dialplate serve` and `dialplate check`.

use super::family::Family;
use super::flags::{keyed, source};
use super::setup::{block_on, configure, configure_from};
use crate::app;
use crate::config;
use crate::log::Log;
use anyhow::Result;
use clap::{Arg, ArgMatches, Command, ValueHint, value_parser};
use std::path::PathBuf;

const DEV: &str = "dev";
/// Where a server for an author writes, in the folder of the plugin: below what is built, which no project stores.
const DEV_DATA: &str = "build/dev";

pub const SERVE: Family = Family { command: serve, run: run_serve };

pub const CHECK: Family = Family {
    command: || keyed("check", "Checks configuration, database, plugins and templates without serving"),
    run: |flags, log| block_on(app::check(configure(flags, log)?)),
};

fn serve() -> Command {
    let dev = Arg::new(DEV).long(DEV).value_name("PATH").value_parser(value_parser!(PathBuf));
    keyed("serve", "Answers phones until SIGTERM").arg(dev.value_hint(ValueHint::AnyPath).help(
        "For the author of a plugin: build the plugin in this folder on each save, serve it, and show what its cases \
         give. PATH may also be a component that something else builds",
    ))
}

fn run_serve(flags: &ArgMatches, log: &Log) -> Result<()> {
    let Some(path) = flags.get_one::<PathBuf>(DEV) else { return block_on(app::run(configure(flags, log)?)) };
    let mut source = source(flags);
    // A component may be anywhere.
    let data = path.is_dir().then(|| path.join(DEV_DATA));
    config::default_to_folder(&mut source, data.as_deref());
    block_on(app::develop(configure_from(source, log)?, path))
}
