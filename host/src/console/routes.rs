//! Which path leads to which page.

use super::asked::Asked;
use super::desk::{Desk, LOGIN, LOGOUT};
use super::layout::{ACTIONS, DEVICES, JOURNAL, PLUGINS, Place, TEMPLATES};
use super::plugins::RELOAD;
use super::row_pages::{self, OfRows, RowPages};
use super::visit::Visit;
use super::{
    answer, asked, assets, device, device_edit, devices, file, form, fusionpbx, import, journal, login, overview,
    plugin_changes, plugin_forms, plugins, template_compare, templates,
};
use super::{row_edit, row_list};
use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{any, get, post};
use std::sync::Arc;

/// The pages, for the admin endpoint.
///
/// A page of another site that resolves its own name to this machine (DNS rebinding) reaches them like everybody else, and
/// has no session's cookie. So any `Host` is served, and a proxy may pass the browser's on.
pub fn router(desk: Arc<Desk>) -> Router {
    let path = |rest: &str| desk.path(rest);
    let below = |place: Place, rest: &str| desk.path(&format!("{}{rest}", place.path));
    let edit = DefaultBodyLimit::max(device_edit::BYTES_MAX);
    let long = DefaultBodyLimit::max(file::TRY_BYTES_MAX);
    let mut router = Router::new();
    for pages in [&row_pages::OF_DOMAINS, &row_pages::OF_EXTENSIONS, &row_pages::OF_SETTINGS] {
        router = rows(router, &desk, pages);
    }
    router
        .route(&desk.base, get(to_overview))
        .route(&path("/"), get(overview::get))
        .route(&path(DEVICES.path), get(devices::get))
        .route(&below(DEVICES, devices::NEW), get(device_edit::new).post(device_edit::add).layer(edit))
        .route(&below(DEVICES, devices::IMPORT), get(import::get).post(import::post))
        .route(&below(DEVICES, "/{device}"), get(device::get))
        .route(&below(DEVICES, "/{device}/edit"), get(device_edit::get).post(device_edit::set).layer(edit))
        .route(&below(DEVICES, "/{device}/enable"), post(device_edit::enable))
        .route(&below(DEVICES, "/{device}/delete"), get(device_edit::confirm).post(device_edit::delete))
        .route(&below(DEVICES, "/{device}/explain"), get(device::explanation))
        .route(&below(DEVICES, "/{device}/file"), get(file::get))
        .route(&below(DEVICES, "/{device}/try"), get(file::form).post(file::try_text).layer(long))
        .route(&below(DEVICES, "/{device}/fusionpbx"), post(fusionpbx::compare))
        .route(&below(DEVICES, "/{device}/resync"), post(device::resync))
        .route(&below(DEVICES, "/{device}/reboot"), post(device::reboot))
        .route(&path(JOURNAL.path), get(journal::get))
        .route(&below(JOURNAL, "/{id}"), get(journal::entry))
        .route(&below(JOURNAL, "/{id}/explain"), get(journal::explanation))
        .route(&path(ACTIONS.path), get(journal::actions))
        .route(&path(TEMPLATES.path), get(templates::get))
        .route(&below(TEMPLATES, "/folder"), get(templates::folder))
        .route(&below(TEMPLATES, "/text"), get(templates::live))
        .route(&below(TEMPLATES, template_compare::COMPARE), get(template_compare::get))
        .route(&path(PLUGINS.path), get(plugins::get))
        .route(&path(RELOAD), post(plugins::reload))
        .route(&path(plugin_forms::INSTALL), post(plugin_changes::install))
        .route(&path(plugin_forms::UPLOAD), post(plugin_changes::upload))
        .route(&below(PLUGINS, "/{plugin}/rollback"), post(plugin_changes::roll_back))
        .route(&below(PLUGINS, "/{plugin}/remove"), post(plugin_changes::remove))
        .route(&path(LOGIN), get(login::get).post(login::post))
        .route(&path(LOGOUT), post(login::log_out))
        .route(&path(assets::STYLE.name), get(async || assets::answer(&assets::STYLE)))
        .route(&path(assets::SCRIPT.name), get(async || assets::answer(&assets::SCRIPT)))
        .route(&path(assets::ICON.name), get(async || assets::answer(&assets::ICON)))
        .method_not_allowed_fallback(asked::no_method)
        .route(&path("/{*rest}"), any(asked::no_page))
        .layer(DefaultBodyLimit::max(form::BYTES_MAX))
        .layer(middleware::from_fn(guarded))
        .with_state(desk)
}

/// The list and the forms of a kind of row.
fn rows(router: Router<Arc<Desk>>, desk: &Desk, pages: &'static RowPages) -> Router<Arc<Desk>> {
    let path = |page: &str| desk.path(&format!("{}{page}", pages.place.path));
    let list = get(async move |visit: Visit, of: Asked<OfRows>| row_list::get(visit, of, pages).await);
    let form = get(async move |visit: Visit, of: Asked<OfRows>| row_edit::get(visit, of, pages).await)
        .post(async move |visit: Visit, of: Asked<OfRows>, body: Bytes| row_edit::save(visit, of, body, pages).await)
        .layer(DefaultBodyLimit::max(row_edit::BYTES_MAX));
    let delete = get(async move |visit: Visit, of: Asked<OfRows>| row_edit::confirm(visit, of, pages).await)
        .post(async move |visit: Visit, of: Asked<OfRows>, body: Bytes| row_edit::delete(visit, of, body, pages).await);
    let router = router.route(&path(""), list).route(&path("/delete"), delete);
    router.route(&path("/new"), form.clone()).route(&path("/edit"), form)
}

async fn to_overview(State(desk): State<Arc<Desk>>) -> Response {
    answer::redirect(&desk.path("/"))
}

async fn guarded(request: Request, next: Next) -> Response {
    let mut answer = next.run(request).await;
    answer::guard(answer.headers_mut());
    answer
}
