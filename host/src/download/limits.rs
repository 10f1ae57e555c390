//! The limits of a download.

use std::time::Duration;

/// Servers of releases redirect to a store once or twice.
pub const REDIRECTS_MAX: usize = 5;
/// The largest component over a line of 2 Mbit/s.
pub const TIMEOUT: Duration = Duration::from_secs(300);
/// A server that takes longer to accept a connection is down.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
