//! Tests of the search path.

use super::super::{Disk, TemplateFile, Visit};
use super::*;

fn root(files: &[&str]) -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for file in files {
        let path = root.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, file).unwrap();
    }
    root
}

/// The first look at a search path.
fn look(path: SearchPath) -> Result<Disk, Error> {
    let roots = Roots::new(path.folders().cloned());
    let visit = Visit { is_growing: &|_, _| false, progress: &Progress::default() };
    Disk::scan(path, roots, &visit).map(|(disk, _)| disk)
}

fn looked(path: impl Into<SearchPath>) -> Disk {
    look(path.into()).unwrap()
}

fn scanned_again(tree: &Tree) -> Tree {
    tree.scan(&Progress::default()).0
}

/// The location of a device's templates. Calls to disk have to run on a runtime.
fn locate(tree: &Tree, template: &str, domain: &str, template_dir: Option<&Path>) -> Option<TemplateLocation> {
    run(tree.locate(template, domain, template_dir)).unwrap()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(work)
}

fn scanned(path: impl Into<SearchPath>) -> Tree {
    looked(path).tree().clone()
}

/// The prepared files of a folder.
fn texts(tree: &Tree, folder: &str) -> Vec<TemplateFile> {
    looked(tree.path.clone()).texts().of(&|name| name == folder)
}

fn found(tree: &Tree, template: &str, domain: &str) -> Option<String> {
    let found = locate(tree, template, domain, None)?;
    Some(format!("{}{}", if found.in_tree { "" } else { "new " }, found.name.as_str()))
}

#[test]
fn first_root_that_has_a_folder_provides_it() {
    let (first, second) = (root(&["yealink/t46u/a"]), root(&["yealink/t46u/b", "yealink/t54w/c"]));
    let tree = scanned(vec![first.path().to_owned(), second.path().to_owned()]);
    let files = |folder| texts(&tree, folder).into_iter().map(|file| file.file).collect::<Vec<_>>();
    assert_eq!([files("yealink/t46u"), files("yealink/t54w")], [["a"], ["c"]]);
    assert_eq!(found(&tree, "yealink/t54w", "pbx.example.net").as_deref(), Some("yealink/t54w"));
}

#[test]
fn folder_named_like_the_domain_replaces_all_templates() {
    let root = root(&["yealink/t46u/a", "yealink/t54w/a", "pbx.example.net/yealink/t46u/a"]);
    let tree = scanned(vec![root.path().to_owned()]);
    assert_eq!(found(&tree, "yealink/t46u", "pbx.example.net").as_deref(), Some("pbx.example.net/yealink/t46u"));
    assert_eq!(found(&tree, "yealink/t54w", "pbx.example.net"), None);
    assert_eq!(found(&tree, "yealink/t54w", "other.example.net").as_deref(), Some("yealink/t54w"));
}

#[test]
fn new_folder_is_found_by_the_next_scan() {
    let root = root(&["yealink/t46u/a"]);
    let tree = scanned(vec![root.path().to_owned()]);
    std::fs::create_dir_all(root.path().join("yealink/t99")).unwrap();
    std::fs::write(root.path().join("yealink/t99/a"), "x").unwrap();
    assert_eq!(found(&tree, "yealink/t99", "d"), None);
    assert_eq!(found(&scanned_again(&tree), "yealink/t99", "d").as_deref(), Some("yealink/t99"));
}

#[test]
fn template_dir_replaces_the_search_path() {
    let (path, other) = (root(&["yealink/t46u/a"]), root(&["yealink/t46u/b"]));
    let tree = scanned(vec![path.path().to_owned()]);
    let found = locate(&tree, "yealink/t46u", "d", Some(other.path())).unwrap();
    assert_eq!(run(found.read()).unwrap().unwrap()[0].file, "b");
}

#[test]
fn subfolders_belong_to_a_template_models_to_a_vendor() {
    let root = root(&["yealink/README", "yealink/t46u/a", "yealink/t46u/parts/b"]);
    let files = |text| texts(&scanned(vec![root.path().to_owned()]), text);
    let names: Vec<_> = files("yealink/t46u").into_iter().map(|file| file.file).collect();
    assert_eq!(names, ["a", "parts/b"]);
    assert_eq!(files("yealink").len(), 1);
}

/// The files of a device's folder, shown by their content, after the folder's name.
fn shown(tree: &Tree, template: &str, domain: &str, template_dir: Option<&Path>) -> String {
    let found = locate(tree, template, domain, template_dir).unwrap();
    let new = if found.in_tree { "" } else { "new " };
    let files = run(found.read()).unwrap().unwrap();
    let prepared = texts(tree, found.name.as_str());
    assert!(!found.in_tree || files == prepared, "prepared files equal the files on disk");
    let sources: Vec<_> = files.iter().map(|file| String::from_utf8_lossy(&file.source).into_owned()).collect();
    format!("{new}{}: {}", found.name.as_str(), sources.join(" "))
}

