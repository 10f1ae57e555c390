//! Compares the library with PHP's own Smarty over the case files and over generated templates with fixed seeds.
//!
//! Needs `php` with Smarty 4, and is skipped without. `tests/README.md` has the environment variables.

mod support;

use dialplate_smarty::ErrorKind;
use support::case::{self, Expected};
use support::generate::{self, Random};
use support::php::{self, Answer};
use support::skip::skip;
use support::{Job, difference, engine, report, visible};

/// Templates of one sort. All sorts together make several thousand, which take about half a minute.
const GENERATED: usize = 1_200;

/// The number of generated templates that share a PHP process.
const TOGETHER: usize = 100;

fn number(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).ok().and_then(|n| n.parse().ok()).unwrap_or(otherwise)
}

/// Compares all jobs and fails with a list of the differences.
fn compare(what: &str, jobs: &[Job], together: usize) {
    if let Some(why) = php::absent() {
        return skip(&format!("{what} against PHP's Smarty"), &why);
    }
    let answers = php::answers(jobs, together);
    let pairs = jobs.iter().zip(&answers);
    let wrong: Vec<String> = pairs.filter_map(|(job, answer)| verdict(job, answer)).collect();
    for text in wrong.iter().take(200) {
        report(text);
    }
    report(&format!("{what}: {} compared, {} differ", jobs.len(), wrong.len()));
    assert!(wrong.is_empty(), "{what}: {} of {} differ", wrong.len(), jobs.len());
}

fn verdict(job: &Job, answer: &Answer) -> Option<String> {
    let got = engine::render(job);
    let said = match (answer, &got) {
        (Answer::Body(body), Ok(got)) if body == got => return None,
        (Answer::Failed { .. }, Err(_)) => return None,
        // Deliberate refusals and limits have no counterpart in Smarty.
        (_, Err(error)) if matches!(error.kind, ErrorKind::Refused | ErrorKind::Limit) => return None,
        // PHP's Smarty only warns, in its log or in the middle of the document.
        (Answer::Body(_), Err(error)) if error.message.contains("unsupported type") => return None,
        (Answer::Body(body), Ok(got)) => difference(body, got),
        (Answer::Body(body), Err(error)) => format!("  - {:.200}\n  + {error}\n", visible(body)),
        (Answer::Failed { kind, message }, Ok(got)) => {
            format!("  - {kind}: {message:.200}\n  + {:.200}\n", visible(got))
        }
    };
    let heading = match job.name.as_str() {
        "" => String::from_utf8_lossy(&job.files[0].1).trim_end().to_owned(),
        name => format!("tests/cases/{name}.tpl (- Smarty, + library)"),
    };
    Some(format!("{heading}\n{said}"))
}

fn generated(what: &str, mut fill: impl FnMut(&mut Random, &mut Job)) {
    let mut random = Random::new(number("SMARTY_SEED", 1) as u64);
    let jobs = (0..number("SMARTY_GENERATED", GENERATED)).map(|_| {
        let mut job = Job::of(&[], generate::VARIABLES);
        job.files.push(("part.tpl".into(), generate::PART.into()));
        fill(&mut random, &mut job);
        job
    });
    compare(what, &jobs.collect::<Vec<_>>(), TOGETHER);
}

#[test]
fn written_cases_agree_with_smarty() {
    let own = |expected: &Expected| matches!(expected, Expected::Error(e) if matches!(e.kind.as_str(), "refused" | "limit" | "not found"));
    let cases = case::all().into_iter().filter(|case| case.differs.is_none() && !own(&case.expected));
    compare("written cases", &cases.map(|case| case.job).collect::<Vec<_>>(), 1);
}

#[test]
fn expressions_over_all_types_agree_with_smarty() {
    generated("expressions", |random, job| job.files[0].1 = generate::expression_template(random).into());
}

#[test]
fn assignments_in_all_scopes_agree_with_smarty() {
    generated("assignments", |random, job| job.files[0].1 = generate::assignment_template(random).into());
}

#[test]
fn modifiers_on_all_types_agree_with_smarty() {
    generated("modifiers", |random, job| job.files[0].1 = generate::modifier_template(random).into());
}

#[test]
fn nested_tags_and_white_space_agree_with_smarty() {
    generated("tags", |random, job| job.files[0].1 = generate::tag_template(random).into());
}

/// Sources for mutation. Left out are templates that run code or reach a limit, since a mutant may do so in PHP; those
/// with known differences; and those with dates, since a mutant may read PHP's own clock.
fn sources() -> Vec<Vec<u8>> {
    let areas = ["refused/", "limits/", "functions/", "include/", "extends/", "while/", "counter/", "cycle/", "html/"];
    let cases = case::all().into_iter().filter(|case| case.differs.is_none());
    let cases = cases.filter(|case| !areas.iter().any(|area| case.name.starts_with(area)));
    let sources = cases.map(|case| case.job.files[0].1.clone());
    sources.filter(|source| source.len() < 1_000 && !source.windows(4).any(|word| word == b"date")).collect()
}

#[test]
fn broken_templates_parse_where_smarty_compiles_them() {
    let sources = sources();
    generated("mutations, compiled", |random, job| {
        let source = &sources[random.below(sources.len())];
        job.files[0].1 = generate::mutated(random, source);
        job.compile = true;
    });
}

#[test]
fn broken_templates_render_as_with_smarty() {
    let sources = sources();
    generated("mutations", |random, job| {
        let source = &sources[random.below(sources.len())];
        job.files[0].1 = generate::mutated(random, source);
    });
}
