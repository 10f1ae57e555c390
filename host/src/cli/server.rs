//! `dialplate serve` and `dialplate check`.

use super::family::Family;
use super::flags::keyed;
use super::setup::{block_on, configure};
use crate::app;

pub const SERVE: Family = Family {
    command: || keyed("serve", "Answers phones until SIGTERM"),
    run: |flags, log| block_on(app::run(configure(flags, log)?)),
};

pub const CHECK: Family = Family {
    command: || keyed("check", "Checks configuration, database, plugins and templates without serving"),
    run: |flags, log| block_on(app::check(configure(flags, log)?)),
};
