//! Templates, plugins, and the cache of compiled plugins: what `dialplate check` examines.

use super::finding::Finding;
use crate::app::{self, Examined};
use crate::config::Config;

/// The cache belongs to the server's user, so another one compiles the plugins without it.
pub async fn check(mut config: Config, is_own: bool) -> Vec<Finding> {
    let cache = config.plugin.cache.clone();
    if !is_own {
        config.plugin.cache = None;
    }
    let examined = match app::examine_files(config).await {
        Ok(examined) => examined,
        Err(error) => {
            let advice =
                "the server cannot start; install templates and plugins, or name their folders in the configuration";
            return vec![Finding::error("templates", format!("{error:#}"), advice)];
        }
    };
    let mut findings = found(examined);
    if let Some(folder) = cache {
        let compiled = std::fs::read_dir(&folder).map_or(0, Iterator::count);
        findings.push(match compiled {
            0 => Finding::warning(
                "cache",
                format!("{} holds no compiled plugin, so each start compiles all of them", folder.display()),
                "let the server's user write to this folder, or name another one (cache)",
            ),
            files => Finding::ok("cache", format!("{} holds {files} compiled plugins", folder.display())),
        });
    }
    findings
}

fn found(examined: Examined) -> Vec<Finding> {
    let Examined { plugins, folders, failures, unread, report } = examined;
    let mut findings = vec![Finding::ok("plugins", format!("{} can be used", plugins.join(", ")))];
    let replace = "replace or remove the file; phones of its vendor are not served";
    findings.extend(failures.into_iter().map(|failure| Finding::error("plugins", failure, replace)));
    let readable = "make it readable for the server's user";
    findings.extend(unread.into_iter().map(|problem| Finding::error("templates", problem, readable)));
    let (errors, warnings) = (report.complaints(), report.warnings());
    if errors.is_empty() {
        findings.push(Finding::ok("templates", format!("{folders} folders, every default file can be rendered")));
    }
    let correct = "correct or remove the file; phones that need it get no configuration";
    findings.extend(errors.into_iter().map(|error| Finding::error("templates", error, correct)));
    let other = "correct the file if a phone asks for it";
    findings.extend(warnings.into_iter().map(|warning| Finding::warning("templates", warning, other)));
    findings
}
