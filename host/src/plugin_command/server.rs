//! The running server as a command reaches it.

use crate::admin_command;
use crate::config::AdminListen;
use crate::http::Listing;
use crate::plugin::BoxFuture;
use crate::plugin_install::{Notice, PluginServer};
use anyhow::Result;
use std::io::{Write, stderr};

/// The server at the address of the admin endpoint, if one runs.
pub struct AdminServer(pub AdminListen);

impl PluginServer for AdminServer {
    fn listing(&self) -> BoxFuture<'_, Result<Option<Listing>>> {
        Box::pin(admin_command::listing(self.0))
    }

    fn reload(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(admin_command::reload_and_wait(self.0))
    }
}

/// Prints what an operator reads beside the outcome. A closed standard error keeps no command from its work.
pub fn print_notice(notice: &Notice<'_>) {
    let _ = match notice {
        Notice::Checking { name, version } => writeln!(
            stderr(),
            "dialplate: checking whether {name} {version} keeps to the contract of the plugin interface"
        ),
        Notice::Failed { report } => stderr().write_all(report.as_bytes()),
    };
}
