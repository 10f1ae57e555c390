//! What a kept document is found by, and what it depends on.

use crate::directory::daylight::Season;
use crate::facts::FactsVersion;
use crate::templates::TemplateFile;
use std::sync::{Arc, Weak};

/// The place of a document: one device's request for one file. It has room for one document, so that a new one replaces
/// what it makes obsolete.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The uuid of the device.
    pub device: String,
    /// `None` if the plugin chooses the file.
    pub file: Option<String>,
    /// The parameters that templates see.
    pub parameters: Vec<(String, String)>,
}

impl Place {
    pub(super) fn bytes(&self) -> usize {
        let parameters = self.parameters.iter().map(|(name, value)| name.len() + value.len() + PAIR_BYTES);
        self.device.len() + self.file.as_ref().map_or(0, String::len) + parameters.sum::<usize>()
    }
}

/// Two empty texts.
const PAIR_BYTES: usize = size_of::<(String, String)>();

/// What a document depends on beside its place. A document is sent again only if all of it is the same.
pub struct Basis {
    pub facts: FactsVersion,
    /// The vendor in the job, which plugins may decide.
    pub vendor: String,
    /// The settings for daylight saving time are computed from it.
    pub season: Season,
    /// The SHA-256 of the component.
    pub component: String,
    texts: Weak<[TemplateFile]>,
}

impl Basis {
    /// `texts` are the live texts of the template folder, with the files of other folders that they include. While this
    /// exists, no other texts have their address.
    pub fn new(
        facts: FactsVersion,
        vendor: &str,
        season: Season,
        component: &str,
        texts: &Arc<[TemplateFile]>,
    ) -> Self {
        let (vendor, component, texts) = (vendor.to_owned(), component.to_owned(), Arc::downgrade(texts));
        Self { facts, vendor, season, component, texts }
    }

    /// Whether its texts are still live somewhere.
    pub(super) fn is_alive(&self) -> bool {
        self.texts.strong_count() > 0
    }
}

impl PartialEq for Basis {
    fn eq(&self, other: &Self) -> bool {
        let Self { facts, vendor, season, component, texts } = self;
        *facts == other.facts
            && *season == other.season
            && texts.ptr_eq(&other.texts)
            && *component == other.component
            && *vendor == other.vendor
    }
}
