//! The running server: the rooms, with listeners, signals and the tasks that must not end.

use super::build::{App, Opened, with_compiler};
use crate::config::{AdminListen, Config};
use crate::console::{self, Desk};
use crate::http::{self, AdminState, EXPLAINING_MAX, PhoneListener, Tls};
use crate::resync_watch::{self, Watcher};
use crate::vital::VitalTasks;
use crate::{reload, tftp};
use anyhow::{Context, Result};
use axum::Router;
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
    let (tftp, console) = (config.tftp.clone().map(listen_for_tftp).transpose()?, config.console.clone());
    let watched = config.resync.on_change.then(|| (config.resync.clone(), config.journal.clone()));
    let opened = Opened::open(with_compiler(config)?).await?;
    let loaded = opened.load().await?;
    let app = opened.into_app(Arc::clone(&loaded.current))?;
    let mut vital = serve_admin(admin, console, &app, loaded, hangup)?;
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
    console: Option<console::Config>,
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
    let pages = match console {
        Some(config) => {
            tracing::info!(path = config.path, "console");
            let desk = Desk::new(Arc::clone(&state), config).context("the console")?;
            console::router(Arc::new(desk))
        }
        None => Router::new(),
    };
    vital.add("the admin endpoint", tokio::spawn(http::serve_admin(listener, state, pages)));
    Ok(vital)
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
