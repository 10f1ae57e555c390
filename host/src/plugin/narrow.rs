//! What is left of a description when an operator permits the plugin less.

use super::description::Description;
use super::error::LoadError;
use super::permissions::{ANY_VENDOR, Permissions};

impl Permissions {
    /// The part of a description that is permitted.
    pub(super) fn narrow(&self, mut description: Description) -> Result<Description, LoadError> {
        if let Some(permitted) = &self.vendors {
            let claimed = description.vendors.iter().map(|vendor| vendor.name.clone()).collect();
            let is_permitted = |name: &str| permitted.iter().any(|vendor| vendor == name);
            description.vendors.retain(|vendor| is_permitted(&vendor.name));
            description.user_agents.retain(|agent| is_permitted(&agent.vendor));
            description.any &= is_permitted(ANY_VENDOR);
            if description.vendors.is_empty() && !description.any {
                return Err(LoadError::NothingPermitted { plugin: description.name, claimed });
            }
        }
        if let Some(permitted) = &self.ouis {
            description.vendors.iter_mut().for_each(|vendor| vendor.ouis.retain(|oui| permitted.contains(oui)));
        }
        Ok(description)
    }
}

#[cfg(test)]
mod tests {
    use super::super::description::{UserAgent, Vendor};
    use super::*;

    fn description() -> Description {
        let vendor = |name: &str, oui: &str| Vendor { name: name.into(), ouis: vec![oui.into()], events: vec![] };
        let agent = |vendor: &str| UserAgent { pattern: vendor.into(), vendor: vendor.into(), template: None };
        Description {
            name: "two".into(),
            version: "1".into(),
            vendors: vec![vendor("snom", "000413"), vendor("fanvil", "0c383e")],
            user_agents: vec![agent("snom"), agent("fanvil")],
            any: true,
        }
    }

    /// The vendors with their OUIs, the vendors of the User-Agents, and whether it serves the rest.
    fn permitted(vendors: Option<&[&str]>, ouis: Option<&[&str]>) -> Result<String, String> {
        let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let permissions = Permissions { vendors: vendors.map(owned), ouis: ouis.map(owned), contacts: true };
        let left = permissions.narrow(description()).map_err(|error| error.to_string())?;
        let vendors: Vec<_> = left.vendors.iter().map(|it| format!("{} {}", it.name, it.ouis.join(","))).collect();
        let agents: Vec<_> = left.user_agents.iter().map(|agent| agent.vendor.as_str()).collect();
        Ok(format!("{}; {}; {}", vendors.join(", "), agents.join(","), left.any))
    }

    #[test]
    fn plugin_keeps_what_is_permitted() {
        for (vendors, ouis, expected) in [
            (None, None, "snom 000413, fanvil 0c383e; snom,fanvil; true"),
            (Some(&["snom"][..]), None, "snom 000413; snom; false"),
            (Some(&["fanvil", "*"]), None, "fanvil 0c383e; fanvil; true"),
            (Some(&["*"]), None, "; ; true"),
            (None, Some(&["000413"][..]), "snom 000413, fanvil ; snom,fanvil; true"),
            (Some(&["snom"]), Some(&[]), "snom ; snom; false"),
        ] {
            assert_eq!(permitted(vendors, ouis).unwrap(), expected, "{vendors:?} {ouis:?}");
        }
    }

    #[test]
    fn plugin_without_permitted_vendor_is_refused() {
        for vendors in [&["yealink"][..], &[]] {
            let message = permitted(Some(vendors), None).unwrap_err();
            assert!(message.contains("[plugins.two]") && message.contains("snom, fanvil"), "{message}");
        }
    }
}
