//! Checks a request against the settings, in every spelling that FusionPBX accepts. A setting with an invalid value
//! demands more of the request, never less.

use super::keeper::{InvalidSetting, Keeper, SettingProblem};
use super::refusal::Refusal;
use super::settings::{judging, texts};
use crate::facts::{Network, RequestFacts, Settings};
use crate::request::{ProvisionRequest, Secret};
use subtle::Choice;

/// Checks the client's network, and whether the domain provisions phones at all.
///
/// # Errors
/// The first check that fails.
pub fn screen_domain(request: &ProvisionRequest, facts: &RequestFacts, keeper: &Keeper) -> Result<(), Refusal> {
    if !is_in_networks(request, facts, keeper, ("domain", "domain cidr")) {
        return Err(Refusal::DomainNetwork);
    }
    if !judging(facts).is_on("provision", "enabled", false) {
        return Err(Refusal::ProvisioningOff);
    }
    if !is_in_networks(request, facts, keeper, ("provision", "provision cidr")) {
        return Err(Refusal::ClientNetwork);
    }
    Ok(())
}

/// Whether the client is in one of the networks of the setting `cidr` of a category, or the setting is not set.
/// Reports invalid networks to the keeper.
pub fn is_in_networks(
    request: &ProvisionRequest,
    facts: &RequestFacts,
    keeper: &Keeper,
    (category, setting): (&str, &'static str),
) -> bool {
    let entries = texts(judging(facts), category, "cidr");
    entries.is_none_or(|entries| is_in_any(request, facts, keeper, setting, entries))
}

/// Whether the client is in one of these networks. Reports invalid ones to the keeper.
pub fn is_in_any(
    request: &ProvisionRequest,
    facts: &RequestFacts,
    keeper: &Keeper,
    setting: &'static str,
    entries: Vec<&str>,
) -> bool {
    let mut is_in = false;
    for text in entries {
        match Network::parse(text) {
            Some(network) => is_in |= request.client().is_in(&network),
            None => report(keeper, facts, setting, text, SettingProblem::Network),
        }
    }
    is_in
}

/// Reports a setting with an invalid value.
pub fn report(keeper: &Keeper, facts: &RequestFacts, setting: &'static str, text: &str, problem: SettingProblem) {
    let domain = facts.domain.as_ref().map(|domain| domain.name.clone()).unwrap_or_default();
    keeper.report(InvalidSetting { setting, domain, text: text.to_owned(), problem });
}

/// Whether the `password` parameter is one of the passwords in the setting of that name; `None` if the setting is not
/// set.
pub fn has_password(request: &ProvisionRequest, settings: &Settings) -> Option<bool> {
    let passwords = texts(settings, "provision", "password")?;
    let given = request.password().unwrap_or_else(|| Secret::new(""));
    let mut right = Choice::from(0);
    for password in passwords {
        right |= Secret::new(password).matches(&given);
    }
    Some(right.into())
}
