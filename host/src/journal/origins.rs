//! Rows of the table `origins`: what rendered the documents. Most entries share a few of them.

use super::new_entry::Origin;
use crate::facts::hex;
use crate::plugin::Plugin;
use crate::templates::TemplateFile;
use sha2::{Digest, Sha256};
use sqlx::SqliteConnection;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// Origins that are remembered; more are looked through for those that no request uses any more.
const KEPT_MAX: usize = 512;

/// The rows that this writer has written.
#[derive(Default)]
pub struct Origins {
    kept: HashMap<Key, Kept>,
}

/// The places of plugin and texts in memory, and the template folder. While `Kept` has its weak pointers, nothing else has
/// these places.
#[derive(PartialEq, Eq, Hash)]
struct Key(usize, usize, Arc<str>);

struct Kept {
    plugin: Weak<Plugin>,
    texts: Option<Weak<[TemplateFile]>>,
    id: i64,
}

impl Origins {
    /// Forgets all rows. They may be of a transaction that failed, or of another file.
    pub fn clear(&mut self) {
        self.kept.clear();
    }

    /// The id of the origin's row, which is written if it is new.
    pub async fn id(&mut self, origin: &Origin, connection: &mut SqliteConnection) -> sqlx::Result<i64> {
        let Origin { plugin, folder, texts } = origin;
        let texts_at = texts.as_ref().map_or(0, |texts| Arc::as_ptr(texts).cast::<()>() as usize);
        let key = Key(Arc::as_ptr(plugin) as usize, texts_at, Arc::clone(folder));
        if let Some(kept) = self.kept.get(&key) {
            return Ok(kept.id);
        }
        let hash = match texts.clone() {
            Some(texts) => tokio::task::spawn_blocking(move || hash(&texts)).await.ok(),
            None => None,
        };
        let insert = "insert into origins (plugin, version, component, template, texts) values ($1, $2, $3, $4, $5) returning id";
        let id: i64 = sqlx::query_scalar(insert)
            .bind(plugin.name().to_owned())
            .bind(plugin.description().version.clone())
            .bind(plugin.origin().sha256().to_owned())
            .bind(folder.to_string())
            .bind(hash)
            .fetch_one(connection)
            .await?;
        if self.kept.len() >= KEPT_MAX {
            self.kept.retain(|_, kept| kept.is_alive());
        }
        self.kept.insert(key, Kept { plugin: Arc::downgrade(plugin), texts: texts.as_ref().map(Arc::downgrade), id });
        Ok(id)
    }
}

impl Kept {
    fn is_alive(&self) -> bool {
        self.plugin.strong_count() > 0 && self.texts.as_ref().is_none_or(|texts| texts.strong_count() > 0)
    }
}

/// The SHA-256 of a folder's texts with their names, those of other folders that they include among them.
pub fn hash(texts: &[TemplateFile]) -> String {
    let mut hash = Sha256::new();
    for file in texts {
        for part in [file.file.as_bytes(), &file.source] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    hex(&hash.finalize())
}
