//! The server of `serve --dev`: the running server, with a plugin that is built and swapped in on each save.

use super::build::with_compiler;
use super::serve::{Bound, stop_signal};
use crate::config::Config;
use crate::facts::DeviceAddress;
use crate::http::{self, AppState};
use crate::plugin;
use crate::plugin::BoxFuture;
use crate::plugin_dev::{Phones, Renders, Session, fetches};
use crate::plugin_kit;
use crate::plugin_signature::Policy;
use anyhow::Result;
use std::path::Path;
use std::pin::pin;
use std::sync::{Arc, Weak};
use tokio::sync::oneshot;

/// Builds the plugin of a folder, serves it, and builds it anew on each save, until SIGTERM or SIGINT.
///
/// # Errors
/// There is no plugin, or the server cannot start.
pub async fn develop(config: Config, path: &Path) -> Result<()> {
    let mut stop = pin!(stop_signal()?);
    let start = async {
        let mut config = with_compiler(without_signatures(config))?;
        let bound = Bound::open(&config).await?;
        let (templates, plugins, engine) = (config.templates.clone(), config.plugins.clone(), config.plugin.clone());
        let mut session = Session::open(path, plugin_kit::Config { templates, plugins, engine }).await?;
        session.prepare().await?;
        config.plugins = session.plugins();
        config.templates.roots.splice(0..0, session.templates());
        anyhow::Ok((bound.start(config).await?, session))
    };
    let (server, mut session) = tokio::select! {
        () = &mut stop => return Ok(()),
        started = start => started?,
    };
    let (reloads, current) = (server.reloads(), server.current());
    let phones = Phones::new(Arc::new(Preview(Arc::downgrade(server.state()))));
    let (noted, arriving) = fetches();
    let _ = server.state().fetches.set(noted);
    let (ending, ended) = oneshot::channel::<()>();
    // Dropping the session ends its build.
    let mut task = tokio::spawn(async move {
        tokio::select! {
            _ = ended => {}
            () = async { tokio::join!(session.run(&reloads, &current, &phones), phones.show_all(arriving)); } => {}
        }
    });
    let stopped = async {
        tokio::select! {
            () = stop => {
                drop(ending);
                let _ = (&mut task).await;
            }
            _ = &mut task => tracing::error!("the task that builds the plugin crashed; the log says where"),
        }
    };
    server.serve(stopped).await
}

/// Renders as `dialplate render` does. It does not keep the server from its end.
struct Preview(Weak<AppState>);

impl Renders for Preview {
    fn render<'a>(
        &'a self,
        device: &'a DeviceAddress,
        host: &'a str,
        file: &'a str,
    ) -> BoxFuture<'a, Result<Vec<u8>, String>> {
        Box::pin(async move {
            let app = self.0.upgrade().ok_or("the server has ended")?;
            let preview = http::preview(&app, device, host, Some(file).filter(|file| !file.is_empty())).await;
            preview.map(|preview| preview.ready.document.body.to_vec()).map_err(|error| error.to_string())
        })
    }
}

/// An author's component is not signed yet, and its versions are no concern of the operator's.
fn without_signatures(config: Config) -> Config {
    if config.plugin.signatures.required {
        tracing::warn!("this server checks no signatures (plugins_require_signature), because it is one for an author");
    }
    let of_plugins = config.plugin.plugins.into_iter();
    let plugins = of_plugins.map(|(name, one)| (name, plugin::Config { signatures: Policy::default(), ..one }));
    let plugin = plugin::Config { signatures: Policy::default(), plugins: plugins.collect(), ..config.plugin };
    Config { plugin, ..config }
}
