//! `dialplate plugin rollback`.

use super::change::Plan;
use super::config::Config;
use super::name::check_name;
use super::outcome::{Action, Outcome, Version};
use crate::plugin_kit;
use crate::plugin_store::{KeptVersion, PluginFolder};
use anyhow::{Context, Result, bail};

/// Puts a kept version of a plugin back: the one that was replaced or removed last, or the one whose hash begins so. What it
/// replaces is kept, so a second rollback undoes the first.
///
/// # Errors
/// There is no such version, another plugin has what it claims, or the running server refuses it.
pub async fn rollback(config: &Config, name: &str, to: Option<&str>) -> Result<Outcome> {
    check_name(name)?;
    let store = PluginFolder::open(&config.kit.plugins, config.bytes_max())?;
    let neighbours = plugin_kit::neighbours(&config.kit).await?;
    let current = neighbours.iter().find(|neighbour| neighbour.is(name)).and_then(|it| it.component.as_ref().ok());
    let kept = store.earlier(name, current.map(|current| &*current.sha256))?;
    let version = chosen(kept, name, to)?;
    let examined = plugin_kit::examine(&config.kit, &version.file).await?;
    let plan = Plan::new(config, &examined, &neighbours)?;
    plugin_kit::admit_rollback(&config.kit, &examined, version.package.signature.as_deref())?;
    let server = plan.carry_out(config, &store, name, &version.package).await?;
    store.forget(&version)?;
    Ok(Outcome {
        version: Some(Version::of(&examined)),
        file: Some(plan.file),
        before: plan.before,
        takes_over: plan.takes_over,
        gives_up: plan.gives_up,
        server: Some(server),
        ..Outcome::new(Action::RolledBack, name)
    })
}

fn chosen(kept: Vec<KeptVersion>, name: &str, to: Option<&str>) -> Result<KeptVersion> {
    let Some(hash) = to else {
        return kept.into_iter().next().with_context(|| {
            format!("no other version of {name:?} is kept; `dialplate plugin list` names the plugins and their kept versions")
        });
    };
    let hash = hash.to_ascii_lowercase();
    let mut found: Vec<_> = kept.into_iter().filter(|version| version.sha256.starts_with(&hash)).collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => bail!(
            "no kept version of {name:?} has a SHA-256 that begins with {hash}; `dialplate plugin list` names them"
        ),
        count => bail!("{count} kept versions of {name:?} have a SHA-256 that begins with {hash}; write more digits"),
    }
}
