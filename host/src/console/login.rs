//! Login and logout.

use super::answer::{Page, html, redirect};
use super::audit::{self, Act};
use super::cookie;
use super::desk::{Desk, LOGIN, LOGOUT};
use super::form::{self, Form};
use super::layout;
use super::visit::{Visit, principal};
use crate::accounts::{self, FormKey, Grant, LoginRefusal, RandomId, SessionUser};
use crate::facts::AccountFacts;
use crate::gate::Refusal;
use crate::http::{Arrived, evenly};
use crate::journal::{NewAction, Reason};
use crate::password;
use crate::request::{DeviceIdentifier, Secret};
use crate::sentry::Decision;
use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use std::sync::Arc;

/// What a browser is told whose login is refused, whatever the reason: a guess must learn nothing.
const REFUSED: &str = "User or password is wrong, or the user may not log in here.";

/// Why there is no session.
enum NoSession {
    Form(form::ForeignForm),
    Refused(LoginRefusal),
    Limited { retry_after_s: u32 },
    Busy,
    Fault(String),
}

/// A user who has proved a password.
struct Proved {
    account: AccountFacts,
    grant: Grant,
}

/// The form.
pub async fn get(
    State(desk): State<Arc<Desk>>,
    Extension(arrived): Extension<Arrived>,
    headers: HeaderMap,
) -> Response {
    page(&desk, &arrived, &headers, StatusCode::OK, None)
}

/// Checks name and password, and opens a session.
pub async fn post(
    State(desk): State<Arc<Desk>>,
    Extension(arrived): Extension<Arrived>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Form::parse(&body);
    let mut account = None;
    let outcome = match log_in(&desk, &arrived, &headers, &form, &mut account).await {
        Ok(proved) => {
            let grant = proved.grant.clone();
            open(&desk, proved).map(|session| (session, grant))
        }
        Err(refused) => Err(refused),
    };
    let known = account.as_ref().map_or(("", ""), |(name, domain)| (name, domain));
    let note = |reason, status, why: &str| {
        let act = Act { reason, status, user: known.0, domain: known.1, page: LOGIN, why };
        audit::note(&desk, &arrived, &headers, &act);
    };
    match outcome {
        Ok((session, grant)) => {
            note(Reason::ConsoleLogin, StatusCode::SEE_OTHER, "");
            act(&desk, &arrived, &grant, "login").await;
            let mut answer = redirect(&desk.path("/"));
            let https = arrived.client.https;
            answer.headers_mut().append(header::SET_COOKIE, cookie::set(&desk, cookie::SESSION, &session, https));
            answer.headers_mut().append(header::SET_COOKIE, cookie::remove(&desk, cookie::DOOR, https));
            answer
        }
        Err(refused) => {
            let (reason, status, why, said) = refused.told();
            note(reason, status, &why);
            evenly::release(arrived.at).await;
            let mut answer = page(&desk, &arrived, &headers, status, Some(&said));
            if let NoSession::Limited { retry_after_s } = refused {
                answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after_s));
            }
            answer
        }
    }
}

/// Ends the session.
pub async fn log_out(visit: Visit, body: Bytes) -> Page {
    let desk = &visit.desk;
    layout::check(&visit, &Form::parse(&body), LOGOUT)?;
    desk.sessions.end(&visit.session);
    let domain = visit.grant.domain.as_deref().unwrap_or_default();
    let (reason, status) = (Reason::ConsoleLogout, StatusCode::SEE_OTHER);
    let act = Act { reason, status, user: &visit.grant.name, domain, page: LOGOUT, why: "" };
    audit::note(desk, &visit.arrived, &visit.headers, &act);
    self::act(desk, &visit.arrived, &visit.grant, "logout").await;
    let mut answer = redirect(&desk.path(LOGIN));
    let removed = cookie::remove(desk, cookie::SESSION, visit.arrived.client.https);
    answer.headers_mut().append(header::SET_COOKIE, removed);
    Ok(answer)
}

/// A line among what operators did.
async fn act(desk: &Desk, arrived: &Arrived, grant: &Grant, action: &'static str) {
    let (client, domain) = (arrived.client.address.to_string(), grant.domain.clone().unwrap_or_default());
    let new = NewAction { client, action, domain, is_done: true, ..NewAction::default() };
    desk.operations.record(&principal(grant), new).await;
}

