//! Which versions of plugins were swapped since the start, for operators.

use crate::plugin::Plugins;
use crate::plugin_signature::LiveVersion;
use std::collections::VecDeque;
use std::time::SystemTime;

/// Swaps that are kept: those of some months, or of a day on which an author tries versions.
pub const PLUGIN_SWAPS_MAX: usize = 100;

/// One version that took the place of another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginSwap {
    pub at: SystemTime,
    pub plugin: String,
    /// `None` if the plugin is new.
    pub before: Option<LiveVersion>,
    /// `None` if the plugin was removed.
    pub after: Option<LiveVersion>,
}

/// Keeps which versions differ between two sets of plugins. The same component with other templates is no swap.
pub(super) fn note(kept: &mut VecDeque<PluginSwap>, before: &Plugins, after: &Plugins, at: SystemTime) {
    let live = |plugins: &Plugins| plugins.live_versions().collect::<Vec<_>>();
    kept.extend(swaps(&live(before), &live(after), at));
    let excess = kept.len().saturating_sub(PLUGIN_SWAPS_MAX);
    kept.drain(..excess);
}

fn swaps(before: &[LiveVersion], after: &[LiveVersion], at: SystemTime) -> Vec<PluginSwap> {
    let of = |all: &[LiveVersion], name: &str| all.iter().find(|live| live.name == name).cloned();
    let gone = before.iter().filter(|live| of(after, &live.name).is_none());
    let names = after.iter().chain(gone).map(|live| &live.name);
    let swap =
        |name: &String| PluginSwap { at, plugin: name.clone(), before: of(before, name), after: of(after, name) };
    names.map(swap).filter(|swap| swap.before != swap.after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(versions: &[(&str, &str)]) -> Vec<LiveVersion> {
        let live = |(name, version): &(&str, &str)| LiveVersion {
            name: (*name).to_owned(),
            version: (*version).to_owned(),
            sha256: format!("hash of {version}"),
        };
        versions.iter().map(live).collect()
    }

    #[test]
    fn swaps_name_new_replaced_and_removed_plugins() {
        let (before, after) = (set(&[("a", "1"), ("b", "1"), ("c", "1")]), set(&[("a", "1"), ("b", "2"), ("d", "1")]));
        let swaps = swaps(&before, &after, SystemTime::UNIX_EPOCH);
        let version = |it: &Option<LiveVersion>| it.as_ref().map(|it| it.version.clone()).unwrap_or_default();
        let short: Vec<_> =
            swaps.iter().map(|it| format!("{} {}>{}", it.plugin, version(&it.before), version(&it.after))).collect();
        assert_eq!(short, ["b 1>2", "d >1", "c 1>"]);
    }
}
