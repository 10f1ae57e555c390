//! The only place that builds the rooms.

use crate::auth_server::AuthServer;
use crate::clock::Clock;
use crate::config::{AdminListen, Config, EMBEDDED_DATABASE};
use crate::directory::{DEFAULT_DOMAIN, Directory};
use crate::http::Overseer;
use crate::journal::Journal;
use crate::metrics::Metrics;
use crate::request::UrlForms;
use crate::sentry::Sentry;
use crate::syslog::Syslog;
use crate::{gate, http, plugin, reload};
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};

/// Connections that may wait to be accepted, a whole office that gets its power back.
const BACKLOG: u32 = 1024;

/// How long what the journal still holds may take to be written.
const JOURNAL_TIMEOUT: Duration = Duration::from_secs(10);

/// What a request needs, shared by all of them.
pub struct App {
    pub clock: Clock,
    pub directory: Directory,
    pub snapshot: reload::Current,
    pub keeper: gate::Keeper,
    pub sentry: Sentry,
    pub auth_server: Option<AuthServer>,
    pub syslog: Option<Syslog>,
    pub journal: Journal,
    pub url_forms: UrlForms,
    pub metrics: Arc<Metrics>,
}

/// Builds everything, then serves until SIGTERM or SIGINT.
pub async fn run(config: Config) -> Result<()> {
    // Taken first, so that a port that is not free is said at once and not after a minute of compiling; listened on
    // last, so that a proxy sees that nobody is there yet and asks another server.
    let taken = || format!("cannot listen on {}; is another server there? --listen names another port", config.listen);
    let socket = bind(config.listen).with_context(taken)?;
    // Nobody waiting for it, a hangup ends the process; one that comes during the start is a reload after it.
    let hangup = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
    let auth_server = config.auth_server.clone().map(AuthServer::new).transpose()?;
    let syslog = config.syslog.clone().map(Syslog::open).transpose().context("syslog")?;
    let admin = listen_for_admin(config.admin_listen)?;
    let directory = open_directory(&config).await?;
    let loaded = reload::load(reload_config(&config)?).await?;
    let (journal, written) = Journal::start(directory.clone());
    let (metrics, snapshot) = (Arc::<Metrics>::default(), Arc::clone(&loaded.current));
    let reloads = loaded.watch(Arc::clone(&metrics), hangup);
    let overseer = Overseer { snapshot: Arc::clone(&snapshot), reloads, metrics: Arc::clone(&metrics) };
    let app = Arc::new(App {
        clock: config.clock,
        directory: directory.clone(),
        snapshot,
        keeper: keeper(config.nonce_key),
        sentry: Sentry::new(config.sentry),
        auth_server,
        syslog,
        journal,
        url_forms: config.url_forms,
        metrics,
    });
    if let Some(listener) = admin {
        tracing::info!(listen = %listener.local_addr()?, "admin endpoint");
        // It ends with the process, and keeps nothing that the end waits for.
        tokio::spawn(http::serve_admin(listener, Arc::new(overseer)));
    }
    let stop = stop_signal()?;
    let listener = socket.listen(BACKLOG).with_context(taken)?;
    tracing::info!(listen = %listener.local_addr()?, "serving");
    // The last answer lets go of the app, and with it of the journal, which then writes what is left.
    http::serve(listener, app, config.http, stop).await;
    if tokio::time::timeout(JOURNAL_TIMEOUT, written).await.is_err() {
        tracing::warn!("not every device was noted as provisioned before the stop");
    }
    directory.close().await;
    tracing::info!("stopped");
    Ok(())
}

fn bind(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A server that was stopped a moment ago leaves connections behind that have no say any more.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Builds everything that a request needs, and serves nobody: for an operator who has changed something.
pub async fn check(config: Config) -> Result<()> {
    config.auth_server.clone().map(AuthServer::new).transpose()?;
    Directory::connect(&config.database).await?.close().await;
    let loaded = reload::load(reload_config(&config)?).await?;
    let unread: Vec<_> = loaded.unread.iter().map(ToString::to_string).collect();
    anyhow::ensure!(unread.is_empty(), "{}", unread.join("; "));
    for failure in &loaded.failures {
        tracing::error!(error = %failure, "plugin refused");
    }
    let refused = loaded.failures.len();
    anyhow::ensure!(refused == 0, "{refused} plugins cannot be served (each is named above); replace or remove them");
    let faults = loaded.current.load().plugins.iter().map(|plugin| plugin.faults().len()).sum::<usize>();
    anyhow::ensure!(faults == 0, "{faults} templates do not compile (each is named above); correct or remove them");
    tracing::info!("all is well");
    Ok(())
}

/// Opens the database. Only the embedded default is made where it is absent, and a SQLite file that is asked for with
/// `mode=rwc`: a mistyped path must not come up as an empty telephone system.
async fn open_directory(config: &Config) -> Result<Directory> {
    let url = &config.database.url;
    if let Some(file) = &config.database.named_in {
        tracing::info!(file = %file.display(), "the database is the one that FusionPBX's configuration names");
    }
    if let Some(place) = url.strip_prefix("sqlite:") {
        let place = place.trim_start_matches("//");
        let (path, options) = place.split_once('?').unwrap_or((place, ""));
        let make = url == EMBEDDED_DATABASE || options.split('&').any(|option| option == "mode=rwc");
        if make && Directory::create_embedded(Path::new(path), DEFAULT_DOMAIN).await? {
            tracing::info!(file = path, "made a database with demonstration phones");
        }
    }
    Ok(Directory::connect_waiting(&config.database).await?)
}

fn reload_config(config: &Config) -> Result<reload::Config> {
    let (templates, plugins) = (config.templates.clone(), config.plugins.clone());
    let program = plugin::own_program().context("cannot find the program that compiles plugins, which is this one")?;
    let engine = plugin::Config { compiler: Some(program), ..config.plugin.clone() };
    Ok(reload::Config { templates, plugins, engine })
}

/// The admin endpoint's listener. Where nobody asked for it, a port that is taken is no reason not to serve.
fn listen_for_admin(listen: AdminListen) -> Result<Option<TcpListener>> {
    let (address, wanted) = match listen {
        AdminListen::Off => return Ok(None),
        AdminListen::Default(address) => (address, false),
        AdminListen::At(address) => (address, true),
    };
    match bind(address).and_then(|socket| socket.listen(BACKLOG)) {
        Ok(listener) => Ok(Some(listener)),
        Err(error) if wanted => Err(error).with_context(|| format!("cannot listen on {address} (admin_listen)")),
        Err(error) => {
            tracing::warn!(
                listen = %address, %error,
                "no admin endpoint, so no `dialplate plugin list`; --admin-listen names another port, or `off`"
            );
            Ok(None)
        }
    }
}

/// The gate's memory. Without a key in the configuration it has one of its own: nonces of an earlier start are stale
/// then, and phones ask again.
fn keeper(key: Option<[u8; 32]>) -> gate::Keeper {
    let random = || uuid::Uuid::new_v4().into_bytes();
    let key = key.unwrap_or_else(|| {
        let mut key = [0; 32];
        key[..16].copy_from_slice(&random());
        key[16..].copy_from_slice(&random());
        key
    });
    let instance = uuid::Uuid::new_v4().as_u64_pair().0;
    gate::Keeper::new(key, instance, http::unix_seconds())
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
