//! The running server: the rooms, with listeners, signals and the tasks that must not end.

use super::build::{App, Opened, with_compiler};
use crate::api;
use crate::config::{AdminListen, Config};
use crate::console::{self, Desk};
use crate::http::{self, AdminState, AppState, EXPLAINING_MAX, PhoneListener, Tls};
use crate::operator::{self, Operations};
use crate::reload::{self, Reloads};
use crate::resync_watch::{self, Watcher};
use crate::tftp;
use crate::vital::VitalTasks;
use anyhow::{Context, Result};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::net::{TcpListener, TcpSocket, UdpSocket};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Semaphore;

/// Connections that may wait to be accepted: all phones of an office after a power failure.
const BACKLOG: u32 = 1024;

/// Builds the server, then answers phones and operators until SIGTERM or SIGINT.
///
/// # Errors
/// The server cannot start.
pub async fn run(config: Config) -> Result<()> {
    let config = with_compiler(config)?;
    let server = Bound::open(&config).await?.start(config).await?;
    server.serve(stop_signal()?).await
}

/// The sockets of a server. They are bound before plugins are compiled, so that a taken port is reported at once. The phones'
/// are listened on last: until then, connections are refused, and a proxy tries another server.
pub(super) struct Bound {
    address: SocketAddr,
    socket: TcpSocket,
    tls: Option<BoundTls>,
    hangup: Signal,
    admin: Option<TcpListener>,
    tftp: Option<(std::net::UdpSocket, tftp::Config)>,
}

impl Bound {
    /// # Errors
    /// An address is taken, or a certificate cannot be used.
    pub(super) async fn open(config: &Config) -> Result<Self> {
        let address = config.listen;
        let socket = bind(address).with_context(|| taken(address))?;
        let tls = match config.tls.clone() {
            Some(tls) => Some(BoundTls::open(tls).await?),
            None => None,
        };
        // Without a handler, SIGHUP would end the process. One that arrives during the start causes a reload after it.
        let hangup = signal(SignalKind::hangup()).context("cannot wait for SIGHUP")?;
        let admin = listen_for_admin(config.admin_listen)?;
        let tftp = config.tftp.clone().map(listen_for_tftp).transpose()?;
        Ok(Self { address, socket, tls, hangup, admin, tftp })
    }

    /// Builds the rooms, and starts the tasks that run beside the answers.
    ///
    /// # Errors
    /// The server cannot start.
    pub(super) async fn start(self, config: Config) -> Result<Server> {
        let Self { address, socket, tls, hangup, admin, tftp } = self;
        let watched = config.resync.on_change.then(|| (config.resync.clone(), config.journal.clone()));
        let console = config.console.clone();
        let opened = Opened::open(config).await?;
        let loaded = opened.load().await?;
        let app = opened.into_app(Arc::clone(&loaded.current))?;
        let mut vital = VitalTasks::default();
        let (reloads, task) = loaded.watch(Arc::clone(&app.state.metrics), hangup);
        vital.add("the task that reloads templates and plugins", task);
        if app.journal_config.file.is_some() {
            let keeping = operator::keep_plugin_history(reloads.clone(), app.journal_config.clone());
            vital.add("the task that keeps the history of plugins", tokio::spawn(keeping));
        }
        if let Some(listener) = admin {
            serve_admin(listener, console, &app, reloads.clone(), &mut vital)?;
        }
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
        Ok(Server { app, vital, reloads, address, socket, tls })
    }
}

/// A server that is built, and does not answer phones yet.
pub(super) struct Server {
    app: App,
    vital: VitalTasks,
    reloads: Reloads,
    address: SocketAddr,
    socket: TcpSocket,
    tls: Option<BoundTls>,
}

impl Server {
    pub(super) fn reloads(&self) -> Reloads {
        self.reloads.clone()
    }

    /// The state of the handlers that answer phones.
    pub(super) fn state(&self) -> &Arc<AppState> {
        &self.app.state
    }

    /// The live snapshot.
    pub(super) fn current(&self) -> reload::Current {
        Arc::clone(&self.app.state.snapshot)
    }

    /// Answers phones until `stop` resolves.
    ///
    /// # Errors
    /// It cannot listen, or a task that must not end has ended.
    pub(super) async fn serve(self, stop: impl Future<Output = ()>) -> Result<()> {
        let Self { app, mut vital, address, socket, tls, .. } = self;
        let mut ended = None;
        let stop = async {
            tokio::select! {
                () = stop => {}
                task = vital.end() => ended = Some(task),
            }
        };
        let mut listeners: Vec<_> = tls.map(BoundTls::listen).transpose()?.into_iter().collect();
        let listener = socket.listen(BACKLOG).with_context(|| taken(address))?;
        tracing::info!(listen = %listener.local_addr()?, "serving");
        listeners.push(PhoneListener { listener, tls: None });
        app.serve(listeners, stop).await;
        app.close().await;
        tracing::info!("stopped");
        ended.map_or(Ok(()), |task| Err(task.into()))
    }
}

fn taken(address: SocketAddr) -> String {
    format!("cannot listen on {address}; is another server there? --listen names another port")
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

/// Starts the admin endpoint, with the console if there is one. It must run until the process ends.
fn serve_admin(
    listener: TcpListener,
    console: Option<console::Config>,
    app: &App,
    reloads: Reloads,
    vital: &mut VitalTasks,
) -> Result<()> {
    let state = &app.state;
    let (snapshot, metrics) = (Arc::clone(&state.snapshot), Arc::clone(&state.metrics));
    tracing::info!(listen = %listener.local_addr()?, "admin endpoint");
    let (sentry, documents) = (Arc::clone(&state.sentry), Arc::clone(&state.documents));
    let journal = state.journal.state();
    let state = Arc::new(AdminState {
        directory: state.directory.clone(),
        probes: Arc::clone(&state.probes),
        sentry,
        operators: Arc::clone(&app.operators),
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
    let (config, resync, plugins) = (app.operator.clone(), app.resync.clone(), app.plugins.clone());
    let operations = Arc::new(Operations::new(Arc::clone(&state), config, resync, plugins));
    let mut pages = api::router(Arc::clone(&operations));
    if let Some(config) = console {
        tracing::info!(path = config.path, "console");
        let desk = Desk::new(Arc::clone(&state), operations, config).context("the console")?;
        pages = pages.merge(console::router(Arc::new(desk)));
    }
    vital.add("the admin endpoint", tokio::spawn(http::serve_admin(listener, state, pages)));
    Ok(())
}

fn bind(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Connections of a server that has just stopped may still be in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
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

/// TFTP's socket, before anything else is done, so that a taken port or a lacking right is reported at once.
fn listen_for_tftp(config: tftp::Config) -> Result<(std::net::UdpSocket, tftp::Config)> {
    let address = config.listen;
    let socket = std::net::UdpSocket::bind(address).with_context(|| {
        format!("cannot listen on {address} (tftp_listen); ports below 1024 need the capability CAP_NET_BIND_SERVICE")
    })?;
    socket.set_nonblocking(true)?;
    Ok((socket, config))
}

/// Resolves at SIGTERM or SIGINT.
pub(super) fn stop_signal() -> Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot wait for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot wait for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}
