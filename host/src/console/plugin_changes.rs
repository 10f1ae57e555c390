//! Installs plugins, puts earlier versions back, and removes plugins.

use super::form::{Form, TOKEN, is_same_site};
use super::layout;
use super::plugin_forms::{INSTALL, NO_CHECK, PURGE, SHA256, SOURCE, TO, UPLOAD, path};
use super::plugins;
use super::problem;
use super::query::given;
use super::visit::Visit;
use crate::api::read_upload;
use crate::operator::{PluginChange, Problem};
use crate::plugin_install::InstallOptions;
use axum::body::{Body, Bytes};
use axum::extract::Path;
use axum::response::Response;
use maud::{Markup, html};

/// Fields beside the files of an upload, and the bytes of each: a token and a hash have 64 digits.
const UPLOAD_FIELDS: [(&str, u64); 3] = [(TOKEN, 256), (SHA256, 256), (NO_CHECK, 16)];

/// Installs a component from a URL or a registry.
pub async fn install(visit: Visit, body: Bytes) -> Response {
    let form = Form::parse(&body);
    if form.check(&visit.headers, &visit.forms, INSTALL).is_err() {
        return layout::foreign_form(&visit);
    }
    let options = match options(&form) {
        Ok(options) => options,
        Err(problem) => return problem::page(&visit, &problem),
    };
    match visit.desk.operations.plugin_turn(&visit.principal, visit.client()) {
        Ok(turn) => answer(&visit, turn.install_from(form.text(SOURCE), options).await).await,
        Err(problem) => problem::page(&visit, &problem),
    }
}

/// Installs a component that the browser sends. Nothing of it is read for those who may not install it.
pub async fn upload(visit: Visit, body: Body) -> Response {
    if !is_same_site(&visit.headers) {
        return layout::foreign_form(&visit);
    }
    let turn = match visit.desk.operations.plugin_turn(&visit.principal, visit.client()) {
        Ok(turn) => turn,
        Err(problem) => return problem::page(&visit, &problem),
    };
    let (upload, rest) = match read_upload(&turn, &visit.headers, body, &UPLOAD_FIELDS).await {
        Ok(read) => read,
        Err(error) => return problem::page(&visit, &Problem::invalid("form", error.to_string())),
    };
    let form = Form::of(rest);
    if form.check(&visit.headers, &visit.forms, UPLOAD).is_err() {
        return layout::foreign_form(&visit);
    }
    let chosen = upload.ok_or_else(|| Problem::invalid("component", "choose the file of a plugin (*.wasm)"));
    match chosen.and_then(|upload| Ok((upload, options(&form)?))) {
        Ok((upload, options)) => answer(&visit, turn.install_upload(upload, options).await).await,
        Err(problem) => problem::page(&visit, &problem),
    }
}

fn options(form: &Form) -> Result<InstallOptions, Problem> {
    let sha256 = given(form.text(SHA256));
    let is_hash = |text: &String| text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if sha256.as_ref().is_some_and(|text| !is_hash(text)) {
        return Err(Problem::invalid(SHA256, "a SHA-256 has 64 hexadecimal digits"));
    }
    Ok(InstallOptions { no_check: form.has(NO_CHECK), sha256 })
}

/// Puts a kept version back.
pub async fn roll_back(visit: Visit, Path(name): Path<String>, body: Bytes) -> Response {
    let form = Form::parse(&body);
    if form.check(&visit.headers, &visit.forms, &path(&name, "rollback")).is_err() {
        return layout::foreign_form(&visit);
    }
    match visit.desk.operations.plugin_turn(&visit.principal, visit.client()) {
        Ok(turn) => answer(&visit, turn.roll_back(name, given(form.text(TO))).await).await,
        Err(problem) => problem::page(&visit, &problem),
    }
}

/// Removes a plugin.
pub async fn remove(visit: Visit, Path(name): Path<String>, body: Bytes) -> Response {
    let form = Form::parse(&body);
    if form.check(&visit.headers, &visit.forms, &path(&name, "remove")).is_err() {
        return layout::foreign_form(&visit);
    }
    match visit.desk.operations.plugin_turn(&visit.principal, visit.client()) {
        Ok(turn) => answer(&visit, turn.remove(name, form.has(PURGE)).await).await,
        Err(problem) => problem::page(&visit, &problem),
    }
}

/// The page of the plugins with what the change came to.
async fn answer(visit: &Visit, changed: Result<PluginChange, Problem>) -> Response {
    match changed {
        Ok(change) => plugins::shown(visit, Some(&outcome(&change))).await,
        Err(Problem::Plugin { error, report }) => plugins::shown(visit, Some(&failure(&error, &report))).await,
        Err(problem) => problem::page(visit, &problem),
    }
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
