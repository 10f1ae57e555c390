//! The options of the section `options`, in the order of Zoiper's documentation.

/// Which values an option has.
#[derive(Clone, Copy)]
pub enum OptionKind {
    Text,
    Choice(&'static [&'static str]),
}

/// One option.
pub struct OptionRule {
    pub name: &'static str,
    pub kind: OptionKind,
    /// Zoiper's value if the file has none.
    pub default: &'static str,
}

const FLAG: OptionKind = OptionKind::Choice(&["false", "true"]);

const fn rule(name: &'static str, kind: OptionKind, default: &'static str) -> OptionRule {
    OptionRule { name, kind, default }
}

pub const USE_AUTHENTICATION: &str = "use_authentication";
pub const USER_INPUT: &str = "user_input_authentication";
pub const AUTHENTICATION_TYPE: &str = "authentication_type";
pub const USER: &str = "user";
pub const PASSWORD: &str = "password";
pub const PASSWORD_FORMAT: &str = "password_format";
pub const DELETE_ACCOUNTS: &str = "delete_accounts_beforehand";
pub const DELETE_CONTACTS: &str = "delete_contact_services_beforehand";

pub const OPTIONS: [OptionRule; 8] = [
    rule(USE_AUTHENTICATION, FLAG, "false"),
    rule(USER_INPUT, FLAG, "false"),
    rule(AUTHENTICATION_TYPE, OptionKind::Choice(&["basic", "url"]), "url"),
    rule(USER, OptionKind::Text, ""),
    rule(PASSWORD, OptionKind::Text, ""),
    rule(PASSWORD_FORMAT, OptionKind::Choice(&["0", "1"]), "0"),
    rule(DELETE_ACCOUNTS, FLAG, "true"),
    rule(DELETE_CONTACTS, FLAG, "false"),
];

/// How Zoiper sends name and password.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuthenticationType {
    Basic,
    Url,
}

/// How the file stores a preset password.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PasswordFormat {
    Md5,
    Plain,
}

impl AuthenticationType {
    pub fn name(self) -> &'static str {
        match self {
            Self::Basic => "basic",
            Self::Url => "url",
        }
    }
}

impl PasswordFormat {
    pub fn number(self) -> &'static str {
        match self {
            Self::Md5 => "0",
            Self::Plain => "1",
        }
    }
}

/// Whether a text has the form of an MD5.
pub fn is_md5(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
