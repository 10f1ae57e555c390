//! Every file renders for a device with nothing set.

use super::examiner::{Examiner, place};
use super::phone;
use super::report::{BARE, Findings, PointReport};

pub async fn examine(examiner: &Examiner) -> PointReport {
    let (targets, mut findings) = (examiner.targets(), Findings::default());
    for faulty in examiner.plugin.faults() {
        findings.add(format!("{}/{} does not compile: {}", faulty.folder, faulty.file, faulty.fault));
    }
    for target in &targets {
        if let Err(error) = examiner.render(&phone::bare(examiner.description(), target)).await {
            findings.add(format!("{}: {error}", place(target)));
        }
    }
    if targets.is_empty() && examiner.plugin.faults().is_empty() {
        findings.add(
            "no template belongs to its vendors, so nothing was rendered; --templates names a folder of templates, \
             or write a case with one",
        );
    }
    findings.report(BARE, format!("{} files", targets.len()))
}
