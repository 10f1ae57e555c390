//! A user who logs in, as `provision/login.rs` decides it.

use super::steps::Steps;
use crate::directory::Device;
use crate::gate::{self, Check, Trail, Verdict};
use crate::http::provision::Walk;
use crate::http::provision::login::Attempt;
use crate::http::status::Failure;
use crate::plugin::BoxFuture;
use crate::request::{LoginForm, ProvisionRequest};
use crate::sentry::Decision;
use std::net::IpAddr;

impl Walk<'_> {
    /// The device of the user who logs in; `None` if the credentials are those of the domain's phones.
    pub(super) fn explain_login<'a>(
        &'a self,
        request: &'a ProvisionRequest,
        Attempt { login, is_softphone }: Attempt,
        peer: IpAddr,
        steps: &'a mut Steps,
    ) -> BoxFuture<'a, Result<Option<Device>, Failure>> {
        Box::pin(async move {
            let (facts, login) = self.login_facts(request, login).await?;
            let is_basic = login.as_ref().is_some_and(|login| login.form == LoginForm::Basic);
            if is_basic && !is_softphone && gate::demands_credentials(&facts) {
                return Ok(None);
            }
            steps.is_login = true;
            steps.named(request, &self.snapshot.plugins);
            steps.found(&facts, request);
            let (now, settings) = (self.app.steady.now(), facts.settings.clone());
            let user = login.as_ref().map(|login| login.user.clone()).unwrap_or_default();
            let source = self.app.sentry.look_at_user(peer, request.client(), &user);
            let screened = gate::screen_login(request, facts, self.keeper, login.is_some(), &mut steps.checks);
            let decision = match screened {
                Ok(screened) => {
                    let challenges = is_basic && !is_softphone;
                    let decision = self.decide_login(screened, login, source.as_ref(), challenges, now).await;
                    if let Err(Failure::Limited(limit)) = &decision {
                        steps.limits(&self.app.sentry, source.as_ref(), now, Some(limit));
                    }
                    let decision = decision?;
                    let verdict = decision.as_ref().map_or_else(Verdict::Refused, |_| Verdict::Passed);
                    steps.checks.note(Check::Credentials, &settings, verdict);
                    decision
                }
                Err(refusal) => {
                    if steps.checks.refused().is_none() {
                        steps.checks.note(Check::Credentials, &settings, Verdict::Refused(&refusal));
                    }
                    Err(refusal)
                }
            };
            let outcome = decision.as_ref().map_or_else(Decision::Refused, |_| Decision::Known { authenticated: true });
            let limited = source.as_ref().map_or(Ok(()), |source| self.app.sentry.judge(source, outcome, now));
            steps.limits(&self.app.sentry, source.as_ref(), now, limited.as_ref().err());
            limited?;
            self.of_user(decision?, request).await.map(Some)
        })
    }
}
