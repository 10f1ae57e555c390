//! The template folders of a search path, read once.

use super::error::Error;
use crate::files::{Progress, Roots};
use crate::templates::{Disk, SearchPath, Texts, Visit};
use std::path::Path;

/// Reads all folders; none if no folder of the search path exists.
pub async fn read(path: SearchPath) -> Result<Texts, Error> {
    let there = SearchPath {
        roots: path.roots.into_iter().filter(|root| root.is_dir()).collect(),
        custom: path.custom.filter(|folder| folder.is_dir()),
    };
    if there.folders().next().is_none() {
        return Ok(Texts::default());
    }
    let read = tokio::task::spawn_blocking(move || {
        let roots = Roots::new(there.folders().cloned());
        let progress = Progress::new(&roots);
        let (disk, outcome) = Disk::scan(there, roots, &Visit { is_growing: &|_, _| false, progress: &progress })?;
        match outcome.errors.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(disk.texts().clone()),
        }
    });
    Ok(read.await.map_err(|_| Error::Crash)??)
}

/// The search path of one folder.
pub fn only(folder: &Path) -> SearchPath {
    SearchPath { roots: vec![folder.to_owned()], custom: None }
}
