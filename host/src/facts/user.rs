//! What the directory finds of a user who logs in.

/// A user. It holds no extension and no password of one.
pub struct UserFacts {
    pub uuid: String,
    /// `user_enabled`; NULL counts as enabled.
    pub enabled: bool,
    pub password: StoredPassword,
}

/// What the database stores of a user's password. It can be guessed from, so there is no `Debug`.
pub struct StoredPassword {
    /// `v_users.password`: bcrypt, or the salted MD5 of older releases.
    pub hash: String,
    /// `v_users.salt`, for the MD5.
    pub salt: String,
    /// What Dialplate stores for clients that send the MD5 of the password; empty if it stores nothing.
    pub verifier: String,
}

/// The facts of one login.
pub struct LoginFacts {
    /// `None` if the domain has no user of this name.
    pub user: Option<UserFacts>,
    /// The highest cost of the bcrypt hashes in the domain: the time of a check must not depend on the user.
    pub cost: u32,
}
