//! `dialplate redirect export`.

use super::devices::{Subject, load, read_file};
use crate::config::Config;
use crate::redirect::{self, Service};
use anyhow::Result;
use std::io::{Write, stderr};
use std::path::PathBuf;

/// What an operator wants.
pub struct ExportOrder {
    pub service: &'static Service,
    pub subject: Subject,
    /// The service's own template.
    pub template: Option<PathBuf>,
}

/// Writes a list for the service's portal, with the devices of its maker.
///
/// # Errors
/// No device is the maker's, or the service has no format for them.
pub async fn export(config: Config, order: ExportOrder, out: &mut impl Write) -> Result<()> {
    let ExportOrder { service, subject, template } = order;
    let template = template.as_deref().map(read_file).transpose()?;
    let mut loaded = load(config, &subject).await?;
    loaded.keep_maker(&service.maker, false)?;
    let export = redirect::export(service, &loaded.devices, template.as_deref())?;
    for note in &export.notes {
        writeln!(stderr(), "dialplate: {note}")?;
    }
    Ok(out.write_all(export.text.as_bytes())?)
}
