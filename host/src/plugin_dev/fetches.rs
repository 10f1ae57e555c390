//! What phones fetch from the author's server: a line for each request, and the last ones rendered again after each save.

use super::cases::{Cases, RenderedCase};
use super::screen::Screen;
use super::text;
use crate::facts::DeviceAddress;
use crate::journal::NewEntry;
use crate::plugin::BoxFuture;
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::{Mutex, mpsc};

/// Requests that wait to be shown. An author has a few phones; what a load test sends beyond is not shown.
const WAITING_MAX: usize = 1_000;
/// Files that are rendered again after each save: those of a phone and of a second one.
const FILES_MAX: usize = 20;
/// The status of a file, and that of a file that the phone has already.
const FETCHED: [u16; 2] = [200, 304];

/// An answered request.
struct Fetched {
    device: Option<DeviceAddress>,
    host: String,
    file: String,
    status: u16,
}

/// Where the server tells what phones fetch.
pub struct FetchNotes(mpsc::Sender<Fetched>);

impl FetchNotes {
    pub fn note(&self, entry: &NewEntry) {
        let (device, host, file) = (entry.device.clone(), entry.domain.clone(), entry.file.clone());
        // A phone's answer waits for no terminal.
        let _ = self.0.try_send(Fetched { device, host, file, status: entry.status });
    }
}

/// What a device gets now for a file, or why it gets none.
pub trait Renders: Send + Sync {
    fn render<'a>(
        &'a self,
        device: &'a DeviceAddress,
        host: &'a str,
        file: &'a str,
    ) -> BoxFuture<'a, Result<Vec<u8>, String>>;
}

/// A file that a phone has fetched.
#[derive(Clone, PartialEq, Eq)]
struct File {
    device: DeviceAddress,
    host: String,
    name: String,
}

impl File {
    /// Under which its document is remembered.
    fn place(&self) -> PathBuf {
        [self.device.as_str(), &self.host, &self.name].iter().collect()
    }
}

#[derive(Default)]
struct Recent {
    /// The one that was first fetched last is at the end.
    files: VecDeque<File>,
    documents: Cases,
}

impl Recent {
    /// Adds a file, and forgets the oldest one beyond the limit. Returns whether it is new.
    fn add(&mut self, file: &File) -> bool {
        if self.files.contains(file) {
            return false;
        }
        self.files.push_back(file.clone());
        if self.files.len() > FILES_MAX {
            let oldest = self.files.pop_front();
            oldest.into_iter().for_each(|oldest| self.documents.forget(&oldest.place()));
        }
        true
    }
}

/// What phones have fetched. Clones share it.
#[derive(Clone)]
pub struct Phones {
    renders: Arc<dyn Renders>,
    screen: Screen,
    recent: Arc<Mutex<Recent>>,
}

/// The requests that are still to be shown.
pub struct Arriving(mpsc::Receiver<Fetched>);

pub fn fetches() -> (FetchNotes, Arriving) {
    let (sender, receiver) = mpsc::channel(WAITING_MAX);
    (FetchNotes(sender), Arriving(receiver))
}

impl Phones {
    pub fn new(renders: Arc<dyn Renders>) -> Self {
        Self { renders, screen: Screen::open(), recent: Arc::default() }
    }

    /// Shows each request, and the whole document of a file that was not fetched before, until the server ends.
    pub async fn show_all(&self, mut arriving: Arriving) {
        while let Some(Fetched { device, host, file, status }) = arriving.0.recv().await {
            let name = device.as_ref().map_or("", |device| device.as_str());
            self.screen.print(&text::fetched(self.screen, name, &file, status)).await;
            let Some(device) = device.filter(|_| FETCHED.contains(&status)) else { continue };
            let file = File { device, host, name: file };
            let mut recent = self.recent.lock().await;
            if recent.add(&file) {
                self.show(&mut recent.documents, &file).await;
            }
        }
    }

    /// Renders the last files again and shows them. Returns how many there are.
    pub async fn show_again(&self) -> usize {
        let mut recent = self.recent.lock().await;
        let Recent { files, documents } = &mut *recent;
        for file in &*files {
            self.show(documents, file).await;
        }
        files.len()
    }

    async fn show(&self, documents: &mut Cases, file: &File) {
        let document = self.renders.render(&file.device, &file.host, &file.name).await;
        let difference = documents.difference(&file.place(), document);
        let name = format!("{} {}", file.device.as_str(), file.name);
        let rendered = RenderedCase { name, difference, usage: None, is_expected: None };
        self.screen.print(&text::case(self.screen, &rendered)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_files_are_kept() {
        let mut recent = Recent::default();
        let device = DeviceAddress::parse("02acce000001").unwrap();
        let file = |number: usize| File { device: device.clone(), host: "x".into(), name: format!("{number}.cfg") };
        assert!((0..=FILES_MAX).all(|number| recent.add(&file(number))));
        assert!(recent.files.len() == FILES_MAX && !recent.add(&file(FILES_MAX)) && recent.add(&file(0)));
    }
}
