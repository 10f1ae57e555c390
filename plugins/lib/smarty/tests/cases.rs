//! Every case of `tests/cases` through the library.

mod support;

use dialplate_smarty::Error;
use support::case::{self, Case, Expected, ExpectedError};
use support::{difference, engine, tell, visible};

#[test]
fn every_case_renders_as_recorded() {
    let cases = case::all();
    assert!(!cases.is_empty(), "no case found in {}", case::folder().display());
    let wrong: Vec<String> = cases.iter().filter_map(verdict).collect();
    for text in &wrong {
        tell(text);
    }
    tell(&format!("{} cases, {} wrong", cases.len(), wrong.len()));
    assert!(wrong.is_empty(), "{} of {} cases", wrong.len(), cases.len());
}

/// What is wrong with a case, for a reader; `None` when nothing is.
fn verdict(case: &Case) -> Option<String> {
    let got = engine::render(&case.job);
    let said = match (&case.expected, &got) {
        (Expected::Body(body), Ok(got)) if body == got => return None,
        (Expected::Error(expected), Err(error)) => mismatch(expected, error)?,
        (Expected::Body(body), Ok(got)) => difference(body, got),
        (Expected::Body(_), Err(error)) => format!("  an error where none is due:\n{}\n", error.report()),
        (Expected::Error(expected), Ok(got)) => {
            format!("  no {} error but:\n  + {:.300}\n", expected.kind, visible(got))
        }
    };
    Some(format!("{}\n{said}", case.name))
}

fn mismatch(expected: &ExpectedError, error: &Error) -> Option<String> {
    let kind = error.kind.as_str();
    if kind == expected.kind && error.line == expected.line && error.message.contains(&expected.says) {
        return None;
    }
    let ExpectedError { kind: wanted, line, says } = expected;
    Some(format!("  - {wanted}, line {line}, \"{says}\"\n  + {kind}, line {}, {error}\n", error.line))
}
