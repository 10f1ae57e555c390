//! The only place that builds the rooms.

use crate::clock::Clock;
use crate::config::{Config, EMBEDDED_DATABASE};
use crate::directory::Directory;
use crate::plugin::{Engine, Plugins};
use crate::templates::Tree;
use crate::{gate, http};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

/// What a request needs, shared by all of them.
pub struct App {
    pub clock: Clock,
    pub directory: Directory,
    pub snapshot: Snapshot,
    pub keeper: gate::Keeper,
}

/// The templates and the plugins that were prepared with them: one request sees one snapshot.
pub struct Snapshot {
    pub tree: Tree,
    pub plugins: Plugins,
}

/// Builds everything, then serves until SIGTERM or SIGINT.
pub async fn run(config: Config) -> Result<()> {
    // First, so that a port that is taken is said at once and not after a minute of compiling.
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}; is another server there? --listen names another port", config.listen))?;
    let directory = open_directory(&config).await?;
    let snapshot = load(&config).await?;
    let app = Arc::new(App { clock: config.clock, directory: directory.clone(), snapshot, keeper: gate::Keeper::default() });
    let stop = stop_signal()?;
    tracing::info!(listen = %listener.local_addr()?, "serving");
    http::serve(listener, app, stop).await;
    directory.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn open_directory(config: &Config) -> Result<Directory> {
    if config.database.url == EMBEDDED_DATABASE {
        Directory::create_embedded(&config.database).await?;
    }
    Ok(Directory::connect(&config.database).await?)
}

/// Compiles the plugins and prepares them with the templates of the search path.
async fn load(config: &Config) -> Result<Snapshot> {
    let started = std::time::Instant::now();
    anyhow::ensure!(
        !config.templates.is_empty(),
        "there are no template folders; name one with --templates or DIALPLATE_TEMPLATES"
    );
    let tree = Tree::scan(config.templates.clone())?;
    let files = components(&config.plugins)?;
    let engine = Engine::new(&config.plugin)?;
    let (plugins, failures) = Plugins::load(&engine, &files, &tree).await?;
    for failure in &failures {
        tracing::error!(plugin.file = %failure.file.display(), error = %failure.error, "plugin not loaded");
    }
    anyhow::ensure!(failures.len() < files.len(), "no plugin could be loaded from {}", config.plugins.display());
    let ms = started.elapsed().as_millis();
    tracing::info!(plugins = files.len() - failures.len(), templates = tree.len(), duration_ms = ms, "ready");
    Ok(Snapshot { tree, plugins })
}

/// The components in the plugin folder, by name.
fn components(folder: &std::path::Path) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder).with_context(|| {
        format!("cannot read the plugin folder {}; name one with --plugins or DIALPLATE_PLUGINS, or run `make plugins`", folder.display())
    })?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.context("cannot read the plugin folder")?.path();
        if path.extension().is_some_and(|extension| extension == "wasm") {
            files.push(path);
        }
    }
    anyhow::ensure!(!files.is_empty(), "there is no plugin (*.wasm) in {}; `make plugins` builds ours", folder.display());
    files.sort();
    Ok(files)
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
