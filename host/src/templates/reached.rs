//! The files outside of a plugin's folders that its templates name: parts that vendors share. This room knows no template
//! syntax, so it looks for paths that lead up.

use super::folder::TemplateFile;
use super::texts::{Texts, file};
use std::collections::BTreeMap;

/// Files that one plugin gets in addition to those of its own folders: shared parts are few.
const FILES_MAX: usize = 256;
/// The bytes of all these files. They are parsed once more in each plugin that names them.
const BYTES_MAX: usize = 4 << 20;

impl Texts {
    /// The files that `own` names by a path with `../`, and those that they name in turn, except the files among `own`.
    /// A path that the template computes is not found.
    pub fn reached_by(&self, own: &[TemplateFile]) -> Vec<TemplateFile> {
        let mut reached: BTreeMap<(String, String), TemplateFile> = BTreeMap::new();
        let mut pending: Vec<TemplateFile> = own.to_vec();
        let mut bytes = 0;
        let is_own = |folder: &str| own.binary_search_by(|known| known.folder.as_str().cmp(folder)).is_ok();
        while let Some(from) = pending.pop() {
            for path in paths(&from) {
                let Some(found) = self.at(&path).filter(|found| !is_own(&found.folder)) else { continue };
                let key = (found.folder.clone(), found.file.clone());
                if reached.contains_key(&key) || reached.len() >= FILES_MAX || bytes + found.source.len() > BYTES_MAX {
                    continue;
                }
                bytes += found.source.len();
                reached.insert(key, found.clone());
                pending.push(found.clone());
            }
        }
        reached.into_values().collect()
    }

    /// The file at a path below the template root.
    fn at(&self, path: &str) -> Option<&TemplateFile> {
        let mut splits = path.rmatch_indices('/').map(|(at, _)| (&path[..at], &path[at + 1..]));
        let in_folder = splits.find_map(|(folder, name)| file(self.folder(folder)?, name));
        in_folder.or_else(|| file(self.root(), path))
    }
}

/// The paths below the template root that a text names by `../` or `./`, resolved against its own place.
fn paths(from: &TemplateFile) -> impl Iterator<Item = String> {
    let is_path = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-./".contains(byte);
    let words = from.source.split(move |byte| !is_path(byte)).filter(|word| word.starts_with(b"."));
    let words = words.filter_map(|word| std::str::from_utf8(word).ok());
    let relative = words.filter(|word| word.starts_with("../") || word.starts_with("./"));
    relative.filter_map(|word| resolve(&format!("{}/{}", from.folder, from.file), word))
}

/// `None` if the path leads out of the root.
fn resolve(from: &str, path: &str) -> Option<String> {
    let (folder, _) = from.rsplit_once('/')?;
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(folder: &str, file: &str, source: &str) -> TemplateFile {
        TemplateFile { folder: folder.into(), file: file.into(), source: source.as_bytes().into() }
    }

    #[test]
    fn shared_parts_are_found_by_paths_that_lead_up() {
        let mut texts = Texts::default();
        let own = text("acme/one", "a", "{include '../../other/parts/b'}{include '../../common'}{include '../two/x'}");
        texts.set("acme/one", vec![own.clone()]);
        texts.set("acme/two", vec![text("acme/two", "x", "")]);
        let shared = [("b", "{include \"./c\"}"), ("c", "../../../out ../parts/b"), ("d", "")];
        texts.set("other/parts", shared.map(|(file, source)| text("other/parts", file, source)).to_vec());
        texts.set_root(vec![text("", "common", "./more"), text("", "more", ""), text("", "unnamed", "")]);
        let reached = texts.reached_by(&[own, text("acme/two", "x", "")]);
        let names: Vec<_> = reached.iter().map(|found| format!("{}:{}", found.folder, found.file)).collect();
        assert_eq!(names, [":common", ":more", "other/parts:b", "other/parts:c"]);
    }
}
