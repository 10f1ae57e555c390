//! Parsed templates: those that `prepare` keeps for every request, and those that are part of a job.

use crate::types::{self, Fault, Prepared, Reads};
use crate::variables;
use dialplate_smarty as smarty;
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

type Parsed = Result<Rc<smarty::Template>, smarty::Error>;

/// The files of one template folder, and those of other folders that they include.
#[derive(Default)]
pub struct Folder {
    name: String,
    /// By their paths from the template root.
    files: FxHashMap<String, Parsed>,
}

/// Folders by name.
type Folders = FxHashMap<String, Rc<Folder>>;

thread_local! {
    static PREPARED: RefCell<Folders> = RefCell::default();
}

impl Folder {
    fn add(&mut self, folder: &str, file: &str, parsed: impl FnOnce(&str) -> Parsed) {
        folder.clone_into(&mut self.name);
        let path = path(folder, file);
        let parsed = parsed(&path);
        self.files.insert(path, parsed);
    }

    /// Parses the templates that are part of a job.
    pub fn of(templates: &[types::Template]) -> Self {
        let mut folder = Self::default();
        for types::Template { folder: name, file, source } in templates {
            folder.add(name, file, |name| parse(name, source));
        }
        folder
    }

    /// The names of its own files.
    pub fn names(&self) -> Vec<&str> {
        self.files.keys().filter_map(|path| self.own(path)).collect()
    }

    pub fn get(&self, file: &str) -> Option<&Parsed> {
        self.files.get(&path(&self.name, file))
    }

    /// The name in this folder of the file at a path.
    fn own<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.strip_prefix(&*self.name)?.strip_prefix('/')
    }

    /// The settings that a job for the file at a path needs: those that it or a file that it includes names, and those
    /// that the vendor reads afterwards.
    fn reads(&self, path: &str, of_vendor: &[&str]) -> Reads {
        let mut names: BTreeSet<String> = of_vendor.iter().map(|name| (*name).to_owned()).collect();
        let mut pending = vec![path.to_owned()];
        let mut seen = BTreeSet::new();
        while let Some(path) = pending.pop() {
            if !seen.insert(path.clone()) {
                continue;
            }
            let Some(Ok(template)) = self.files.get(&path) else { continue };
            let reads = template.reads(&self.name);
            let Some(variables) = reads.variables.filter(|_| !reads.computed_files) else { return Reads::Every };
            for name in variables {
                names.extend(variables::ingredients(&name).into_iter().map(str::to_owned));
                names.insert(name);
            }
            pending.extend(reads.files);
        }
        Reads::Only(names.into_iter().collect())
    }

    fn not_found(&self, path: &str) -> smarty::Error {
        smarty::Error {
            kind: smarty::ErrorKind::Refused,
            template: path.to_owned(),
            line: 0,
            column: 0,
            excerpt: String::new(),
            message: format!(
                "template \"{path}\" is not among the files that {} may include: it does not exist, it is in the folder of \
                 another domain, or no template has its name in quotes",
                self.name
            ),
        }
    }
}

impl smarty::Templates for Folder {
    fn get(&self, name: &[u8]) -> Result<Option<Rc<smarty::Template>>, smarty::Error> {
        let Ok(path) = std::str::from_utf8(name) else { return Ok(None) };
        if let Some(found) = self.files.get(path) {
            return found.clone().map(Some);
        }
        if self.own(path).is_some() { Ok(None) } else { Err(self.not_found(path)) }
    }
}

/// The path from the template root of a file that a folder has or includes.
fn path(folder: &str, file: &str) -> String {
    let (mut folder, mut file) = (folder, file);
    while let Some(above) = file.strip_prefix("../") {
        (folder, file) = (folder.rsplit_once('/').map_or("", |(above, _)| above), above);
    }
    if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") }
}

/// Parses every template and keeps it for later requests. Files with the same text share one parsed template. `of_vendor`
/// are the settings that the vendor reads for every file.
pub fn prepare(templates: &[types::Template], of_vendor: &[&str]) -> Vec<Prepared> {
    let mut folders: FxHashMap<String, Folder> = FxHashMap::default();
    for (template, twin) in templates.iter().zip(twins(templates)) {
        let known = folders.get(&twin.folder).and_then(|known| known.get(&twin.file)).cloned();
        let types::Template { folder, file, source } = template;
        folders.entry(folder.clone()).or_default().add(folder, file, |name| match known {
            Some(known) => renamed(known, name),
            None => parse(name, source),
        });
    }
    let folders: Folders = folders.into_iter().map(|(name, folder)| (name, Rc::new(folder))).collect();
    let functions = functions(&folders);
    let answer = |template: &types::Template| Prepared {
        folder: template.folder.clone(),
        file: template.file.clone(),
        outcome: match folders[&template.folder].get(&template.file) {
            Some(Err(error)) => Err(fault(error.clone())),
            Some(Ok(parsed)) => parsed
                .stands_alone(|name| functions.contains(name))
                .map(|()| folders[&template.folder].reads(&path(&template.folder, &template.file), of_vendor))
                .map_err(|error| fault(error.with_source(&template.source))),
            None => Ok(Reads::Every),
        },
    };
    let prepared = templates.iter().map(answer).collect();
    PREPARED.set(folders);
    prepared
}

