//! Finds the template folder of a phone by name or by model.

use super::error::{Error, quoted};
use crate::directory::{Directory, SettingValue};
use crate::templates::{SearchPath, Tree, plain, spelled};
use std::collections::HashMap;

/// The setting of the category `provision` that names another folder in place of the server's.
const TEMPLATE_DIR: (&str, &str) = ("provision", "template_dir");

/// The template folders of the server, as `yealink/t46u`.
#[derive(Default)]
pub struct Templates {
    names: Vec<String>,
    /// Those of the domains with a folder of their own, by the domain's name.
    of_domains: HashMap<String, Vec<String>>,
}

impl Templates {
    /// Lists the folders where the server looks for them: below `path`, or where `template_dir` is set, there.
    ///
    /// # Errors
    /// A template folder cannot be read, or the database does not answer.
    pub async fn find(path: SearchPath, directory: &Directory) -> Result<Self, Error> {
        let mut found = Self::default();
        let own = directory.setting_values(&[TEMPLATE_DIR]).await?;
        let (default, of_domains): (Vec<_>, Vec<_>) =
            own.into_iter().filter(|set| !set.value.is_empty()).partition(|set| set.domain.is_empty());
        let below = |folder: String| SearchPath { roots: vec![folder.into()], custom: path.custom.clone() };
        for SettingValue { domain, value, .. } in of_domains {
            found.of_domains.insert(domain, names(below(value))?);
        }
        let default = default.into_iter().next_back().map(|set| below(set.value));
        found.names = names(default.unwrap_or_else(|| path.clone()))?;
        Ok(found)
    }

    /// The folders for devices of a domain.
    pub fn names(&self, domain: &str) -> &[String] {
        self.of_domains.get(domain).unwrap_or(&self.names)
    }

    /// The folder of a device of this domain. A folder below the domain's name counts without it.
    ///
    /// # Errors
    /// There is none of this name; the message suggests others.
    pub fn named(&self, name: &str, domain: &str) -> Result<String, Error> {
        let known = self.names(domain);
        let is_own = |known: &String| {
            known == name || known.strip_prefix(domain).and_then(|rest| rest.strip_prefix('/')) == Some(name)
        };
        if known.iter().any(is_own) { Ok(name.to_owned()) } else { Err(Error::unknown("template", name, known)) }
    }

    /// The folder of a model, as a maker writes it: `SIP-T46U`, `VVX 450`, `Zoiper 5`.
    ///
    /// # Errors
    /// No folder is named like it, or those of several vendors are.
    pub fn of_model(&self, model: &str, vendor: Option<&str>, domain: &str) -> Result<String, Error> {
        let (wanted, known) = (plain(model), self.names(domain));
        let of_vendor = |name: &&String| vendor.is_none_or(|vendor| name.split('/').next() == Some(vendor));
        let found = known.iter().filter(|name| name.split('/').count() == 2).filter(of_vendor);
        let found: Vec<_> = found.filter_map(|name| Some((likeness(&wanted, name)?, name))).collect();
        let longest = found.iter().map(|(length, _)| *length).max().unwrap_or_default();
        let best: Vec<_> =
            found.iter().filter(|(length, _)| *length == longest).map(|(_, name)| name.as_str()).collect();
        match best[..] {
            [one] => Ok(one.to_owned()),
            [] => Err(Error::unknown("template for the model", model, known)),
            _ => Err(Error::Usage(format!(
                "several templates are for the model {}: {}; name one as the template",
                quoted(model),
                best.join(", ")
            ))),
        }
    }
}

/// The folders of models below a path; parts such as `_base` are none.
fn names(path: SearchPath) -> Result<Vec<String>, Error> {
    let tree = Tree::find(path)?;
    let is_model = |name: &&str| name.split('/').count() >= 2 && !name.split('/').any(|part| part.starts_with('_'));
    Ok(tree.names().filter(is_model).map(str::to_owned).collect())
}

/// How much of a model a folder's name spells, if it is the model's. A folder for all versions, such as `zoiper/5.x`, is named
/// after its vendor.
fn likeness(wanted: &str, name: &str) -> Option<usize> {
    let (vendor, model) = name.split_once('/')?;
    let own = match model.strip_suffix(".x") {
        Some(version) if wanted != plain(model) => plain(vendor) + &plain(version),
        _ => plain(model),
    };
    spelled(&own, wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn templates() -> Templates {
        let names = [
            "cisco/spa504g",
            "pbx.example/yealink/own",
            "polycom/vvx450",
            "yealink/t46s",
            "yealink/t46u",
            "zoiper/5.x",
        ];
        let own = vec!["acme/one".to_owned()];
        let of_domains = HashMap::from([("own.example".to_owned(), own)]);
        Templates { names: names.map(str::to_owned).into(), of_domains }
    }

    #[test]
    fn model_finds_its_template_as_a_maker_writes_it() {
        for (model, template) in [
            ("T46U", "yealink/t46u"),
            ("SIP-T46S", "yealink/t46s"),
            ("VVX 450", "polycom/vvx450"),
            ("spa504g", "cisco/spa504g"),
            ("Zoiper 5", "zoiper/5.x"),
            ("5.x", "zoiper/5.x"),
        ] {
            assert_eq!(templates().of_model(model, None, "pbx.example").unwrap(), template);
        }
        assert!(templates().of_model("T46U", Some("polycom"), "pbx.example").is_err());
        assert!(templates().of_model("Softphone 5", None, "pbx.example").is_err());
    }

    #[test]
    fn unknown_template_lists_near_ones() {
        let error = templates().named("yealink/t46", "pbx.example").unwrap_err().to_string();
        assert!(
            error.starts_with("there is no template \"yealink/t46\"; did you mean yealink/t46s, yealink/t46u"),
            "{error}"
        );
    }

    #[test]
    fn template_of_another_domain_is_unknown() {
        assert_eq!(templates().named("yealink/own", "pbx.example").unwrap(), "yealink/own");
        assert!(templates().named("yealink/own", "other.example").is_err());
    }

    #[test]
    fn domain_with_a_folder_of_its_own_has_those_templates() {
        assert_eq!(templates().named("acme/one", "own.example").unwrap(), "acme/one");
        assert_eq!(templates().of_model("One", None, "own.example").unwrap(), "acme/one");
        assert!(templates().named("yealink/t46u", "own.example").is_err());
        assert!(templates().named("acme/one", "pbx.example").is_err());
    }
}
