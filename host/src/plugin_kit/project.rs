//! Where the component, the cases and the templates of a plugin are.

use super::case::DEVICE;
use super::error::Error;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Where a plugin's folder may have its component.
const BUILT: [&str; 5] = ["", "build", "dist", "target", "target/plugins"];
/// Where it may have its cases.
const CASES: [&str; 2] = ["tests/cases", "cases"];
/// Where it may have templates that its cases share.
const TEMPLATES: &str = "templates";
/// How far above a component or a case its project may be.
const ABOVE_MAX: usize = 5;
/// The first bytes of a component; a core module has another version.
const COMPONENT: [u8; 8] = *b"\0asm\x0d\0\x01\0";

/// A plugin on disk.
pub struct Project {
    pub component: PathBuf,
    /// The folders of the cases, by name.
    pub cases: Vec<PathBuf>,
    /// The template folders that its cases share.
    pub templates: Option<PathBuf>,
}

impl Project {
    /// Finds a plugin by the path of its folder, its component, or one of its cases.
    ///
    /// # Errors
    /// There is no component, or there are several.
    pub fn find(path: &Path, component: Option<&Path>) -> Result<Self, Error> {
        path.metadata().map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let folder = home(path);
        let component = match component {
            Some(component) => component.to_owned(),
            None if path.is_file() => path.to_owned(),
            None => only_component(&folder)?,
        };
        let cases = if path.join(DEVICE).is_file() { vec![path.to_owned()] } else { cases(&folder)? };
        let templates = Some(folder.join(TEMPLATES)).filter(|folder| folder.is_dir());
        Ok(Self { component, cases, templates })
    }
}

/// The project's folder: the path itself, or the nearest folder above a file or a case that has cases.
fn home(path: &Path) -> PathBuf {
    if path.is_dir() && !path.join(DEVICE).is_file() {
        return path.to_owned();
    }
    let absolute = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let above = || absolute.ancestors().skip(1).take(ABOVE_MAX);
    // `tests` has a folder `cases` as well, so the longer path comes first.
    let nearest = CASES.iter().find_map(|cases| above().find(|folder| folder.join(cases).is_dir()));
    nearest.or(absolute.parent()).map_or_else(PathBuf::new, Path::to_owned)
}

fn only_component(folder: &Path) -> Result<PathBuf, Error> {
    let mut found = Vec::new();
    for place in BUILT {
        let Ok(entries) = folder.join(place).read_dir() else { continue };
        let files = entries.flatten().map(|entry| entry.path());
        found
            .extend(files.filter(|file| file.extension().is_some_and(|ending| ending == "wasm") && is_component(file)));
    }
    found.sort();
    match found.len() {
        0 => Err(Error::NoComponent(folder.to_owned())),
        1 => Ok(found.remove(0)),
        _ => Err(Error::Components { folder: folder.to_owned(), files: found }),
    }
}

fn is_component(file: &Path) -> bool {
    let mut first = [0; COMPONENT.len()];
    file.is_file() && File::open(file).and_then(|mut file| file.read_exact(&mut first)).is_ok() && first == COMPONENT
}

fn cases(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for place in CASES.map(|place| folder.join(place)).iter().filter(|place| place.is_dir()) {
        let entries = place.read_dir().map_err(|source| Error::Read { path: place.clone(), source })?;
        found.extend(entries.flatten().map(|entry| entry.path()).filter(|path| path.join(DEVICE).is_file()));
    }
    found.sort();
    Ok(found)
}
