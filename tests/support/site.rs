//! A server with the recorded database and with templates that a test has written.

use crate::client;
use crate::corpus::{self, CLOCK};
use crate::server::Server;
use std::path::{Path, PathBuf};

/// A domain of fixture 1.
pub const HOST: &str = "alpha.example.net";
/// nginx's own page.
const OUTSIDE_BYTES: usize = 153;

/// A server with the recorded database and a template tree of its own.
pub struct Site {
    pub server: Server,
    folder: tempfile::TempDir,
}

/// Writes a file, and the folders it is in.
pub fn write(root: &Path, file: &str, bytes: &[u8]) {
    let path = root.join(file);
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    std::fs::write(path, bytes).expect("a file");
}

impl Site {
    /// `sql` runs after the fixture; `settings` are the server's, with `@` for the site's folder, where `templates/`
    /// and `custom/` hold `files`.
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

    pub fn get(&self, target: &str, agent: &str) -> client::Answer {
        client::send(self.server.address, "GET", target, &[("Host", HOST), ("User-Agent", agent)], b"")
    }

    /// Status and body in one line; nginx's own page by its name.
    pub fn says(&self, target: &str, agent: &str) -> String {
        let answer = self.get(target, agent);
        let text = answer.text();
        match answer.status {
            404 if text.contains("nginx/1.22.1") && text.len() == OUTSIDE_BYTES => "nginx 404".to_owned(),
            200 => text,
            status => status.to_string(),
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}
