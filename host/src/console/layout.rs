//! The frame of every page. All text is escaped by `maud`, which writes no text as markup unless it is told to.

use super::answer::{Refusal, html};
use super::assets;
use super::desk::{Desk, LOGIN, LOGOUT};
use super::form::{Form, TOKEN};
use super::visit::Visit;
use crate::operator::OwnPage;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{DOCTYPE, Markup, html as markup};

/// A page of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub path: &'static str,
    pub title: &'static str,
    /// Whether the page shows the whole server, and is for those alone who see all domains.
    pub is_of_server: bool,
}

const fn place(path: &'static str, title: &'static str) -> Place {
    Place { path, title, is_of_server: false }
}

pub const OVERVIEW: Place = place("/", "Overview");
pub const DEVICES: Place = place("/devices", "Devices");
pub const DOMAINS: Place = Place { path: "/domains", title: "Domains", is_of_server: true };
pub const EXTENSIONS: Place = place("/extensions", "Extensions");
pub const SETTINGS: Place = Place { path: "/settings", title: "Settings", is_of_server: true };
pub const JOURNAL: Place = place("/journal", "Journal");
pub const ACTIONS: Place = place("/actions", "Actions");
pub const TEMPLATES: Place = place("/templates", "Templates");
pub const PLUGINS: Place = Place { path: "/plugins", title: "Plugins", is_of_server: true };

/// The navigation, in its order.
const PLACES: [Place; 9] = [OVERVIEW, DEVICES, DOMAINS, EXTENSIONS, SETTINGS, JOURNAL, ACTIONS, TEMPLATES, PLUGINS];

/// A page of the navigation.
pub fn page(visit: &Visit, place: Place, content: &Markup) -> Response {
    html(StatusCode::OK, inside(visit, Some(place), place.title, content))
}

/// A page below one of the navigation.
pub fn inner_page(visit: &Visit, place: Place, title: &str, content: &Markup) -> Response {
    inner_page_with(visit, place, StatusCode::OK, title, content)
}

/// The same with a status.
pub fn inner_page_with(visit: &Visit, place: Place, status: StatusCode, title: &str, content: &Markup) -> Response {
    html(status, inside(visit, Some(place), title, content))
}

/// A page that says why there is no other one.
pub fn refusal(visit: &Visit, status: StatusCode, title: &str, text: &str) -> Response {
    html(status, inside(visit, None, title, &markup! { p { (text) } }))
}

/// Checks that a form is one that this console gave to this browser for this purpose.
///
/// # Errors
/// It is none; the page says so.
pub fn check(visit: &Visit, form: &Form, purpose: &str) -> Result<(), Refusal> {
    form.check(&visit.headers, &visit.forms, purpose).map_err(|_| foreign_form(visit).into())
}

/// The answer to a form that is not the console's own.
pub fn foreign_form(visit: &Visit) -> Response {
    let text = "The form was out of date, or another site has sent it. Nothing was changed. Open the page again.";
    refusal(visit, StatusCode::FORBIDDEN, "Form refused", text)
}

/// The link to FusionPBX's own page, behind a sentence. Nothing without `fusionpbx_url`.
pub fn in_fusionpbx(visit: &Visit, page: OwnPage<'_>) -> Markup {
    markup! {
        @if let Some(page) = visit.desk.operations.fusionpbx_page(&page) {
            " " a href=(page) rel="noreferrer" { "Edit in FusionPBX" }
        }
    }
}

/// The field of a form by which the console knows it again. `purpose` is the form's path.
pub fn token(visit: &Visit, purpose: &str) -> Markup {
    markup! { input type="hidden" name=(TOKEN) value=(visit.forms.token(purpose)); }
}

/// A form with one button. `purpose` is its path.
pub fn button(visit: &Visit, purpose: &str, label: &str) -> Markup {
    button_with(visit, purpose, &[], label)
}

/// The same with fields that are not shown: names with their values.
pub fn button_with(visit: &Visit, purpose: &str, hidden: &[(&str, &str)], label: &str) -> Markup {
    markup! {
        form method="post" action=(visit.desk.path(purpose)) {
            (token(visit, purpose))
            @for (name, value) in hidden { input type="hidden" name=(name) value=(value); }
            button type="submit" { (label) }
        }
    }
}

fn inside(visit: &Visit, place: Option<Place>, title: &str, content: &Markup) -> Markup {
    let (desk, grant) = (&visit.desk, &visit.grant);
    let places = PLACES.into_iter().filter(|place| !place.is_of_server || visit.sees_server());
    let rights = match (&grant.domain, grant.is_admin) {
        (Some(domain), true) => format!("administrator of {domain}"),
        (Some(domain), false) => format!("reader of {domain}"),
        (None, true) => "administrator".to_owned(),
        (None, false) => "reader".to_owned(),
    };
    document(
        desk,
        title,
        &markup! {
            a .skip href="#main" { "Skip to the content" }
            header .top {
                p .brand { "Dialplate" }
                nav aria-label="Pages" {
                    ul {
                        @for other in places {
                            li {
                                a href=(desk.path(other.path)) aria-current=[(Some(other) == place).then_some("page")] {
                                    (other.title)
                                }
                            }
                        }
                    }
                }
                div .who {
                    p { (grant.name) " " span .rights { "(" (rights) ")" } }
                    (button(visit, LOGOUT, "Log out"))
                }
            }
            main #main tabindex="-1" {
                h1 { (title) }
                (content)
            }
        },
    )
}

/// A page of nobody's session.
pub fn outside(desk: &Desk, title: &str, content: &Markup) -> Markup {
    document(
        desk,
        title,
        &markup! {
            main #main .alone {
                h1 { "Dialplate" }
                (content)
            }
        },
    )
}

/// The login.
pub fn login(desk: &Desk, token: &str, error: Option<&str>) -> Markup {
    outside(
        desk,
        "Log in",
        &markup! {
            @if let Some(error) = error {
                p .error role="alert" { (error) }
            }
            form .login method="post" action=(desk.path(LOGIN)) {
                input type="hidden" name=(TOKEN) value=(token);
                label for="user" { "User" }
                input #user name="user" type="text" autocomplete="username" autocapitalize="none" spellcheck="false"
                    maxlength="512" required aria-describedby="user-hint";
                p #user-hint .hint { "If several domains have a user of this name: " code { "name@domain" } }
                label for="password" { "Password" }
                input #password name="password" type="password" autocomplete="current-password" maxlength="1024" required;
                button type="submit" { "Log in" }
            }
        },
    )
}

fn document(desk: &Desk, title: &str, body: &Markup) -> Markup {
    markup! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, nofollow";
                title { (title) " · Dialplate" }
                link rel="icon" href=(assets::path(desk, &assets::ICON)) type="image/svg+xml";
                link rel="stylesheet" href=(assets::path(desk, &assets::STYLE));
                script src=(assets::path(desk, &assets::SCRIPT)) defer {}
            }
            body { (body) }
        }
    }
}
