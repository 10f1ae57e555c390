//! The templates of this repository: every file of every model, rendered by the server and read by a parser of its format.
//!
//! | folder | content |
//! |---|---|
//! | `expected/<vendor>` | values that the makers' guides demand, see [`expected`] |
//! | `settings/<vendor>` | every setting that the vendor's files read, with values that no other setting has |
//! | `golden/` | whole files of the models that have a folder here, one of each family; `BLESS=1` writes them |

mod expected;
mod format;
mod fusionpbx;
mod phones;

use dialplate_tests::server::root;
use expected::Section;
use format::Values;
use phones::{Rendered, Variant, rendered};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// The vendors with expected values.
fn vendors() -> Vec<String> {
    phones::names(&folder().join("expected"))
}

fn folder() -> PathBuf {
    root().join("tests/own_templates")
}

/// Fails with all faults at once.
#[track_caller]
fn report(faults: &[String]) {
    let shown: String = faults.iter().take(60).fold(String::new(), |mut shown, fault| {
        let _ = writeln!(shown, "{fault}");
        shown
    });
    assert!(faults.is_empty(), "{} faults:\n{shown}", faults.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_own_template_renders_in_its_format() {
    let mut faults = Vec::new();
    for file in rendered().await {
        match &file.values {
            _ if file.status != 200 => faults.push(format!("{file}: status {}", file.status)),
            Err(fault) => faults.push(format!("{file}: {fault}")),
            Ok(values) if values.is_empty() => faults.push(format!("{file}: sets nothing")),
            Ok(_) => {}
        }
    }
    report(&faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn own_templates_set_what_the_makers_document() {
    let mut faults = Vec::new();
    for vendor in &vendors() {
        let sections = expected::read(&folder().join("expected").join(vendor));
        let mut unused: BTreeSet<usize> = (0..sections.len()).collect();
        for file in rendered().await.iter().filter(|file| file.maker == *vendor) {
            for (at, section) in sections.iter().enumerate().filter(|(_, section)| section.is_for(file)) {
                unused.remove(&at);
                compare(section, &file.values, &file.to_string(), &mut faults);
            }
        }
        faults.extend(unused.into_iter().map(|at| format!("{vendor}: no file is checked by {:?}", sections[at])));
    }
    report(&faults);
}

fn compare(section: &Section, values: &Result<Values, String>, file: &str, faults: &mut Vec<String>) {
    let Ok(values) = values else { return };
    for (name, expected) in &section.values {
        let found = values.get(name);
        if found != expected.as_ref() {
            faults.push(format!("{file}: {name} is {found:?} instead of {expected:?}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn own_templates_equal_their_golden_files() {
    let mut faults = Vec::new();
    for file in rendered().await {
        let path = folder().join("golden").join(&file.vendor).join(&file.model).join(&file.file);
        if file.variant == Variant::Full || file.zone.is_some() || !path.parent().is_some_and(Path::is_dir) {
            continue;
        }
        if std::env::var_os("BLESS").is_some() {
            std::fs::write(&path, &file.text).unwrap();
        }
        if std::fs::read_to_string(&path).unwrap_or_default() != file.text {
            faults.push(format!("{file} differs from {}; BLESS=1 writes it anew", path.display()));
        }
    }
    report(&faults);
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_readme_names_source_of_every_parameter() {
    let readme = std::fs::read_to_string(root().join("templates/README.md")).unwrap();
    let mut faults = Vec::new();
    for vendor in &vendors() {
        let rows = documented(&readme, vendor);
        let files: Vec<&Rendered> =
            rendered().await.iter().filter(|file| file.maker == *vendor && file.values.is_ok()).collect();
        let names: BTreeSet<&String> =
            files.iter().flat_map(|file| file.values.iter().flat_map(|it| it.keys())).collect();
        let undocumented = names.iter().filter(|name| !rows.iter().any(|row| is_named(row, name)));
        faults.extend(undocumented.map(|name| format!("{vendor}: {name} has no row")));
        let unset = rows.iter().filter(|row| !names.iter().any(|name| is_named(row, name)));
        faults.extend(unset.map(|row| format!("{vendor}: no file sets {row}")));
    }
    report(&faults);
}

/// The parameters in the first column of a vendor's table. Each row ends with its source.
fn documented(readme: &str, vendor: &str) -> Vec<String> {
    let (_, section) = readme.split_once(&format!("\n## {vendor}\n")).unwrap_or_else(|| panic!("no section {vendor}"));
    let section = section.split("\n## ").next().unwrap_or_default();
    let (_, table) = section.split_once("\n| parameter |").unwrap_or_else(|| panic!("no table of {vendor}"));
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    let mut names = Vec::new();
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        assert!(
            cells.len() == 4 && !cells[3].is_empty(),
            "a row without parameters, meaning, setting or source: {row}"
        );
        names.extend(cells[0].split('`').skip(1).step_by(2).map(str::to_owned));
    }
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_readme_lists_every_model() {
    let path = root().join("templates/README.md");
    let mut readme = std::fs::read_to_string(&path).unwrap();
    let mut faults = Vec::new();
    for vendor in &vendors() {
        let begin = format!("<!-- models of {vendor} -->\n");
        let (before, rest) = readme.split_once(&begin).unwrap_or_else(|| panic!("no models of {vendor}"));
        let (listed, after) = rest.split_once("<!-- end -->").expect("the end of the list");
        let table = models_table(vendor, rendered().await);
        if listed != table {
            faults.push(format!("templates/README.md: the models of {vendor} differ; BLESS=1 writes them anew"));
            readme = format!("{before}{begin}{table}<!-- end -->{after}");
        }
    }
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, readme).unwrap();
    }
    report(&faults);
}

/// The table of a vendor's models. Models that have the same share a row.
fn models_table(vendor: &str, files: &[Rendered]) -> String {
    let mut rows: BTreeMap<Vec<String>, BTreeSet<String>> = BTreeMap::new();
    let mut columns = BTreeSet::new();
    for file in files.iter().filter(|file| file.maker == *vendor) {
        let shown = file.capabilities.iter().filter(|(name, _)| *name != "firmware");
        columns = shown.clone().map(|(name, _)| name.clone()).collect();
        rows.entry(shown.map(|(_, value)| value.clone()).collect()).or_default().insert(file.model.clone());
    }
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let head = std::iter::once("model".to_owned()).chain(columns.iter().cloned());
    let mut table = line(head.collect()) + &"|---".repeat(columns.len() + 1) + "|\n";
    for (values, models) in rows {
        let models = models.iter().map(|model| format!("`{model}`")).collect::<Vec<_>>().join(" ");
        table += &line(std::iter::once(models).chain(values).collect());
    }
    table
}

/// Whether a row's name, in which `N` stands for a number, and `P23800…P23903` for all numbers between, is this parameter's.
fn is_named(row: &str, name: &str) -> bool {
    if let Some((first, last)) = row.split_once('…') {
        let number = |text: &str| text.strip_prefix('P').and_then(|digits| digits.parse::<u32>().ok());
        return number(name).is_some_and(|found| Some(found) >= number(first) && Some(found) <= number(last));
    }
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let separators = ['.', '_', '-', '/'];
    let (mut row, mut name) = (row.split(separators), name.split(separators));
    loop {
        match (row.next(), name.next()) {
            (None, None) => return true,
            (Some(part), Some(of_name)) if part == of_name || (part == "N" && is_number(of_name)) => {}
            _ => return false,
        }
    }
}
