//! Builds the server from its configuration, and runs it.
//!
//! [`Opened`] and [`App`] listen on no socket, wait for no signal and watch no folder, so a test can answer requests
//! with them in its own process. [`run`] adds the listeners, the signals and the reload task.

use crate::auth_server::AuthServer;
use crate::clock::SteadyClock;
use crate::config::{AdminListen, Config};
use crate::directory::{self, DEFAULT_DOMAIN, Directory};
use crate::documents::Documents;
use crate::explain::{Explanation, Question};
use crate::facts::RequestIds;
use crate::firmware::Firmware;
use crate::http::{self, AdminState, AppState, EXPLAINING_MAX, PhoneListener, Tls};
use crate::journal::{self, Journal};
use crate::notes::Notes;
use crate::pin::Pins;
use crate::resync_watch::{self, Watcher};
use crate::sentry::Sentry;
use crate::syslog::Syslog;
use crate::uploads::Uploads;
use crate::vital::VitalTasks;
use crate::{editing, gate, plugin, reload, tftp};
use anyhow::{Context, Result, ensure};
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket, UdpSocket};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

/// Connections that may wait to be accepted: all phones of an office after a power failure.
const BACKLOG: u32 = 1024;

/// How long a stopping server waits until the notes are written.
const NOTES_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a stopping server waits until the journal is written.
const JOURNAL_TIMEOUT: Duration = Duration::from_secs(10);

/// How long a stopping server waits for the database's connections.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(5);

/// A server with an open database, before templates and plugins are loaded.
pub struct Opened {
    config: Config,
    directory: Directory,
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
    async fn open_to_look(config: Config) -> Result<Self> {
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
        };
        Ok(App { state: Arc::new(state), http: config.http, journal_config, notes_writer, journal_writer })
    }
}

/// A server that is ready to answer requests, and does not listen yet.
pub struct App {
    state: Arc<AppState>,
    http: http::Config,
    /// Where explanations find the journal.
    journal_config: journal::Config,
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

/// Builds the server, then answers phones and operators until SIGTERM or SIGINT.
///
/// # Errors
/// The server cannot start.
pub async fn run(config: Config) -> Result<()> {
    // The port is bound before plugins are compiled, so that a taken port is reported at once. It is listened on last:
    // until then, connections are refused, and a proxy tries another server.
    let address = config.listen;
    let taken = || format!("cannot listen on {address}; is another server there? --listen names another port");
    let socket = bind(address).with_context(taken)?;
    let tls = match config.tls.clone() {
        Some(tls) => Some(BoundTls::open(tls).await?),
        None => None,
    };
    // Without a handler, SIGHUP would end the process. One that arrives during the start causes a reload after it.
    let hangup = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
    let admin = listen_for_admin(config.admin_listen)?;
    let tftp = config.tftp.clone().map(listen_for_tftp).transpose()?;
    let watched = config.resync.on_change.then(|| (config.resync.clone(), config.journal.clone()));
    let opened = Opened::open(with_compiler(config)?).await?;
    let loaded = opened.load().await?;
    let app = opened.into_app(Arc::clone(&loaded.current))?;
    let mut vital = serve_admin(admin, &app, loaded, hangup)?;
    if let Some(tls) = &tls {
        tls.watch(&mut vital)?;
    }
    if let Some((socket, config)) = tftp {
        let socket = UdpSocket::from_std(socket)?;
        tracing::info!(listen = %socket.local_addr()?, "tftp");
        let door = Arc::new(http::TftpDoor::new(Arc::downgrade(&app.state), app.http.clone()));
        vital.add("the TFTP server", tokio::spawn(tftp::serve(socket, config, door)));
    }
    if let Some((config, journal)) = watched {
        let app = Arc::downgrade(&app.state);
        let watching = resync_watch::watch(Watcher { app, config, journal });
        vital.add("the task that notifies phones of edits", tokio::spawn(watching));
    }
    let mut ended = None;
    let signal = stop_signal()?;
    let stop = async {
        tokio::select! {
            () = signal => {}
            task = vital.end() => ended = Some(task),
        }
    };
    let mut listeners: Vec<_> = tls.map(BoundTls::listen).transpose()?.into_iter().collect();
    let listener = socket.listen(BACKLOG).with_context(taken)?;
    tracing::info!(listen = %listener.local_addr()?, "serving");
    listeners.push(PhoneListener { listener, tls: None });
    app.serve(listeners, stop).await;
    app.close().await;
    tracing::info!("stopped");
    ended.map_or(Ok(()), |task| Err(task.into()))
}

/// A bound socket for TLS, with its certificate.
struct BoundTls {
    address: SocketAddr,
    socket: TcpSocket,
    tls: Arc<Tls>,
}

impl BoundTls {
    async fn open(config: http::TlsConfig) -> Result<Self> {
        let address = config.listen;
        let socket = bind(address).with_context(|| format!("cannot listen on {address} (tls_listen)"))?;
        Ok(Self { address, socket, tls: Tls::open(config).await? })
    }

