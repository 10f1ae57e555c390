//! Builds the rooms. [`Opened`] and [`App`] listen on no socket, wait for no signal and watch no folder, so a test can
//! answer requests with them in its own process.

use crate::auth_server::AuthServer;
use crate::clock::SteadyClock;
use crate::config::Config;
use crate::directory::{self, DEFAULT_DOMAIN, Directory};
use crate::documents::Documents;
use crate::explain::{Explanation, Question};
use crate::facts::RequestIds;
use crate::firmware::Firmware;
use crate::http::{self, AppState, PhoneListener};
use crate::journal::{self, Journal};
use crate::notes::Notes;
use crate::pin::Pins;
use crate::sentry::Sentry;
use crate::syslog::Syslog;
use crate::uploads::Uploads;
use crate::{gate, operator, plugin, plugin_kit, reload, resync};
use anyhow::{Context, Result, ensure};
use axum::body::Body;
use axum::http::{Request, Response};
use std::net::IpAddr;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::task::JoinHandle;

/// How long a stopping server waits until the notes are written.
const NOTES_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a stopping server waits until the journal is written.
const JOURNAL_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a stopping server waits for the database's connections.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A server with an open database, before templates and plugins are loaded.
pub struct Opened {
    pub(super) config: Config,
    pub(super) directory: Directory,
    auth_server: Option<AuthServer>,
    syslog: Option<Syslog>,
}

impl Opened {
    /// Opens the database, the socket of syslog, and the client of the auth server.
    ///
    /// # Errors
    /// One of them cannot be used.
    pub async fn open(config: Config) -> Result<Self> {
        let auth_server = config.auth_server.clone().map(AuthServer::new).transpose()?;
        let syslog = config.syslog.clone().map(Syslog::open).transpose().context("syslog")?;
        let directory = open_directory(&config.database).await?;
        Ok(Self { config, directory, auth_server, syslog })
    }

    /// As [`Self::open`], for a command that only looks: no refusal is sent to syslog, and the database is neither
    /// created nor brought up to date.
    pub(super) async fn open_to_look(config: Config) -> Result<Self> {
        if let Some(file) = config.database.url.file() {
            ensure!(file.is_file(), "there is no database at {}; --database names another", file.display());
        }
        let auth_server = config.auth_server.clone().map(AuthServer::new).transpose()?;
        let directory = Directory::connect(&config.database).await?;
        Ok(Self { config, directory, auth_server, syslog: None })
    }

    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Loads templates and plugins. `config.plugin.compiler` is used as it is.
    ///
    /// # Errors
    /// No template folder or no plugin can be loaded.
    pub async fn load(&self) -> Result<reload::FirstLoad> {
        Ok(reload::load(reload_config(&self.config, true)).await?)
    }

    /// The server that answers with these templates and plugins.
    ///
    /// # Errors
    /// The system gives no random numbers.
    pub fn into_app(self, snapshot: reload::Current) -> Result<App> {
        let Self { config, directory, auth_server, syslog } = self;
        let (notes, notes_writer) = Notes::start(directory.clone());
        let journal_config = config.journal.clone();
        let (journal, journal_writer) = Journal::start(config.journal);
        let steady = SteadyClock::start();
        let operators = Arc::new(Sentry::new(config.sentry.clone()));
        let state = AppState {
            clock: config.clock,
            steady,
            directory,
            snapshot,
            keeper: keeper(config.nonce_key, steady)?.with_policy(config.gate),
            sentry: Arc::new(Sentry::new(config.sentry)),
            auth_server,
            logins: http::LoginTurns::default(),
            syslog,
            notes,
            journal,
            request_ids: RequestIds::new(u64::from_ne_bytes(random()?)),
            request_id_header: config.request_id_header,
            uploads: Uploads::new(config.uploads),
            firmware: config.firmware.map(Firmware::new),
            firmware_url: config.firmware_url,
            pins: config.pin_secret.map(Pins::new),
            url_forms: config.url_forms,
            documents: Arc::new(Documents::new(config.documents_bytes_max)),
            probes: Arc::new(http::Probes::new(config.http.clone())),
            metrics: Arc::default(),
            fetches: OnceLock::new(),
        };
        let (http, operator, resync) = (config.http, config.operator, config.resync);
        let kit = plugin_kit::Config { templates: config.templates, plugins: config.plugins, engine: config.plugin };
        let (authorities, registry_auth) = (config.plugins_ca, config.plugins_registry_auth);
        let plugins = operator::PluginSources { kit, authorities, registry_auth };
        Ok(App {
            state: Arc::new(state),
            operators,
            http,
            journal_config,
            operator,
            plugins,
            resync,
            notes_writer,
            journal_writer,
        })
    }
}

