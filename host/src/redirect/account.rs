//! Accounts at redirection services, from a file and from the environment. They are never part of a command line.

use super::provider::ServiceError;
use super::service::Service;
use crate::download::FileUrl;
use crate::facts::HIDDEN;
use crate::files::read_bounded;
use crate::request::Secret;
use std::path::Path;
use toml::{Table, Value};

/// A file has some lines for each service.
const BYTES_MAX: u64 = 64 << 10;

/// The name that services show for a URL, unless an account has another one.
const SERVER: &str = "dialplate";

const KEYS: [&str; 4] = ["user", "secret", "url", "server"];

/// An account. There is no `Debug`, because it holds the secret.
pub struct Account {
    /// The user, the client or the key's id.
    pub user: String,
    pub secret: Secret,
    pub url: FileUrl,
    /// The server, profile or provider at the service.
    pub server: String,
}

impl Account {
    /// The account at a service, from the environment (`DIALPLATE_REDIRECT_SNOM_SECRET`) and a file with a section `[snom]`.
    ///
    /// # Errors
    /// There is no account, or the file cannot be used. No message holds a secret.
    pub fn read(
        service: &Service,
        file: Option<&Path>,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, String> {
        let section = file.map(|file| section(file, &service.name)).transpose()?.flatten().unwrap_or_default();
        let variable = |key: &str| format!("DIALPLATE_REDIRECT_{}_{}", service.name, key).to_ascii_uppercase();
        let text = |key: &str| {
            let given = environment(&variable(key)).filter(|text| !text.is_empty());
            let written = || section.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
            given.or_else(|| written().map(str::to_owned))
        };
        let missing = |key: &str| {
            let (name, variable) = (&service.name, variable(key));
            format!(
                "{name} has no {key}; write it below [{name}] in the file that redirect_accounts names, or set {variable}"
            )
        };
        let default = Some(service.address.clone()).filter(|url| !url.is_empty());
        let url = text("url").or(default).ok_or_else(|| missing("url"))?;
        let wrong = |_| format!("the url of {} must begin with https://, and hold no password", service.name);
        Ok(Self {
            user: text("user").ok_or_else(|| missing("user"))?,
            secret: Secret::new(text("secret").ok_or_else(|| missing("secret"))?),
            url: FileUrl::parse(&url).map_err(wrong)?,
            server: text("server").unwrap_or_else(|| SERVER.to_owned()),
        })
    }

    /// A text of the service without the account's secret, for a message: one line, and not longer than one.
    pub fn cleaned(&self, text: &str) -> String {
        const CHARS_MAX: usize = 200;
        let text = text.replace(self.secret.expose(), HIDDEN);
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(CHARS_MAX).collect();
        text.trim().to_owned()
    }

    /// The error for an answer in an undocumented form; the text may hold the secret.
    pub fn undocumented(&self, text: &str) -> ServiceError {
        ServiceError::Undocumented(self.cleaned(text))
    }

    /// The error for a refusal in the service's words, which may hold the secret.
    pub fn refused(&self, text: &str) -> ServiceError {
        ServiceError::Other(self.cleaned(text))
    }
}

/// The section of a service. Errors name the line, and nothing of its content.
fn section(file: &Path, name: &str) -> Result<Option<Table>, String> {
    let place = file.display();
    let bytes = read_bounded(file, BYTES_MAX).map_err(|error| format!("redirect_accounts: {place}: {error}"))?;
    let bytes = bytes.ok_or_else(|| format!("redirect_accounts: {place} is larger than {BYTES_MAX} bytes"))?;
    let text = String::from_utf8(bytes).map_err(|_| format!("redirect_accounts: {place} is not UTF-8"))?;
    let table = text.parse::<Table>().map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        format!("redirect_accounts: {place}:{line} is not TOML")
    })?;
    for (known, section) in &table {
        let is_service = Service::find(known).is_some_and(Service::has_api);
        let Some(section) = section.as_table().filter(|_| is_service) else {
            let known_services = Service::all().iter().filter(|one| one.has_api());
            let names: Vec<_> = known_services.map(|one| one.name.as_str()).collect();
            let names = names.join(", ");
            return Err(format!("redirect_accounts: {place}: `{known}` is no section of a service; known are {names}"));
        };
        for (key, value) in section {
            if !KEYS.contains(&key.as_str()) || !value.is_str() {
                let keys = KEYS.join(", ");
                return Err(format!(
                    "redirect_accounts: {place}: [{known}] has `{key}`; it takes {keys}, each a string"
                ));
            }
        }
    }
    Ok(table.get(name).and_then(Value::as_table).cloned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(service: &str, text: &str, variables: &[(&str, &str)]) -> Result<Account, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("accounts.toml");
        std::fs::write(&file, text).unwrap();
        let environment =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Account::read(Service::find(service).unwrap(), Some(&file), &environment)
    }

    #[test]
    fn environment_comes_before_the_file() {
        let text =
            "[snom]\nuser = \"a\"\nsecret = \"s3cret\"\n[yealink]\nuser = \"b\"\nsecret = \"x\"\nserver = \"pbx\"\n";
        let account =
            read("snom", text, &[("DIALPLATE_REDIRECT_SNOM_SECRET", "other")]).unwrap_or_else(|it| panic!("{it}"));
        assert_eq!((account.user.as_str(), account.secret.expose()), ("a", "other"));
        assert_eq!(
            (account.url.as_str(), account.server.as_str()),
            ("https://api.sraps.snom.com/api/v1/", "dialplate")
        );
        let account = read("yealink", text, &[]).unwrap_or_else(|it| panic!("{it}"));
        assert_eq!(account.server, "pbx");
    }

    #[test]
    fn unusable_account_is_an_error_without_the_secret() {
        for (text, part) in [
            ("", "snom has no user; write it below [snom]"),
            ("[snom]\nuser = \"a\"", "DIALPLATE_REDIRECT_SNOM_SECRET"),
            ("[snom]\nuser = \"a\"\nsecret = s3cret", "accounts.toml:3 is not TOML"),
            ("[snom]\npassword = \"s3cret\"", "[snom] has `password`"),
            ("[acme]\n", "`acme` is no section"),
            ("[poly]\n", "`poly` is no section"),
            (
                "[snom]\nuser = \"a\"\nsecret = \"s3cret\"\nurl = \"http://api.example.net/\"",
                "must begin with https://",
            ),
        ] {
            let error = read("snom", text, &[]).err().unwrap();
            assert!(error.contains(part) && !error.contains("s3cret"), "{error}");
        }
    }

    #[test]
    fn cleaned_text_has_one_line_and_no_secret() {
        let text = "[snom]\nuser = \"a\"\nsecret = \"s3cret\"";
        let account = read("snom", text, &[]).unwrap_or_else(|it| panic!("{it}"));
        assert_eq!(account.cleaned("bad key s3cret\r\nx\u{1b}[1m"), "bad key (hidden)  x [1m");
        assert_eq!(account.cleaned(&"a".repeat(1_000)).len(), 200);
    }
}