    /// Replaces the certificate when its files change, until the process ends.
    fn watch(&self, vital: &mut VitalTasks) -> Result<()> {
        let hangup = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
        vital.add("the task that reloads the TLS certificate", tokio::spawn(Arc::clone(&self.tls).watch(hangup)));
        Ok(())
    }

    fn listen(self) -> Result<PhoneListener> {
        let Self { address, socket, tls } = self;
        let listener = socket.listen(BACKLOG).with_context(|| format!("cannot listen on {address} (tls_listen)"))?;
        tracing::info!(listen = %listener.local_addr()?, "serving TLS");
        Ok(PhoneListener { listener, tls: Some(tls) })
    }
}

/// Starts reloads and, if there is a listener, the admin endpoint. Both must run until the process ends.
fn serve_admin(
    listener: Option<TcpListener>,
    app: &App,
    loaded: reload::FirstLoad,
    hangup: Signal,
) -> Result<VitalTasks> {
    let state = &app.state;
    let (snapshot, metrics) = (Arc::clone(&state.snapshot), Arc::clone(&state.metrics));
    let mut vital = VitalTasks::default();
    let (reloads, task) = loaded.watch(Arc::clone(&metrics), hangup);
    vital.add("the task that reloads templates and plugins", task);
    let Some(listener) = listener else { return Ok(vital) };
    tracing::info!(listen = %listener.local_addr()?, "admin endpoint");
    let (sentry, documents) = (Arc::clone(&state.sentry), Arc::clone(&state.documents));
    let journal = state.journal.state();
    let state = Arc::new(AdminState {
        directory: state.directory.clone(),
        probes: Arc::clone(&state.probes),
        sentry,
        steady: state.steady,
        snapshot,
        reloads,
        app: Arc::downgrade(state),
        http: app.http.clone(),
        journal_config: app.journal_config.clone(),
        explaining: Semaphore::new(EXPLAINING_MAX),
        documents,
        metrics,
        journal,
    });
    vital.add("the admin endpoint", tokio::spawn(http::serve_admin(listener, state)));
    Ok(vital)
}

/// What a phone of this address would get, for the operator: without credentials, limits and notes.
///
/// # Errors
/// The database has no such device, or the phone would get no document.
pub async fn render(config: Config, address: &str, file: Option<&str>, host: Option<&str>) -> Result<Bytes> {
    let opened = open_quietly(config).await?;
    let home = editing::home(&opened.directory, address).await?;
    let loaded = reload::load(reload_config(&opened.config, false)).await?;
    let app = opened.into_app(loaded.current)?;
    let document = http::preview(&app.state, &home.address, host.unwrap_or(&home.domain), file).await;
    app.close().await;
    Ok(document?.document.body.clone())
}

/// Walks a request through the rooms for the operator. Nothing is written, and no limit of a running server is known.
///
/// # Errors
/// The question describes no request, or the rooms cannot be built.
pub async fn explain(config: Config, question: &Question) -> Result<Explanation> {
    // The journal is read, and not written.
    let journal_config = config.journal.clone();
    let config = Config { journal: journal::Config::OFF, ..with_compiler(config)? };
    let opened = Opened::open_to_look(config).await?;
    let loaded = reload::load(reload_config(&opened.config, false)).await?;
    let app = App { journal_config, ..opened.into_app(loaded.current)? };
    let explained = app.explain(question).await;
    app.close().await;
    Ok(explained?)
}

/// Opens the database, and loads plugins and templates, for a command that only looks.
///
/// # Errors
/// The database, or all plugins, cannot be used.
pub async fn open_for_command(config: Config) -> Result<(Opened, reload::FirstLoad)> {
    let opened = open_quietly(config).await?;
    let loaded = reload::load(reload_config(&opened.config, false)).await?;
    Ok((opened, loaded))
}

/// Opens the database. Nobody is asked, and nobody is told.
async fn open_quietly(config: Config) -> Result<Opened> {
    let config = Config { auth_server: None, syslog: None, journal: journal::Config::OFF, ..with_compiler(config)? };
    Opened::open(config).await
}

/// Builds everything that requests need, and reports what is wrong, without serving.
///
/// # Errors
/// The server could not start, or a template or plugin could not be served.
pub async fn check(config: Config) -> Result<()> {
    config.auth_server.clone().map(AuthServer::new).transpose()?;
    if let Some(tls) = config.tls.clone() {
        Tls::open(tls).await?;
    }
    let problems = examine_settings(&config.database).await?;
    for SettingProblem { setting, domain, value, problem } in &problems {
        tracing::warn!(setting, domain.name = domain, text = value, "{problem}");
    }
    let Examined { failures, unread, report, .. } = examine_files(config).await?;
    ensure!(unread.is_empty(), "{}", unread.join("; "));
    for failure in &failures {
        tracing::error!(error = %failure, "plugin refused");
    }
    let refused = failures.len();
    ensure!(refused == 0, "{refused} plugins cannot be loaded (each is named above); replace or remove them");
    let errors = report.templates().filter(|(_, problem)| problem.is_error).count();
    ensure!(
        errors == 0,
        "{errors} templates that phones need cannot be served (each is named above); correct or remove them"
    );
    match problems.len() + report.templates().count() {
        0 => tracing::info!("no problems found"),
        warnings => tracing::info!(warnings, "no errors found"),
    }
    Ok(())
}

/// A value of one of FusionPBX's settings that the gate cannot use.
pub struct SettingProblem {
    /// Category and name.
    pub setting: String,
    /// Empty for a default setting.
    pub domain: String,
    pub value: String,
    pub problem: String,
}

/// Finds the values that the gate cannot use, in every domain.
///
/// # Errors
/// The database cannot be used.
pub async fn examine_settings(config: &directory::Config) -> Result<Vec<SettingProblem>> {
    let directory = Directory::connect(config).await?;
    let values = directory.setting_values(&gate::EXAMINED_SETTINGS).await;
    directory.close().await;
    let problem = |directory::SettingValue { category, name, domain, value }: directory::SettingValue| {
        let problem = gate::find_problem(name, &value)?.to_string();
        Some(SettingProblem { setting: format!("{category} {name}"), domain, value, problem })
    };
    Ok(values?.into_iter().filter_map(problem).collect())
}

/// The templates and plugins of a configuration.
pub struct Examined {
    /// The names of the plugins that can be used.
    pub plugins: Vec<String>,
    pub folders: usize,
    pub failures: Vec<String>,
    /// Files and folders that could not be read.
    pub unread: Vec<String>,
    /// The templates that do not serve phones. The log names each.
    pub report: reload::Report,
}

/// Compiles all plugins and templates, and tries every file of them.
///
/// # Errors
/// No template folder or no plugin can be loaded.
pub async fn examine_files(config: Config) -> Result<Examined> {
    let config = with_compiler(config)?;
    let loaded = reload::load(reload_config(&config, false)).await?;
    let report = loaded.review().await;
    let snapshot = loaded.current.load_full();
    Ok(Examined {
        plugins: snapshot.plugins.iter().map(|plugin| plugin.name().to_owned()).collect(),
        folders: snapshot.texts.folders().len(),
        failures: loaded.failures.iter().map(ToString::to_string).collect(),
        unread: loaded.unread.iter().map(ToString::to_string).collect(),
        report,
    })
}

fn reload_config(config: &Config, puts_off: bool) -> reload::Config {
    let Config { templates, plugins, plugin, .. } = config;
    reload::Config { templates: templates.clone(), plugins: plugins.clone(), engine: plugin.clone(), puts_off }
}

/// This program compiles the plugins, in processes of its own.
fn with_compiler(mut config: Config) -> Result<Config> {
    let program = plugin::own_program().context("cannot find this program, which compiles the plugins")?;
    config.plugin.compiler = Some(program);
    Ok(config)
}

/// TFTP's socket, before anything else is done, so that a taken port or a lacking right is reported at once.
fn listen_for_tftp(config: tftp::Config) -> Result<(std::net::UdpSocket, tftp::Config)> {
    let address = config.listen;
    let socket = std::net::UdpSocket::bind(address).with_context(|| {
        format!("cannot listen on {address} (tftp_listen); ports below 1024 need the capability CAP_NET_BIND_SERVICE")
    })?;
    socket.set_nonblocking(true)?;
    Ok((socket, config))
}

fn bind(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Connections of a server that has just stopped may still be in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
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

/// The admin endpoint's listener. A taken default port is only a warning; a port that the configuration names is an
/// error.
fn listen_for_admin(listen: AdminListen) -> Result<Option<TcpListener>> {
    let (address, is_named) = match listen {
        AdminListen::Off => return Ok(None),
        AdminListen::Default(address) => (address, false),
        AdminListen::At(address) => (address, true),
    };
    match bind(address).and_then(|socket| socket.listen(BACKLOG)) {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if is_named => Err(error).with_context(|| format!("cannot listen on {address} (admin_listen)")),
        Err(error) => {
            tracing::warn!(
                listen = %address, %error,
                "no admin endpoint, so `dialplate plugin list` does not work; choose another port with --admin-listen, or `off`"
            );
            Ok(None)
        }
    }
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

fn stop_signal() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
