//! What the directory finds of a user who logs in to the console.

use super::user::StoredPassword;

/// A user, and the groups that decide what the user may do.
pub struct AccountFacts {
    pub uuid: String,
    pub name: String,
    /// The domain of the user's row.
    pub domain: String,
    /// `user_enabled`; NULL counts as enabled.
    pub enabled: bool,
    /// FusionPBX asks this user for a code, too.
    pub has_second_factor: bool,
    pub password: StoredPassword,
    pub groups: Vec<AccountGroup>,
}

/// A group of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountGroup {
    pub name: String,
    /// Whether the group is one of all domains. A domain's administrator can make groups of the domain alone.
    pub is_global: bool,
}

/// The facts of one login to the console.
pub struct AccountLookup {
    /// `None` if no user is meant, or if several users of different domains are.
    pub account: Option<AccountFacts>,
    /// The highest cost of all bcrypt hashes: the time of a check must not depend on the user.
    pub cost: u32,
}
