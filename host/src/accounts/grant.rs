//! What a user may see and do who has logged in.

/// The outcome of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The name of the user.
    pub name: String,
    /// Whether the user may act, and not only look.
    pub is_admin: bool,
    /// The only domain that the user sees; `None` for all of them, and for what belongs to no domain.
    pub domain: Option<String>,
}
