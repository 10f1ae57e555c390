//! The template folders that serve, where their files come from, what is wrong with them, and a trial of a text that is not
//! saved.

use super::device::RenderedFile;
use super::operations::Operations;
use super::principal::{Domains, Principal, Scope};
use super::problem::Problem;
use crate::facts::{DisplayPath, hex};
use crate::http;
use crate::journal::{self, StoredDocument};
use crate::plugin::TemplateFault;
use crate::reload::{Report, Snapshot};
use crate::templates::{SearchPath, TemplateFile, file as file_of};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The folder name by which FusionPBX's installations are known.
const FUSIONPBX: &str = "fusionpbx";

/// The longest template text: ten times the largest one of FusionPBX's.
pub const TEXT_BYTES_MAX: usize = 512 * 1024;

/// Where files of a folder come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A folder of FusionPBX's.
    Fusionpbx,
    /// Another folder of `templates`, such as Dialplate's own.
    Dialplate,
    /// The folder `custom_templates`.
    Custom,
}

/// The template folders.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TemplateTree {
    pub folders: Vec<TemplateFolderSummary>,
    /// What is wrong with them.
    pub problems: Vec<TemplateProblemEntry>,
}

/// One template folder.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TemplateFolderSummary {
    /// `yealink/t46u`, with a domain before it if the folder is that domain's.
    pub name: String,
    /// Of two files of one name, that of the later layer counts.
    pub layers: Vec<TemplateLayer>,
    pub files: usize,
    /// How many of its files have a problem.
    pub problems: usize,
}

/// A folder on disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TemplateLayer {
    pub path: String,
    pub origin: Origin,
}

/// A file whose text on disk is not live, or fails.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TemplateProblemEntry {
    /// Folder and file, or the folder alone.
    pub template: String,
    /// What is wrong, and where.
    pub message: String,
    pub since: String,
    /// The text before stays active.
    pub old_serves: bool,
    /// Phones notice it.
    pub is_error: bool,
    /// The place in the text, if the text does not compile.
    pub fault: Option<FaultPlace>,
}

/// A place in a template text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FaultPlace {
    pub template: String,
    /// Counted from 1; 0 if the error belongs to no line.
    pub line: u32,
    /// Counted from 1 in bytes; 0 if unknown.
    pub column: u32,
    pub message: String,
    pub excerpt: String,
}

/// A template folder with its files.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TemplateFolderDetail {
    #[serde(flatten)]
    pub summary: TemplateFolderSummary,
    pub texts: Vec<TemplateFileSummary>,
}

/// A file of a template folder.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TemplateFileSummary {
    pub file: String,
    pub bytes: usize,
    pub sha256: String,
}

/// The live text of a template file.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TemplateText {
    pub folder: String,
    pub file: String,
    pub sha256: String,
    /// Absent if it is not UTF-8.
    pub text: Option<String>,
}

/// What came of a text that is not saved.
#[derive(Clone, Serialize, utoipa::ToSchema)]
pub struct Trial {
    /// The document; absent if the text fails.
    pub rendered: Option<RenderedFile>,
    /// Why the text fails.
    pub error: Option<String>,
    /// The place in the text, if the error has one.
    pub fault: Option<FaultPlace>,
    /// Whether the phone would get another document than with the live text; absent if one of them fails.
    pub is_changed: Option<bool>,
    /// A unified diff from the document with the live text, with secrets hidden.
    pub diff: Option<String>,
}

impl From<&TemplateFault> for FaultPlace {
    fn from(fault: &TemplateFault) -> Self {
        let TemplateFault { template, line, column, message, excerpt } = fault.clone();
        Self { template, line, column, message, excerpt }
    }
}

