//! What a description claims twice, so that one of both never counts: the server takes the first.

use super::report::Findings;
use crate::plugin::{Action, Description, UserAgent};
use regex::Regex;

/// User-Agents of no phone. A pattern that matches them all matches everything.
const NO_PHONES: [&str; 3] = ["", "Mozilla/5.0 (X11; Linux x86_64)", "curl/8.0"];

pub fn examine(description: &Description, findings: &mut Findings) {
    ouis(description, findings);
    events(description, findings);
    user_agents(&description.user_agents, findings);
}

fn ouis(description: &Description, findings: &mut Findings) {
    let vendors = &description.vendors;
    let all: Vec<_> = vendors.iter().flat_map(|it| it.ouis.iter().map(move |oui| (oui, it.name.as_str()))).collect();
    for (at, (oui, vendor)) in all.iter().enumerate() {
        match all[..at].iter().find(|(other, _)| other == oui) {
            Some((_, first)) if first == vendor => findings.add(format!("vendor {vendor:?} has the OUI {oui} twice")),
            Some((_, first)) => findings.add(format!(
                "the vendors {first:?} and {vendor:?} both have the OUI {oui}, so an address does not tell them apart"
            )),
            None => {}
        }
    }
}

fn events(description: &Description, findings: &mut Findings) {
    for vendor in &description.vendors {
        for (action, name) in [(Action::Resync, "resync"), (Action::Reboot, "reboot")] {
            let events = vendor.events.iter().filter(|(described, _)| *described == action).count();
            if events > 1 {
                findings.add(format!("vendor {:?} has {events} events for {name}, and the first is sent", vendor.name));
            }
        }
    }
}

fn user_agents(agents: &[UserAgent], findings: &mut Findings) {
    for (at, agent) in agents.iter().enumerate() {
        let pattern = &agent.pattern;
        if Regex::new(pattern).is_ok_and(|regex| NO_PHONES.iter().all(|text| regex.is_match(text))) {
            findings
                .add(format!("the User-Agent pattern {pattern:?} matches everything, other makers' phones as well"));
            continue;
        }
        match agents[..at].iter().find(|earlier| covers(&earlier.pattern, pattern)) {
            Some(earlier) if earlier.pattern == *pattern => {
                findings.add(format!("the User-Agent pattern {pattern:?} is there twice"));
            }
            Some(earlier) => findings.add(format!(
                "the User-Agent pattern {pattern:?} never counts, because {:?} before it matches the same; put it first",
                earlier.pattern
            )),
            None => {}
        }
    }
}

/// Whether the first pattern certainly matches whatever the second does. Of patterns with operators, only equal ones are known to.
fn covers(earlier: &str, later: &str) -> bool {
    earlier == later || (is_literal(earlier) && is_literal(later) && later.contains(earlier))
}

fn is_literal(pattern: &str) -> bool {
    !pattern.is_empty() && !pattern.contains(|c| r"\.+*?()|[]{}^$".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plugin_kit::check::report::DESCRIPTION;
    use serde_json::{Value, json};

    fn vendor(name: &str, ouis: &[&str], events: &[(Action, &str)]) -> Value {
        json!({ "name": name, "ouis": ouis, "events": events })
    }

    fn found(vendors: &[Value], patterns: &[&str]) -> Vec<String> {
        let agent = |pattern: &&str| json!({ "pattern": pattern, "vendor": "a", "template": null });
        let user_agents: Vec<_> = patterns.iter().map(agent).collect();
        let described =
            json!({ "name": "a", "version": "1", "vendors": vendors, "user_agents": user_agents, "any": false });
        let description: Description = serde_json::from_value(described).unwrap();
        let mut findings = Findings::default();
        examine(&description, &mut findings);
        findings.report(DESCRIPTION, String::new()).findings
    }

    #[test]
    fn description_without_repetition_has_no_finding() {
        let events = [(Action::Resync, "check-sync"), (Action::Reboot, "check-sync")];
        let vendors = vec![vendor("a", &["000001"], &events), vendor("b", &["000002"], &events)];
        assert_eq!(found(&vendors, &["Fanvil X3S", "Fanvil X3", "^Fanvil (X|V)", "Fanvil X.*"]), [""; 0]);
    }

    #[test]
    fn each_repetition_is_found() {
        let reboots = [(Action::Reboot, "a"), (Action::Reboot, "b")];
        for (vendors, patterns, part) in [
            (vec![vendor("a", &["000001", "000001"], &[])], &[][..], "OUI 000001 twice"),
            (vec![vendor("a", &["000001"], &[]), vendor("b", &["000001"], &[])], &[], "does not tell them apart"),
            (vec![vendor("a", &[], &reboots)], &[], "2 events for reboot"),
            (vec![], &["X3", "X3"], "is there twice"),
            (vec![], &["^a(b|c)", "^a(b|c)"], "is there twice"),
            (vec![], &["Fanvil", "Fanvil X3"], "never counts"),
            (vec![], &[".*"], "matches everything"),
            (vec![], &[""], "matches everything"),
            (vec![], &["a?"], "matches everything"),
        ] {
            let found = found(&vendors, patterns);
            assert!(found.len() == 1 && found[0].contains(part), "{part}: {found:?}");
        }
    }
}
