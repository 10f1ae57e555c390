//! The only place that builds the rooms.

use crate::auth_server::AuthServer;
use crate::clock::Clock;
use crate::config::{Config, EMBEDDED_DATABASE};
use crate::directory::{DEFAULT_DOMAIN, Directory};
use crate::journal::Journal;
use crate::plugin::{self, Engine, Plugins, Share};
use crate::request::UrlForms;
use crate::sentry::Sentry;
use crate::templates::Tree;
use crate::{gate, http};
use anyhow::{Context, Result};
use arc_swap::ArcSwap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// How long what the journal still holds may take to be written.
const JOURNAL_TIMEOUT: Duration = Duration::from_secs(10);

/// What a request needs, shared by all of them.
pub struct App {
    pub clock: Clock,
    pub directory: Directory,
    pub snapshot: ArcSwap<Snapshot>,
    pub keeper: gate::Keeper,
    pub sentry: Sentry,
    pub auth_server: Option<AuthServer>,
    pub journal: Journal,
    pub url_forms: UrlForms,
}

/// The templates and the plugins that were prepared with them: one request sees one snapshot.
pub struct Snapshot {
    pub tree: Tree,
    pub plugins: Plugins,
}

/// Builds everything, then serves until SIGTERM or SIGINT.
pub async fn run(config: Config) -> Result<()> {
    // First, so that a port that is taken is said at once and not after a minute of compiling.
    let listener = TcpListener::bind(config.listen).await.with_context(|| {
        format!("cannot listen on {}; is another server there? --listen names another port", config.listen)
    })?;
    let auth_server = config.auth_server.clone().map(AuthServer::new).transpose()?;
    let directory = open_directory(&config).await?;
    let snapshot = load(&config).await?;
    let (journal, written) = Journal::start(directory.clone());
    let snapshot = ArcSwap::from_pointee(snapshot);
    let app = Arc::new(App {
        clock: config.clock,
        directory: directory.clone(),
        snapshot,
        keeper: keeper(config.nonce_key),
        sentry: Sentry::new(config.sentry),
        auth_server,
        journal,
        url_forms: config.url_forms,
    });
    let stop = stop_signal()?;
    tracing::info!(listen = %listener.local_addr()?, "serving");
    // The last answer lets go of the app, and with it of the journal, which then writes what is left.
    http::serve(listener, app, stop).await;
    if tokio::time::timeout(JOURNAL_TIMEOUT, written).await.is_err() {
        tracing::warn!("not every device was noted as provisioned before the stop");
    }
    directory.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Builds everything that a request needs, and serves nobody: for an operator who has changed something.
pub async fn check(config: Config) -> Result<()> {
    config.auth_server.clone().map(AuthServer::new).transpose()?;
    Directory::connect(&config.database).await?.close().await;
    let snapshot = load(&config).await?;
    let faults = snapshot.plugins.iter().map(|plugin| plugin.faults().len()).sum::<usize>();
    anyhow::ensure!(faults == 0, "{faults} templates do not compile (each is named above); correct or remove them");
    tracing::info!("all is well");
    Ok(())
}

/// Opens the database. Only the embedded default is made where it is absent, and a SQLite file that is asked for with
/// `mode=rwc`: a mistyped path must not come up as an empty telephone system.
async fn open_directory(config: &Config) -> Result<Directory> {
    let url = &config.database.url;
    if let Some(place) = url.strip_prefix("sqlite:") {
        let place = place.trim_start_matches("//");
        let (path, options) = place.split_once('?').unwrap_or((place, ""));
        let make = url == EMBEDDED_DATABASE || options.split('&').any(|option| option == "mode=rwc");
        if make && Directory::create_embedded(Path::new(path), DEFAULT_DOMAIN).await? {
            tracing::info!(file = path, "made a database with demonstration phones");
        }
    }
    Ok(Directory::connect(&config.database).await?)
}

/// Compiles the plugins and prepares them with the templates of the search path.
async fn load(config: &Config) -> Result<Snapshot> {
    let started = std::time::Instant::now();
    anyhow::ensure!(
        config.templates.folders().next().is_some(),
        "there are no template folders; name one with --templates or DIALPLATE_TEMPLATES"
    );
    let tree = Tree::scan(config.templates.clone())?;
    let files = components(&config.plugins)?;
    let engine = Engine::new(config.plugin.clone())?;
    // Every plugin's templates are read before it is built, so a folder that cannot be read stops the start.
    let unreadable = Mutex::new(None);
    let share = |share: &Share<'_>| {
        tree.read(&|folder| share.takes(folder)).unwrap_or_else(|error| {
            unreadable.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            Vec::new()
        })
    };
    let (plugins, failures) = Plugins::load(&engine, &files, &share, None).await;
    if let Some(error) = unreadable.into_inner().unwrap_or_else(PoisonError::into_inner) {
        return Err(error.into());
    }
    // An operator is looking on at a start: better no server than one that lacks a vendor and nobody knows.
    let failures: Vec<_> = failures.iter().map(ToString::to_string).collect();
    anyhow::ensure!(failures.is_empty(), "{}; remove or replace what cannot be a plugin", failures.join("; "));
    for plugin in plugins.iter() {
        let description = plugin.description();
        tracing::info!(
            plugin.name = plugin.name(), plugin.version = description.version, plugin.file = %plugin.file().display(),
            memory_bytes = plugin.prepared_bytes(), "plugin loaded"
        );
    }
    for fault in plugins.iter().flat_map(|plugin| plugin.faults()) {
        tracing::warn!(error = %fault, "template does not compile; requests for it are answered with 500");
    }
    let ms = started.elapsed().as_millis();
    tracing::info!(plugins = files.len(), template.folders = tree.len(), duration_ms = ms, "loaded");
    Ok(Snapshot { tree, plugins })
}

/// The components in the plugin folder.
fn components(folder: &Path) -> Result<Vec<PathBuf>> {
    let name = folder.display();
    let advice = "name one with --plugins or DIALPLATE_PLUGINS, or run `make plugins`";
    let files = plugin::files(folder).with_context(|| format!("cannot read the plugin folder {name}; {advice}"))?;
    anyhow::ensure!(!files.is_empty(), "there is no plugin (*.wasm) in {name}; {advice}");
    Ok(files)
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