impl Operations {
    /// The template folders that the operator may see: those for all domains, and those of his.
    ///
    /// # Errors
    /// The operator may not look.
    pub fn templates(&self, principal: &Principal) -> Result<TemplateTree, Problem> {
        principal.needs(Scope::Read)?;
        let (snapshot, report) = (self.admin.snapshot.load(), self.admin.reloads.report());
        let problems = problems(&snapshot, &report, &principal.domains);
        let layers: BTreeMap<&str, &[PathBuf]> = snapshot.tree.layered().collect();
        let folders = snapshot.texts.folders().filter(|(name, _)| sees(&principal.domains, &snapshot, name));
        let summary = |(name, texts): (&str, &std::sync::Arc<[TemplateFile]>)| {
            summary(name, layers.get(name).copied().unwrap_or_default(), texts, &snapshot, &problems)
        };
        Ok(TemplateTree { folders: folders.map(summary).collect(), problems })
    }

    /// One template folder.
    ///
    /// # Errors
    /// There is none of this name, or the operator may not see it.
    pub fn template_folder(&self, principal: &Principal, name: &str) -> Result<TemplateFolderDetail, Problem> {
        principal.needs(Scope::Read)?;
        let (snapshot, report) = (self.admin.snapshot.load(), self.admin.reloads.report());
        let texts = visible(&snapshot, &principal.domains, name)?;
        let layers = snapshot.tree.layered().find(|(folder, _)| *folder == name).map(|(_, layers)| layers);
        let problems = problems(&snapshot, &report, &principal.domains);
        let text = |file: &TemplateFile| TemplateFileSummary {
            file: file.file.clone(),
            bytes: file.source.len(),
            sha256: sha256(&file.source),
        };
        Ok(TemplateFolderDetail {
            summary: summary(name, layers.unwrap_or_default(), texts, &snapshot, &problems),
            texts: texts.iter().filter(|file| !file.is_shared()).map(text).collect(),
        })
    }

    /// The live text of a file.
    ///
    /// # Errors
    /// There is none of this name, or the operator may not see it.
    pub fn template_text(&self, principal: &Principal, folder: &str, file: &str) -> Result<TemplateText, Problem> {
        principal.needs(Scope::Read)?;
        let snapshot = self.admin.snapshot.load();
        let texts = visible(&snapshot, &principal.domains, folder)?;
        let found = file_of(texts, file).filter(|file| !file.is_shared());
        let found = found.ok_or_else(|| Problem::missing("template file", format!("{folder}/{file}")))?;
        Ok(TemplateText {
            folder: folder.to_owned(),
            file: file.to_owned(),
            sha256: sha256(&found.source),
            text: std::str::from_utf8(&found.source).ok().map(str::to_owned),
        })
    }

    /// Renders a text in place of a file of a device's template folder, and saves nothing. A text can print every secret of
    /// the device in any form, so it needs the scope `secrets`, too.
    ///
    /// # Errors
    /// The operator may not do it, there is no such device or file, or the text is too long. A text that fails is no error.
    pub async fn try_text(
        &self,
        principal: &Principal,
        device: &str,
        file: &str,
        text: String,
    ) -> Result<Trial, Problem> {
        principal.needs(Scope::Try)?;
        principal.needs(Scope::Secrets)?;
        if text.len() > TEXT_BYTES_MAX {
            return Err(Problem::invalid("text", format!("it is longer than {TEXT_BYTES_MAX} bytes")));
        }
        let found = self.find(principal, device).await?;
        let address = found.usable()?;
        let _turn = self.admin.explaining.acquire().await;
        let (app, host) = (self.app()?, &found.summary.domain);
        let view = http::view(&app, address, host).await.map_err(Problem::refused)?;
        let folder = match &view.folder {
            Ok(folder) => folder,
            Err(refusal) => return Err(Problem::Conflict(refusal.to_string())),
        };
        let named = folder.files.iter().find(|it| it.template == file || it.name == file);
        let missing = || Problem::missing("template file", format!("{}/{file}", folder.name));
        let name = &named.ok_or_else(missing)?.template;
        let live = http::preview(&app, address, host, Some(name)).await.ok().map(|preview| preview.ready);
        let ready = match http::render_text(&app, address, host, name, text).await {
            Ok(ready) => ready,
            Err(refusal) => {
                let fault = refusal.fault().map(FaultPlace::from);
                let error = Some(refusal.to_string());
                return Ok(Trial { rendered: None, error, fault, is_changed: None, diff: None });
            }
        };
        let stored = |body: &[u8]| StoredDocument::of(body, &view.device);
        let is_changed = live.as_ref().map(|live| live.document.body != ready.document.body);
        let diff = live
            .filter(|_| is_changed == Some(true))
            .and_then(|live| journal::unified(&stored(&live.document.body), &stored(&ready.document.body), false));
        Ok(Trial {
            rendered: Some(RenderedFile::of(&ready, &view.device, false)),
            error: None,
            fault: None,
            is_changed,
            diff,
        })
    }
}

