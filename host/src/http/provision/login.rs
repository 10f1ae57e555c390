//! The part of a request's way for a user who logs in, in place of `door.rs`: the limits, the user, the gate, and the
//! device that the user's extensions make.

use super::Walk;
use super::door::log_invalid_settings;
use crate::directory::{Device, LoginTemplate, Lookup};
use crate::documents::ReadyDocument;
use crate::facts::RequestFacts;
use crate::gate::{self, Refusal, ScreenedLogin, UserPermit};
use crate::http::access_log::AccessRecord;
use crate::http::status::Failure;
use crate::plugin::BoxFuture;
use crate::request::{DeviceIdentifier, Login, LoginForm, ProvisionRequest};
use crate::sentry::{Decision, RequestSource};
use std::net::IpAddr;
use std::sync::Arc;

/// What a request that may be a login says.
pub(super) struct Attempt {
    /// `None` if it has no name yet.
    pub(super) login: Option<Login>,
    /// The client asks its user for a name, and shows the text of an error.
    pub(super) is_softphone: bool,
}

/// A future on the heap, so that those that wait for it stay small.
fn boxed<'a, T>(future: impl Future<Output = T> + Send + 'a) -> BoxFuture<'a, T> {
    Box::pin(future)
}

impl Walk<'_> {
    /// The login of a request, if it can be one. A request that names its device is none.
    pub(super) fn login(&self, request: &ProvisionRequest) -> Option<Attempt> {
        if !request.is_index() {
            return None;
        }
        let login = request.login();
        let is_softphone = self.snapshot.plugins.logs_in(request.user_agent());
        let is_login = login.is_some() || is_softphone;
        (is_login && self.named(request) == DeviceIdentifier::Missing).then_some(Attempt { login, is_softphone })
    }

    /// The document of the user who logs in; `None` if the credentials are those of the domain's phones. It is on the heap:
    /// else the future of every request would be larger by that of a login.
    pub(super) fn log_in<'a>(
        &'a self,
        request: &'a Arc<ProvisionRequest>,
        attempt: Attempt,
        peer: IpAddr,
        seen: &'a mut AccessRecord,
    ) -> BoxFuture<'a, Result<Option<Arc<ReadyDocument>>, Failure>> {
        Box::pin(async move {
            match boxed(self.user_device(request, attempt, peer, seen)).await? {
                Some(device) => boxed(self.render(request, &device.into(), seen)).await.map(Some),
                None => Ok(None),
            }
        })
    }

    async fn user_device(
        &self,
        request: &ProvisionRequest,
        Attempt { login, is_softphone }: Attempt,
        peer: IpAddr,
        seen: &mut AccessRecord,
    ) -> Result<Option<Device>, Failure> {
        let (facts, login) = boxed(self.login_facts(request, login)).await?;
        let is_basic = login.as_ref().is_some_and(|login| login.form == LoginForm::Basic);
        // There, Basic credentials are those of the domain's phones.
        if is_basic && !is_softphone && gate::demands_credentials(&facts) {
            return Ok(None);
        }
        seen.login(request);
        seen.domain(facts.domain.is_some());
        let permit = boxed(self.admit_login(request, peer, facts, login, is_basic && !is_softphone)).await?;
        self.of_user(permit, request).await.map(Some)
    }

    /// The device of an admitted user.
    pub(super) async fn of_user(&self, permit: UserPermit, request: &ProvisionRequest) -> Result<Device, Failure> {
        let login = self.snapshot.plugins.login(request.user_agent());
        let (vendor, folder) = login.ok_or_else(|| Failure::NoPlugin("users who log in".to_owned()))?;
        let device = boxed(self.app.directory.load_user(permit, LoginTemplate { vendor, folder })).await?;
        device.ok_or(Failure::NoAccounts)
    }

    /// The facts of the user's domain: the requested host, else, with the domain filter off, the one that the name ends
    /// with (`ada@pbx.example.net`), or the only one.
    pub(super) async fn login_facts(
        &self,
        request: &ProvisionRequest,
        mut login: Option<Login>,
    ) -> Result<(RequestFacts, Option<Login>), Failure> {
        let directory = &self.app.directory;
        let mut facts = boxed(directory.find(&Lookup { address: None, host: request.host() })).await?;
        let is_filtered = facts.settings.is_on("provision", "http_domain_filter", true);
        if let (None, Some(login), false) = (&facts.domain, &mut login, is_filtered)
            && let Some(domain) = boxed(directory.domain_of_login(&login.user)).await?
        {
            facts = boxed(directory.find(&Lookup { address: None, host: &domain.to_lowercase() })).await?;
            login.without_domain(&domain);
        }
        // The settings that refuse unknown phones are another domain's.
        Ok((RequestFacts { strangers: None, ..facts }, login))
    }

    async fn admit_login(
        &self,
        request: &ProvisionRequest,
        peer: IpAddr,
        facts: RequestFacts,
        login: Option<Login>,
        challenges: bool,
    ) -> Result<UserPermit, Failure> {
        let now = self.app.steady.now();
        let user = login.as_ref().map(|login| login.user.clone()).unwrap_or_default();
        let source = self.app.sentry.user(peer, request.client(), &user);
        let screened = gate::screen_login(request, facts, self.keeper, login.is_some(), &mut ());
        log_invalid_settings(self.keeper);
        let decision = match screened {
            Ok(screened) => boxed(self.decide_login(screened, login, source.as_ref(), challenges, now)).await?,
            Err(refusal) => Err(refusal),
        };
        if let (Some(syslog), Err(refusal), Some(client)) = (&self.app.syslog, &decision, request.client().known()) {
            syslog.refused(client, Some(&user), &DeviceIdentifier::Missing, refusal);
        }
        if let Some(source) = source {
            let outcome = decision.as_ref().map_or_else(Decision::Refused, |_| Decision::Known { authenticated: true });
            self.app.sentry.settle(&source, outcome, now)?;
        }
        Ok(decision?)
    }

    /// The limits come before the check: a client at its limit must neither learn whether a password is right nor occupy
    /// a processor.
    pub(super) async fn decide_login(
        &self,
        screened: ScreenedLogin,
        login: Option<Login>,
        source: Option<&RequestSource>,
        challenges: bool,
        now: u64,
    ) -> Result<Result<UserPermit, Refusal>, Failure> {
        let Some(login) = login else { return Ok(Err(screened.challenge())) };
        if let Some(limit) = source.and_then(|source| self.app.sentry.find_limit(source, now)) {
            return Err(limit.into());
        }
        let user = boxed(self.app.directory.find_user(screened.domain_uuid(), &login.user, screened.origin())).await?;
        let check = move || screened.admit(&user, &login, challenges);
        self.app.logins.run(check).await.map_err(|_| Failure::LoginBusy)
    }
}
