//! What a kept document is found by, and what it depends on.

use crate::directory::daylight::Season;
use crate::facts::FactsVersion;
use crate::templates::TemplateFile;
use quick_cache::Equivalent;
use std::sync::{Arc, Weak};

/// The place of a document: one device's request for one file. It has room for one document, so that a new one replaces
/// what it makes obsolete.
#[derive(Clone, Copy, Hash)]
pub struct Place<'a> {
    /// The uuid of the device.
    pub device: &'a str,
    /// `None` if the plugin chooses the file.
    pub file: Option<&'a str>,
    /// The parameters that templates see.
    pub parameters: &'a [(&'a str, &'a str)],
}

/// What a document depends on beside its place and what its render asked. A document is sent again only if all of it is
/// the same.
#[derive(Clone, Copy)]
pub struct Basis<'a> {
    pub facts: FactsVersion,
    /// The vendor in the job, which plugins may decide.
    pub vendor: &'a str,
    /// The settings for daylight saving time are computed from it.
    pub season: Season,
    /// The SHA-256 of the component.
    pub component: &'a str,
    /// The live texts of the template folder, with the files of other folders that they include.
    pub texts: &'a Arc<[TemplateFile]>,
}

/// A place that is kept. Its hash is that of the place.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct KeptPlace {
    device: Box<str>,
    file: Option<Box<str>>,
    parameters: Box<[(Box<str>, Box<str>)]>,
}

impl Equivalent<KeptPlace> for Place<'_> {
    fn equivalent(&self, kept: &KeptPlace) -> bool {
        let KeptPlace { device, file, parameters } = kept;
        *self.device == **device
            && self.file == file.as_deref()
            && self.parameters.len() == parameters.len()
            && self.parameters.iter().zip(parameters).all(|(sent, kept)| *sent.0 == *kept.0 && *sent.1 == *kept.1)
    }
}

impl From<&Place<'_>> for KeptPlace {
    fn from(place: &Place<'_>) -> Self {
        let parameters = place.parameters.iter().map(|(name, value)| (Box::from(*name), Box::from(*value)));
        Self { device: place.device.into(), file: place.file.map(Box::from), parameters: parameters.collect() }
    }
}

impl KeptPlace {
    pub(super) fn bytes(&self) -> usize {
        let parameters = self.parameters.iter().map(|(name, value)| name.len() + value.len() + PAIR_BYTES);
        self.device.len() + self.file.as_ref().map_or(0, |file| file.len()) + parameters.sum::<usize>()
    }
}

/// Two empty texts.
const PAIR_BYTES: usize = size_of::<(Box<str>, Box<str>)>();

/// A basis that is kept.
pub(super) struct KeptBasis {
    facts: FactsVersion,
    vendor: Box<str>,
    season: Season,
    component: Box<str>,
    /// While this exists, no other texts have its address.
    texts: Weak<[TemplateFile]>,
}

impl From<&Basis<'_>> for KeptBasis {
    fn from(basis: &Basis<'_>) -> Self {
        let Basis { facts, vendor, season, component, texts } = *basis;
        Self { facts, vendor: vendor.into(), season, component: component.into(), texts: Arc::downgrade(texts) }
    }
}

impl KeptBasis {
    /// Whether its texts are still live somewhere.
    pub(super) fn is_alive(&self) -> bool {
        self.texts.strong_count() > 0
    }

    pub(super) fn is(&self, basis: &Basis<'_>) -> bool {
        let Self { facts, vendor, season, component, texts } = self;
        *facts == basis.facts
            && *season == basis.season
            && std::ptr::addr_eq(texts.as_ptr(), Arc::as_ptr(basis.texts))
            && **component == *basis.component
            && **vendor == *basis.vendor
    }
}
