//! FusionPBX's own templates: the library parses exactly those that Smarty compiles.

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use dialplate_smarty::Template;
use support::report;
use support::skip::skip;

/// The files that Smarty does not compile, from `php record.php --compile ../../../../../shared/corpus/templates`.
const BROKEN: &str = include_str!("corpus_broken.txt");

/// The recorded templates, which lie beside the workspace.
fn templates() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/corpus/templates");
    root.is_dir().then_some(root)
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            files(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn corpus_parses_exactly_where_smarty_compiles() {
    let Some(root) = templates() else {
        skip("corpus", "../shared/corpus/templates is absent");
        return;
    };
    let mut found = Vec::new();
    files(&root, &mut found);
    assert!(found.len() > 1_000, "the corpus has only {} files", found.len());
    let mut failed = BTreeSet::new();
    for path in &found {
        let name = path.strip_prefix(&root).expect("the path is below the root").to_string_lossy().into_owned();
        let source = fs::read(path).expect("the template can be read");
        if let Err(error) = Template::parse(&name, &source).and_then(|template| template.stands_alone(|_| false)) {
            report(&format!("{error}"));
            failed.insert(name);
        }
    }
    let broken: BTreeSet<String> = BROKEN.lines().map(str::to_owned).collect();
    let only_here: Vec<_> = failed.difference(&broken).collect();
    let only_there: Vec<_> = broken.difference(&failed).collect();
    assert!(only_here.is_empty(), "only this library refuses: {only_here:#?}");
    assert!(only_there.is_empty(), "only Smarty refuses: {only_there:#?}");
    report(&format!("{} templates parsed, {} of them refused here and by Smarty", found.len(), failed.len()));
}
