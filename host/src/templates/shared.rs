//! Files outside of a template folder that its templates include: `../common/x`. They become files of the folder, named by
//! their path from there, so that a folder is complete: it is checked, goes live and is prepared with the files that it
//! includes, and a file's edit reaches each folder that includes it.
//!
//! This room knows no template syntax. A text in quotes that begins with `./` or `../` may be a file's name, or a part
//! of one.

use super::folder::TemplateFile;
use regex::bytes::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

/// Files that one folder gets from others: as many as it may hold itself.
pub(super) const FILES_MAX: usize = 256;
/// The bytes of these files. They are parsed again for each folder that includes them.
const BYTES_MAX: usize = 4 << 20;

/// A text in quotes that begins with a dot: what is before the first variable, and the rest.
static NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?-u)['"](\.[./][^'"\n${`]*)([^'"\n]*)"#).expect("the pattern is constant"));

/// Everything that templates may include, by paths below the root.
pub(super) trait Library {
    fn at(&mut self, path: &str) -> Option<Arc<[u8]>>;

    /// The paths that a computed name may stand for.
    fn like(&self, names: &Computed) -> BTreeSet<String>;

    /// Whether a folder in the root may be a domain's.
    fn may_be_domain(&self, folder: &str) -> bool;

    /// The domain of a folder that has the files which it does not override from a common folder.
    fn overriding_domain<'n>(&self, folder: &'n str) -> Option<&'n str>;
}

/// The files that a folder's files include from outside of it, and those that these include. Names without a variable
/// come first. A name that stands for more files than the limits allow gives none.
pub(super) fn shared_by(library: &mut dyn Library, folder: &str, own: &[TemplateFile]) -> Vec<TemplateFile> {
    let mut found = Shared { library, folder, files: BTreeMap::new(), bytes: 0 };
    let mut computed = Vec::new();
    for own in own {
        found.add_named(&format!("{folder}/{}", own.file), &own.source, &mut computed);
    }
    while let Some(names) = computed.pop() {
        found.add_computed(&names, &mut computed);
    }
    let up = "../".repeat(folder.split('/').count());
    let file = |(path, source)| TemplateFile { folder: folder.to_owned(), file: format!("{up}{path}"), source };
    found.files.into_iter().map(file).collect()
}

/// The names that a template computes: all of those with this start and end.
pub(super) struct Computed {
    pub(super) start: String,
    end: String,
}

impl Computed {
    pub(super) fn fit(&self, path: &str) -> bool {
        path.starts_with(&self.start) && path.ends_with(&self.end)
    }
}

/// The files of one folder that have been found.
struct Shared<'a> {
    library: &'a mut dyn Library,
    folder: &'a str,
    files: BTreeMap<String, Arc<[u8]>>,
    bytes: usize,
}

impl Shared<'_> {
    /// Adds the files that a text names, and those that they name; collects the names that it computes.
    fn add_named(&mut self, path: &str, source: &[u8], computed: &mut Vec<Computed>) {
        let mut pending = vec![(path.to_owned(), Arc::from(source))];
        while let Some((path, source)) = pending.pop() {
            let source: Arc<[u8]> = source;
            for name in NAME.captures_iter(&source) {
                let (Ok(start), Ok(rest)) = (std::str::from_utf8(&name[1]), std::str::from_utf8(&name[2])) else {
                    continue;
                };
                let Some(start) = resolve(&path, start).filter(|start| self.may_include(start)) else { continue };
                match self.find(&start).filter(|_| rest.is_empty()) {
                    Some(source) => pending.extend(self.add(&start, &source).then_some((start, source))),
                    None => computed.push(Computed { start, end: end(rest).to_owned() }),
                }
            }
        }
    }

    fn add_computed(&mut self, names: &Computed, computed: &mut Vec<Computed>) {
        let mut paths = self.library.like(names);
        paths.retain(|path| !self.files.contains_key(path) && self.may_include(path));
        if paths.len() > FILES_MAX - self.files.len() {
            return;
        }
        for path in paths {
            let Some(source) = self.find(&path) else { continue };
            if self.add(&path, &source) {
                self.add_named(&path, &source, computed);
            }
        }
    }

    /// Whether the file is new and there is room for it.
    fn add(&mut self, path: &str, source: &Arc<[u8]>) -> bool {
        let is_new = !self.files.contains_key(path);
        let added = is_new && self.files.len() < FILES_MAX && self.bytes + source.len() <= BYTES_MAX;
        if added {
            self.bytes += source.len();
            self.files.insert(path.to_owned(), Arc::clone(source));
        }
        added
    }

    /// A domain that overrides single files has the others from the common folders.
    fn find(&mut self, path: &str) -> Option<Arc<[u8]>> {
        if let Some(found) = self.library.at(path) {
            return Some(found);
        }
        let common = path.strip_prefix(self.library.overriding_domain(self.folder)?)?.strip_prefix('/')?;
        self.library.at(common)
    }

    /// Whether a path may lead to a file of another folder, and not into the folder of another domain.
    fn may_include(&self, path: &str) -> bool {
        let top = |path: &str| path.split_once('/').map(|(top, _)| top.to_owned());
        let is_own = path.strip_prefix(self.folder).is_some_and(|rest| rest.starts_with('/'));
        let other = top(path).filter(|other| top(self.folder).as_ref() != Some(other));
        !is_own && !other.is_some_and(|other| self.library.may_be_domain(&other))
    }
}

/// The end that the names have which a template computes: what follows the last variable.
fn end(rest: &str) -> &str {
    let end = rest.rfind(['}', '`', '$']).map_or("", |at| &rest[at..]);
    match end.strip_prefix('$') {
        Some(variable) => variable.find(['/', '.']).map_or("", |at| &variable[at..]),
        None => end.get(1..).unwrap_or_default(),
    }
}

/// The path below the root that a file at `from` names, or the start of such paths. `None` if it leads out of the root.
fn resolve(from: &str, name: &str) -> Option<String> {
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    let is_folder = name.rsplit('/').next().is_some_and(|last| matches!(last, "" | "." | "..")) && !parts.is_empty();
    Some(format!("{}{}", parts.join("/"), if is_folder { "/" } else { "" }))
}

#[cfg(test)]
mod tests {
    use super::{end, resolve};

    #[test]
    fn relative_name_is_resolved_below_the_root() {
        let from = "acme/one/a.cfg";
        assert_eq!(resolve(from, "../two/x").as_deref(), Some("acme/two/x"));
        assert_eq!(resolve(from, "../two/").as_deref(), Some("acme/two/"));
        assert_eq!(resolve(from, "../..").as_deref(), Some(""));
        assert_eq!(resolve(from, "./../one/./x").as_deref(), Some("acme/one/x"));
        assert_eq!(resolve("common.inc", "./x").as_deref(), Some("x"));
        assert_eq!(resolve(from, "../../../x"), None);
    }

    #[test]
    fn computed_name_keeps_what_follows_its_last_variable() {
        for (rest, wanted) in [("$v/a.cfg", "/a.cfg"), ("{$v}.cfg", ".cfg"), ("$v", ""), ("`$a.b`/x", "/x"), ("", "")] {
            assert_eq!(end(rest), wanted, "{rest}");
        }
    }
}
