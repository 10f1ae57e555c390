//! What commands do with the rooms of the server, without serving.

use super::build::{Opened, reload_config, with_compiler};
use crate::auth_server::AuthServer;
use crate::config::Config;
use crate::directory::{self, Directory};
use crate::explain::{Explanation, Question};
use crate::http::{self, Tls};
use crate::plugin_kit::{CaptureQuestion, CaseFiles};
use crate::{editing, gate, journal, reload};
use anyhow::{Result, ensure};
use axum::body::Bytes;

/// What a phone of this address would get, for the operator: without credentials, limits and notes.
///
/// # Errors
/// The database has no such device, or the phone would get no document.
pub async fn render(config: Config, address: &str, file: Option<&str>, host: Option<&str>) -> Result<Bytes> {
    let opened = open_quietly(config).await?;
    let home = editing::home(&opened.directory, address).await?;
    let loaded = reload::load(reload_config(&opened.config, false)).await?;
    let app = opened.into_app(loaded.current)?;
    let preview = http::preview(&app.state, &home.address, host.unwrap_or(&home.domain), file).await;
    app.close().await;
    Ok(preview?.ready.document.body.clone())
}

/// A case of a device's request, with other secrets in place of the device's.
///
/// # Errors
/// The database has no such device, the phone would get no document, or a secret would remain.
pub async fn capture(config: Config, question: &CaptureQuestion) -> Result<CaseFiles> {
    let opened = open_quietly(config).await?;
    let home = editing::home(&opened.directory, &question.address).await?;
    let loaded = reload::load(reload_config(&opened.config, false)).await?;
    let app = opened.into_app(loaded.current)?;
    let host = question.host.as_deref().unwrap_or(&home.domain);
    let captured = http::capture(&app.state, &home.address, host, question.file.as_deref()).await;
    let case = match captured {
        Ok(captured) => captured.into_case().await.map_err(anyhow::Error::from),
        Err(error) => Err(error.into()),
    };
    app.close().await;
    case
}

/// Walks a request through the rooms for the operator. Nothing is written, and no limit of a running server is known.
///
/// # Errors
/// The question describes no request, or the rooms cannot be built.
pub async fn explain(config: Config, question: &Question) -> Result<Explanation> {
    // The journal is read, and not written.
    let journal_config = config.journal.clone();
    let config = Config { journal: journal::Config::OFF, ..with_compiler(config)? };
    let opened = Opened::open_to_look(config).await?;
    let loaded = reload::load(reload_config(&opened.config, false)).await?;
    let mut app = opened.into_app(loaded.current)?;
    app.journal_config = journal_config;
    let explained = app.explain(question).await;
    app.close().await;
    Ok(explained?)
}

/// Opens the database, and loads plugins and templates, for a command that only looks.
///
/// # Errors
/// The database, or all plugins, cannot be used.
pub async fn open_for_command(config: Config) -> Result<(Opened, reload::FirstLoad)> {
    let opened = open_quietly(config).await?;
    let loaded = reload::load(reload_config(&opened.config, false)).await?;
    Ok((opened, loaded))
}

/// Loads plugins and templates, for a command that needs no database.
///
/// # Errors
/// All plugins cannot be used.
pub async fn load_for_command(config: Config) -> Result<reload::FirstLoad> {
    let config = with_compiler(config)?;
    Ok(reload::load(reload_config(&config, false)).await?)
}

/// Opens the database. Nobody is asked, and nobody is told.
async fn open_quietly(config: Config) -> Result<Opened> {
    let config = Config { auth_server: None, syslog: None, journal: journal::Config::OFF, ..with_compiler(config)? };
    Opened::open(config).await
}

/// Builds everything that requests need, and reports what is wrong, without serving.
///
/// # Errors
/// The server could not start, or a template or plugin could not be served.
pub async fn check(config: Config) -> Result<()> {
    config.auth_server.clone().map(AuthServer::new).transpose()?;
    if let Some(tls) = config.tls.clone() {
        Tls::open(tls).await?;
    }
    let problems = examine_settings(&config.database).await?;
    for SettingProblem { setting, domain, value, problem } in &problems {
        tracing::warn!(setting, domain.name = domain, text = value, "{problem}");
    }
    let Examined { failures, unread, report, .. } = examine_files(config).await?;
    ensure!(unread.is_empty(), "{}", unread.join("; "));
    for failure in &failures {
        tracing::error!(error = %failure, "plugin refused");
    }
    let refused = failures.len();
    ensure!(refused == 0, "{refused} plugins cannot be loaded (each is named above); replace or remove them");
    let errors = report.templates().filter(|(_, problem)| problem.is_error).count();
    ensure!(
        errors == 0,
        "{errors} templates that phones need cannot be served (each is named above); correct or remove them"
    );
    match problems.len() + report.templates().count() {
        0 => tracing::info!("no problems found"),
        warnings => tracing::info!(warnings, "no errors found"),
    }
    Ok(())
}

/// A value of one of FusionPBX's settings that the gate cannot use.
pub struct SettingProblem {
    /// Category and name.
    pub setting: String,
    /// Empty for a default setting.
    pub domain: String,
    pub value: String,
    pub problem: String,
}

/// Finds the values that the gate cannot use, in every domain.
///
/// # Errors
/// The database cannot be used.
pub async fn examine_settings(config: &directory::Config) -> Result<Vec<SettingProblem>> {
    let directory = Directory::connect(config).await?;
    let values = directory.setting_values(&gate::EXAMINED_SETTINGS).await;
    directory.close().await;
    let problem = |directory::SettingValue { category, name, domain, value }: directory::SettingValue| {
        let problem = gate::find_problem(name, &value)?.to_string();
        Some(SettingProblem { setting: format!("{category} {name}"), domain, value, problem })
    };
    Ok(values?.into_iter().filter_map(problem).collect())
}

/// The templates and plugins of a configuration.
pub struct Examined {
    /// The names of the plugins that can be used.
    pub plugins: Vec<String>,
    pub folders: usize,
    pub failures: Vec<String>,
    /// Files and folders that could not be read.
    pub unread: Vec<String>,
    /// The templates that do not serve phones. The log names each.
    pub report: reload::Report,
}

/// Compiles all plugins and templates, and tries every file of them.
///
/// # Errors
/// No template folder or no plugin can be loaded.
pub async fn examine_files(config: Config) -> Result<Examined> {
    let loaded = load_for_command(config).await?;
    let report = loaded.review().await;
    let snapshot = loaded.current.load_full();
    Ok(Examined {
        plugins: snapshot.plugins.iter().map(|plugin| plugin.name().to_owned()).collect(),
        folders: snapshot.texts.folders().len(),
        failures: loaded.failures.iter().map(ToString::to_string).collect(),
        unread: loaded.unread.iter().map(ToString::to_string).collect(),
        report,
    })
}
