//! Two template texts compared: those of one file in all folders of the search path, or of any two files.

use super::answer::Page;
use super::asked::Asked;
use super::layout::{self, TEMPLATES};
use super::parts::{cell, choice, link, table, text};
use super::problem;
use super::query::{given, query};
use super::visit::Visit;
use crate::operator::{ComparedText, Origin, TemplateComparison, TemplateVersion, TemplateVersions, TextPlace};
use maud::{Markup, html};
use serde::Deserialize;

/// The path of the comparison below that of the templates.
pub const COMPARE: &str = "/compare";

/// Which two texts. The second is of the same file where nothing else is given.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct OfTexts {
    folder: String,
    file: String,
    layer: String,
    other_folder: String,
    other_file: String,
    other_layer: String,
}

pub async fn get(visit: Visit, Asked(of): Asked<OfTexts>) -> Page {
    let before = TextPlace { layer: given(&of.layer), folder: of.folder, file: of.file };
    let after = TextPlace {
        folder: given(&of.other_folder).unwrap_or_else(|| before.folder.clone()),
        file: given(&of.other_file).unwrap_or_else(|| before.file.clone()),
        layer: given(&of.other_layer),
    };
    let comparison = visit.desk.operations.compare_templates(&visit.principal, &before, &after).await;
    let comparison = comparison.map_err(problem::refuse(&visit))?;
    Ok(layout::inner_page(&visit, TEMPLATES, "Two texts compared", &content(&visit, &comparison)))
}

fn content(visit: &Visit, TemplateComparison { before, after, is_same, diff }: &TemplateComparison) -> Markup {
    html! {
        (table("Texts", &["Line", "Text", "From", "Bytes", "SHA-256"], &[row(visit, "-", before), row(visit, "+", after)], None))
        @match (is_same, diff) {
            (true, _) => p .good { "Both texts are the same." },
            (false, Some(diff)) => (text("Difference", diff)),
            (false, None) => p { "They differ, and one of them is no text." },
        }
        p { (link(&path(visit, after, before), "The other way round")) }
    }
}

fn row(visit: &Visit, mark: &str, compared: &ComparedText) -> Vec<Markup> {
    let name = format!("{}/{}", compared.folder, compared.file);
    vec![
        cell(mark),
        link(&text_path(visit, &compared.folder, &compared.file), &name),
        html! {
            @match (compared.origin, &compared.layer) {
                (Some(of), Some(layer)) => { (origin(of)) ": " code { (layer) } }
                _ => "the live text",
            }
        },
        cell(compared.bytes),
        html! { code { (compared.sha256) } },
    ]
}

fn path(visit: &Visit, before: &ComparedText, after: &ComparedText) -> String {
    let query = query(&[
        ("folder", &before.folder),
        ("file", &before.file),
        ("layer", before.layer.as_deref().unwrap_or_default()),
        ("other_folder", &after.folder),
        ("other_file", &after.file),
        ("other_layer", after.layer.as_deref().unwrap_or_default()),
    ]);
    format!("{}{COMPARE}?{query}", visit.desk.path(TEMPLATES.path))
}

/// The forms of a file's page: its texts compared with each other, and the live one with that of another file.
pub fn forms(visit: &Visit, found: &TemplateVersions) -> Markup {
    html! {
        h2 { "Where its texts are" }
        (table("Texts", &["From", "Folder", "Bytes", "SHA-256", "Live"], &rows(found), None))
        @if found.versions.len() > 1 { (of_one_file(visit, found)) }
        (of_two_files(visit, found))
    }
}

fn rows(found: &TemplateVersions) -> Vec<Vec<Markup>> {
    let row = |version: &TemplateVersion| {
        vec![
            cell(origin(version.origin)),
            html! { code { (version.layer) } },
            cell(version.bytes),
            html! { code { (version.sha256) } },
            cell(if version.is_live { "yes" } else { "no" }),
        ]
    };
    found.versions.iter().map(row).collect()
}

fn of_one_file(visit: &Visit, found: &TemplateVersions) -> Markup {
    let label = |version: &TemplateVersion| format!("{}: {}", origin(version.origin), version.layer);
    let texts: Vec<_> = found.versions.iter().map(|version| (version.layer.as_str(), label(version))).collect();
    let texts: Vec<_> = texts.iter().map(|(layer, label)| (*layer, label.as_str())).collect();
    let (first, last) = (texts[0].0, texts[texts.len() - 1].0);
    html! {
        form .filter method="get" action=(action(visit)) {
            (file(found))
            (choice("layer", "Compare", first, &texts))
            (choice("other_layer", "with", last, &texts))
            button type="submit" { "Compare" }
        }
    }
}

fn of_two_files(visit: &Visit, found: &TemplateVersions) -> Markup {
    html! {
        form .filter method="get" action=(action(visit)) {
            (file(found))
            div {
                label for="other_folder" { "Compare the live text with that of the folder" }
                input #other_folder name="other_folder" type="text" value=(found.folder) maxlength="255" size="30" required
                    autocomplete="off" spellcheck="false";
            }
            div {
                label for="other_file" { "and the file" }
                input #other_file name="other_file" type="text" value=(found.file) maxlength="255" size="30" required
                    autocomplete="off" spellcheck="false";
            }
            button type="submit" { "Compare files" }
        }
    }
}

fn action(visit: &Visit) -> String {
    format!("{}{COMPARE}", visit.desk.path(TEMPLATES.path))
}

fn file(found: &TemplateVersions) -> Markup {
    html! {
        input type="hidden" name="folder" value=(found.folder);
        input type="hidden" name="file" value=(found.file);
    }
}

/// The path of a file's live text.
pub fn text_path(visit: &Visit, folder: &str, file: &str) -> String {
    format!("{}/text?{}", visit.desk.path(TEMPLATES.path), query(&[("folder", folder), ("file", file)]))
}

pub fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Fusionpbx => "FusionPBX",
        Origin::Dialplate => "Dialplate",
        Origin::Custom => "custom",
    }
}
