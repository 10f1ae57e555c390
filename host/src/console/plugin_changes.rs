//! Installs plugins, puts earlier versions back, and removes plugins.

use super::answer::{Page, Refusal};
use super::asked::Named;
use super::form::{Form, TOKEN, is_same_site};
use super::layout;
use super::plugin_forms::{INSTALL, NO_CHECK, PURGE, SHA256, SOURCE, TO, UPLOAD, path};
use super::plugins;
use super::problem;
use super::query::given;
use super::visit::Visit;
use crate::api::read_upload;
use crate::operator::{PluginChange, PluginTurn, Problem};
use crate::plugin_install::{InstallOptions, parse_sha256};
use axum::body::{Body, Bytes};
use maud::{Markup, html};

/// Fields beside the files of an upload, and the bytes of each: a token and a hash have 64 digits.
const UPLOAD_FIELDS: [(&str, u64); 3] = [(TOKEN, 256), (SHA256, 256), (NO_CHECK, 16)];

/// Installs a component from a URL or a registry.
pub async fn install(visit: Visit, body: Bytes) -> Page {
    let form = Form::parse(&body);
    layout::check(&visit, &form, INSTALL)?;
    let options = options(&form).map_err(problem::refuse(&visit))?;
    shown(&visit, turn(&visit)?.install_from(form.text(SOURCE), options).await).await
}

/// Installs a component that the browser sends. Nothing of it is read for those who may not install it.
pub async fn upload(visit: Visit, body: Body) -> Page {
    if !is_same_site(&visit.headers) {
        return Err(layout::foreign_form(&visit).into());
    }
    let turn = turn(&visit)?;
    let read = read_upload(&turn, &visit.headers, body, &UPLOAD_FIELDS).await;
    let read = read.map_err(|error| Problem::invalid("form", error.to_string()));
    let (upload, rest) = read.map_err(problem::refuse(&visit))?;
    let form = Form::of(rest);
    layout::check(&visit, &form, UPLOAD)?;
    let chosen = upload.ok_or_else(|| Problem::invalid("component", "choose the file of a plugin (*.wasm)"));
    let upload = chosen.map_err(problem::refuse(&visit))?;
    let options = options(&form).map_err(problem::refuse(&visit))?;
    shown(&visit, turn.install_upload(upload, options).await).await
}

fn options(form: &Form) -> Result<InstallOptions, Problem> {
    let sha256 = given(form.text(SHA256)).map(|text| parse_sha256(&text)).transpose();
    let sha256 = sha256.map_err(|reason| Problem::invalid(SHA256, reason))?;
    Ok(InstallOptions { no_check: form.has(NO_CHECK), sha256 })
}

/// Puts a kept version back.
pub async fn roll_back(visit: Visit, Named(name): Named<String>, body: Bytes) -> Page {
    let form = Form::parse(&body);
    layout::check(&visit, &form, &path(&name, "rollback"))?;
    shown(&visit, turn(&visit)?.roll_back(name, given(form.text(TO))).await).await
}

/// Removes a plugin.
pub async fn remove(visit: Visit, Named(name): Named<String>, body: Bytes) -> Page {
    let form = Form::parse(&body);
    layout::check(&visit, &form, &path(&name, "remove"))?;
    shown(&visit, turn(&visit)?.remove(name, form.has(PURGE)).await).await
}

fn turn(visit: &Visit) -> Result<PluginTurn, Refusal> {
    visit.desk.operations.plugin_turn(&visit.principal, visit.client()).map_err(problem::refuse(visit))
}

/// The page of the plugins with what the change came to.
async fn shown(visit: &Visit, changed: Result<PluginChange, Problem>) -> Page {
    let said = match changed {
        Ok(change) => outcome(&change),
        Err(Problem::Plugin { error, report }) => failure(&error, &report),
        Err(problem) => return Err(problem::refuse(visit)(problem)),
    };
    plugins::shown(visit, Some(&said)).await
}

fn outcome(change: &PluginChange) -> Markup {
    html! {
        div role="status" {
            @for (at, line) in change.text.lines().enumerate() {
                p .good[at == 0 && change.is_live] .warn[at == 0 && !change.is_live] { (line) }
            }
        }
    }
}

fn failure(error: &str, report: &str) -> Markup {
    html! {
        div role="alert" {
            p .error { "Nothing was changed: " (error) }
            @if !report.is_empty() { (super::parts::text("Report of the conformance check", report)) }
        }
    }
}
