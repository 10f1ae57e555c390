//! Template folders that are named after models, such as `yealink/t46u` and `grandstream/gxp16xx`.

use super::tree::Tree;

/// Letters and digits in lower case.
pub fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// How many characters of a model's name a folder's name spells, if the model ends with it. Where a folder's name begins
/// with letters, an `x` at its end stands for a digit, and the model may have one more letter: `gxp17xx` is for the GXP1760
/// and for the GXP1760W. Both names are plain.
pub fn spelled(folder: &str, model: &str) -> Option<usize> {
    if !folder.is_empty() && model.ends_with(folder) {
        return Some(folder.len());
    }
    let stem = stem(folder);
    let without_letter = model.strip_suffix(|c: char| c.is_ascii_alphabetic()).unwrap_or(model);
    let is_member = |model: &str| {
        let end = model.len().checked_sub(folder.len()).and_then(|at| model.get(at..));
        let digits = end.and_then(|end| end.strip_prefix(stem));
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_family = stem.len() < folder.len() && stem.starts_with(|c: char| c.is_ascii_alphabetic());
    (is_family && (is_member(model) || is_member(without_letter))).then_some(stem.len())
}

fn stem(folder: &str) -> &str {
    folder.trim_end_matches('x')
}

impl Tree {
    /// The folder whose vendor and model are words of a User-Agent.
    pub fn of_user_agent(&self, user_agent: &str) -> Option<&str> {
        let words: Vec<_> = user_agent.split(|c: char| !c.is_ascii_alphanumeric()).map(plain).collect();
        let likeness = |name: &str| {
            let (vendor, model) = name.split_once('/')?;
            let model = plain(model);
            let of_word = |word: &String| spelled(&model, word).filter(|_| word.starts_with(stem(&model)));
            words.contains(&plain(vendor)).then(|| words.iter().filter_map(of_word).max())?
        };
        self.names().filter_map(|name| Some((likeness(name)?, name))).max().map(|(_, name)| name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::templates::SearchPath;
    use std::path::Path;

    #[test]
    fn folder_spells_a_model_or_a_family() {
        for (folder, model, length) in [
            ("t46u", "sipt46u", Some(4)),
            ("gxp16xx", "gxp1628", Some(5)),
            ("gxp16xx", "gxp16xx", Some(7)),
            ("gxp17xx", "gxp1760w", Some(5)),
            ("gxp17xx", "grandstreamgxp1760w", Some(5)),
            ("gxp17xx", "gxp1760wx", None),
            ("gxp16xx", "gxp162", None),
            ("gxp16xx", "gxp162w", None),
            ("t46u", "t46uw", None),
            ("5x", "t57", None),
            ("5x", "5x", Some(2)),
            ("x", "7", None),
            ("", "t46u", None),
        ] {
            assert_eq!(spelled(folder, model), length, "{folder} {model}");
        }
    }

    #[test]
    fn user_agent_finds_the_folder_of_its_model() {
        let ours = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("templates");
        let tree = Tree::find(SearchPath { roots: vec![ours], custom: None }).unwrap();
        for (user_agent, folder) in [
            ("Grandstream Model HW  HT802 V2.0A SW 1.0.37.7 DevId c074ad112233", Some("grandstream/ht802")),
            ("Grandstream Model HW GRP2614 SW 1.0.9.5 DevId c074ad112233", Some("grandstream/grp2614")),
            ("Grandstream GXP1628 1.0.7.52 c074ad112233", Some("grandstream/gxp16xx")),
            ("Grandstream GXP1760W 1.0.1.12 c074ad112233", Some("grandstream/gxp17xx")),
            ("Yealink SIP-T46U 108.86.0.20 00:15:65:aa:bb:cc", Some("yealink/t46u")),
            ("Grandstream Model HW GXP9999 SW 1.0 DevId c074ad112233", None),
            ("Other T46U", None),
            ("", None),
        ] {
            assert_eq!(tree.of_user_agent(user_agent), folder, "{user_agent}");
        }
    }
}
