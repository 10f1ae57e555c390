//! Which plugin serves what. One vendor has one plugin.

use super::description::Description;
use super::error::LoadError;
use std::collections::HashMap;

/// What the plugins of a set have claimed, by their position in it.
#[derive(Default)]
pub(super) struct Claims {
    names: Vec<String>,
    vendors: HashMap<String, usize>,
    ouis: HashMap<String, String>,
    any: Option<usize>,
}

impl Claims {
    /// Adds a plugin, or refuses it whole: its name, vendors, OUIs and the rest may be claimed once.
    pub(super) fn add(&mut self, plugin: &Description) -> Result<usize, LoadError> {
        let claimed = |what: String, by: &str| Err(LoadError::Claimed { what, other: format!("the plugin {by:?}") });
        if self.names.contains(&plugin.name) {
            return claimed(format!("under the name {:?}", plugin.name), &plugin.name);
        }
        for vendor in &plugin.vendors {
            if let Some(&other) = self.vendors.get(&vendor.name) {
                return claimed(format!("vendor {:?} as {:?}", vendor.name, plugin.name), &self.names[other]);
            }
        }
        if let Some(other) = self.any.filter(|_| plugin.any) {
            return claimed(format!("whatever no other plugin serves, as {:?}", plugin.name), &self.names[other]);
        }
        let at = self.names.len();
        self.names.push(plugin.name.clone());
        for vendor in &plugin.vendors {
            self.vendors.insert(vendor.name.clone(), at);
            for oui in &vendor.ouis {
                // Two vendors can share an OUI, and a device's row says which is meant: the first one is a guess.
                self.ouis.entry(oui.clone()).or_insert_with(|| vendor.name.clone());
            }
        }
        if plugin.any {
            self.any = Some(at);
        }
        Ok(at)
    }

    /// The plugin of a template folder: that of the first component which is a vendor's name (`yealink/t46u`,
    /// `pbx.example.net/yealink/t46u`), else the one for the rest.
    pub(super) fn of_folder(&self, folder: &str) -> Option<usize> {
        self.named_in(folder).or(self.any)
    }

    /// The plugin of a device: its vendor says it, else its template folder. What FusionPBX does differently for a
    /// vendor goes by the device's, whatever template it was given.
    pub(super) fn of_device(&self, vendor: &str, folder: &str) -> Option<usize> {
        let by_vendor = self.vendors.get(&vendor.to_ascii_lowercase()).copied();
        by_vendor.or_else(|| self.of_folder(folder))
    }

    fn named_in(&self, folder: &str) -> Option<usize> {
        folder.split('/').find_map(|part| self.vendors.get(part)).copied()
    }

    pub(super) fn vendor_of(&self, oui: &str) -> Option<&str> {
        self.ouis.get(oui).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::super::description::Vendor;
    use super::*;

    fn plugin(name: &str, vendors: &[&str], any: bool) -> Description {
        let vendor = |vendor: &&str| Vendor {
            name: (*vendor).into(),
            ouis: vec!["001565".into()],
            upper_case: false,
            separator: String::new(),
            events: vec![],
        };
        let vendors = vendors.iter().map(vendor).collect();
        Description { name: name.into(), version: "1".into(), vendors, user_agents: vec![], any }
    }

    #[test]
    fn two_plugins_for_one_vendor_are_refused_with_both_names() {
        let mut claims = Claims::default();
        claims.add(&plugin("first", &["yealink"], false)).unwrap();
        let message = claims.add(&plugin("second", &["snom", "yealink"], false)).unwrap_err().to_string();
        assert!(message.contains("first") && message.contains("second") && message.contains("yealink"), "{message}");
        assert_eq!(claims.of_folder("snom/300"), None, "nothing of a refused plugin stays");
    }

    #[test]
    fn only_one_plugin_serves_the_rest() {
        let mut claims = Claims::default();
        claims.add(&plugin("first", &[], true)).unwrap();
        assert!(claims.add(&plugin("second", &["snom"], true)).is_err());
    }

    #[test]
    fn a_vendor_says_more_than_a_folder_and_a_folder_more_than_the_rest() {
        let mut claims = Claims::default();
        let [yealink, cisco, rest] = [("y", &["yealink"][..], false), ("c", &["cisco"], false), ("r", &[], true)]
            .map(|(name, vendors, any)| claims.add(&plugin(name, vendors, any)).unwrap());
        for (vendor, folder, expected) in [
            ("yealink", "yealink/t46u", yealink),
            ("yealink", "pbx.example.net/yealink/t46u", yealink),
            ("cisco", "yealink/t46u", cisco),
            ("Cisco", "own/folder", cisco),
            ("", "own/folder", rest),
            ("", "yealink/t46u", yealink),
            ("acme", "acme/1", rest),
        ] {
            assert_eq!(claims.of_device(vendor, folder), Some(expected), "{vendor} {folder}");
        }
        assert_eq!(claims.vendor_of("001565"), Some("yealink"));
    }
}
