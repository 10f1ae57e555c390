//! Requests whose head cannot be read. No handler sees them, so they are logged here, counted, and put into the journal.

use super::access_log::{AccessRecord, Sent};
use super::state::AppState;
use crate::journal::Reason;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

/// The kind of failure in the metrics, as for other requests that the server does not understand.
const KIND: &str = "request";

/// A request that was answered without a handler.
pub struct UnreadHead {
    pub client: IpAddr,
    /// The other end of the connection.
    pub peer: IpAddr,
    pub status: u16,
    pub reason: Reason,
    /// What is wrong with the head, for the log.
    pub error: String,
}

/// What to do with a request whose head cannot be read.
pub type OnUnread = Arc<dyn Fn(&UnreadHead) + Send + Sync>;

impl UnreadHead {
    /// hyper answers a head that it cannot parse.
    pub fn malformed(client: IpAddr, peer: IpAddr, error: &hyper::Error) -> Self {
        let is_large = error.is_parse_too_large();
        let (status, reason) = if is_large { (431, Reason::HeadersTooLarge) } else { (400, Reason::BadHead) };
        Self { client, peer, status, reason, error: error.to_string() }
    }

    /// The head did not arrive in time.
    pub fn late(client: IpAddr, peer: IpAddr) -> Self {
        let error = "the head of the request did not arrive in time".to_owned();
        Self { client, peer, status: 408, reason: Reason::SlowHead, error }
    }

    pub fn log(&self) {
        let Self { client, peer, status, error, .. } = self;
        tracing::info!(client.address = %client, peer.address = %peer, status, %error, "refused");
    }
}

/// Logs and counts such a request of a phone, and puts it into the journal.
pub fn record(app: &AppState, head: &UnreadHead) {
    let UnreadHead { client, peer, status, reason, error } = head;
    let id = app.request_ids.next();
    tracing::info!(
        client.address = %client, peer.address = %peer, status, %error, reason = reason.word(), request.id = %id, "refused"
    );
    app.metrics.answered(*status, KIND, "", reason.word(), None);
    let seen = AccessRecord::of_unread(id, (*client).into());
    app.journal.add(seen.into_entry(*status, *reason, Sent::default(), Duration::ZERO));
}
