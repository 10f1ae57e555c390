//! The state of the handlers. `app` builds it.

use super::client;
use super::login_turns::LoginTurns;
use super::probe::Probes;
use crate::auth_server::AuthServer;
use crate::clock::{Clock, SteadyClock};
use crate::directory::Directory;
use crate::documents::Documents;
use crate::facts::RequestIds;
use crate::firmware::Firmware;
use crate::gate;
use crate::journal::{self, Journal, JournalState};
use crate::metrics::Metrics;
use crate::notes::Notes;
use crate::pin::Pins;
use crate::plugin_dev::FetchNotes;
use crate::reload::{self, Reloads};
use crate::request::UrlForms;
use crate::sentry::Sentry;
use crate::syslog::Syslog;
use crate::uploads::Uploads;
use axum::http::HeaderName;
use std::sync::{Arc, OnceLock, Weak};
use tokio::sync::Semaphore;

/// The state of the handlers that answer phones; all requests share it.
pub struct AppState {
    /// For rendered files.
    pub clock: Clock,
    /// For nonces and limits.
    pub steady: SteadyClock,
    pub directory: Directory,
    pub snapshot: reload::Current,
    pub keeper: gate::Keeper,
    pub sentry: Arc<Sentry>,
    pub auth_server: Option<AuthServer>,
    pub logins: LoginTurns,
    pub syslog: Option<Syslog>,
    pub notes: Notes,
    pub journal: Journal,
    pub request_ids: RequestIds,
    /// The header of every answer that has the request's id.
    pub request_id_header: Option<HeaderName>,
    pub uploads: Uploads,
    /// `None` without a firmware folder.
    pub firmware: Option<Firmware>,
    /// The folder's URL for templates.
    pub firmware_url: Option<String>,
    /// `None` without a secret for the dial plan.
    pub pins: Option<Pins>,
    pub url_forms: UrlForms,
    pub documents: Arc<Documents>,
    pub probes: Arc<Probes>,
    pub metrics: Arc<Metrics>,
    /// Set in the server of an author.
    pub fetches: OnceLock<FetchNotes>,
}

/// Requests that are explained at once. Each may render a document, and phones need the processors.
pub const EXPLAINING_MAX: usize = 2;

/// The state of the handlers of the admin endpoint.
pub struct AdminState {
    pub directory: Directory,
    pub probes: Arc<Probes>,
    pub sentry: Arc<Sentry>,
    /// The limits for operators who log in.
    pub operators: Arc<Sentry>,
    pub steady: SteadyClock,
    pub snapshot: reload::Current,
    pub reloads: Reloads,
    /// The state of the handlers that answer phones, for explanations. It does not keep the server from its end.
    pub app: Weak<AppState>,
    pub http: client::Config,
    pub journal_config: journal::Config,
    /// A turn for each request that is explained.
    pub explaining: Semaphore,
    pub journal: Arc<JournalState>,
    pub documents: Arc<Documents>,
    pub metrics: Arc<Metrics>,
}
