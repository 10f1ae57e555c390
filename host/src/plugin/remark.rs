//! What a plugin says in `prepare` about templates that compile: lines that are errors once a device reaches them.

use crate::templates::TemplateFile;

/// A warning about one template.
pub struct Remark {
    pub folder: String,
    pub file: String,
    /// Names the template, by its path from the root.
    pub message: String,
}

/// Finds the templates of each warning: it begins with their path from the root and `:`. Other warnings are logged.
pub(super) fn remarks(plugin: &str, warnings: Vec<String>, templates: &[TemplateFile]) -> Vec<Remark> {
    let mut remarks = Vec::new();
    for message in warnings {
        let before = remarks.len();
        // A file that several folders include is one of each.
        for TemplateFile { folder, file, .. } in templates.iter().filter(|template| is_about(&message, template)) {
            remarks.push(Remark { folder: folder.clone(), file: file.clone(), message: message.clone() });
        }
        if remarks.len() == before {
            tracing::warn!(plugin.name = plugin, "{message}");
        }
    }
    remarks
}

fn is_about(message: &str, template: &TemplateFile) -> bool {
    let from_root = template.file.trim_start_matches("../");
    let rest = match template.is_shared() {
        true => Some(message),
        false => message.strip_prefix(&*template.folder).and_then(|rest| rest.strip_prefix('/')),
    };
    rest.and_then(|rest| rest.strip_prefix(from_root)).is_some_and(|rest| rest.starts_with(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warning_belongs_to_template_that_it_names() {
        let template = |folder: &str, file: &str| TemplateFile {
            folder: folder.to_owned(),
            file: file.to_owned(),
            source: b"".as_slice().into(),
        };
        let templates = [template("a/b", "x"), template("a/b", "x.cfg"), template("a/b", "../../a/c/x")];
        let warnings = ["a/b/x.cfg:1:2: odd", "a/c/x: odd", "a/b/x odd", "a/b: odd", "odd"].map(str::to_owned);
        let found = remarks("p", warnings.into(), &templates);
        let found: Vec<_> = found.iter().map(|it| (&*it.folder, &*it.file, &*it.message)).collect();
        assert_eq!(found, [("a/b", "x.cfg", "a/b/x.cfg:1:2: odd"), ("a/b", "../../a/c/x", "a/c/x: odd")]);
    }
}
