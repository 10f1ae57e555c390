//! Writes the file.

use super::base_url::{self, PASS, USER};
use super::options::{
    AUTHENTICATION_TYPE, AuthenticationType, DELETE_ACCOUNTS, DELETE_CONTACTS, OPTIONS, OptionRule, PASSWORD,
    PASSWORD_FORMAT, PasswordFormat, USE_AUTHENTICATION, USER as USER_OPTION, USER_INPUT,
};
use crate::request::Secret;
use md5::{Digest, Md5};

/// Server URLs in one file. Zoiper tries them one after the other while its user waits.
const URLS_MAX: usize = 16;

/// What the file is to say.
pub struct Draft {
    pub base_urls: Vec<String>,
    /// `None` without authentication.
    pub authentication: Option<AuthenticationType>,
    pub asks_user: bool,
    pub user: Option<String>,
    pub password: Option<Secret>,
    pub password_format: PasswordFormat,
    pub deletes_accounts: bool,
    pub deletes_contact_services: bool,
}

/// Why a file would not work.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum DraftError {
    #[error("no base URL is given; name one to {URLS_MAX} with --base-url")]
    UrlCount,
    #[error("the base URL {url:?} {fault}")]
    Url { url: String, fault: &'static str },
    #[error("the base URL {0:?} has only one of {USER} and {PASS}; write both, or neither, and both are added")]
    OnePlaceholder(String),
    #[error("the base URL {0:?} has {USER} or {PASS}, which Zoiper fills in only with --auth url; remove them")]
    Placeholder(String),
    #[error("Zoiper would log in without a name; let it ask with --ask-user, or give --user")]
    NoUser,
    #[error("the {0} has a control character, which no XML document can hold; remove it")]
    Control(&'static str),
}

/// The text of the file: UTF-8, with every option.
///
/// # Errors
/// The file would not work.
pub fn write(draft: &Draft) -> Result<String, DraftError> {
    let urls = base_urls(draft)?;
    if draft.authentication.is_some() && !draft.asks_user && draft.user.as_deref().unwrap_or_default().is_empty() {
        return Err(DraftError::NoUser);
    }
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<provision>\n    <base_urls>\n".to_owned();
    for url in urls {
        text += &format!("        <base_url>{}</base_url>\n", escaped(&url));
    }
    text += "    </base_urls>\n    <options>\n";
    for OptionRule { name, .. } in &OPTIONS {
        let value = draft.value(name);
        // XML has no form for control characters.
        if value.contains(char::is_control) {
            return Err(DraftError::Control(name));
        }
        text += &format!("        <{name}>{}</{name}>\n", escaped(&value));
    }
    Ok(text + "    </options>\n</provision>\n")
}

fn base_urls(draft: &Draft) -> Result<Vec<String>, DraftError> {
    if draft.base_urls.is_empty() || draft.base_urls.len() > URLS_MAX {
        return Err(DraftError::UrlCount);
    }
    let url = |url: &String| {
        if let Some(fault) = base_url::fault(url) {
            return Err(DraftError::Url { url: url.clone(), fault });
        }
        match draft.authentication {
            Some(AuthenticationType::Url) => {
                let url = base_url::with_placeholders(url);
                let is_whole = url.contains(USER) && url.contains(PASS);
                if is_whole { Ok(url) } else { Err(DraftError::OnePlaceholder(url)) }
            }
            _ if base_url::has_placeholder(url) => Err(DraftError::Placeholder(url.clone())),
            _ => Ok(url.clone()),
        }
    };
    draft.base_urls.iter().map(url).collect()
}

impl Draft {
    fn value(&self, name: &str) -> String {
        match name {
            USE_AUTHENTICATION => self.authentication.is_some().to_string(),
            USER_INPUT => self.asks_user.to_string(),
            AUTHENTICATION_TYPE => self.authentication.unwrap_or(AuthenticationType::Url).name().to_owned(),
            USER_OPTION => self.user.clone().unwrap_or_default(),
            PASSWORD => self.password.as_ref().map(|password| self.stored(password)).unwrap_or_default(),
            PASSWORD_FORMAT => self.password_format.number().to_owned(),
            DELETE_ACCOUNTS => self.deletes_accounts.to_string(),
            DELETE_CONTACTS => self.deletes_contact_services.to_string(),
            _ => String::new(),
        }
    }

    fn stored(&self, password: &Secret) -> String {
        match self.password_format {
            PasswordFormat::Md5 => format!("{:x}", Md5::digest(password.expose())),
            PasswordFormat::Plain => password.expose().to_owned(),
        }
    }
}

fn escaped(text: &str) -> String {
    let entities = [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\"", "&quot;"), ("'", "&apos;")];
    entities.iter().fold(text.to_owned(), |text, (character, entity)| text.replace(character, entity))
}
