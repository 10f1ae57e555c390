//! The template folders with their origin and faults, and the live texts.

use super::answer::Page;
use super::asked::Asked;
use super::layout::{self, TEMPLATES};
use super::parts::{cell, facts, link, table, text};
use super::problem;
use super::query::query;
use super::template_compare::{forms, origin, text_path};
use super::visit::Visit;
use crate::operator::{TemplateFolderSummary, TemplateProblemEntry};
use maud::{Markup, html};
use serde::Deserialize;

pub async fn get(visit: Visit) -> Page {
    let tree = visit.desk.operations.templates(&visit.principal).map_err(problem::refuse(&visit))?;
    let rows: Vec<_> = tree.folders.iter().map(|folder| row(&visit, folder)).collect();
    Ok(layout::page(
        &visit,
        TEMPLATES,
        &html! {
            @if tree.problems.is_empty() { p .good { "All templates serve." } }
            @for fault in &tree.problems { (card(fault)) }
            h2 { (tree.folders.len()) " folders" }
            (table("Folders", &["Folder", "Files", "Faults", "Origin"], &rows, None))
        },
    ))
}

fn row(visit: &Visit, folder: &TemplateFolderSummary) -> Vec<Markup> {
    let origins: Vec<_> = folder.layers.iter().map(|layer| origin(layer.origin)).collect();
    vec![
        link(&folder_path(visit, &folder.name), &folder.name),
        cell(folder.files),
        html! { @if folder.problems > 0 { span .bad { (folder.problems) } } @else { "none" } },
        cell(origins.join(", ")),
    ]
}

fn folder_path(visit: &Visit, name: &str) -> String {
    format!("{}/folder?{}", visit.desk.path(TEMPLATES.path), query(&[("name", name)]))
}

fn card(fault: &TemplateProblemEntry) -> Markup {
    let (class, state) = match (fault.old_serves, fault.is_error) {
        (true, _) => ("warn", "The text before serves."),
        (false, false) => ("warn", "It did not serve before, and is not the default file of its folder."),
        (false, true) => ("bad", "Requests for it fail."),
    };
    html! {
        section .card {
            h3 { code { (fault.template) } }
            @match &fault.fault {
                Some(place) => {
                    p { "Line " (place.line) ", column " (place.column) ": " (place.message) }
                    (text(&format!("Place of the fault in {}", fault.template), &place.excerpt))
                }
                None => (text(&format!("Fault of {}", fault.template), &fault.message)),
            }
            p { span class=(class) { (state) } " Since " (fault.since) "." }
        }
    }
}

/// Which folder.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct OfFolder {
    name: String,
}

/// One folder with its files.
pub async fn folder(visit: Visit, Asked(of): Asked<OfFolder>) -> Page {
    let folder = visit.desk.operations.template_folder(&visit.principal, &of.name).map_err(problem::refuse(&visit))?;
    let rows = folder.texts.iter().map(|file| {
        let path = text_path(&visit, &folder.summary.name, &file.file);
        vec![link(&path, &file.file), cell(file.bytes), html! { code { (file.sha256) } }]
    });
    let rows: Vec<_> = rows.collect();
    Ok(layout::inner_page(
        &visit,
        TEMPLATES,
        &folder.summary.name,
        &html! {
            p { (link(&visit.desk.path(TEMPLATES.path), "All folders")) }
            p { "Of two files of one name, that of the later folder counts." }
            ol {
                @for layer in &folder.summary.layers { li { code { (layer.path) } " (" (origin(layer.origin)) ")" } }
            }
            (table("Files", &["File", "Bytes", "SHA-256"], &rows, None))
        },
    ))
}

/// Which file.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct OfText {
    folder: String,
    file: String,
}

/// The live text of a file.
pub async fn live(visit: Visit, Asked(of): Asked<OfText>) -> Page {
    let found =
        visit.desk.operations.template_text(&visit.principal, &of.folder, &of.file).map_err(problem::refuse(&visit))?;
    let versions = visit.desk.operations.template_versions(&visit.principal, &of.folder, &of.file).await;
    Ok(layout::inner_page(
        &visit,
        TEMPLATES,
        &found.file,
        &html! {
            p { (link(&folder_path(&visit, &found.folder), &found.folder)) }
            (facts(&[("SHA-256", html! { code { (found.sha256) } })]))
            @match &found.text {
                Some(live) => (text("Live text", live)),
                None => p { "The text is not UTF-8." },
            }
            @match &versions {
                Ok(versions) => (forms(&visit, versions)),
                Err(problem) => p .error { (problem) },
            }
        },
    ))
}