/// A server that is ready to answer requests, and does not listen yet.
pub struct App {
    pub(super) state: Arc<AppState>,
    /// Limits for operators who log in. Phones that fail keep no operator of their network from logging in.
    pub(super) operators: Arc<Sentry>,
    pub(super) http: http::Config,
    /// Where explanations find the journal.
    pub(super) journal_config: journal::Config,
    pub(super) operator: operator::Config,
    /// How operators change the plugins.
    pub(super) plugins: operator::PluginSources,
    /// The way to phones, for operators.
    pub(super) resync: resync::Config,
    notes_writer: JoinHandle<()>,
    journal_writer: JoinHandle<()>,
}

impl App {
    /// Answers one request as if it came over a connection from `peer`.
    pub async fn respond(&self, peer: IpAddr, request: Request<Body>) -> Response<Body> {
        http::respond(Arc::clone(&self.state), &self.http, peer, request).await
    }

    /// Explains one request.
    ///
    /// # Errors
    /// The question describes no request.
    pub async fn explain(&self, question: &Question) -> Result<Explanation, http::ExplainError> {
        let context = http::ExplainContext { http: &self.http, journal: &self.journal_config, program: "command" };
        http::explain(&self.state, context, question).await
    }

    /// What the handlers have, for benchmarks of single rooms.
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Answers the connections of all listeners until `stop` resolves.
    pub async fn serve(&self, listeners: Vec<PhoneListener>, stop: impl Future<Output = ()>) {
        http::serve(listeners, Arc::clone(&self.state), self.http.clone(), stop).await;
    }

    /// Writes the notes and the journal's lines that still wait, and closes the database. Their writers end when the last
    /// request has let go of the state.
    pub async fn close(self) {
        let directory = self.state.directory.clone();
        drop(self.state);
        if tokio::time::timeout(NOTES_TIMEOUT, self.notes_writer).await.is_err() {
            tracing::warn!("not every device was noted as provisioned before the stop");
        }
        if tokio::time::timeout(JOURNAL_TIMEOUT, self.journal_writer).await.is_err() {
            tracing::warn!("not every line of the journal was written before the stop");
        }
        // The file of a SQLite database may be on a file system that does not answer.
        let _ = tokio::time::timeout(CLOSE_TIMEOUT, directory.close()).await;
    }
}

/// Opens the database. A missing SQLite file is created only if it is the embedded default or the URL has `mode=rwc`:
/// a mistyped path must not start an empty telephone system.
///
/// # Errors
/// The database cannot be created or opened.
pub async fn open_directory(config: &directory::Config) -> Result<Directory> {
    if let Some(file) = &config.named_in {
        tracing::info!(file = %file.display(), "using the database named in FusionPBX's configuration");
    }
    if let Some(file) = config.url.file() {
        if config.url.creates_file() && Directory::create_embedded(&file, DEFAULT_DOMAIN).await? {
            tracing::info!(file = %file.display(), "created a database with demonstration phones");
        } else {
            update(&file).await;
        }
    }
    Ok(Directory::connect_waiting(config).await?)
}

/// Brings a database of an older Dialplate up to date. One that cannot be written serves phones all the same.
async fn update(file: &Path) {
    match Directory::update_embedded(file).await {
        Ok(added) if added.is_empty() => {}
        Ok(added) => tracing::info!(
            file = %file.display(), added = added.join(" "), "updated the database of an older Dialplate"
        ),
        Err(error) => tracing::warn!("{error}"),
    }
}

pub(super) fn reload_config(config: &Config, puts_off: bool) -> reload::Config {
    let Config { templates, plugins, plugin, .. } = config;
    reload::Config { templates: templates.clone(), plugins: plugins.clone(), engine: plugin.clone(), puts_off }
}

/// This program compiles the plugins, in processes of its own.
///
/// # Errors
/// The system does not say where this program is.
pub fn with_compiler(mut config: Config) -> Result<Config> {
    let program = plugin::own_program().context("cannot find this program, which compiles the plugins")?;
    config.plugin.compiler = Some(program);
    Ok(config)
}

/// The keeper of digest nonces. Without a configured key it gets a random one: nonces from before the start are stale
/// then, and phones authenticate again.
fn keeper(key: Option<[u8; 32]>, steady: SteadyClock) -> Result<gate::Keeper> {
    let (random, instance) = (random()?, u64::from_ne_bytes(random()?));
    Ok(gate::Keeper::new(key.unwrap_or(random), instance, steady.now()))
}

fn random<const LENGTH: usize>() -> Result<[u8; LENGTH]> {
    let mut bytes = [0; LENGTH];
    getrandom::fill(&mut bytes).context("the system returned no random numbers")?;
    Ok(bytes)
}
