//! Importing many devices from a CSV file: uploaded or pasted, previewed row by row, and confirmed.

use super::answer::Page;
use super::devices::IMPORT;
use super::form::Form;
use super::layout::{self, DEVICES};
use super::parts::{cell, choice, link, table};
use super::query::given;
use super::visit::Visit;
use super::{fields, problem, upload};
use crate::editing::Error;
use crate::operator::{IMPORT_BYTES_MAX, ImportReport, ImportRequest, ImportedRow, Problem};
use axum::body::Body;
use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

/// Rows of a preview that one page lists. The counts are those of all.
const ROWS_MAX: usize = 1_000;

const EXAMPLE: &str = "address,model,extension,name\n0004f2123456,VVX 450,1002,Grace Hopper";

fn purpose() -> String {
    format!("{}{IMPORT}", DEVICES.path)
}

/// The form.
pub async fn get(visit: Visit) -> Page {
    visit.desk.operations.may_edit_rows(&visit.principal).await.map_err(problem::refuse(&visit))?;
    let request = ImportRequest { update: true, ..ImportRequest::default() };
    page(&visit, StatusCode::OK, &request, &html! {}).await
}

/// Shows a preview, or makes the changes that one has shown.
pub async fn post(visit: Visit, body: Body) -> Page {
    let form = upload::read(&visit.headers, body).await;
    let form = form.map_err(|error| layout::refusal(&visit, error.status(), "Form refused", &error.to_string()))?;
    layout::check(&visit, &form, &purpose())?;
    let request = read(&form);
    let found = visit.desk.operations.import(&visit.principal, &request, visit.client()).await;
    match found {
        Ok(report) if report.is_applied => Ok(done(&visit, &report)),
        Ok(report) => {
            let status = if report.is_stale { StatusCode::CONFLICT } else { StatusCode::OK };
            page(&visit, status, &request, &preview(&visit, &request, &report)).await
        }
        Err(Problem::Edit(error @ (Error::Usage(_) | Error::Value { .. }))) => {
            let shown = html! { p .error role="alert" { "The file cannot be imported: " (error) } };
            page(&visit, StatusCode::UNPROCESSABLE_ENTITY, &request, &shown).await
        }
        Err(Problem::Invalid { reason, .. }) => {
            let shown = html! { p .error role="alert" { (reason) } };
            let request = ImportRequest { text: String::new(), ..request };
            page(&visit, StatusCode::PAYLOAD_TOO_LARGE, &request, &shown).await
        }
        Err(problem) => Err(problem::refuse(&visit)(problem)),
    }
}

/// What the form asks for. An uploaded file counts before a pasted text.
fn read(form: &Form) -> ImportRequest {
    let text = if form.text("file").is_empty() { form.text("text") } else { form.text("file") };
    ImportRequest {
        // Browsers send the lines of a text field with CR and LF. A preview and its confirmation have the same bytes then.
        text: text.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n"),
        domain: given(form.text("domain")),
        update: form.text("update") == "true",
        digest: given(form.text("digest")),
    }
}

async fn page(visit: &Visit, status: StatusCode, request: &ImportRequest, shown: &Markup) -> Page {
    let domains = visit.desk.operations.domain_names(&visit.principal).await.map_err(problem::refuse(visit))?;
    let mut choices: Vec<_> = domains.iter().map(|name| (name.as_str(), name.as_str())).collect();
    choices.insert(0, ("", "the only one, or as each row says"));
    let (purpose, size) = (purpose(), IMPORT_BYTES_MAX >> 10);
    let content = html! {
        p { (link(&visit.desk.path(DEVICES.path), "All devices")) }
        (shown)
        h2 { "File" }
        form .edit method="post" action=(visit.desk.path(&purpose)) enctype="multipart/form-data" {
            (layout::token(visit, &purpose))
            div .fields {
                div .field {
                    label for="file" { "CSV file" }
                    input #file name="file" type="file" accept=".csv,text/csv" aria-describedby="file-hint";
                    p #file-hint .hint { "At most " (size) " KiB, with the names of the columns in the first line. The file's text counts before the one below." }
                }
                (choice("domain", "Domain of rows that name none", request.domain.as_deref().unwrap_or_default(), &choices))
            }
            label for="text" { "Or its text" }
            textarea #text name="text" rows="12" spellcheck="false" autocomplete="off" maxlength=(IMPORT_BYTES_MAX) placeholder=(EXAMPLE) {
                "\n" (request.text)
            }
            (fields::tick("update", "Change devices that exist already", request.update))
            p .buttons { button type="submit" { "Preview" } }
        }
    };
    Ok(layout::inner_page_with(visit, DEVICES, status, "Import devices", &content))
}

fn counts(report: &ImportReport) -> Markup {
    html! {
        (report.added) " added, " (report.changed) " changed, " (report.unchanged) " unchanged, " (report.refused) " refused"
    }
}

fn preview(visit: &Visit, request: &ImportRequest, report: &ImportReport) -> Markup {
    let rows: Vec<_> = report.rows.iter().take(ROWS_MAX).map(row).collect();
    html! {
        @if report.is_stale {
            p .error role="alert" { "The database or the file has changed since the preview. Nothing was written. This is what would happen now." }
        }
        h2 { "Preview" }
        p role="status" { (counts(report)) ". Nothing is written yet." }
        @if report.refused > 0 {
            p .error role="alert" { "With a refused row, no row is imported. Correct the rows below, or leave them out, and preview again." }
        } @else if report.added + report.changed > 0 {
            (confirm(visit, request, report))
        }
        @if report.rows.len() > ROWS_MAX { p { "The first " (ROWS_MAX) " rows of " (report.rows.len()) " are listed." } }
        (table("Rows", &["Line", "Address", "Outcome", "Details"], &rows, None))
    }
}

fn row(row: &ImportedRow) -> Vec<Markup> {
    let class = match row.outcome {
        "added" => "good",
        "refused" => "bad",
        "changed" => "warn",
        _ => "quiet",
    };
    let separator = if row.outcome == "refused" { "; " } else { ", " };
    vec![
        cell(row.line),
        cell(&row.address),
        html! { span class=(class) { (row.outcome) } },
        cell(row.details.join(separator)),
    ]
}

/// The button that makes the changes: its form has the file, and the digest of what the page shows.
fn confirm(visit: &Visit, request: &ImportRequest, report: &ImportReport) -> Markup {
    let purpose = purpose();
    html! {
        form method="post" action=(visit.desk.path(&purpose)) enctype="multipart/form-data" {
            (layout::token(visit, &purpose))
            input type="hidden" name="digest" value=(report.digest);
            input type="hidden" name="domain" value=[request.domain.as_deref()];
            input type="hidden" name="update" value=(request.update);
            textarea hidden name="text" aria-label="The file" { "\n" (request.text) }
            p .buttons { button type="submit" { "Import these rows" } }
        }
    }
}

fn done(visit: &Visit, report: &ImportReport) -> Response {
    let content = html! {
        p .good role="status" { "Imported: " (counts(report)) ", with " (report.lines) " new lines and " (report.extensions) " new extensions." }
        p { (link(&visit.desk.path(DEVICES.path), "All devices")) }
    };
    layout::inner_page(visit, DEVICES, "Imported", &content)
}