/// The user of a form whose password is right. `known` is the user whom the name means, if there is one.
async fn log_in(
    desk: &Desk,
    arrived: &Arrived,
    headers: &HeaderMap,
    form: &Form,
    known: &mut Option<(String, String)>,
) -> Result<Proved, NoSession> {
    let key = cookie::read(headers, cookie::DOOR).ok_or(NoSession::Form(form::ForeignForm::NoToken))?;
    form.check(headers, &desk.door, &purpose(&key)).map_err(NoSession::Form)?;
    let (name, given) = (form.text("user").trim(), Secret::new(form.text("password")));
    let sentry = &desk.state.operators;
    let (source, now) = (sentry.operator(arrived.client.address, name), desk.now());
    // A client at its limit must neither learn whether a password is right nor occupy a processor.
    if let Some(limit) = sentry.find_limit(&source, now) {
        return Err(NoSession::Limited { retry_after_s: limit.retry_after_s });
    }
    let found = desk.state.directory.find_account(name, &form::host(headers)).await;
    let found = found.map_err(|error| NoSession::Fault(error.to_string()))?;
    *known = found.account.as_ref().map(|account| (account.name.clone(), account.domain.clone()));
    let check = move || {
        let account = found.account;
        let is_right = password::matches(account.as_ref().map(|account| &account.password), &given, found.cost);
        let grant = accounts::admit(account.as_ref(), is_right)?;
        account.map(|account| Proved { account, grant }).ok_or(LoginRefusal::BadLogin)
    };
    let checked = desk.turns.run(check).await.map_err(|_| NoSession::Busy)?;
    let decision = match checked {
        Ok(_) => Decision::Known { authenticated: true },
        Err(_) => Decision::Refused(&Refusal::BadLogin),
    };
    let settled = sentry.settle(&source, decision, now);
    if let (Err(_), Some(app)) = (&checked, desk.state.app.upgrade())
        && let (Some(syslog), Some(client)) = (&app.syslog, arrived.client.address.known())
    {
        syslog.refused(client, Some(name), &DeviceIdentifier::Missing, &Refusal::BadLogin);
    }
    settled.map_err(|limit| NoSession::Limited { retry_after_s: limit.retry_after_s })?;
    checked.map_err(NoSession::Refused)
}

fn open(desk: &Desk, Proved { account, grant }: Proved) -> Result<RandomId, NoSession> {
    let user = SessionUser { mark: accounts::mark(&account), uuid: account.uuid };
    desk.sessions.open(grant, user, desk.now()).map_err(|error| NoSession::Fault(error.to_string()))
}

/// A login form's token belongs to the browser that got it.
fn purpose(key: &RandomId) -> String {
    format!("{LOGIN} {}", key.expose())
}

/// The form, with the browser's cookie.
fn page(desk: &Desk, arrived: &Arrived, headers: &HeaderMap, status: StatusCode, error: Option<&str>) -> Response {
    let known = cookie::read(headers, cookie::DOOR);
    let Some(key) = known.or_else(|| RandomId::generate().ok()) else {
        return html(StatusCode::INTERNAL_SERVER_ERROR, layout::outside(desk, "Error", &maud::html! {}));
    };
    let token = FormKey::token(&desk.door, &purpose(&key));
    let mut answer = html(status, layout::login(desk, &token, error));
    let set = cookie::set(desk, cookie::DOOR, &key, arrived.client.https);
    answer.headers_mut().append(header::SET_COOKIE, set);
    answer
}

impl NoSession {
    /// The reason for the journal, the status, the words for the log, and those for the browser.
    fn told(&self) -> (Reason, StatusCode, String, String) {
        let refused = |reason, status, why: String, said: &str| (reason, status, why, said.to_owned());
        match self {
            Self::Form(foreign) => refused(
                Reason::ConsoleRefused,
                StatusCode::FORBIDDEN,
                format!("the form is not the console's own: {foreign}"),
                "The form was out of date. Fill in this one; the browser must accept cookies of this site.",
            ),
            Self::Refused(why) => refused(Reason::ConsoleRefused, StatusCode::FORBIDDEN, why.to_string(), REFUSED),
            Self::Limited { retry_after_s } => refused(
                Reason::RateLimited,
                StatusCode::TOO_MANY_REQUESTS,
                "too many failed logins from the client's network".to_owned(),
                &format!("Too many failed logins. Try again in {} minutes.", retry_after_s.div_ceil(60)),
            ),
            Self::Busy => refused(
                Reason::LoginBusy,
                StatusCode::SERVICE_UNAVAILABLE,
                "too many logins at once".to_owned(),
                "Too many logins at once. Try again in some seconds.",
            ),
            Self::Fault(why) => refused(
                Reason::Database,
                StatusCode::SERVICE_UNAVAILABLE,
                why.clone(),
                "The server cannot read its users; its log says why.",
            ),
        }
    }
}
