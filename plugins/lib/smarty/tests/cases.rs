//! One named test per file of `tests/cases`, rendered by the library: `cargo test --test cases -- if/else`.

mod support;

use std::process::ExitCode;

use dialplate_smarty::Error;
use libtest_mimic::{Arguments, Failed, Trial};
use support::case::{self, Expected, ExpectedError};
use support::{difference, engine, visible};

fn main() -> ExitCode {
    let trials: Vec<Trial> = case::names().into_iter().map(trial).collect();
    assert!(!trials.is_empty(), "{} has no cases", case::folder().display());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn trial(name: String) -> Trial {
    Trial::test(name.clone(), move || run(&name))
}

/// Renders the case and compares the result with the file beside it.
fn run(name: &str) -> Result<(), Failed> {
    let case = case::load(name);
    let got = engine::render(&case.job);
    let (extension, difference) = match (&case.expected, &got) {
        (Expected::Body(body), Ok(got)) if body == got => return Ok(()),
        (Expected::Body(body), Ok(got)) => ("out", difference(body, got)),
        (Expected::Body(_), Err(error)) => ("out", format!("  unexpected error:\n{}\n", error.report())),
        (Expected::Error(expected), Err(error)) => match mismatch(expected, error) {
            None => return Ok(()),
            Some(difference) => ("err", difference),
        },
        (Expected::Error(expected), Ok(got)) => {
            let ExpectedError { kind, line, says } = expected;
            ("err", format!("  - {kind} error in line {line}: {says}\n  + {:.300}\n", visible(got)))
        }
    };
    let file = format!("{}.tpl", case::folder().join(name).display());
    Err(format!("{file} differs from .{extension} (- expected, + rendered):\n{difference}").into())
}

/// The difference between an expected and an actual error; `None` if kind, line and the fixed part of the message agree.
fn mismatch(expected: &ExpectedError, error: &Error) -> Option<String> {
    let ExpectedError { kind, line, says } = expected;
    let got = error.kind.as_str();
    if got == kind && error.line == *line && error.message.contains(says) {
        return None;
    }
    Some(format!("  - {kind} error in line {line}: {says}\n  + {got} error in line {}: {error}\n", error.line))
}
