//! Which plugin serves what: a plugin name, a vendor, and "every other vendor" (`any`) each belong to one plugin. The plugin
//! with `any` yields each vendor that it names to a plugin that names it as well.

use super::description::Description;
use super::error::LoadError;
use std::collections::HashMap;

/// The claims of the plugins of a set. A plugin is named by its position in the set.
#[derive(Default)]
pub(super) struct Claims {
    names: Vec<String>,
    vendors: HashMap<String, usize>,
    ouis: HashMap<String, OuiClaim>,
    any: Option<usize>,
}

struct OuiClaim {
    plugin: usize,
    vendor: String,
}

/// A component file that claims vendors.
#[derive(Clone, Copy, Default)]
pub(super) struct Claimant<'a> {
    /// The component in the file now; `None` if it cannot be read, or failed to build.
    pub(super) new: Option<&'a Description>,
    /// The component that was loaded from the file before, if any.
    pub(super) old: Option<&'a Description>,
    /// `new` is the same component as `old`.
    pub(super) unchanged: bool,
    /// `new` will be built later. It keeps its claims, so that no other plugin serves its vendors meanwhile.
    pub(super) is_late: bool,
}

/// Which component of a file is to serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileVersion {
    New,
    Old,
}

/// Which files' components serve, and with which claims. Files are named by their position among the claimants.
pub(super) struct Settlement {
    /// In these claims, a plugin's position is its position among the winners.
    pub(super) claims: Claims,
    pub(super) winners: Vec<(usize, FileVersion)>,
    /// Files whose new component claims what another one has.
    pub(super) refused: Vec<(usize, LoadError)>,
}

/// Decides which component of each file is to serve. Components that already serve come first, then changed components,
/// then new ones, then late ones, whose positions are therefore beyond those of the built ones; within each group, files
/// go in order. So a new file cannot take a vendor away from a plugin that serves, whatever the file is called, unless the
/// plugin serves it as one of the rest (`any`). If a changed component claims something that is taken, the component loaded
/// before stays active.
pub(super) fn settle(claimants: &[Claimant<'_>]) -> Settlement {
    let mut order: Vec<_> = claimants.iter().enumerate().collect();
    order.sort_by_key(|(_, claimant)| claimant.rank());
    let (mut claims, mut winners, mut refused) = (Claims::default(), Vec::new(), Vec::new());
    for (at, claimant) in order {
        let Some(new) = claimant.new else {
            let old = claimant.old.filter(|old| claims.add(old).is_ok());
            winners.extend(old.map(|_| (at, FileVersion::Old)));
            continue;
        };
        match claims.add(new) {
            Ok(_) => winners.push((at, FileVersion::New)),
            Err(error) => {
                refused.push((at, error));
                let old = claimant.old.filter(|old| claims.add(old).is_ok());
                winners.extend(old.map(|_| (at, FileVersion::Old)));
            }
        }
    }
    Settlement { claims, winners, refused }
}

impl Claimant<'_> {
    fn rank(&self) -> u8 {
        match (self.new, self.old) {
            (None, _) => 0,
            (Some(_), Some(_)) => u8::from(!self.unchanged),
            (Some(_), None) => 2 + u8::from(self.is_late),
        }
    }
}

impl Claims {
    /// Adds a plugin, or refuses it as a whole: its name, each of its vendors, and `any` can be claimed once. The outcome
    /// for the plugin with `any` does not depend on whether it comes before or after the others.
    pub(super) fn add(&mut self, plugin: &Description) -> Result<usize, LoadError> {
        self.check(plugin)?;
        let at = self.names.len();
        self.names.push(plugin.name.clone());
        if plugin.any {
            self.any = Some(at);
        }
        for vendor in &plugin.vendors {
            match self.vendors.get(&vendor.name) {
                Some(_) if plugin.any => continue,
                Some(&other) => self.ouis.retain(|_, claim| claim.plugin != other || claim.vendor != vendor.name),
                None => {}
            }
            self.vendors.insert(vendor.name.clone(), at);
            vendor.ouis.iter().for_each(|oui| self.add_oui(oui, &vendor.name, at));
        }
        Ok(at)
    }

