//! A template as every version of the interface lowers it, without a copy of its text: a vendor's texts have many megabytes,
//! and the allocator would keep what a build's thread frees.

use crate::templates::TemplateFile;
use wasmtime::component::{ComponentType, Lower};

/// The record `template` of the interface.
#[derive(ComponentType, Lower)]
#[component(record)]
pub(super) struct Source<'a> {
    folder: &'a str,
    file: &'a str,
    source: &'a [u8],
}

impl<'a> From<&'a TemplateFile> for Source<'a> {
    fn from(template: &'a TemplateFile) -> Self {
        Self { folder: &template.folder, file: &template.file, source: &template.source }
    }
}