#[test]
fn custom_file_replaces_only_the_file_of_its_name() {
    let base = root(&["yealink/t46u/a", "yealink/t46u/b", "yealink/t54w/a", "own.net/yealink/t46u/a"]);
    let custom = root(&["x"]);
    let put = |file: &str| {
        let path = custom.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("custom:{file}")).unwrap();
    };
    for file in ["yealink/t46u/b", "yealink/t46u/c", "blue.net/yealink/t46u/a", "own.net/yealink/t46u/z", "acme/a1/x"] {
        put(file);
    }
    let path = SearchPath { roots: vec![base.path().to_owned()], custom: Some(custom.path().to_owned()) };
    let tree = scanned(path);
    for (template, domain, files) in [
        ("yealink/t46u", "red.net", "yealink/t46u: yealink/t46u/a custom:yealink/t46u/b custom:yealink/t46u/c"),
        (
            "yealink/t46u",
            "blue.net",
            "blue.net/yealink/t46u: custom:blue.net/yealink/t46u/a custom:yealink/t46u/b custom:yealink/t46u/c",
        ),
        // A domain's tree replaces all templates: common custom files override common files only.
        ("yealink/t46u", "own.net", "own.net/yealink/t46u: own.net/yealink/t46u/a custom:own.net/yealink/t46u/z"),
        ("yealink/t54w", "blue.net", "yealink/t54w: yealink/t54w/a"),
        ("acme/a1", "red.net", "acme/a1: custom:acme/a1/x"),
    ] {
        assert_eq!(shown(&tree, template, domain, None), files);
    }
    let elsewhere = root(&["yealink/t46u/b", "yealink/t46u/d"]);
    assert_eq!(
        shown(&tree, "yealink/t46u", "red.net", Some(elsewhere.path())),
        "new yealink/t46u: custom:yealink/t46u/b custom:yealink/t46u/c yealink/t46u/d"
    );
    put("yealink/t54w/b");
    assert_eq!(
        shown(&scanned_again(&tree), "yealink/t54w", "red.net", None),
        "yealink/t54w: yealink/t54w/a custom:yealink/t54w/b"
    );
}

#[test]
fn links_are_followed_and_broken_links_are_absent() {
    let root = root(&["yealink/t46u/a"]);
    let link = |to: &str, from: &str| std::os::unix::fs::symlink(to, root.path().join(from)).unwrap();
    link("t46u", "yealink/t48u");
    link("a", "yealink/t46u/b");
    link("nowhere", "yealink/t46u/c");
    link("nowhere", "yealink/t49u");
    link("..", "yealink/loop");
    let tree = scanned(vec![root.path().to_owned()]);
    assert_eq!(shown(&tree, "yealink/t48u", "d", None), "yealink/t48u: yealink/t46u/a yealink/t46u/a");
    assert!(locate(&tree, "yealink/t49u", "d", None).is_none());
}

#[test]
fn pictures_are_readable_but_not_templates() {
    let root = root(&["yealink/t46u/a", "yealink/t46u/logo.PNG"]);
    let tree = scanned(vec![root.path().to_owned()]);
    assert_eq!(texts(&tree, "yealink/t46u").len(), 1);
    let found = locate(&tree, "yealink/t46u", "d", None).unwrap();
    assert!(run(found.read_file("logo.PNG")).unwrap().is_some() && run(found.read_file("logo.gif")).unwrap().is_none());
    assert!(run(found.read_file("../t46u/a")).unwrap().is_none());
}

#[test]
fn missing_root_is_named() {
    let error = look(vec!["/nowhere/at/all".into()].into()).err().unwrap();
    assert!(error.to_string().contains("/nowhere/at/all"));
}

#[test]
fn link_out_of_the_search_path_is_not_read() {
    let (tree_root, elsewhere) = (root(&["yealink/t46u/a"]), root(&["secret.cfg", "logo.png"]));
    let link = |to: &Path, from: &str| std::os::unix::fs::symlink(to, tree_root.path().join(from)).unwrap();
    link(&elsewhere.path().join("secret.cfg"), "yealink/t46u/b");
    link(&elsewhere.path().join("logo.png"), "yealink/t46u/logo.png");
    link(elsewhere.path(), "yealink/all");
    let tree = scanned(vec![tree_root.path().to_owned()]);
    for path in ["yealink/t46u/b", "yealink/t46u/logo.png", "yealink/all/secret.cfg"] {
        assert!(matches!(run(tree.read_file(path)), Err(Error::Outside(_))), "{path}");
    }
    let found = locate(&tree, "yealink/t46u", "d", None).unwrap();
    assert!(matches!(run(found.read_file("logo.png")), Err(Error::Outside(_))));
    assert_eq!(texts(&tree, "yealink/t46u").len(), 1, "the link is not a template either");
}

