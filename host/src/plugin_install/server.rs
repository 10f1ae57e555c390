//! The server that loads its plugins from the folder that is changed. A command reaches it through its admin endpoint; a server
//! that changes its own folder asks itself.

use crate::http::Listing;
use crate::plugin::BoxFuture;
use anyhow::Result;

pub trait PluginServer: Send + Sync {
    /// What it has loaded; `None` if no server runs.
    fn listing(&self) -> BoxFuture<'_, Result<Option<Listing>>>;

    /// Makes it look at the disk, and waits until everything found there is live or refused.
    fn reload(&self) -> BoxFuture<'_, Result<()>>;
}
