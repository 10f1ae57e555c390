//! Who asks: an operator with a role, the domains that he may see, and the scopes that he has.

use std::collections::BTreeSet;
use std::fmt;

/// What an operator may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything, in his domains.
    Admin,
    /// Look at everything in his domains but secrets.
    Reader,
}

/// The domains that an operator may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Domains {
    All,
    /// By name, in lower case.
    Only(BTreeSet<String>),
}

/// How an operator has proved who he is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A user of FusionPBX's, or of the embedded database.
    User,
    /// A token of `dialplate token add`.
    Token,
    /// A command on the server's machine.
    Command,
}

macro_rules! scopes {
    ($($variant:ident $word:literal $meaning:literal)*) => {
        /// One thing that an operator may do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Scope {
            $(#[doc = $meaning] $variant,)*
        }

        impl Scope {
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];

            /// The word of a token's scope.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// One sentence for operators.
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning),* }
            }
        }
    };
}

scopes! {
    Read "read" "Look at devices, documents with their secrets hidden, the journal, templates and plugins."
    Secrets "secrets" "See documents with their secrets."
    Resync "resync" "Ask phones to fetch their configuration, or to restart."
    Reload "reload" "Make the server reload changed templates and plugins."
    Plugins "plugins" "Install plugins, put earlier versions back, and remove plugins."
    Try "try" "Render a template text that is not saved for a device."
    Edit "edit" "Change domains, devices, extensions and settings."
}

/// No scope has this word.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("there is no scope {0:?}; the scopes are {words}", words = words())]
pub struct UnknownScope(String);

impl Scope {
    /// # Errors
    /// No scope has this word.
    pub fn parse(word: &str) -> Result<Self, UnknownScope> {
        Self::ALL.iter().copied().find(|scope| scope.word() == word).ok_or_else(|| UnknownScope(word.to_owned()))
    }
}

fn words() -> String {
    Scope::ALL.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(", ")
}

/// An operator whose identity is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// The user's name, or that of the token.
    pub name: String,
    pub role: Role,
    pub domains: Domains,
    pub source: Source,
    pub scopes: BTreeSet<Scope>,
}

/// Why an operator may not do something.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Forbidden {
    #[error("{name} has not the scope `{scope}`", scope = .scope.word())]
    Scope { name: String, scope: Scope },
    #[error("{name} may see some domains alone, and this concerns all of them")]
    AllDomains { name: String },
}

impl Principal {
    /// A user with the scopes of his role.
    pub fn user(name: impl Into<String>, role: Role, domains: Domains) -> Self {
        let scopes = match role {
            Role::Admin => Scope::ALL.iter().copied().collect(),
            Role::Reader => BTreeSet::from([Scope::Read]),
        };
        Self { name: name.into(), role, domains, source: Source::User, scopes }
    }

    /// # Errors
    /// He has not this scope.
    pub fn needs(&self, scope: Scope) -> Result<(), Forbidden> {
        if self.scopes.contains(&scope) { Ok(()) } else { Err(Forbidden::Scope { name: self.name.clone(), scope }) }
    }

    /// # Errors
    /// He may not see all domains.
    pub fn needs_all_domains(&self) -> Result<(), Forbidden> {
        if self.domains == Domains::All { Ok(()) } else { Err(Forbidden::AllDomains { name: self.name.clone() }) }
    }
}

impl Domains {
    /// Some domains, by their names.
    pub fn only<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> Self {
        Self::Only(names.into_iter().map(|name| name.as_ref().to_lowercase()).collect())
    }

    pub fn has(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.contains(&name.to_lowercase()),
        }
    }

    /// The names; `None` for all domains.
    pub fn names(&self) -> Option<&BTreeSet<String>> {
        match self {
            Self::All => None,
            Self::Only(names) => Some(names),
        }
    }

    /// The same as a list, for a query.
    pub fn list(&self) -> Option<Vec<String>> {
        self.names().map(|names| names.iter().cloned().collect())
    }
}

impl Source {
    /// One word for the journal.
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Token => "token",
            Self::Command => "command",
        }
    }
}

/// `token nightly`, for logs.
impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.source.word(), self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_admin_sees_his_domain_alone() {
        let domains = Domains::only(["PBX.example.net"]);
        assert!(domains.has("pbx.example.net") && domains.has("Pbx.Example.Net"));
        assert!(!domains.has("other.example.net") && !domains.has(""));
        let admin = Principal::user("anna", Role::Admin, domains);
        assert!(admin.needs(Scope::Edit).is_ok() && admin.needs_all_domains().is_err());
    }

    #[test]
    fn reader_may_only_look() {
        let reader = Principal::user("rita", Role::Reader, Domains::All);
        assert!(reader.needs(Scope::Read).is_ok() && reader.needs_all_domains().is_ok());
        for scope in Scope::ALL.iter().filter(|scope| **scope != Scope::Read) {
            assert!(reader.needs(*scope).is_err(), "{scope:?}");
        }
    }

    #[test]
    fn page_lists_every_scope() {
        let page = include_str!("../../../docs/api.md");
        for scope in Scope::ALL {
            let row = format!("| `{}` | {} |", scope.word(), scope.meaning());
            assert!(page.contains(&row), "docs/api.md has no line {row}");
        }
    }

    #[test]
    fn unknown_scope_is_an_error_that_lists_all() {
        let said = Scope::parse("write").unwrap_err().to_string();
        assert_eq!(
            said,
            "there is no scope \"write\"; the scopes are read, secrets, resync, reload, plugins, try, edit"
        );
    }
}
