//! Finds the template folder of a phone by name or by model.

use super::error::{Error, quoted};
use crate::templates::{SearchPath, Tree};

/// The template folders of the server, as `yealink/t46u`.
#[derive(Default)]
pub struct Templates(Vec<String>);

impl Templates {
    /// # Errors
    /// A template folder cannot be read.
    pub fn find(path: SearchPath) -> Result<Self, Error> {
        let tree = Tree::find(path)?;
        let is_model = |name: &&str| name.split('/').count() >= 2 && !name.split('/').any(|part| part.starts_with('_'));
        Ok(Self(tree.names().filter(is_model).map(str::to_owned).collect()))
    }

    /// The folder of a device of this domain. A folder below the domain's name counts without it.
    ///
    /// # Errors
    /// There is none of this name; the message suggests others.
    pub fn named(&self, name: &str, domain: &str) -> Result<String, Error> {
        let is_own = |known: &str| {
            known == name || known.strip_prefix(domain).and_then(|rest| rest.strip_prefix('/')) == Some(name)
        };
        if self.0.iter().any(|known| is_own(known)) {
            return Ok(name.to_owned());
        }
        Err(Error::unknown("template", name, &self.0))
    }

    /// The folder of a model, as a maker writes it: `SIP-T46U`, `VVX 450`.
    ///
    /// # Errors
    /// No folder is named like it, or those of several vendors are.
    pub fn of_model(&self, model: &str, vendor: Option<&str>) -> Result<String, Error> {
        let wanted = plain(model);
        let of_vendor = |name: &&String| vendor.is_none_or(|vendor| name.split('/').next() == Some(vendor));
        let length = |name: &String| {
            let own = plain(name.rsplit('/').next().unwrap_or_default());
            (!own.is_empty() && wanted.ends_with(&own)).then_some(own.len())
        };
        let found = self.0.iter().filter(|name| name.split('/').count() == 2).filter(of_vendor);
        let found: Vec<_> = found.filter_map(|name| Some((length(name)?, name))).collect();
        let longest = found.iter().map(|(length, _)| *length).max().unwrap_or_default();
        let best: Vec<_> =
            found.iter().filter(|(length, _)| *length == longest).map(|(_, name)| name.as_str()).collect();
        match best[..] {
            [one] => Ok(one.to_owned()),
            [] => Err(Error::unknown("template for the model", model, &self.0)),
            _ => Err(Error::Usage(format!(
                "several templates are for the model {}: {}; name one as the template",
                quoted(model),
                best.join(", ")
            ))),
        }
    }
}

/// Letters and digits in lower case.
fn plain(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
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
        Templates(names.map(str::to_owned).into())
    }

    #[test]
    fn model_finds_its_template_as_a_maker_writes_it() {
        for (model, template) in [
            ("T46U", "yealink/t46u"),
            ("SIP-T46S", "yealink/t46s"),
            ("VVX 450", "polycom/vvx450"),
            ("spa504g", "cisco/spa504g"),
        ] {
            assert_eq!(templates().of_model(model, None).unwrap(), template);
        }
        assert!(templates().of_model("T46U", Some("polycom")).is_err());
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
}
