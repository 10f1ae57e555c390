//! `dialplate token`: tokens with which programs use the API.

use crate::admin_command::{aligned, write_json};
use crate::journal::{self, NewAction};
use crate::operator::{Domains, NewToken, Scope, Source, Store, Token, TokenError, TokenText};
use anyhow::{Context, Result};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::io::Write;

/// The text in place of the names of all domains.
const ALL: &str = "all";

/// What the commands need.
pub struct Access {
    pub store: Store,
    /// The journal that gets a line for each change.
    pub journal: journal::Config,
}

/// Makes a token, and prints it once.
///
/// # Errors
/// The name is taken, or the file cannot be written.
pub async fn add(access: &Access, new: &NewToken, json: bool, out: &mut impl Write) -> Result<()> {
    let added = access.store.add_token(new).await;
    let detail = format!("{} ({}; domains {})", new.name, scopes(&new.scopes), domains(&new.domains));
    record(access, "token_add", detail, added.is_ok()).await;
    let (token, text): (Token, TokenText) = added?;
    if json {
        let mut value = as_json(&token, Timestamp::now());
        value["token"] = json!(text.expose());
        return write_json(out, &value).context("standard output");
    }
    let Token { name, expires, .. } = &token;
    let explained = format!("token {name}, valid until {expires}; it is shown this once:");
    writeln!(out, "{explained}\n{}", text.expose()).context("standard output")
}

/// Prints all tokens, without their texts.
///
/// # Errors
/// The file cannot be read.
pub async fn list(access: &Access, json: bool, out: &mut impl Write) -> Result<()> {
    let (tokens, now) = (access.store.tokens().await?, Timestamp::now());
    if json {
        let values: Vec<_> = tokens.iter().map(|token| as_json(token, now)).collect();
        return write_json(out, &values).context("standard output");
    }
    if tokens.is_empty() {
        return writeln!(out, "no tokens").context("standard output");
    }
    let heads = ["NAME", "SCOPES", "DOMAINS", "CREATED", "EXPIRES"].map(str::to_owned).to_vec();
    let row = |token: &Token| {
        let expires =
            if token.is_expired(now) { format!("{} (expired)", token.expires) } else { token.expires.to_string() };
        vec![token.name.clone(), scopes(&token.scopes), domains(&token.domains), token.created.to_string(), expires]
    };
    let rows: Vec<_> = std::iter::once(heads).chain(tokens.iter().map(row)).collect();
    write!(out, "{}", aligned(&rows)).context("standard output")
}

/// Removes a token.
///
/// # Errors
/// There is none of this name, or the file cannot be written.
pub async fn remove(access: &Access, name: &str, out: &mut impl Write) -> Result<()> {
    let removed: Result<(), TokenError> = access.store.remove_token(name).await;
    record(access, "token_remove", name.to_owned(), removed.is_ok()).await;
    removed?;
    writeln!(out, "removed token {name}; requests with it are refused from now on").context("standard output")
}

/// Only a running server makes the journal's file: that of another user would be unwritable for it.
async fn record(access: &Access, action: &'static str, detail: String, is_done: bool) {
    let file = access.journal.file.clone();
    if !file.is_some_and(|file| file.exists()) {
        return;
    }
    let operator = std::env::var("SUDO_USER").or_else(|_| std::env::var("USER")).unwrap_or_default();
    let source = Source::Command.word();
    let line = NewAction { operator, source, action, detail, is_done, ..NewAction::default() };
    line.record(&access.journal).await;
}

fn scopes(scopes: &std::collections::BTreeSet<Scope>) -> String {
    scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>().join(",")
}

fn domains(domains: &Domains) -> String {
    domains.names().map_or_else(|| ALL.to_owned(), |names| names.iter().cloned().collect::<Vec<_>>().join(","))
}

fn as_json(token: &Token, now: Timestamp) -> Value {
    json!({
        "name": token.name,
        "scopes": token.scopes.iter().map(|scope| scope.word()).collect::<Vec<_>>(),
        "domains": token.domains.names(),
        "created": token.created.to_string(),
        "expires": token.expires.to_string(),
        "is_expired": token.is_expired(now),
    })
}
