//! Files that phones send back: logs, their users' changes, directories. Each domain has a folder, and each file in it the
//! name that the phone gave it. An administrator may read, replace and remove the files at any time.

mod config;
mod disk;
mod error;

pub use config::Config;
pub use error::Error;

use crate::facts::MacAddress;
use crate::files::Root;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Semaphore, SemaphorePermit};

/// Uploads whose body is in memory, so that they take at most this many times `upload_bytes_max`. A whole office sends its
/// logs within minutes, each in less than a second.
const AT_ONCE_MAX: usize = 16;

/// All uploaded files.
pub struct Uploads {
    config: Config,
    root: Arc<Root>,
    turns: Semaphore,
}

/// Where one file is. The parts that a client chooses are hexadecimal digits and a known ending.
pub struct Place {
    folder: PathBuf,
    name: String,
}

impl Place {
    /// The name that the phone uses.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Uploads {
    pub fn new(config: Config) -> Self {
        let root = Root::new(config.folder.clone());
        Self { config, root, turns: Semaphore::new(AT_ONCE_MAX) }
    }

    /// The limit of one file.
    pub fn bytes_max(&self) -> usize {
        self.config.bytes_max
    }

    /// The place of a device's file. `ending` follows the address in its name.
    ///
    /// # Errors
    /// The domain has a name that no folder can have.
    pub fn place(&self, domain: &str, address: MacAddress, ending: &str) -> Result<Place, Error> {
        if domain.is_empty() || domain.starts_with('.') || domain.contains(['/', '\0']) {
            return Err(Error::DomainName(domain.to_owned()));
        }
        Ok(Place { folder: self.config.folder.join(domain), name: format!("{address}{ending}") })
    }

    /// The turn of an upload, which bounds the memory of all bodies.
    ///
    /// # Errors
    /// Too many uploads have their turn.
    pub fn turn(&self) -> Result<SemaphorePermit<'_>, Error> {
        self.turns.try_acquire().map_err(|_| Error::Busy)
    }

    /// Stores a file, and returns true if there was none.
    ///
    /// # Errors
    /// The folder does not answer, is full, or cannot be written.
    pub async fn store(&self, place: Place, body: impl AsRef<[u8]> + Send + 'static) -> Result<bool, Error> {
        let files_max = self.config.files_max;
        self.root.ask(move || disk::store(&place.folder, &place.name, body.as_ref(), files_max)).await?
    }

    /// The file's content; `None` if there is none.
    ///
    /// # Errors
    /// The folder does not answer, or the file cannot be read.
    pub async fn find(&self, place: &Place) -> Result<Option<Vec<u8>>, Error> {
        let (path, bytes_max) = (place.folder.join(&place.name), self.config.bytes_max);
        self.root.ask(move || disk::read(&path, bytes_max)).await?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn place_lies_in_the_folder_of_the_domain() {
        let config = Config { folder: "/srv".into(), bytes_max: 1, files_max: 1 };
        let uploads = Uploads::new(config);
        let address = MacAddress::parse("0004f2aabbcc").unwrap();
        let place = uploads.place("pbx.example.net", address, "-app.log").unwrap();
        assert_eq!(place.folder.join(place.name()).to_str(), Some("/srv/pbx.example.net/0004f2aabbcc-app.log"));
        for domain in ["", ".", "..", "../x", "a/b", "/", "a\0"] {
            assert!(matches!(uploads.place(domain, address, ""), Err(Error::DomainName(_))), "{domain:?}");
        }
    }
}
