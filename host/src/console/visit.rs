//! A request of somebody who is logged in. Handlers that take a [`Visit`] run for nobody else.

use super::answer::redirect;
use super::cookie;
use super::desk::{Desk, LOGIN};
use crate::accounts::{self, FormKey, Grant, RandomId, SessionUser};
use crate::http::Arrived;
use crate::operator::{Domains, Principal, Role};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// Sent by the console's script when a page refreshes itself.
pub const REFRESH: HeaderName = HeaderName::from_static("x-dialplate-refresh");

/// Who asks, and what the one may see.
pub struct Visit {
    pub desk: Arc<Desk>,
    pub grant: Arc<Grant>,
    /// The same for what operators can do.
    pub principal: Principal,
    /// For the tokens of the page's forms.
    pub forms: FormKey,
    pub session: RandomId,
    pub arrived: Arrived,
    pub headers: HeaderMap,
}

impl Visit {
    /// Whether the one sees what belongs to no domain: plugins, and figures of the whole server.
    pub fn sees_server(&self) -> bool {
        self.grant.domain.is_none()
    }

    /// The address of the browser, for the journal.
    pub fn client(&self) -> String {
        self.arrived.client.address.to_string()
    }
}

/// What the operations know of the one.
pub fn principal(grant: &Grant) -> Principal {
    let role = if grant.is_admin { Role::Admin } else { Role::Reader };
    Principal::user(&grant.name, role, grant.domain.as_ref().map_or(Domains::All, |name| Domains::only([name])))
}

impl FromRequestParts<Arc<Desk>> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, desk: &Arc<Desk>) -> Result<Self, Response> {
        let is_refresh = parts.headers.contains_key(REFRESH);
        let Some(arrived) = parts.extensions.get::<Arrived>().cloned() else {
            return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        };
        let to_login = || {
            if is_refresh { StatusCode::UNAUTHORIZED.into_response() } else { redirect(&desk.path(LOGIN)) }
        };
        let session = cookie::read(&parts.headers, cookie::SESSION).ok_or_else(to_login)?;
        let found = desk.sessions.find(&session, !is_refresh, desk.now()).ok_or_else(to_login)?;
        if let Some(user) = found.stale
            && !holds(desk, &session, &user, &found.grant).await
        {
            desk.sessions.end(&session);
            return Err(to_login());
        }
        let (desk, headers) = (Arc::clone(desk), parts.headers.clone());
        let principal = principal(&found.grant);
        Ok(Self { desk, principal, grant: found.grant, forms: found.forms, session, arrived, headers })
    }
}

/// Whether the user's row still gives what the session has. A database that does not answer ends no session: its pages
/// say so, and show nothing of it.
async fn holds(desk: &Desk, session: &RandomId, user: &SessionUser, grant: &Grant) -> bool {
    let Ok(account) = desk.state.directory.account(&user.uuid).await else { return true };
    let is_same = account.as_ref().is_some_and(|account| {
        accounts::mark(account) == user.mark && accounts::admit(Some(account), true).as_ref() == Ok(grant)
    });
    if is_same {
        desk.sessions.looked(session, desk.now());
    }
    is_same
}