    /// Whether a plugin has claimed this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.names.iter().any(|known| known == name)
    }

    fn check(&self, plugin: &Description) -> Result<(), LoadError> {
        let claimed = |what: String, by: &str| Err(LoadError::Claimed { what, other: format!("the plugin {by:?}") });
        if self.names.contains(&plugin.name) {
            return claimed(format!("the name {:?}", plugin.name), &plugin.name);
        }
        let taken = |name: &String| self.vendors.get(name).filter(|other| !plugin.any && self.any != Some(**other));
        for vendor in &plugin.vendors {
            if let Some(&other) = taken(&vendor.name) {
                return claimed(format!("vendor {:?} as {:?}", vendor.name, plugin.name), &self.names[other]);
            }
        }
        if let Some(other) = self.any.filter(|_| plugin.any) {
            return claimed(format!("every other vendor as {:?}", plugin.name), &self.names[other]);
        }
        Ok(())
    }

    /// Two vendors can share an OUI. The device's row in the database has the last word; this is a first guess.
    fn add_oui(&mut self, oui: &str, vendor: &str, plugin: usize) {
        let is_kept = self.ouis.get(oui).is_some_and(|known| Some(known.plugin) != self.any || known.plugin == plugin);
        if !is_kept {
            self.ouis.insert(oui.to_owned(), OuiClaim { plugin, vendor: vendor.to_owned() });
        }
    }

    /// Whether a plugin serves a vendor that it names. The plugin with `any` may have yielded it.
    pub(super) fn serves(&self, plugin: usize, vendor: &str) -> bool {
        self.vendors.get(vendor) == Some(&plugin)
    }

    /// The plugin of a template folder. The first path component that is a vendor's name decides (`yealink/t46u`,
    /// `pbx.example.net/yealink/t46u`); without one, the plugin with `any` owns the folder.
    pub(super) fn of_folder(&self, folder: &str) -> Option<usize> {
        self.named_in(folder).or(self.any)
    }

    /// The plugin of a device: the device's vendor decides, else its template folder. FusionPBX also treats a device by
    /// its own vendor, whatever template it has.
    pub(super) fn of_device(&self, vendor: &str, folder: &str) -> Option<usize> {
        let by_vendor = self.vendors.get(&vendor.to_ascii_lowercase()).copied();
        by_vendor.or_else(|| self.of_folder(folder))
    }

    fn named_in(&self, folder: &str) -> Option<usize> {
        folder.split('/').find_map(|part| self.vendors.get(part)).copied()
    }

    pub(super) fn vendor_of(&self, oui: &str) -> Option<&str> {
        self.ouis.get(oui).map(|claim| claim.vendor.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::super::description::Vendor;
    use super::*;

    fn plugin(name: &str, vendors: &[&str], any: bool) -> Description {
        let vendor = |vendor: &&str| Vendor { name: (*vendor).into(), ouis: vec!["001565".into()], events: vec![] };
        let vendors = vendors.iter().map(vendor).collect();
        Description { name: name.into(), version: "1".into(), vendors, user_agents: vec![], any }
    }

    #[test]
    fn second_plugin_for_vendor_is_refused_naming_both() {
        let mut claims = Claims::default();
        claims.add(&plugin("first", &["yealink"], false)).unwrap();
        let message = claims.add(&plugin("second", &["snom", "yealink"], false)).unwrap_err().to_string();
        assert!(message.contains("first") && message.contains("second") && message.contains("yealink"), "{message}");
        assert_eq!(claims.of_folder("snom/300"), None, "a refused plugin claims nothing");
    }

    #[test]
    fn second_plugin_for_every_other_vendor_is_refused() {
        let mut claims = Claims::default();
        claims.add(&plugin("first", &[], true)).unwrap();
        assert!(claims.add(&plugin("second", &["snom"], true)).is_err());
    }

    #[test]
    fn plugin_for_every_other_vendor_yields_those_of_others() {
        let rest = |name: &str| Description { any: true, ..plugin(name, &["snom", "fanvil"], true) };
        let mut fanvil = plugin("own", &["fanvil"], false);
        fanvil.vendors[0].ouis = vec!["0c383e".into()];
        let (mut rest, snom) = (rest("rest"), "snom");
        rest.vendors[0].ouis = vec!["000413".into(), "0c383e".into()];
        rest.vendors[1].ouis = vec!["0c11aa".into()];
        for plugins in [[&fanvil, &rest], [&rest, &fanvil]] {
            let mut claims = Claims::default();
            let [first, second] = plugins.map(|plugin| claims.add(plugin).unwrap());
            let (own, any) = if plugins[0].any { (second, first) } else { (first, second) };
            assert_eq!(claims.of_folder("fanvil/x6"), Some(own));
            assert_eq!((claims.of_folder("snom/300"), claims.of_folder("acme/1")), (Some(any), Some(any)));
            assert!(claims.serves(own, "fanvil") && claims.serves(any, snom) && !claims.serves(any, "fanvil"));
            let vendors = ["0c383e", "000413", "0c11aa"].map(|oui| claims.vendor_of(oui));
            assert_eq!(vendors, [Some("fanvil"), Some(snom), None], "the vendor's own plugin knows its OUIs");
        }
        let mut claims = Claims::default();
        claims.add(&fanvil).unwrap();
        claims.add(&rest).unwrap();
        assert!(claims.add(&plugin("second", &["fanvil"], false)).is_err(), "only the one with `any` yields");
    }

    #[test]
    fn new_component_takes_vendor_from_the_one_for_the_rest() {
        let (rest, own) = (plugin("rest", &["fanvil"], true), plugin("own", &["fanvil"], false));
        let serving = Claimant { new: Some(&rest), old: Some(&rest), unchanged: true, is_late: false };
        let claimants = [Claimant { new: Some(&own), ..Claimant::default() }, serving];
        assert_eq!(settled(&claimants), ("1n 0n".to_owned(), vec![]));
        assert_eq!(settle(&claimants).claims.of_folder("fanvil/x6"), Some(1));
        assert_eq!(
            settle(&[serving]).claims.of_folder("fanvil/x6"),
            Some(0),
            "without it, the rest has the vendor again"
        );
    }

    #[test]
    fn vendor_decides_before_folder_and_folder_before_any() {
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

    /// The winners as `<file><n|o>` in their order, and the files that are refused.
    fn settled(claimants: &[Claimant<'_>]) -> (String, Vec<usize>) {
        let Settlement { winners, refused, .. } = settle(claimants);
        let winner = |(at, version): &(usize, FileVersion)| {
            format!("{at}{}", if *version == FileVersion::New { 'n' } else { 'o' })
        };
        (winners.iter().map(winner).collect::<Vec<_>>().join(" "), refused.into_iter().map(|(at, _)| at).collect())
    }

    #[test]
    fn new_component_cannot_take_vendor_from_serving_one() {
        let (yealink, other) = (plugin("yealink", &["yealink"], false), plugin("aaa", &["yealink"], false));
        let added = Claimant { new: Some(&other), ..Claimant::default() };
        let serving = Claimant { new: Some(&yealink), old: Some(&yealink), unchanged: true, is_late: false };
        let changed = Claimant { unchanged: false, ..serving };
        let unreadable = Claimant { new: None, ..serving };
        for (second, expected) in [(serving, "1n"), (changed, "1n"), (unreadable, "1o")] {
            assert_eq!(settled(&[added, second]), (expected.to_owned(), vec![0]));
        }
    }

    #[test]
    fn claims_of_new_components_go_in_file_order() {
        let [first, second] = ["a", "b"].map(|name| plugin(name, &["yealink"], false));
        let added = |new| Claimant { new: Some(new), ..Claimant::default() };
        assert_eq!(settled(&[added(&first), added(&second)]), ("0n".to_owned(), vec![1]));
        let broken = Claimant::default();
        assert_eq!(settled(&[broken, added(&second)]), ("1n".to_owned(), vec![]), "a broken component claims nothing");
    }

    #[test]
    fn late_component_comes_last_and_keeps_its_claims() {
        let [late, rest, rival] = [("late", "yealink"), ("rest", "snom"), ("rival", "yealink")]
            .map(|(name, vendor)| plugin(name, &[vendor], name == "rest"));
        let added = |new| Claimant { new: Some(new), ..Claimant::default() };
        let put_off = Claimant { is_late: true, ..added(&late) };
        let claimants = [put_off, added(&rest)];
        assert_eq!(settled(&claimants), ("1n 0n".to_owned(), vec![]));
        assert_eq!(settle(&claimants).claims.of_folder("yealink/t46u"), Some(1));
        assert_eq!(settled(&[put_off, added(&rival)]), ("1n".to_owned(), vec![0]), "a ready one is preferred");
    }

    #[test]
    fn changed_component_with_taken_name_leaves_old_active() {
        let (minimal, polycom) = (plugin("minimal", &["yealink"], false), plugin("polycom", &["polycom"], false));
        let renamed = plugin("polycom", &["yealink"], false);
        let changed = Claimant { new: Some(&renamed), old: Some(&minimal), unchanged: false, is_late: false };
        let serving = Claimant { new: Some(&polycom), old: Some(&polycom), unchanged: true, is_late: false };
        assert_eq!(settled(&[changed, serving]), ("1n 0o".to_owned(), vec![0]));
    }

    #[test]
    fn two_files_can_swap_their_vendors_in_one_load() {
        let [a, b] = [("a", "yealink"), ("b", "snom")].map(|(name, vendor)| plugin(name, &[vendor], false));
        let [c, d] = [("a", "snom"), ("b", "yealink")].map(|(name, vendor)| plugin(name, &[vendor], false));
        let changed = |new, old| Claimant { new: Some(new), old: Some(old), unchanged: false, is_late: false };
        assert_eq!(settled(&[changed(&c, &a), changed(&d, &b)]), ("0n 1n".to_owned(), vec![]));
    }
}