/// The names of all template functions: a tag that no file defines is unknown, whichever file includes it.
fn functions(folders: &Folders) -> FxHashSet<Vec<u8>> {
    let parsed = folders.values().flat_map(|folder| folder.files.values()).flatten();
    parsed.flat_map(|template| template.functions()).map(<[u8]>::to_vec).collect()
}

/// The prepared files with lines that are errors once a device reaches them, sorted: the first refused line of each, and
/// the first file that it includes by a constant name and that is not there.
pub fn remarks() -> Vec<String> {
    let mut found = PREPARED.with_borrow(|folders| {
        let files = folders.values().flat_map(|folder| folder.files.values().flatten().map(move |file| (folder, file)));
        let of_file = |(folder, file): (&Rc<Folder>, &Rc<smarty::Template>)| {
            let refused = file.refusals().next().map(|error| error.to_string());
            let includes = file.reads(&folder.name).files;
            let absent = includes.into_iter().find(|name| !folder.files.contains_key(name));
            let absent = absent.map(|name| format!("{}: it includes \"{name}\", which is not there", file.name()));
            [refused, absent].into_iter().flatten()
        };
        let remarks = files.flat_map(of_file);
        remarks.map(|remark| format!("{remark}. A device that reaches this line gets an error")).collect::<Vec<_>>()
    });
    found.sort();
    // A file that several folders include is one file.
    found.dedup();
    found
}

/// For each template, the first template with the same text, which may be the template itself.
fn twins(templates: &[types::Template]) -> impl Iterator<Item = &types::Template> {
    let mut first: FxHashMap<&[u8], &types::Template> = FxHashMap::default();
    templates.iter().map(move |template| *first.entry(&template.source).or_insert(template))
}

fn parse(name: &str, source: &[u8]) -> Parsed {
    smarty::Template::parse(name, source).map(Rc::new)
}

fn renamed(parsed: Parsed, name: &str) -> Parsed {
    match parsed {
        Ok(template) => Ok(Rc::new(template.renamed(name))),
        Err(error) => Err(smarty::Error { template: name.to_owned(), ..error }),
    }
}

/// The folder that `prepare` parsed.
pub fn prepared(folder: &str) -> Option<Rc<Folder>> {
    PREPARED.with_borrow(|folders| folders.get(folder).cloned())
}

