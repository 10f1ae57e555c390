//! The templates a plugin holds: those that `prepare` saw, which every request finds parsed, and those that came
//! along with a job.

use crate::types::{self, Fault, Prepared, Reads};
use crate::variables;
use dialplate_smarty as smarty;
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;

type Parsed = Result<Rc<smarty::Template>, smarty::Error>;

/// The files of one template folder.
#[derive(Default)]
pub struct Folder {
    /// The folder's own name and a slash: what the names of its templates begin with in messages.
    prefix: String,
    files: FxHashMap<String, Parsed>,
}

thread_local! {
    static PREPARED: RefCell<FxHashMap<String, Rc<Folder>>> = RefCell::default();
}

impl Folder {
    fn add(&mut self, template: &types::Template) {
        self.prefix = format!("{}/", template.folder);
        let name = format!("{}{}", self.prefix, template.file);
        let parsed = smarty::Template::parse(&name, &template.source).map(Rc::new);
        self.files.insert(template.file.clone(), parsed);
    }

    /// A folder of templates that came along with a job.
    pub fn of(templates: &[types::Template]) -> Self {
        let mut folder = Self::default();
        templates.iter().for_each(|template| folder.add(template));
        folder
    }

    pub fn names(&self) -> Vec<&str> {
        self.files.keys().map(String::as_str).collect()
    }

    pub fn get(&self, file: &str) -> Option<&Parsed> {
        self.files.get(file)
    }

    /// The settings that rendering a file can ask for: those it names and those of the files it includes.
    fn reads(&self, file: &str) -> Reads {
        let mut names = BTreeSet::new();
        let mut pending = vec![file.to_owned()];
        let mut seen = BTreeSet::new();
        while let Some(file) = pending.pop() {
            if !seen.insert(file.clone()) {
                continue;
            }
            let Some(Ok(template)) = self.files.get(&file) else { continue };
            let reads = template.reads();
            let Some(variables) = reads.variables.filter(|_| !reads.computed_files) else { return Reads::Every };
            for name in variables {
                names.extend(variables::ingredients(&name).into_iter().map(str::to_owned));
                names.insert(name);
            }
            pending.extend(reads.files);
        }
        Reads::Only(names.into_iter().collect())
    }
}

impl smarty::Templates for Folder {
    fn get(&self, name: &[u8]) -> Result<Option<Rc<smarty::Template>>, smarty::Error> {
        // A name that is told from where the including file lies (`./x`) comes with the folder in front.
        let name = std::str::from_utf8(name).ok();
        let name = name.map(|name| name.strip_prefix(&self.prefix).unwrap_or(name));
        let found = name.and_then(|name| self.files.get(name));
        found.cloned().transpose()
    }
}

/// Parses every template and keeps it for the requests to come.
pub fn prepare(templates: &[types::Template]) -> Vec<Prepared> {
    let mut folders: FxHashMap<String, Folder> = FxHashMap::default();
    for template in templates {
        folders.entry(template.folder.clone()).or_default().add(template);
    }
    let answer = |template: &types::Template| Prepared {
        folder: template.folder.clone(),
        file: template.file.clone(),
        outcome: match folders[&template.folder].get(&template.file) {
            Some(Err(error)) => Err(fault(error.clone())),
            _ => Ok(folders[&template.folder].reads(&template.file)),
        },
    };
    let prepared = templates.iter().map(answer).collect();
    PREPARED.set(folders.into_iter().map(|(name, folder)| (name, Rc::new(folder))).collect());
    prepared
}

/// The folder as `prepare` left it.
pub fn prepared(folder: &str) -> Option<Rc<Folder>> {
    PREPARED.with_borrow(|folders| folders.get(folder).cloned())
}

/// An error of the language as the interface tells it.
pub fn fault(error: smarty::Error) -> Fault {
    let smarty::Error { template, line, column, message, excerpt, .. } = error;
    Fault { template, line, column, message, excerpt }
}
