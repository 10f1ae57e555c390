//! What operators did in the console, as lines of the journal and of the log.

use super::desk::Desk;
use crate::facts::ClientAddress;
use crate::http::Arrived;
use crate::journal::{NewEntry, Reason};
use axum::http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use std::borrow::Cow;

/// One action.
pub struct Act<'a> {
    pub reason: Reason,
    pub status: StatusCode,
    /// The user, if the database has one. What else was typed may be a password.
    pub user: &'a str,
    /// The user's domain.
    pub domain: &'a str,
    /// The part of the path after the console's own.
    pub page: &'static str,
    /// Why it was refused; empty if it was not.
    pub why: &'a str,
}

/// Writes the line of an action.
pub fn note(desk: &Desk, arrived: &Arrived, headers: &HeaderMap, act: &Act<'_>) {
    let Act { reason, status, user, domain, page, why } = act;
    let client: ClientAddress = arrived.client.address;
    let (word, status) = (reason.word(), status.as_u16());
    tracing::info!(
        client.address = %client, user.name = user, domain.name = domain, status, reason = word, error = why,
        "console action"
    );
    let Some(app) = desk.state.app.upgrade() else { return };
    let agent = headers.get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()).into_owned());
    app.journal.add(NewEntry {
        request: app.request_ids.next(),
        at: Timestamp::now(),
        client,
        method: Cow::Borrowed("POST"),
        domain: (*domain).to_owned(),
        device: None,
        file: String::new(),
        target: format!("{}{page}?name={user}", desk.base),
        agent: agent.unwrap_or_default(),
        status,
        reason: *reason,
        bytes: 0,
        document: None,
        room_bytes: 0,
        origin: None,
        took: arrived.at.elapsed(),
    });
}