/// Whether a folder is for all domains, or of one that the operator may see.
fn sees(domains: &Domains, snapshot: &Snapshot, folder: &str) -> bool {
    snapshot.tree.domain_of(folder).is_none_or(|domain| domains.has(domain))
}

pub(super) fn visible<'a>(
    snapshot: &'a Snapshot,
    domains: &Domains,
    name: &str,
) -> Result<&'a [TemplateFile], Problem> {
    let texts = snapshot.texts.folder(name).filter(|_| sees(domains, snapshot, name));
    texts.map(|texts| &texts[..]).ok_or_else(|| Problem::missing("template folder", name))
}

fn summary(
    name: &str,
    layers: &[PathBuf],
    texts: &[TemplateFile],
    snapshot: &Snapshot,
    problems: &[TemplateProblemEntry],
) -> TemplateFolderSummary {
    let path = snapshot.tree.search_path();
    let layer =
        |folder: &PathBuf| TemplateLayer { path: DisplayPath(folder).to_string(), origin: origin(path, folder) };
    let is_own = |problem: &&TemplateProblemEntry| {
        let rest = problem.template.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    TemplateFolderSummary {
        name: name.to_owned(),
        layers: layers.iter().map(layer).collect(),
        files: texts.iter().filter(|file| !file.is_shared()).count(),
        problems: problems.iter().filter(is_own).count(),
    }
}

pub(super) fn origin(path: &SearchPath, folder: &Path) -> Origin {
    if path.custom.as_ref().is_some_and(|custom| folder.starts_with(custom)) {
        return Origin::Custom;
    }
    let is_fusionpbx = folder.components().any(|part| part.as_os_str().eq_ignore_ascii_case(FUSIONPBX));
    if is_fusionpbx { Origin::Fusionpbx } else { Origin::Dialplate }
}

fn problems(snapshot: &Snapshot, report: &Report, domains: &Domains) -> Vec<TemplateProblemEntry> {
    let faults: BTreeMap<String, &TemplateFault> = snapshot
        .plugins
        .iter()
        .flat_map(|plugin| plugin.faults())
        .map(|faulty| (format!("{}/{}", faulty.folder, faulty.file), &faulty.fault))
        .collect();
    let visible = report.templates().filter(|(template, _)| sees(domains, snapshot, template));
    let entry = |(template, problem): (String, &crate::reload::TemplateProblem)| TemplateProblemEntry {
        fault: faults.get(&template).copied().map(FaultPlace::from),
        message: problem.message.clone(),
        since: jiff::Timestamp::try_from(problem.since).unwrap_or_default().to_string(),
        old_serves: problem.old_serves,
        is_error: problem.is_error,
        template,
    };
    visible.map(entry).collect()
}

pub(super) fn sha256(text: &[u8]) -> String {
    hex(&Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_of_a_folder_follows_from_the_search_path() {
        let roots = ["/usr/share/fusionpbx/templates/provision", "/usr/share/dialplate/templates"].map(PathBuf::from);
        let path = SearchPath { roots: roots.to_vec(), custom: Some("/etc/own".into()) };
        let of = |folder: &str| origin(&path, Path::new(folder));
        assert_eq!(of("/usr/share/fusionpbx/templates/provision/yealink/t46u"), Origin::Fusionpbx);
        assert_eq!(of("/usr/share/dialplate/templates/yealink/t46u"), Origin::Dialplate);
        assert_eq!(of("/etc/own/pbx.example.net/yealink/t46u"), Origin::Custom);
    }
}
