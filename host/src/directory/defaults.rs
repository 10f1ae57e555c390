//! The default settings, kept from one request to the next.

use super::error::Error;
use super::query::{QueryResult, RawRow, parse};
use crate::facts::{Layer, Release, SettingRow, Settings};
use arc_swap::ArcSwapOption;
use std::sync::Arc;

/// The default settings as one database last sent them: several hundred rows, the same for every request until an
/// administrator changes one.
pub struct Defaults {
    /// The database's stamp of the rows; `None` where the database has no stamps, and `text` is compared instead.
    pub stamp: Option<String>,
    text: String,
    pub settings: Settings,
    /// `http_domain_filter`: whether a device is found only in the domain that the `Host` header names.
    pub domain_filter: bool,
}

/// The default settings of one database.
#[derive(Default)]
pub struct DefaultsCache(ArcSwapOption<Defaults>);

impl DefaultsCache {
    /// What the database sent last; `None` before the first request.
    pub fn load(&self) -> Option<Arc<Defaults>> {
        self.0.load_full()
    }

    /// The default settings of this result: `known` if they are the same, else those that the result holds.
    pub fn update(
        &self,
        known: Option<&Arc<Defaults>>,
        result: &QueryResult<'_>,
        release: Release,
    ) -> Result<Arc<Defaults>, Error> {
        let stamp = result.single("stamp");
        let text = result.text("default_settings");
        let is_same = |known: &&Arc<Defaults>| match stamp {
            _ if known.settings.release() != release => false,
            Some(_) => known.stamp.as_deref() == stamp,
            None => known.text == text,
        };
        if let Some(known) = known.filter(is_same) {
            return Ok(Arc::clone(known));
        }
        let rows: Vec<SettingRow> = parse(text)?.into_iter().map(setting_row).collect();
        let mut settings = Settings::of(release);
        settings.add(Layer::Default, &rows);
        let domain_filter = settings.is_on("provision", "http_domain_filter", true);
        let text = if stamp.is_some() { String::new() } else { text.to_owned() };
        let defaults = Arc::new(Defaults { stamp: stamp.map(str::to_owned), text, settings, domain_filter });
        self.0.store(Some(Arc::clone(&defaults)));
        Ok(defaults)
    }
}

/// A row of category, subcategory, type and value, in the order of the statement's columns.
pub fn setting_row(row: RawRow) -> SettingRow {
    let mut cells = row.into_iter();
    let mut text = || cells.next().flatten();
    SettingRow {
        category: text().unwrap_or_default(),
        subcategory: text().unwrap_or_default(),
        kind: text().unwrap_or_default(),
        value: text(),
    }
}

/// The settings of one domain among rows that end with the domain's uuid.
pub fn of_domain(rows: &[RawRow], uuid: &str) -> Vec<SettingRow> {
    let is_its_own = |row: &&RawRow| row.last().and_then(Option::as_deref) == Some(uuid);
    rows.iter().filter(is_its_own).cloned().map(setting_row).collect()
}