/// A template language's error as a fault of the interface.
pub fn fault(error: smarty::Error) -> Fault {
    let smarty::Error { template, line, column, message, excerpt, .. } = error;
    Fault { template, line, column, message, excerpt }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(folder: &str, file: &str, source: &str) -> types::Template {
        types::Template { folder: folder.to_owned(), file: file.to_owned(), source: source.as_bytes().to_vec() }
    }

    #[test]
    fn files_with_equal_text_share_one_parse_and_keep_names() {
        let text = "{$a}{include file='./c.cfg'}";
        let files = [("m1", "a.cfg", text), ("m2", "a.cfg", text), ("m2", "b.cfg", text), ("m2", "c.cfg", "{$c}")];
        let prepared = prepare(&files.map(|(folder, file, source)| template(folder, file, source)), &[]);
        let found = |folder: &str, file| prepared_file(folder, file).unwrap();
        let first = found("m1", "a.cfg");
        assert!(first.shares_text_with(&found("m2", "a.cfg")) && first.shares_text_with(&found("m2", "b.cfg")));
        assert_eq!((first.name(), found("m2", "b.cfg").name().to_owned()), ("m1/a.cfg", "m2/b.cfg".to_owned()));
        // Each file includes `c.cfg` of its own folder.
        let reads = |names: &[&str]| Reads::Only(names.iter().map(|name| (*name).to_owned()).collect());
        let of = |at: usize| format!("{:?}", prepared[at].outcome);
        assert_eq!(of(0), format!("{:?}", Ok::<_, Fault>(reads(&["a"]))));
        assert_eq!(of(1), format!("{:?}", Ok::<_, Fault>(reads(&["a", "c"]))));
    }

    #[test]
    fn settings_of_the_vendor_belong_to_every_file() {
        let prepared = prepare(&[template("m", "a.cfg", "{$z}"), template("m", "b.cfg", "b")], &["y", "x"]);
        let reads: Vec<_> = prepared.into_iter().map(|file| file.outcome.unwrap()).collect();
        assert_eq!(format!("{reads:?}"), r#"[Reads::Only(["x", "y", "z"]), Reads::Only(["x", "y"])]"#);
    }

    #[test]
    fn fault_names_requested_file_when_texts_are_equal() {
        let prepared = prepare(&[template("m1", "a.cfg", "{if $x}"), template("m2", "a.cfg", "{if $x}")], &[]);
        let names: Vec<_> = prepared.into_iter().map(|file| file.outcome.unwrap_err().template).collect();
        assert_eq!(names, ["m1/a.cfg", "m2/a.cfg"]);
    }

    #[test]
    fn tag_that_no_file_defines_is_a_fault_of_its_file() {
        let files = [("m", "a.cfg", "{function f}{/function}"), ("m", "b.cfg", "{f}"), ("m", "c.cfg", "{f}\n{g}")];
        let prepared = prepare(&files.map(|(folder, file, source)| template(folder, file, source)), &[]);
        assert!(prepared[0].outcome.is_ok() && prepared[1].outcome.is_ok());
        let fault = prepared[2].outcome.as_ref().unwrap_err();
        assert_eq!((fault.line, fault.message.as_str(), fault.excerpt.as_str()), (2, "unknown tag {g}", "{g}"));
    }

    /// What a file of a folder prints; the error's message if it fails.
    fn printed(folder: &str, file: &str) -> String {
        let folder = super::prepared(folder).unwrap();
        let (variables, clock) = (smarty::php::Array::new(), smarty::php::Clock::stopped(0));
        let render =
            smarty::Render { templates: &*folder, folder: &folder.name, ..smarty::Render::new(&variables, &clock) };
        match folder.get(file).unwrap().as_ref().unwrap().render(&render) {
            Ok(bytes) => String::from_utf8(bytes).unwrap(),
            Err(error) => error.message,
        }
    }

    #[test]
    fn relative_name_leads_to_the_files_of_other_folders() {
        let files = [
            ("acme/one", "a.cfg", "{include '../parts/head'}{include '../common.inc'}{include '../../common.inc'}"),
            ("acme/one", "../../acme/parts/head", "{include './line'}{include '../one/tail'}{include 'tail'}{$x}"),
            ("acme/one", "../../acme/parts/line", "line "),
            ("acme/one", "tail", "tail "),
            ("acme/one", "../../acme/common.inc", "vendor{$y} "),
            ("acme/one", "../../common.inc", "root "),
            ("acme/one", "common.inc", "own"),
            ("acme/one", "own.cfg", "{include 'common.inc'}"),
            ("acme/one", "far.cfg", "{include '../../../x'}"),
            ("acme/one", "gone.cfg", "{include '../nowhere/x'}"),
            ("acme/one", "foreign.cfg", "{include '../../a.example/acme/one/c'}"),
            ("acme/two", "set.cfg", "{include \"{$unset}../one/tail\"}"),
            ("a.example/acme/one", "c", "c"),
        ];
        let prepared = prepare(&files.map(|(folder, file, source)| template(folder, file, source)), &[]);
        assert_eq!(printed("acme/one", "a.cfg"), "line tail tail vendor root ");
        let reads = Reads::Only(vec!["x".to_owned(), "y".to_owned()]);
        assert_eq!(format!("{:?}", prepared[0].outcome), format!("{:?}", Ok::<_, Fault>(reads)));
        assert_eq!(printed("acme/one", "own.cfg"), "own");
        assert!(printed("acme/one", "far.cfg").contains("outside of the template root"));
        assert!(
            printed("acme/one", "gone.cfg").contains("\"acme/nowhere/x\" is not among the files that acme/one may")
        );
        assert!(printed("acme/one", "foreign.cfg").contains("it is in the folder of another domain"));
        let computed = printed("acme/two", "set.cfg");
        assert!(computed.contains("no template has its name in quotes"), "{computed}");
    }

    #[test]
    fn refused_line_is_named_and_its_file_serves() {
        let files = [("m", "a.cfg", "{$a}"), ("m", "b.cfg", "x\n{if $a}{fetch file=$a}{eval var=$a}{/if}")];
        let prepared = prepare(&files.map(|(folder, file, source)| template(folder, file, source)), &[]);
        assert!(prepared.iter().all(|file| file.outcome.is_ok()));
        let [refusal] = remarks().try_into().unwrap();
        assert!(refusal.starts_with("m/b.cfg:2:8: {fetch} is refused"), "{refusal}");
    }

    #[test]
    fn include_that_leads_nowhere_is_named() {
        let text = "{if $a}{include './gone'}{include './c'}{include file=$a}{/if}";
        let files = [("m", "a.cfg", text), ("m", "c", ""), ("n", "../m/a.cfg", text), ("n", "../m/c", "")];
        let prepared = prepare(&files.map(|(folder, file, source)| template(folder, file, source)), &[]);
        assert!(prepared.iter().all(|file| file.outcome.is_ok()));
        let expected =
            "m/a.cfg: it includes \"m/gone\", which is not there. A device that reaches this line gets an error";
        assert_eq!(remarks(), [expected]);
    }

    fn prepared_file(folder: &str, file: &str) -> Parsed {
        super::prepared(folder).unwrap().get(file).unwrap().clone()
    }
}
