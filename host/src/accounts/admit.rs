//! Decides what a user may do, by the groups. Only groups that no domain's administrator can make give rights over all
//! domains.

use super::grant::Grant;
use crate::facts::{AccountFacts, AccountGroup};
use sha2::{Digest, Sha256};

/// FusionPBX's groups for administrators: of everything, and of the user's domain.
const SUPERADMIN: &str = "superadmin";
const ADMIN: &str = "admin";

/// Dialplate's own groups, for users of a database without FusionPBX's groups.
pub const GROUP_ADMIN: &str = "dialplate_admin";
pub const GROUP_READER: &str = "dialplate_reader";

/// Why a login is refused. The browser is told the same for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LoginRefusal {
    #[error("user or password is wrong, or the name means users of several domains")]
    BadLogin,
    #[error("the user is disabled")]
    Disabled,
    #[error("FusionPBX asks the user for a second factor, which the console cannot check")]
    SecondFactor,
    #[error("the user is in none of the groups {SUPERADMIN}, {ADMIN}, {GROUP_ADMIN} and {GROUP_READER}")]
    NoGroup,
}

/// What a user may do in the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rights {
    /// Everything, in all domains.
    Admin,
    /// Everything, in the user's own domain.
    DomainAdmin,
    /// Look at everything.
    Reader,
}

/// What the user may do whose password was checked.
///
/// # Errors
/// The user may not log in.
pub fn admit(account: Option<&AccountFacts>, is_password: bool) -> Result<Grant, LoginRefusal> {
    let account = account.filter(|_| is_password).ok_or(LoginRefusal::BadLogin)?;
    if !account.enabled {
        return Err(LoginRefusal::Disabled);
    }
    if account.has_second_factor {
        return Err(LoginRefusal::SecondFactor);
    }
    let grant = |is_admin, domain| Grant { name: account.name.clone(), is_admin, domain };
    match rights(&account.groups).ok_or(LoginRefusal::NoGroup)? {
        Rights::Admin => Ok(grant(true, None)),
        Rights::DomainAdmin => Ok(grant(true, Some(account.domain.clone()))),
        Rights::Reader => Ok(grant(false, None)),
    }
}

/// The rights that a user with these groups has; `None` if the user may not log in.
pub fn rights(groups: &[AccountGroup]) -> Option<Rights> {
    let is_in = |name: &str| groups.iter().any(|group| group.name == name);
    let is_in_global = |name: &str| groups.iter().any(|group| group.name == name && group.is_global);
    if is_in_global(SUPERADMIN) || is_in_global(GROUP_ADMIN) {
        return Some(Rights::Admin);
    }
    // FusionPBX's `admin` may exist for all domains or for one; either gives rights over the user's own.
    if is_in(ADMIN) {
        return Some(Rights::DomainAdmin);
    }
    is_in_global(GROUP_READER).then_some(Rights::Reader)
}

/// A hash of what a session depends on beside the groups: with another password, the user logs in again.
pub fn mark(account: &AccountFacts) -> [u8; 32] {
    Sha256::new()
        .chain_update(&account.password.hash)
        .chain_update([0])
        .chain_update(&account.password.salt)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::StoredPassword;

    fn account(groups: &[(&str, bool)]) -> AccountFacts {
        let group = |(name, is_global): &(&str, bool)| AccountGroup { name: (*name).into(), is_global: *is_global };
        AccountFacts {
            uuid: "u".into(),
            name: "ada".into(),
            domain: "pbx.example.net".into(),
            enabled: true,
            has_second_factor: false,
            password: StoredPassword { hash: "h".into(), salt: "s".into(), verifier: String::new() },
            groups: groups.iter().map(group).collect(),
        }
    }

    fn decided(groups: &[(&str, bool)]) -> Result<(bool, Option<String>), LoginRefusal> {
        admit(Some(&account(groups)), true).map(|it| (it.is_admin, it.domain))
    }

    #[test]
    fn groups_decide_role_and_domains() {
        let own = || Some("pbx.example.net".to_owned());
        assert_eq!(decided(&[("user", true), ("superadmin", true)]), Ok((true, None)));
        assert_eq!(decided(&[("admin", true), ("superadmin", true)]), Ok((true, None)));
        assert_eq!(decided(&[("admin", true)]), Ok((true, own())));
        assert_eq!(decided(&[("admin", false)]), Ok((true, own())));
        assert_eq!(decided(&[(GROUP_ADMIN, true)]), Ok((true, None)));
        assert_eq!(decided(&[(GROUP_READER, true)]), Ok((false, None)));
    }

    #[test]
    fn groups_of_a_domain_give_no_rights_over_all() {
        for group in ["superadmin", GROUP_ADMIN, GROUP_READER] {
            assert_eq!(decided(&[(group, false)]), Err(LoginRefusal::NoGroup), "{group}");
        }
        assert_eq!(decided(&[]), Err(LoginRefusal::NoGroup));
        assert_eq!(decided(&[("user", true), ("agent", true), ("Superadmin", true)]), Err(LoginRefusal::NoGroup));
    }

    #[test]
    fn disabled_user_and_second_factor_are_refused() {
        let right = account(&[("superadmin", true)]);
        assert_eq!(admit(Some(&right), false), Err(LoginRefusal::BadLogin));
        assert_eq!(admit(None, true), Err(LoginRefusal::BadLogin));
        let disabled = AccountFacts { enabled: false, ..account(&[("superadmin", true)]) };
        assert_eq!(admit(Some(&disabled), true), Err(LoginRefusal::Disabled));
        let coded = AccountFacts { has_second_factor: true, ..account(&[("superadmin", true)]) };
        assert_eq!(admit(Some(&coded), true), Err(LoginRefusal::SecondFactor));
    }

    #[test]
    fn mark_differs_after_a_new_password() {
        let old = account(&[]);
        let password = StoredPassword { hash: "other".into(), salt: "s".into(), verifier: String::new() };
        assert!(mark(&old) == mark(&account(&[])) && mark(&old) != mark(&AccountFacts { password, ..account(&[]) }));
    }
}
