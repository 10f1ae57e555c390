//! The variables and files that a template may read.

use std::collections::BTreeSet;

use super::{Expr, Program, Template};
use crate::php::Value;

/// The variables and files that a render may read, determined from the template alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reads {
    /// The names of the variables, sorted. A name that a loop or an assignment always sets first is included. `None` if
    /// the template computes names, and so may read any variable.
    pub variables: Option<Vec<String>>,
    /// The files that it includes or extends by literal names, sorted.
    pub files: Vec<String>,
    /// True if it also includes files by computed names.
    pub computed_files: bool,
}

impl Template {
    /// The variables and files that this file may read; its includes have their own. `folder` is that of
    /// [`Render::folder`](crate::Render::folder).
    #[must_use]
    pub fn reads(&self, folder: &str) -> Reads {
        self.program.reads(&self.name, folder)
    }
}

impl Program {
    /// `name` is the file that relative includes refer to.
    fn reads(&self, name: &str, folder: &str) -> Reads {
        let mut variables = BTreeSet::new();
        let mut computed = false;
        for expr in &self.exprs {
            match expr {
                Expr::Var(symbol) | Expr::Prop(symbol, _) => {
                    let name = &self.symbols[*symbol as usize];
                    if !name.starts_with("__smarty_") {
                        variables.insert(name.to_string());
                    }
                }
                Expr::NamedVar(_) | Expr::NamedProp(..) => computed = true,
                _ => {}
            }
        }
        // The assignment to an element reads the variable first, and so does a counter.
        let written = self.tags.assigns.iter().map(|assign| &assign.place);
        let written = written.chain(self.tags.cfors.iter().map(|tag| &tag.place));
        for place in written {
            match place.name {
                super::Name::Static(symbol) => {
                    if !place.path.is_empty() {
                        variables.insert(self.symbols[symbol as usize].to_string());
                    }
                }
                super::Name::Computed(_) => computed |= !place.path.is_empty(),
            }
        }
        let appended = self.tags.captures.iter().filter_map(|tag| tag.append.optional());
        for name in appended {
            match self.text_of(name) {
                Some(name) => {
                    variables.insert(name);
                }
                None => computed = true,
            }
        }
        let (files, computed_files) = self.files(name, folder);
        Reads { variables: (!computed).then(|| variables.into_iter().collect()), files, computed_files }
    }

    fn files(&self, from: &str, folder: &str) -> (Vec<String>, bool) {
        let named = self.tags.includes.iter().map(|tag| tag.file);
        let named = named.chain(self.extends.iter().copied());
        let mut files = BTreeSet::new();
        let mut computed = false;
        for file in named {
            match self.text_of(file) {
                Some(name) => {
                    let name = name.strip_prefix("file:").unwrap_or(&name);
                    if let Ok(name) = crate::names::resolve(name.as_bytes(), from, folder) {
                        files.insert(String::from_utf8_lossy(&name).into_owned());
                    }
                }
                None => computed = true,
            }
        }
        (files.into_iter().collect(), computed)
    }

    fn text_of(&self, id: super::ExprId) -> Option<String> {
        match self.exprs.get(id.0 as usize)? {
            Expr::Const(index) => match self.constants.get(*index as usize)? {
                Value::Str(s) => Some(s.to_lossy()),
                _ => None,
            },
            _ => None,
        }
    }
}
