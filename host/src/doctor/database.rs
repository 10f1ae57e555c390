//! The database: reachable, release, rights, indexes, triggers, rows, settings and clock.

use super::finding::Finding;
use crate::app;
use crate::directory::{ChangeNotice, Config, Directory, Examination};

/// A lookup without an index takes some milliseconds with thousands of devices.
const LOOKUP_MS_MAX: f64 = 5.0;

/// NTP keeps clocks within some milliseconds; dates in the list of devices have seconds.
const CLOCK_S_MAX: f64 = 2.0;

/// Faulty rows that are named one by one.
const ROWS_MAX: usize = 20;

pub async fn check(config: &Config) -> Vec<Finding> {
    let config = Config { start_timeout: std::time::Duration::ZERO, ..config.clone() };
    if let Some(file) = config.url.file().filter(|file| config.url.creates_file() && !file.exists()) {
        let message = format!("{} does not exist yet; the first start creates it", file.display());
        return vec![Finding::ok("database", message)];
    }
    let found = match Directory::examine(&config).await {
        Ok(found) => found,
        Err(error) => {
            let advice = "phones get 503 until the database answers; `dialplate db check` examines it alone";
            return vec![Finding::error("database", error.to_string(), advice)];
        }
    };
    let mut findings = usable(&found);
    findings.extend(rights(&found));
    findings.extend(indexes(&found));
    findings.extend(changes(&found));
    findings.extend(rows(&found));
    findings.extend(clock(&found));
    if found.is_usable() {
        findings.extend(settings(&config).await);
    }
    findings
}

fn usable(found: &Examination) -> Vec<Finding> {
    if found.is_usable() {
        return vec![Finding::ok("database", found.shown())];
    }
    let advice = "upgrade FusionPBX, or grant the rights that docs/administration.md lists";
    found.faults().iter().map(|fault| Finding::error("database", fault, advice)).collect()
}

fn rights(found: &Examination) -> Vec<Finding> {
    let finding = |(action, may): &(&'static str, bool)| match may {
        true => Finding::ok("rights", format!("the database role may {action}")),
        false => Finding::warning(
            "rights",
            format!("the database role may not {action}"),
            "grant the right as docs/administration.md describes, if you use this",
        ),
    };
    found.rights().iter().map(finding).collect()
}

fn indexes(found: &Examination) -> Option<Finding> {
    let (missing, lookup) = found.missing_indexes();
    let ms = lookup.as_secs_f64() * 1_000.0;
    let message = format!("finding a device takes {ms:.1} ms with {missing} of the suggested indexes missing");
    match missing {
        0 => Some(Finding::ok("indexes", format!("every index exists; finding a device takes {ms:.1} ms"))),
        _ if ms <= LOOKUP_MS_MAX => Some(Finding::ok("indexes", message)),
        _ => Some(Finding::warning("indexes", message, "run `dialplate db index` as the owner of the tables")),
    }
}

fn changes(found: &Examination) -> Option<Finding> {
    let changes = found.changes()?;
    Some(match changes {
        ChangeNotice::Statement(Some(_)) => Finding::warning(
            "triggers",
            changes.to_string(),
            "run `dialplate db install-triggers` again, or `dialplate db remove-triggers`",
        ),
        _ => Finding::ok("triggers", changes.to_string()),
    })
}

fn rows(found: &Examination) -> Vec<Finding> {
    let advice = "correct the row in FusionPBX, or with `dialplate device set`";
    let mut findings: Vec<_> =
        found.warnings().iter().take(ROWS_MAX).map(|row| Finding::warning("devices", row, advice)).collect();
    if let Some(more) = found.warnings().len().checked_sub(ROWS_MAX).filter(|more| *more > 0) {
        findings.push(Finding::warning("devices", format!("{more} more"), "`dialplate db check` lists all of them"));
    }
    findings
}

fn clock(found: &Examination) -> Option<Finding> {
    let ahead = found.clock_ahead_s()?;
    let message = match ahead {
        _ if ahead.abs() < 0.1 => "this machine's clock equals the database's".to_owned(),
        _ if ahead > 0.0 => format!("this machine's clock is {ahead:.1} s ahead of the database's"),
        _ => format!("this machine's clock is {:.1} s behind the database's", -ahead),
    };
    Some(if ahead.abs() <= CLOCK_S_MAX {
        Finding::ok("clock", message)
    } else {
        let advice = "let NTP set both clocks (systemd-timesyncd or chrony): files that print the time are wrong";
        Finding::warning("clock", message, advice)
    })
}

async fn settings(config: &Config) -> Vec<Finding> {
    let problems = match app::examine_settings(config).await {
        Ok(problems) if problems.is_empty() => {
            return vec![Finding::ok("settings", "FusionPBX's settings can be used")];
        }
        Ok(problems) => problems,
        Err(error) => return vec![Finding::error("settings", error.to_string(), "see the finding about the database")],
    };
    let finding = |app::SettingProblem { setting, domain, value, problem }: app::SettingProblem| {
        let place = if domain.is_empty() { "default setting".to_owned() } else { format!("setting of {domain}") };
        let message = format!("{place} {setting} is {value:?}: {problem}");
        Finding::warning("settings", message, "correct it in FusionPBX, or with `dialplate setting set`")
    };
    problems.into_iter().map(finding).collect()
}
