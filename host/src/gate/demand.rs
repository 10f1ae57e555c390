//! Checks a request against the settings, in every spelling that FusionPBX accepts. A setting with an invalid value
//! demands more of the request, never less.

use super::keeper::{InvalidSetting, Keeper, SettingProblem};
use super::refusal::Refusal;
use super::settings::{judging, texts};
use super::trail::{Check, Trail, Verdict};
use crate::facts::{Network, RequestFacts, Settings};
use crate::request::{ProvisionRequest, Secret};
use subtle::Choice;

/// Checks the client's network, and whether the domain provisions phones at all.
///
/// # Errors
/// The first check that fails.
pub fn screen_domain(
    request: &ProvisionRequest,
    facts: &RequestFacts,
    keeper: &Keeper,
    trail: &mut impl Trail,
) -> Result<(), Refusal> {
    let settings = judging(facts);
    let is_in = is_in_networks(request, facts, keeper, ("domain", "domain cidr"));
    settle(trail, Check::DomainNetworks, settings, is_in, Refusal::DomainNetwork)?;
    let is_on = settings.is_on("provision", "enabled", false);
    settle(trail, Check::Provisioning, settings, Some(is_on), Refusal::ProvisioningOff)?;
    let is_in = is_in_networks(request, facts, keeper, ("provision", "provision cidr"));
    settle(trail, Check::Networks, settings, is_in, Refusal::ClientNetwork)
}

/// Notes whether a demand is met, `None` if there is none, and refuses the request if it is not.
fn settle(
    trail: &mut impl Trail,
    check: Check,
    settings: &Settings,
    is_met: Option<bool>,
    otherwise: Refusal,
) -> Result<(), Refusal> {
    let verdict = match is_met {
        None => Verdict::NotRequired,
        Some(true) => Verdict::Passed,
        Some(false) => Verdict::Refused(&otherwise),
    };
    trail.note(check, settings, verdict);
    if is_met == Some(false) { Err(otherwise) } else { Ok(()) }
}

/// Whether the client is in one of the networks of the setting `cidr` of a category; `None` if the setting is not set.
/// Reports invalid networks to the keeper.
pub fn is_in_networks(
    request: &ProvisionRequest,
    facts: &RequestFacts,
    keeper: &Keeper,
    (category, setting): (&str, &'static str),
) -> Option<bool> {
    let entries = texts(judging(facts), category, "cidr")?;
    Some(is_in_any(request, facts, keeper, setting, entries))
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
