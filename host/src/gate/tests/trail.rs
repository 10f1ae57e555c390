//! What an observer sees of a decision.

use super::*;

/// The checks of a decision with their outcome, in their order.
#[derive(Default)]
struct Seen(Vec<(Check, &'static str)>);

impl Trail for Seen {
    fn note(&mut self, check: Check, _: &Settings, verdict: Verdict<'_>) {
        let outcome = match verdict {
            Verdict::NotRequired => "-",
            Verdict::Passed => "passed",
            Verdict::Refused(_) => "refused",
        };
        self.0.push((check, outcome));
    }
}

/// The known device with further settings.
fn with(settings: &'static [(&'static str, &'static str, &'static str)]) -> Visit<'static> {
    known().with(settings)
}

fn seen(visit: &Visit<'_>) -> (Vec<(Check, &'static str)>, Result<Permit, Refusal>) {
    let mut seen = Seen::default();
    let decision = visit.observed(&keeper(), NOW, &mut seen);
    (seen.0, decision)
}

#[test]
fn observer_sees_every_check_of_an_admission() {
    let (checks, decision) = seen(&known());
    assert!(decision.is_ok());
    assert_eq!(
        checks,
        [
            (Check::DomainNetworks, "-"),
            (Check::Provisioning, "passed"),
            (Check::Networks, "-"),
            (Check::AuthServer, "passed"),
            (Check::Credentials, "-"),
            (Check::Password, "-"),
            (Check::Device, "passed"),
            (Check::DeviceDomain, "passed"),
            (Check::DeviceEnabled, "passed"),
        ]
    );
}

#[test]
fn last_check_of_a_refusal_is_the_refusing_one() {
    for (visit, check) in [
        (with(&[("domain cidr", "array", "10.0.0.0/8")]), Check::DomainNetworks),
        (with(&[("provision enabled", "boolean", "false")]), Check::Provisioning),
        (with(&[("provision cidr", "array", "10.0.0.0/8")]), Check::Networks),
        (Visit { accepted: false, ..known() }, Check::AuthServer),
        (with(DIGEST), Check::Credentials),
        (with(&[("provision password", "text", "pass1")]), Check::Password),
        (Visit { device: None, ..known() }, Check::Device),
        (Visit { device: None, taken_elsewhere: true, ..known() }, Check::DeviceDomain),
        (Visit { enabled: false, ..known() }, Check::DeviceEnabled),
        (
            Visit { device: None, domain: None, ..with(&[("provision auto_insert_enabled", "boolean", "true")]) },
            Check::HostDomain,
        ),
        (
            Visit {
                device: None,
                identifier: DeviceIdentifier::Missing,
                ..with(&[("provision auto_insert_enabled", "boolean", "true")])
            },
            Check::NewAddress,
        ),
    ] {
        let (checks, decision) = seen(&visit);
        assert!(decision.is_err(), "{check:?}");
        assert_eq!(checks.last(), Some(&(check, "refused")));
        assert!(checks.iter().rev().skip(1).all(|(_, outcome)| *outcome != "refused"));
        let position = |check: &Check| Check::ALL.iter().position(|other| other == check);
        assert!(checks.is_sorted_by_key(|(check, _)| position(check)), "{checks:?}");
    }
}