#[test]
fn linked_root_is_read_and_hidden_paths_are_not() {
    let real = root(&["yealink/t46u/a", "yealink/.git/x.png", ".git/x.png"]);
    let place = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(real.path(), place.path().join("link")).unwrap();
    let tree = scanned(vec![place.path().join("link")]);
    assert!(run(tree.read_file("yealink/t46u/a")).unwrap().is_some());
    for path in [".git/x.png", "yealink/.git/x.png"] {
        assert!(run(tree.read_file(path)).unwrap().is_none(), "{path}");
    }
}

/// The names of the files of a folder, those of other folders included.
fn names(path: impl Into<SearchPath>, folder: &str) -> Vec<String> {
    looked(path).texts().folder(folder).unwrap().iter().map(|file| file.file.clone()).collect()
}

fn write(root: &tempfile::TempDir, file: &str, text: &str) {
    let path = root.path().join(file);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn folder_gets_the_files_that_its_templates_include() {
    let root = root(&["acme/parts/b", "acme/two/x", "other/parts/d", "common.inc", "unnamed", "logo.png"]);
    write(&root, "acme/one/a", "{include '../parts/c'}{include \"../../common.inc\"}{include './b'} '../../logo.png'");
    write(&root, "acme/parts/c", "{include './b'}{include '../../other/parts/d'}{include '../one/a'}");
    let path = || vec![root.path().to_owned()];
    let shared = ["../../acme/parts/b", "../../acme/parts/c", "../../common.inc", "../../other/parts/d", "a"];
    assert_eq!(names(path(), "acme/one"), shared);
    assert_eq!(names(path(), "acme/two"), ["x"]);
    write(&root, "acme/two/x", "{$up = '..'}{include \"../{$kind}/b\"}{include \"../../$vendor/parts/d\"}");
    let computed = ["../../acme/one/a", "../../acme/parts/b", "../../acme/parts/c", "../../common.inc"];
    assert_eq!(names(path(), "acme/two"), [&computed[..], &["../../other/parts/d", "x"]].concat());
}

#[test]
fn folder_gets_no_files_of_another_domain() {
    let root = root(&["a.example/acme/one/c", "acme/one/x", "tenant/acme/one/c", "secret", "other/acme"]);
    let names = |folder: &str| names(vec![root.path().to_owned()], folder);
    let include =
        "{include '../../a.example/acme/one/c'}{include '../../tenant/acme/one/c'}{include '../../../secret'}";
    write(&root, "acme/one/x", &format!("{include}{{include '../../other/acme'}}"));
    write(&root, "b.example/acme/one/x", "{include '../../../a.example/acme/one/c'}{include '../../../acme/one/x'}");
    assert_eq!(names("acme/one"), ["../../other/acme", "x"]);
    assert_eq!(names("b.example/acme/one"), ["../../../acme/one/x", "../../../other/acme", "x"]);
}

#[test]
fn domain_that_overrides_a_file_includes_common_files() {
    let (tree_root, custom) =
        (root(&["acme/parts/b", "acme/parts/c", "common.inc"]), root(&["d.example/acme/parts/c"]));
    write(&tree_root, "acme/one/a", "{include '../parts/b'}{include '../parts/c'}{include '../../common.inc'}");
    write(&custom, "d.example/acme/one/x", "");
    write(&custom, "common.inc", "custom");
    let path = SearchPath { roots: vec![tree_root.path().to_owned()], custom: Some(custom.path().to_owned()) };
    let disk = looked(path);
    let files = disk.texts().folder("d.example/acme/one").unwrap();
    let shown = files.iter().map(|file| format!("{} {}", file.file, String::from_utf8_lossy(&file.source)));
    let shared = ["b acme/parts/b", "c d.example/acme/parts/c"].map(|it| format!("../../../d.example/acme/parts/{it}"));
    let shown: Vec<_> = shown.filter(|it| it.starts_with('.')).collect();
    assert_eq!(shown, [&shared[..], &["../../../d.example/common.inc custom".to_owned()]].concat());
}

#[test]
fn name_that_stands_for_too_many_files_gives_none() {
    let root = root(&["acme/parts/b"]);
    (0..300).for_each(|at| write(&root, &format!("acme/many/{at}"), "x"));
    write(&root, "acme/one/a", "{include \"../many/$n\"}{include '../parts/b'}");
    assert_eq!(names(vec![root.path().to_owned()], "acme/one"), ["../../acme/parts/b", "a"]);
}
