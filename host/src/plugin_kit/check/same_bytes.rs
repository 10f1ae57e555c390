//! The same job gives the same bytes: in another instance, and with the templates in the job instead of prepared ones.

use super::examiner::{Examiner, place};
use super::phone::{self, Phone};
use super::report::{Findings, PointReport, SAME_BYTES};
use crate::plugin::{Document, Job, RenderError};
use crate::plugin_kit::outcome::expected_bytes;

/// Files with different texts. The largest vendor of the repository's templates has some twenty.
const FILES_MAX: usize = 200;

pub async fn examine(examiner: &Examiner) -> PointReport {
    let (targets, mut findings) = (examiner.different_targets(FILES_MAX), Findings::default());
    for target in &targets {
        let make = || phone::with_secrets(examiner.description(), target);
        let first = bytes(&examiner.render(&make()).await);
        if bytes(&examiner.render(&make()).await) != first {
            findings.add(format!("{}: a second render of the same job gives another file", place(target)));
        }
        let Phone { job, scope } = make();
        let sent = Phone { job: Job { templates: examiner.texts(target).to_vec(), ..job }, scope };
        if bytes(&examiner.render(&sent).await) != first {
            findings.add(format!("{}: the file differs if the job carries its templates", place(target)));
        }
    }
    findings.report(SAME_BYTES, format!("{} different files", targets.len()))
}

fn bytes(outcome: &Result<Document, RenderError>) -> Vec<u8> {
    expected_bytes(outcome).unwrap_or_else(String::into_bytes)
}
