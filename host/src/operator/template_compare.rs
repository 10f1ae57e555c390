//! Two template texts compared: those of one file in all folders of the search path, or of any two files.

use super::operations::Operations;
use super::principal::{Principal, Scope};
use super::problem::Problem;
use super::templates::{Origin, origin, sha256, visible};
use crate::facts::DisplayPath;
use crate::journal::{self, StoredDocument};
use crate::reload::Snapshot;
use crate::templates::{TextVersion, file as file_of};
use serde::Serialize;
use std::sync::Arc;

/// Which text: that of a folder on disk, as [`Operations::template_versions`] names it, or the live one.
#[derive(Clone, Debug, Default)]
pub struct TextPlace {
    pub folder: String,
    pub file: String,
    pub layer: Option<String>,
}

/// All texts of one template file.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TemplateVersions {
    pub folder: String,
    pub file: String,
    /// In the order in which the folders are searched; a custom one counts before all others.
    pub versions: Vec<TemplateVersion>,
}

/// The text of a template file in one folder of the search path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TemplateVersion {
    /// The template folder on disk, by which the text is named.
    pub layer: String,
    pub origin: Origin,
    pub bytes: usize,
    pub sha256: String,
    /// Whether phones get what this text renders.
    pub is_live: bool,
}

/// How two template texts differ.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct TemplateComparison {
    pub before: ComparedText,
    pub after: ComparedText,
    pub is_same: bool,
    /// A unified diff; absent if both are the same, or one of them is no text.
    pub diff: Option<String>,
}

/// One side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct ComparedText {
    pub folder: String,
    pub file: String,
    /// The folder on disk; absent for the live text.
    pub layer: Option<String>,
    /// Absent for the live text.
    pub origin: Option<Origin>,
    pub bytes: usize,
    pub sha256: String,
}

impl Operations {
    /// All texts of one file.
    ///
    /// # Errors
    /// There is no such file that serves, the operator may not see it, or a folder cannot be read.
    pub async fn template_versions(
        &self,
        principal: &Principal,
        folder: &str,
        file: &str,
    ) -> Result<TemplateVersions, Problem> {
        principal.needs(Scope::Read)?;
        let snapshot = self.admin.snapshot.load_full();
        let live = live(&snapshot, principal, folder, file)?;
        let path = snapshot.tree.search_path();
        let mut versions = Vec::new();
        for TextVersion { layer, source } in read(&snapshot, folder, file).await? {
            versions.push(TemplateVersion {
                layer: DisplayPath(&layer).to_string(),
                origin: origin(path, &layer),
                bytes: source.len(),
                sha256: sha256(&source),
                is_live: source == *live,
            });
        }
        Ok(TemplateVersions { folder: folder.to_owned(), file: file.to_owned(), versions })
    }

    /// How two texts differ.
    ///
    /// # Errors
    /// One of them does not exist, or the operator may not see it.
    pub async fn compare_templates(
        &self,
        principal: &Principal,
        before: &TextPlace,
        after: &TextPlace,
    ) -> Result<TemplateComparison, Problem> {
        principal.needs(Scope::Read)?;
        let snapshot = self.admin.snapshot.load_full();
        let (before, old) = text_at(&snapshot, principal, before).await?;
        let (after, new) = text_at(&snapshot, principal, after).await?;
        let is_same = old == new;
        let compare = move || {
            let document = |source: &[u8]| StoredDocument { body: source.to_vec(), secrets: Vec::new() };
            journal::unified(&document(&old), &document(&new), true)
        };
        let diff = match is_same {
            true => None,
            false => tokio::task::spawn_blocking(compare).await.ok().flatten(),
        };
        Ok(TemplateComparison { before, after, is_same, diff })
    }
}

/// The live text of a file that the operator may see.
fn live(snapshot: &Snapshot, principal: &Principal, folder: &str, file: &str) -> Result<Arc<[u8]>, Problem> {
    let texts = visible(snapshot, &principal.domains, folder)?;
    let found = file_of(texts, file).filter(|file| !file.is_shared());
    let missing = || Problem::missing("template file", format!("{folder}/{file}"));
    found.map(|file| Arc::clone(&file.source)).ok_or_else(missing)
}

async fn read(snapshot: &Snapshot, folder: &str, file: &str) -> Result<Vec<TextVersion>, Problem> {
    let read = snapshot.tree.versions(folder, file).await;
    read.map_err(|error| Problem::Unavailable(error.to_string()))
}

async fn text_at(
    snapshot: &Snapshot,
    principal: &Principal,
    place: &TextPlace,
) -> Result<(ComparedText, Arc<[u8]>), Problem> {
    let TextPlace { folder, file, layer } = place;
    let live = live(snapshot, principal, folder, file)?;
    let (source, origin) = match layer {
        None => (live, None),
        Some(layer) => {
            let versions = read(snapshot, folder, file).await?;
            let found = versions.into_iter().find(|version| DisplayPath(&version.layer).to_string() == *layer);
            let found = found.ok_or_else(|| Problem::missing("template folder with this file", layer))?;
            let origin = origin(snapshot.tree.search_path(), &found.layer);
            (found.source.into(), Some(origin))
        }
    };
    let compared = ComparedText {
        folder: folder.clone(),
        file: file.clone(),
        layer: layer.clone(),
        origin,
        bytes: source.len(),
        sha256: sha256(&source),
    };
    Ok((compared, source))
}
