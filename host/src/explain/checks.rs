//! Writes down the checks of the gate as they are made.

use super::report::{CheckPart, CheckVerdict};
use super::setting::settings_of;
use crate::facts::Settings;
use crate::gate::{Check, Trail, Verdict};

/// The checks that the gate has made of one request.
#[derive(Default)]
pub struct CheckLog(Vec<CheckPart>);

impl Trail for CheckLog {
    fn note(&mut self, check: Check, settings: &Settings, verdict: Verdict<'_>) {
        let (verdict, reason) = match verdict {
            Verdict::NotRequired => (CheckVerdict::NotRequired, None),
            Verdict::Passed => (CheckVerdict::Passed, None),
            Verdict::Refused(refusal) => (CheckVerdict::Refused, Some(refusal.to_string())),
        };
        let settings = settings_of(settings, check.settings());
        self.0.push(CheckPart { check: check.name().to_owned(), verdict, reason, settings });
    }
}

impl CheckLog {
    /// The name of the check that refused the request.
    pub fn refused(&self) -> Option<&str> {
        self.0.iter().find(|part| part.verdict == CheckVerdict::Refused).map(|part| part.check.as_str())
    }

    /// Whether the gate has made no check.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The checks that were made, and after them those that a request like this one did not reach.
    pub fn into_parts(self, is_refused: bool) -> Vec<CheckPart> {
        let Self(mut parts) = self;
        if !is_refused || parts.is_empty() {
            return parts;
        }
        let last = parts.iter().filter_map(|part| Check::ALL.iter().position(|check| check.name() == part.check)).max();
        let conditional = [
            Check::UnknownFirst,
            Check::AuthServer,
            Check::Certificate,
            Check::NewPhone,
            Check::FirstContact,
            Check::HostDomain,
            Check::NewAddress,
        ];
        let rest = Check::ALL.into_iter().skip(last.map_or(0, |at| at + 1));
        parts.extend(rest.filter(|check| !conditional.contains(check)).map(|check| CheckPart {
            check: check.name().to_owned(),
            verdict: CheckVerdict::NotReached,
            reason: None,
            settings: Vec::new(),
        }));
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::Refusal;

    #[test]
    fn checks_behind_a_refusal_are_not_reached() {
        let mut log = CheckLog::default();
        let settings = Settings::default();
        log.note(Check::DomainNetworks, &settings, Verdict::NotRequired);
        log.note(Check::Provisioning, &settings, Verdict::Passed);
        log.note(Check::Networks, &settings, Verdict::Refused(&Refusal::ClientNetwork));
        assert_eq!(log.refused(), Some("networks"));
        let parts = log.into_parts(true);
        let names: Vec<_> = parts.iter().map(|part| (part.check.as_str(), part.verdict)).collect();
        assert_eq!(
            names,
            [
                ("domain_networks", CheckVerdict::NotRequired),
                ("provisioning", CheckVerdict::Passed),
                ("networks", CheckVerdict::Refused),
                ("credentials", CheckVerdict::NotReached),
                ("password", CheckVerdict::NotReached),
                ("device", CheckVerdict::NotReached),
                ("device_domain", CheckVerdict::NotReached),
                ("device_enabled", CheckVerdict::NotReached),
            ]
        );
        assert_eq!(parts[2].reason.as_deref(), Some("the client is in none of the networks for provisioning"));
    }
}
