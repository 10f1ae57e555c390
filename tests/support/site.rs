//! A server with the recorded database and templates that a test writes.

use crate::client;
use crate::corpus;
use crate::server::{CLOCK, Server};
use std::path::{Path, PathBuf};

/// A domain of the recorded database `fixture-1.sql`.
pub const HOST: &str = "alpha.example.net";

/// A running server with the recorded database and its own template folders.
pub struct Site {
    pub server: Server,
    folder: tempfile::TempDir,
}

/// Writes a file, and creates its folders.
pub fn write(root: &Path, file: &str, bytes: &[u8]) {
    let path = root.join(file);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    std::fs::write(path, bytes).expect("a file");
}

impl Site {
    /// Starts the server. `sql` runs after the fixture. `files` are written below the site's folder, in `templates/` and
    /// `custom/`. In `sql` and in the values of `settings`, `@` stands for the site's folder.
    pub fn start(sql: &str, files: &[(&str, &str)], settings: &[(&str, &str)]) -> Option<Self> {
        let corpus = corpus::find()?;
        let folder = tempfile::tempdir().expect("a folder for the test");
        let here = folder.path().display().to_string();
        std::fs::create_dir(folder.path().join("custom")).expect("a folder");
        for (file, text) in files {
            write(folder.path(), file, text.as_bytes());
        }
        std::fs::write(folder.path().join("more.sql"), sql.replace('@', &here)).expect("a script");
        let more = folder.path().join("more.sql");
        let database = corpus::sqlite(folder.path(), &corpus, &["fixture-1.sql", &more.display().to_string()]);
        let mut all = vec![
            ("DIALPLATE_DATABASE", database),
            ("DIALPLATE_TEMPLATES", format!("{here}/templates")),
            ("DIALPLATE_CLOCK", CLOCK.to_owned()),
        ];
        all.extend(settings.iter().map(|(name, value)| (*name, value.replace('@', &here))));
        let all: Vec<_> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Some(Self { server: Server::start(&all), folder })
    }

    /// Sends a GET request with this User-Agent.
    pub fn get(&self, target: &str, agent: &str) -> client::Answer {
        client::send(self.server.address, "GET", target, &[("Host", HOST), ("User-Agent", agent)], b"")
    }

    /// What [`client::Answer::says`] of the answer.
    pub fn says(&self, target: &str, agent: &str) -> String {
        self.get(target, agent).says()
    }

    /// A path in the site's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
