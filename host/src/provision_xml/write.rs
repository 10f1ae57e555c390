//! Writes the file.

use super::base_url::{self, PASS, USER};
use super::check::{Finding, check};
use super::options::{
    AUTHENTICATION_TYPE, AuthenticationType, DELETE_ACCOUNTS, DELETE_CONTACTS, OPTIONS, OptionRule, PASSWORD,
    PASSWORD_FORMAT, PasswordFormat, USE_AUTHENTICATION, USER as USER_OPTION, USER_INPUT,
};
use crate::request::Secret;
use md5::{Digest, Md5};
use quick_xml::escape::escape;

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
    NoUrl,
    #[error("{0} base URLs are given, and Zoiper's user would wait for all of them; name {URLS_MAX} at most")]
    TooManyUrls(usize),
    #[error("the base URL {url:?} {fault}")]
    Url { url: String, fault: String },
    #[error("the base URL {0:?} has only one of {USER} and {PASS}; write both, or neither, and both are added")]
    OnePlaceholder(String),
    #[error("the base URL {0:?} has {USER} or {PASS}, which Zoiper fills in only with --auth url; remove them")]
    Placeholder(String),
    #[error("Zoiper would log in without a name; let it ask with --ask-user, or give --user")]
    NoUser,
    #[error("the password is empty; give one, for --password - in the first line of standard input")]
    NoPassword,
    #[error("the {0} has a character that is no text (a control character, U+FFFE or U+FFFF); remove it")]
    NoText(&'static str),
    #[error("Zoiper could not use the file: {0}")]
    Unusable(String),
}

/// A file that Zoiper can use.
#[derive(Debug)]
pub struct Written {
    /// UTF-8, with every option.
    pub text: String,
    /// What the check still advises.
    pub warnings: Vec<Finding>,
}

/// Writes the file, and checks it as any other one.
///
/// # Errors
/// The file would not work.
pub fn write(draft: &Draft) -> Result<Written, DraftError> {
    let text = text(draft)?;
    let (warnings, mistakes): (Vec<_>, Vec<_>) =
        check(text.as_bytes()).into_iter().partition(|finding| finding.is_warning);
    match mistakes.into_iter().next() {
        Some(mistake) => Err(DraftError::Unusable(mistake.message)),
        None => Ok(Written { text, warnings }),
    }
}

fn text(draft: &Draft) -> Result<String, DraftError> {
    let urls = base_urls(draft)?;
    if draft.authentication.is_some() && !draft.asks_user && draft.user.as_deref().unwrap_or_default().is_empty() {
        return Err(DraftError::NoUser);
    }
    if draft.password.as_ref().is_some_and(|password| password.expose().is_empty()) {
        return Err(DraftError::NoPassword);
    }
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<provision>\n    <base_urls>\n".to_owned();
    for url in urls {
        text += &format!("        <base_url>{}</base_url>\n", escape(&url));
    }
    text += "    </base_urls>\n    <options>\n";
    for OptionRule { name, .. } in &OPTIONS {
        let value = draft.value(name);
        if value.contains(is_no_text) {
            return Err(DraftError::NoText(name));
        }
        text += &format!("        <{name}>{}</{name}>\n", escape(&value));
    }
    Ok(text + "    </options>\n</provision>\n")
}

fn base_urls(draft: &Draft) -> Result<Vec<String>, DraftError> {
    match draft.base_urls.len() {
        0 => return Err(DraftError::NoUrl),
        count if count > URLS_MAX => return Err(DraftError::TooManyUrls(count)),
        _ => {}
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

/// XML has no form for most of these, and reads the others as blanks.
fn is_no_text(character: char) -> bool {
    character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(url: &str) -> Draft {
        Draft {
            base_urls: vec![url.to_owned()],
            authentication: Some(AuthenticationType::Url),
            asks_user: true,
            user: None,
            password: None,
            password_format: PasswordFormat::Plain,
            deletes_accounts: true,
            deletes_contact_services: false,
        }
    }

    fn preset(user: &str, password: &str) -> Draft {
        let (user, password) = (Some(user.to_owned()), Some(Secret::new(password)));
        Draft { asks_user: false, user, password, ..draft("https://a/") }
    }

    fn error(draft: &Draft) -> DraftError {
        write(draft).expect_err("no file")
    }

    #[test]
    fn values_are_escaped() {
        let written = write(&preset("<\"'&>", "]]>")).unwrap();
        assert!(written.text.contains("<user>&lt;&quot;&apos;&amp;&gt;</user>"), "{}", written.text);
        assert!(written.text.contains("<password>]]&gt;</password>") && written.warnings.is_empty());
    }

    #[test]
    fn number_of_urls_is_limited() {
        let urls = |count: usize| Draft { base_urls: vec!["https://a/".to_owned(); count], ..draft("") };
        assert_eq!(error(&urls(0)), DraftError::NoUrl);
        assert!(write(&urls(URLS_MAX)).is_ok());
        assert_eq!(error(&urls(URLS_MAX + 1)), DraftError::TooManyUrls(URLS_MAX + 1));
    }

    #[test]
    fn text_without_a_form_in_xml_is_an_error() {
        for character in ['\0', '\u{7}', '\n', '\u{85}', '\u{fffe}', '\u{ffff}'] {
            assert_eq!(error(&preset(&format!("a{character}b"), "c")), DraftError::NoText(USER_OPTION));
            assert_eq!(error(&preset("a", &format!("{character}b"))), DraftError::NoText(PASSWORD));
        }
        assert!(write(&preset("a\u{fffd}\u{1f600}", "b")).is_ok());
    }

    #[test]
    fn mistake_of_the_check_is_an_error_before_output() {
        let DraftError::Unusable(message) = error(&preset(" a ", "b")) else { panic!("another error") };
        assert!(message.contains("<user> begins or ends with blanks"), "{message}");
        let DraftError::Unusable(message) = error(&preset("a", " secret")) else { panic!("another error") };
        assert!(message.contains("<password> begins or ends") && !message.contains("secret"), "{message}");
    }

    #[test]
    fn login_without_name_or_password_is_an_error() {
        assert_eq!(error(&preset("", "a")), DraftError::NoUser);
        assert_eq!(error(&preset("a", "")), DraftError::NoPassword);
    }

    #[test]
    fn placeholder_without_its_pair_is_an_error() {
        assert_eq!(error(&draft("https://a/[user]")), DraftError::OnePlaceholder("https://a/[user]".to_owned()));
        let basic = Draft { authentication: Some(AuthenticationType::Basic), ..draft("https://a/[pass]") };
        assert_eq!(error(&basic), DraftError::Placeholder("https://a/[pass]".to_owned()));
    }
}
