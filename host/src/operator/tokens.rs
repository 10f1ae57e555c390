//! Tokens with which programs use the API. The file has their hashes alone.

use super::principal::{Domains, Principal, Role, Scope, Source};
use super::store::{Store, StoreError};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{Timestamp, ToSpan};
use sha2::{Digest, Sha256};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;
use std::collections::BTreeSet;

/// What a token begins with, so that programs that look for leaked secrets find it.
pub const PREFIX: &str = "dialplate_";

/// Random bytes of a token: nobody guesses one of them, so its hash needs no salt.
const RANDOM_BYTES: usize = 32;

/// The longest text that is compared with tokens: twice their length.
const TOKEN_CHARS_MAX: usize = 128;

/// The longest name, which is in every line of the journal that the token writes.
pub const NAME_CHARS_MAX: usize = 64;

/// Tokens of one server. Each is one program that an operator has set up.
const TOKENS_MAX: i64 = 1_000;

/// A token as it is listed. The token itself is known only to its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub name: String,
    pub scopes: BTreeSet<Scope>,
    pub domains: Domains,
    pub created: Timestamp,
    pub expires: Timestamp,
}

/// A token that is to be made.
#[derive(Clone, Debug)]
pub struct NewToken {
    pub name: String,
    pub scopes: BTreeSet<Scope>,
    pub domains: Domains,
    pub days: i64,
}

/// The text of a token, which is shown once. There is no `Debug`.
pub struct TokenText(String);

/// Why there is no such token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    #[error("a name has 1 to {NAME_CHARS_MAX} letters, digits and the characters - _ . @")]
    Name,
    #[error("name at least one scope")]
    Scopes,
    #[error("a token named {0:?} exists; remove it first, or choose another name")]
    Taken(String),
    #[error("there is no token {0:?}; `dialplate token list` shows all")]
    Unknown(String),
    #[error("there are {TOKENS_MAX} tokens, the most that a server has; remove some")]
    TooMany,
    #[error("the time of expiry is no date")]
    Days,
    #[error("the system returned no random numbers")]
    Random,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why a request's token proves nothing.
#[derive(Debug, thiserror::Error)]
pub enum InvalidToken {
    #[error("the token is unknown; `dialplate token add` makes one")]
    Unknown,
    #[error("the token has expired; `dialplate token add` makes another one")]
    Expired,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl TokenText {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl Token {
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires <= now
    }

    fn principal(self) -> Principal {
        let is_reader = self.scopes.iter().all(|scope| *scope == Scope::Read);
        let role = if is_reader { Role::Reader } else { Role::Admin };
        Principal { name: self.name, role, domains: self.domains, source: Source::Token, scopes: self.scopes }
    }
}

impl Store {
    /// Makes a token, and returns its text, which is stored nowhere.
    ///
    /// # Errors
    /// The name is taken or invalid, or the file cannot be written.
    pub async fn add_token(&self, new: &NewToken) -> Result<(Token, TokenText), TokenError> {
        let is_kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '@');
        if !(1..=NAME_CHARS_MAX).contains(&new.name.len()) || !new.name.chars().all(is_kept) {
            return Err(TokenError::Name);
        }
        if new.scopes.is_empty() {
            return Err(TokenError::Scopes);
        }
        let created = seconds(Timestamp::now());
        let expires = created.checked_add(new.days.saturating_mul(24).hours()).map_err(|_| TokenError::Days)?;
        let (text, hash) = random()?;
        let mut connection = self.write().await?;
        let count: i64 = sqlx::query_scalar("select count(*) from tokens")
            .fetch_one(&mut connection)
            .await
            .map_err(|error| self.error(error))?;
        if count >= TOKENS_MAX {
            return Err(TokenError::TooMany);
        }
        let insert = "insert into tokens (name, hash, scopes, domains, created_s, expires_s) \
            values ($1, $2, $3, $4, $5, $6) on conflict (name) do nothing";
        let inserted = sqlx::query(insert)
            .bind(&new.name)
            .bind(hash.as_slice())
            .bind(joined(new.scopes.iter().map(|scope| scope.word())))
            .bind(new.domains.names().map(|names| joined(names.iter().map(String::as_str))))
            .bind(created.as_second())
            .bind(expires.as_second());
        let inserted = inserted.execute(&mut connection).await.map_err(|error| self.error(error))?;
        if inserted.rows_affected() == 0 {
            return Err(TokenError::Taken(new.name.clone()));
        }
        let NewToken { name, scopes, domains, .. } = new.clone();
        Ok((Token { name, scopes, domains, created, expires }, text))
    }

    /// All tokens, in the order of their names.
    ///
    /// # Errors
    /// The file cannot be read.
    pub async fn tokens(&self) -> Result<Vec<Token>, StoreError> {
        let Some(mut connection) = self.read().await? else { return Ok(Vec::new()) };
        let rows = sqlx::query("select * from tokens order by name").fetch_all(&mut connection).await;
        let rows = rows.map_err(|error| self.error(error))?;
        rows.iter().map(token).collect::<Result<_, _>>().map_err(|error| self.error(error))
    }

    /// Removes a token, which is refused from then on.
    ///
    /// # Errors
    /// There is none of this name, or the file cannot be written.
    pub async fn remove_token(&self, name: &str) -> Result<(), TokenError> {
        let mut connection = self.write().await?;
        let removed = sqlx::query("delete from tokens where name = $1").bind(name).execute(&mut connection).await;
        match removed.map_err(|error| self.error(error))?.rows_affected() {
            0 => Err(TokenError::Unknown(name.to_owned())),
            _ => Ok(()),
        }
    }

