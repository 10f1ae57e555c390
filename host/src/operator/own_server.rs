//! The server itself, as a change of its plugins asks it.

use crate::http::{AdminState, Listing};
use crate::plugin::BoxFuture;
use crate::plugin_install::PluginServer;
use anyhow::{Result, ensure};
use std::sync::Arc;

pub struct OwnServer(pub Arc<AdminState>);

impl PluginServer for OwnServer {
    fn listing(&self) -> BoxFuture<'_, Result<Option<Listing>>> {
        let Self(admin) = self;
        let listing = Listing::of(&admin.snapshot.load(), &admin.reloads.report(), &admin.metrics);
        Box::pin(async move { Ok(Some(listing)) })
    }

    fn reload(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async {
            ensure!(self.0.reloads.reload().await.is_some(), "the server is stopping");
            Ok(())
        })
    }
}
