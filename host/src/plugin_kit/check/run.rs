//! Takes a component through all points.

use super::description::{self, Engines};
use super::examiner::Examiner;
use super::report::{ALL, CheckReport, DESCRIPTION, Findings, IMPORTS, LOAD, Point, PointReport, SECRETS, Verdict};
use super::{bare, escaping, limits, malformed, same_bytes};
use crate::plugin::{self, Examined, LoadError};
use crate::plugin_kit::case::Case;
use crate::plugin_kit::config::Config;
use crate::plugin_kit::error::Error;
use crate::plugin_kit::project::Project;
use crate::plugin_kit::shown::grouped;
use crate::plugin_kit::{test, texts};
use crate::templates::Texts;

/// What malformed jobs are made from by default.
pub const SEED: u64 = 1;

/// Examines a component.
///
/// # Errors
/// The templates cannot be read, or this machine cannot run components. A faulty component is a report.
pub async fn check(config: &Config, project: &Project, seed: u64) -> Result<CheckReport, Error> {
    let mut report = CheckReport {
        component: project.component.display().to_string(),
        plugin: None,
        version: None,
        passed: false,
        seed,
        points: Vec::new(),
    };
    if let Err(point) = points(config, project, &mut report).await? {
        report.points.push(point);
    }
    let examined = report.points.len();
    report.points.extend(ALL[examined..].iter().copied().map(PointReport::skipped));
    report.passed = report.points.iter().all(|point| point.verdict == Verdict::Passed);
    Ok(report)
}

/// Adds the points to the report. The inner error is the point after which nothing else can be examined.
async fn points(
    config: &Config,
    project: &Project,
    report: &mut CheckReport,
) -> Result<Result<(), PointReport>, Error> {
    let (cached, uncached) = (config.engine()?, config.uncached_engine()?);
    let examined = match plugin::examine(&cached, &project.component).await {
        Ok(examined) => examined,
        Err(error) => return Ok(Err(of_load(&error, report))),
    };
    report.plugin = Some(examined.description.name.clone());
    report.version = Some(examined.description.version.clone());
    report.points.push(imports(&examined));
    let engines = Engines { uncached: &uncached, cached: &cached };
    match description::examine(engines, &project.component, &examined, &config.plugins).await {
        Ok(point) => report.points.push(point),
        Err(error) => return Ok(Err(PointReport::failed(DESCRIPTION, error.to_string()))),
    }
    let texts = templates(config, project).await?;
    let plugin = match test::load(&cached, &project.component, &texts).await {
        Ok(plugin) => plugin,
        Err(Error::Component { error, .. }) => return Ok(Err(PointReport::failed(LOAD, error.to_string()))),
        Err(error) => return Err(error),
    };
    let summary = format!(
        "{} templates, {} KB once it is prepared",
        plugin.templates(),
        grouped((plugin.prepared_bytes() >> 10) as u64)
    );
    report.points.push(Findings::default().report(LOAD, summary));
    let examiner = Examiner::new(plugin, texts);
    report.points.push(bare::examine(&examiner).await);
    report.points.push(same_bytes::examine(&examiner).await);
    report.points.push(limits::examine(&examiner, &config.engine).await);
    report.points.push(escaping::examine(&examiner).await);
    report.points.push(malformed::examine(&examiner, report.seed).await);
    report.points.push(examiner.leaks().report(SECRETS, "the log lines and the failures of all renders above"));
    Ok(Ok(()))
}

fn imports(examined: &Examined) -> PointReport {
    let imports = if examined.imports.is_empty() { "nothing".to_owned() } else { examined.imports.join(", ") };
    Findings::default().report(IMPORTS, format!("version {}, imports {imports}", examined.interface))
}

/// The point that a component fails if no server accepts it. The points before it are passed.
fn of_load(error: &LoadError, report: &mut CheckReport) -> PointReport {
    let point = point_of(error);
    if point == DESCRIPTION {
        report.points.push(Findings::default().report(IMPORTS, ""));
    }
    PointReport::failed(point, error.to_string())
}

fn point_of(error: &LoadError) -> Point {
    match error {
        LoadError::Description(_) | LoadError::Call { .. } | LoadError::Claimed { .. } => DESCRIPTION,
        _ => IMPORTS,
    }
}

/// The templates of the plugin's folder if there are any, else those of the configuration; with those of the cases whose
/// folders are not among them.
async fn templates(config: &Config, project: &Project) -> Result<Texts, Error> {
    let mut found = match &project.templates {
        Some(folder) => texts::read(texts::only(folder)).await?,
        None => texts::read(config.templates.clone()).await?,
    };
    for case in project.cases.iter().filter_map(|folder| Case::read(folder).ok()) {
        if found.folder(case.folder()).is_none() && !case.templates.is_empty() {
            found.set(case.folder(), case.templates.clone());
        }
    }
    Ok(found)
}
