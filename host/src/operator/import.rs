//! Imports of CSV files with many devices: first a preview, then exactly what it has shown.

use super::operations::Operations;
use super::principal::Principal;
use super::problem::Problem;
use crate::editing::{self, Context, Import, Imported, RowOutcome, Terms};
use crate::journal::NewAction;
use serde::{Deserialize, Serialize};

/// Bytes of a file that a browser or the API sends: some 5,000 devices. The command `device import` takes larger ones.
pub const IMPORT_BYTES_MAX: usize = 512 << 10;

// It may hold passwords, so there is no `Debug`.
/// A CSV file, and how it is imported.
#[derive(Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportBody)]
pub struct ImportRequest {
    /// The file, at most 512 KiB of it.
    pub text: String,
    /// The domain of rows that name none.
    pub domain: Option<String>,
    /// Whether devices that exist are changed. Else their rows are refused.
    #[serde(default)]
    pub update: bool,
    /// The digest of the preview that is applied. Without one, the answer is a preview, and nothing is written.
    pub digest: Option<String>,
}

/// What becomes, or became, of a file.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ImportReport {
    /// Names the file and what becomes of its rows, for the request that applies it.
    pub digest: String,
    /// Whether the changes were made.
    pub is_applied: bool,
    /// Whether nothing was written because the preview has shown something else.
    pub is_stale: bool,
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    /// With one refused row, no row is imported.
    pub refused: usize,
    /// New lines, and new extensions.
    pub lines: usize,
    pub extensions: usize,
    pub rows: Vec<ImportedRow>,
}

/// What becomes of a row.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ImportedRow {
    /// The line of the file.
    pub line: u64,
    pub address: String,
    /// `added`, `changed`, `unchanged` or `refused`.
    pub outcome: &'static str,
    /// What changes, by the names of the columns; or what is wrong.
    pub details: Vec<String>,
}

impl Operations {
    /// Previews an import, or makes the changes that a preview has shown.
    ///
    /// # Errors
    /// The operator may not do it, edits are off, or the file cannot be read as a whole.
    pub async fn import(
        &self,
        principal: &Principal,
        request: &ImportRequest,
        client: String,
    ) -> Result<ImportReport, Problem> {
        self.may_edit_rows(principal).await?;
        if request.text.len() > IMPORT_BYTES_MAX {
            let reason =
                format!("the file has more than {IMPORT_BYTES_MAX} bytes; split it, or use `dialplate device import`");
            return Err(Problem::invalid("text", reason));
        }
        if let Some(domain) = request.domain.as_ref().filter(|domain| !principal.domains.has(domain)) {
            return Err(Problem::missing("domain", domain));
        }
        let context = Context { templates: self.template_names().await? };
        let import = Import {
            bytes: request.text.as_bytes(),
            terms: Terms { domain: request.domain.as_deref(), update: request.update, only: principal.domains.names() },
            dry_run: request.digest.is_none(),
            expected: request.digest.as_deref(),
        };
        let imported = editing::import(&self.admin.directory, &import, &context, &mut |_, _, _| {}).await?;
        let report = ImportReport::of(imported, request.digest.is_some());
        if request.digest.is_some() {
            let ImportReport { added, changed, unchanged, .. } = report;
            let line = NewAction {
                client,
                action: "import",
                domain: request.domain.clone().unwrap_or_default(),
                detail: format!("devices: {added} added, {changed} changed, {unchanged} unchanged"),
                is_done: report.is_applied,
                ..NewAction::default()
            };
            self.record(principal, line).await;
        }
        Ok(report)
    }
}

impl ImportReport {
    fn of(imported: Imported, applies: bool) -> Self {
        let Imported { lines, extensions, faults, rows, digest, is_stale, .. } = imported;
        let rows: Vec<_> = rows
            .into_iter()
            .map(|row| {
                let (outcome, details) = match row.outcome {
                    RowOutcome::Added => ("added", Vec::new()),
                    RowOutcome::Changed(names) => ("changed", names),
                    RowOutcome::Unchanged => ("unchanged", Vec::new()),
                    RowOutcome::Refused(reasons) => ("refused", reasons),
                };
                ImportedRow { line: row.line, address: row.address, outcome, details }
            })
            .collect();
        let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
        Self {
            digest,
            is_applied: applies && !is_stale && faults.is_empty(),
            is_stale,
            added: count("added"),
            changed: count("changed"),
            unchanged: count("unchanged"),
            refused: count("refused"),
            lines,
            extensions,
            rows,
        }
    }
}