    /// The operator whose token this is.
    ///
    /// # Errors
    /// The token is unknown or has expired, or the file cannot be read.
    pub async fn principal_of_token(&self, text: &str, now: Timestamp) -> Result<Principal, InvalidToken> {
        if text.len() > TOKEN_CHARS_MAX || !text.starts_with(PREFIX) {
            return Err(InvalidToken::Unknown);
        }
        let Some(mut connection) = self.read().await? else { return Err(InvalidToken::Unknown) };
        let query = sqlx::query("select * from tokens where hash = $1").bind(hash(text).to_vec());
        let row = query.fetch_optional(&mut connection).await.map_err(|error| self.error(error))?;
        let found = row.as_ref().map(token).transpose().map_err(|error| self.error(error))?;
        let found = found.ok_or(InvalidToken::Unknown)?;
        if found.is_expired(now) { Err(InvalidToken::Expired) } else { Ok(found.principal()) }
    }
}

fn token(row: &SqliteRow) -> sqlx::Result<Token> {
    let time = |column| Ok::<_, sqlx::Error>(Timestamp::from_second(row.try_get(column)?).unwrap_or_default());
    let scopes: String = row.try_get("scopes")?;
    let domains: Option<String> = row.try_get("domains")?;
    Ok(Token {
        name: row.try_get("name")?,
        // A later release may know further scopes.
        scopes: scopes.split(' ').filter_map(|word| Scope::parse(word).ok()).collect(),
        domains: domains.map_or(Domains::All, |names| Domains::only(names.split(' ').filter(|it| !it.is_empty()))),
        created: time("created_s")?,
        expires: time("expires_s")?,
    })
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join(" ")
}

fn random() -> Result<(TokenText, [u8; 32]), TokenError> {
    let mut bytes = [0; RANDOM_BYTES];
    getrandom::fill(&mut bytes).map_err(|_| TokenError::Random)?;
    let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes));
    let hash = hash(&text);
    Ok((TokenText(text), hash))
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// In whole seconds, as it is stored.
fn seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(name: &str, days: i64) -> NewToken {
        let scopes = BTreeSet::from([Scope::Read, Scope::Resync]);
        NewToken { name: name.into(), scopes, domains: Domains::only(["a.example", "B.example"]), days }
    }

    #[tokio::test]
    async fn token_is_its_operator_until_it_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("new/access.db"));
        let now = Timestamp::now();
        assert_eq!(store.tokens().await.unwrap(), [], "there is no file yet");
        let (listed, text) = store.add_token(&new("nightly", 1)).await.unwrap();
        assert_eq!(store.tokens().await.unwrap(), [listed]);
        let principal = store.principal_of_token(text.expose(), now).await.unwrap();
        assert_eq!((principal.name.as_str(), principal.source), ("nightly", Source::Token));
        assert!(principal.domains.has("b.example") && !principal.domains.has("c.example"));
        assert!(principal.needs(Scope::Resync).is_ok() && principal.needs(Scope::Edit).is_err());
        let taken = store.add_token(&new("nightly", 1)).await.err().unwrap();
        assert!(matches!(taken, TokenError::Taken(_)), "{taken}");
        store.remove_token("nightly").await.unwrap();
        let gone = store.principal_of_token(text.expose(), now).await.unwrap_err();
        assert!(matches!(gone, InvalidToken::Unknown), "{gone}");
        assert!(matches!(store.remove_token("nightly").await, Err(TokenError::Unknown(_))));
    }

    #[tokio::test]
    async fn forged_and_expired_tokens_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("access.db"));
        let (listed, text) = store.add_token(&new("short", 1)).await.unwrap();
        let text = text.expose().to_owned();
        let last = listed.expires.checked_sub(1.seconds()).unwrap();
        assert!(store.principal_of_token(&text, last).await.is_ok());
        let expired = store.principal_of_token(&text, listed.expires).await;
        assert!(matches!(expired, Err(InvalidToken::Expired)));
        let other = format!("{}A", &text[..text.len() - 1]);
        let forged =
            [String::new(), PREFIX.to_owned(), other, text.to_lowercase(), text.clone() + "=", "x".repeat(9_999)];
        for forged in forged.iter().filter(|forged| **forged != text) {
            let refused = store.principal_of_token(forged, last).await;
            assert!(matches!(refused, Err(InvalidToken::Unknown)), "{forged}");
        }
    }

    #[tokio::test]
    async fn file_has_no_token_and_nobody_else_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("access.db");
        let (_, text) = Store::new(path.clone()).add_token(&new("secret", 1)).await.unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let text = text.expose().as_bytes();
        assert!(!bytes.windows(text.len()).any(|part| part == text));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[tokio::test]
    async fn invalid_name_or_no_scope_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(folder.path().join("access.db"));
        for name in ["", "a b", "a\n", "<script>", &"a".repeat(65)] {
            assert!(matches!(store.add_token(&new(name, 1)).await, Err(TokenError::Name)), "{name}");
        }
        let none = NewToken { scopes: BTreeSet::new(), ..new("none", 1) };
        assert!(matches!(store.add_token(&none).await, Err(TokenError::Scopes)));
    }
}
