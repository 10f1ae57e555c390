//! `dialplate doctor`: examines everything that a running server depends on, and says what to do. It reuses the checks of
//! `dialplate check` and `dialplate db check`, and changes nothing but the cache of compiled plugins.

mod account;
mod database;
mod disk;
mod examinee;
mod fail2ban;
mod fetch;
mod finding;
mod nginx;
mod ports;
mod proxy;
mod rights;
mod server;
mod templates;

pub use examinee::Examinee;
pub use finding::{Finding, Findings, Level};

/// Makes all checks, one after the other.
pub async fn examine(examinee: Examinee) -> Findings {
    let mut findings = Findings::default();
    findings.add([configuration(&examinee)]);
    findings.add(database::check(&examinee.config.database).await);
    let account = account::Account::of_server(&examinee.config.data);
    findings.add(rights::check(&examinee, &account));
    findings.add(disk::check(&examinee.config));
    let running = server::check(examinee.config.admin_listen).await;
    findings.add(ports::check(&examinee.config, running.is_running));
    findings.add(running.findings);
    findings.add(proxy::check(&examinee.config, examinee.url.as_deref(), running.is_running).await);
    findings.add(nginx::check(&examinee.config));
    findings.add(fail2ban::check(&examinee.config));
    // Last, because it can take a minute.
    findings.add(templates::check(examinee.config, account.is_own).await);
    findings
}

fn configuration(examinee: &Examinee) -> Finding {
    match &examinee.file {
        Some(file) => Finding::ok("configuration", format!("{} is valid", file.display())),
        None => Finding::ok("configuration", "no configuration file; flags, environment and defaults count"),
    }
}
