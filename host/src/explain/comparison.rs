//! A line of the journal compared with the answer that the same request would get now.

use super::change::{Change, Comparison};
use super::question::{Credentials, Question};
use super::report::Explanation;
use crate::journal::{Entry, Reason};

/// What stands in the journal in place of a secret.
const HIDDEN: &str = "(hidden)";

/// Files are the same whether the phone got them whole, in part, or had them.
const WITH_FILE: [u16; 3] = [200, 206, 304];

/// Compares a line with today's answer. `home` is the domain of the device now.
pub fn compare(entry: &Entry, now: &Explanation, home: Option<&str>) -> Comparison {
    let mut changes = Vec::new();
    let mut differ = |what: &str, then: Option<String>, now: Option<String>| {
        let is_different = then != now;
        if is_different {
            let [then, now] = [then, now].map(|text| text.unwrap_or_else(|| "none".to_owned()));
            changes.push(Change { what: what.to_owned(), then, now });
        }
        is_different
    };
    let had_file = |status: u16| WITH_FILE.contains(&status);
    let both_files = had_file(entry.status) && had_file(now.result.status);
    let status = |status: u16| Some(status.to_string()).filter(|_| !both_files);
    let mut is_same = !differ("status", status(entry.status), status(now.result.status));
    let then_reason = Some(entry.reason.clone()).filter(|_| !both_files);
    is_same &= !differ("reason", then_reason, Some(now.result.reason.clone()).filter(|_| !both_files));
    let document = now.document.as_ref();
    // The journal has no document of a failure, and of some answers no hash.
    if entry.sha256.is_some() || document.is_some() {
        is_same &= !differ("document", entry.sha256.clone(), document.map(|it| it.sha256.clone()));
    }
    let is_elsewhere = now.domain.as_ref().is_some_and(|domain| domain.is_taken_elsewhere);
    if let Some(home) = home.filter(|home| is_elsewhere && !home.eq_ignore_ascii_case(&entry.domain)) {
        differ("domain of the device", Some(entry.domain.clone()), Some(home.to_owned()));
    }
    if let Some(then) = &entry.plugin {
        let plugin = now.plugin.as_ref();
        differ("plugin", Some(named(&then.name, &then.version)), plugin.map(|it| named(&it.name, &it.version)));
        differ("plugin's component", Some(then.sha256.clone()), plugin.map(|it| it.sha256.clone()));
        let template = now.template.as_ref();
        differ("template folder", Some(then.template.clone()), template.and_then(|it| it.folder.clone()));
        if then.template_sha256.is_some() {
            let now = template.and_then(|it| it.folder_sha256.clone());
            differ("texts of the template folder", then.template_sha256.clone(), now);
        }
    }
    let file = now.template.as_ref().and_then(|template| template.file.clone());
    if let Some(file) = file.filter(|_| both_files) {
        differ("file", Some(entry.file.clone()), Some(file));
    }
    let time = entry.time().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    Comparison { entry: entry.id, time, is_same, changes }
}

fn named(name: &str, version: &str) -> String {
    format!("{name} {version}")
}

impl Question {
    /// The request of a line. Its secrets are not in the journal.
    pub fn of_entry(entry: &Entry) -> Self {
        let credentials = match Reason::parse(&entry.reason) {
            Ok(Reason::Challenge) => Credentials::Given,
            Ok(Reason::BadPassword | Reason::StaleNonce | Reason::WrongScheme | Reason::BadCredentials) => {
                Credentials::Wrong
            }
            _ => Credentials::Right,
        };
        Self {
            what: shown(&entry.target),
            host: Some(entry.domain.clone()).filter(|host| !host.is_empty()),
            client: Some(entry.client.clone()).filter(|client| client != "unknown"),
            user_agent: Some(entry.user_agent.clone()).filter(|agent| !agent.is_empty()),
            method: Some(entry.method.clone()),
            credentials,
            ..Self::default()
        }
    }
}

/// A target without the parameters whose values the journal hides.
fn shown(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let pairs: Vec<_> = query.split('&').filter(|pair| !pair.contains(HIDDEN)).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::{DocumentPart, Outcome};

    fn entry() -> Entry {
        Entry {
            id: 7,
            request: "r".into(),
            at_us: 1_782_907_200_000_000,
            client: "192.0.2.7".into(),
            method: "GET".into(),
            domain: "pbx.example.net".into(),
            device: Some("001565aabbcc".into()),
            file: "{$mac}.cfg".into(),
            target: "/provision/001565aabbcc.cfg?password=(hidden)&mac=001565aabbcc".into(),
            user_agent: "Yealink".into(),
            status: 200,
            reason: "sent".into(),
            bytes: 3,
            sha256: Some("aa".into()),
            plugin: None,
            duration_us: 1,
        }
    }

    fn now(status: u16, failure: Option<&str>, sha256: &str) -> Explanation {
        let result = Outcome { status, reason: failure.unwrap_or("sent").to_owned(), ..Outcome::default() };
        let document = failure.is_none().then(|| DocumentPart { sha256: sha256.into(), ..DocumentPart::default() });
        Explanation { result, document, ..Explanation::default() }
    }

    #[test]
    fn same_document_is_the_same_answer_also_in_part() {
        for then in [200, 206, 304] {
            let entry = Entry { status: then, ..entry() };
            let comparison = compare(&entry, &now(200, None, "aa"), None);
            assert!(comparison.is_same && comparison.changes.is_empty(), "{comparison:?}");
        }
        assert_eq!(compare(&entry(), &now(200, None, "aa"), None).time, "2026-07-01T12:00:00Z");
    }

    #[test]
    fn changed_document_and_refusal_are_named() {
        let changed = |now: &Explanation| {
            let comparison = compare(&entry(), now, None);
            assert!(!comparison.is_same);
            let change = |it: &Change| format!("{} {} {}", it.what, it.then, it.now);
            comparison.changes.iter().map(change).collect::<Vec<_>>()
        };
        assert_eq!(changed(&now(200, None, "bb")), ["document aa bb"]);
        let refused = changed(&now(404, Some("network"), ""));
        assert_eq!(refused, ["status 200 404", "reason sent network", "document aa none"]);
    }

    #[test]
    fn question_of_a_line_has_no_hidden_parameter() {
        let question = Question::of_entry(&entry());
        assert_eq!(question.what, "/provision/001565aabbcc.cfg?mac=001565aabbcc");
        assert_eq!(
            (question.host.as_deref(), question.client.as_deref()),
            (Some("pbx.example.net"), Some("192.0.2.7"))
        );
        assert!(question.credentials == Credentials::Right);
        let of = |reason: &str| Question::of_entry(&Entry { reason: reason.into(), ..entry() }).credentials;
        assert!(of("challenge") == Credentials::Given && of("bad_password") == Credentials::Wrong);
    }
}
