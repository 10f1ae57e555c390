//! Smarty's answers for small inputs, which lie beside the workspace: `cargo run --example cases` prints the differences.

mod support;

use std::path::Path;

use support::skip::skip;
use support::{played, report};

#[test]
fn shared_language_cases_agree_with_smarty() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/cases/language");
    if !folder.is_dir() {
        return skip("shared language cases", "../shared/cases/language is absent");
    }
    let cases = played::cases(&folder);
    assert!(cases.len() > 100, "{} has only {} cases", folder.display(), cases.len());
    let mut wrong = 0;
    for path in &cases {
        if let Err(difference) = played::play(path) {
            wrong += 1;
            report(&format!("{}\n{difference}", path.display()));
        }
    }
    assert_eq!(wrong, 0, "{wrong} of {} cases differ", cases.len());
}
