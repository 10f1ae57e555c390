//! Contacts and extensions, read only if a template uses them, and kept like other facts. A phone book is bound to one
//! device, and reads nothing of another domain.

use super::cache::{Digest, FactsCache, Shelf};
use super::directory::Directory;
use super::error::Error;
use super::keys::nulls_last;
use super::phone_book_rules::{ContactRules, PhoneBookRules};
use super::query::{QueryResult, Statement};
use super::statements::ContactStatements;
use crate::facts::{DatabaseVersion, FactsVersion, Release, Row, Table, Value, Versioned};
use std::hash::Hash;
use std::sync::Arc;

/// The length of a number that a template may look up. FusionPBX sets no limit; real numbers are far shorter.
const NUMBER_BYTES_MAX: usize = 256;

/// The contacts and extensions that the templates of one device may read.
pub struct PhoneBook {
    directory: Directory,
    rules: Arc<PhoneBookRules>,
    database: Option<DatabaseVersion>,
}

/// Chooses a statement of those that hold when it runs.
type Choice = fn(&ContactStatements) -> &Statement;

/// A kept result of a statement.
type Answer<T> = Versioned<Arc<T>>;

impl PhoneBook {
    pub(super) fn new(directory: Directory, rules: Arc<PhoneBookRules>, database: Option<DatabaseVersion>) -> Self {
        Self { directory, rules, database }
    }

    /// The contacts that the device may show, in one round trip: those of the tables `groups`, `users` and `extensions`
    /// that the settings select. A table with more than `rows_max` rows ends after one more, so that the caller notices;
    /// the database chooses which rows these are.
    pub async fn contacts(&self, rows_max: usize) -> Result<Answer<Vec<Table>>, Error> {
        let rules = &self.rules.contacts;
        if !(rules.all || rules.groups || rules.users || rules.extensions) {
            return Ok(Versioned::of_nothing(Arc::default()));
        }
        let which = match (rules.extensions, rules.same_call_group) {
            (false, _) => "none",
            (true, false) => "all",
            (true, true) => "call_group",
        };
        let (user, first) = (rules.user.as_deref(), rules.first_user_id.as_deref());
        let rows = rows_max.saturating_add(1).to_string();
        let binds = [Some(&*rules.domain), user, first, Some(which), Some(rows.as_str())];
        let statement: Choice = if rules.all { |of| &of.all } else { |of| &of.own };
        let key = (Arc::clone(rules), rows_max);
        self.ask(|cache| &cache.contacts, key, statement, &binds, |result| tables(rules, result)).await
    }

    /// The extension with this number in the device's domain: a table `extension` of at most one row. The first number
    /// of a key reads the extensions of all keys, so that a phone with a hundred keys costs one round trip.
    pub async fn extension(&self, number: &str) -> Result<Versioned<Table>, Error> {
        let Versioned { value, version } = self.extensions(number).await?;
        let mut table = Table { name: value.name, columns: Arc::clone(&value.columns), rows: Vec::new() };
        // Of two extensions with the same number the later counts, as in FusionPBX.
        let found = value.rows().zip(&value.rows).filter(|(row, _)| row.text("extension") == number).last();
        table.rows.extend(found.map(|(_, cells)| cells.clone()));
        Ok(Versioned { value: table, version })
    }

    /// A table with the extension of this number, and others.
    async fn extensions(&self, number: &str) -> Result<Answer<Table>, Error> {
        // PostgreSQL has no text with NUL in it.
        if number.len() > NUMBER_BYTES_MAX || number.contains('\0') {
            return Ok(Versioned::of_nothing(Table::empty("extension").into()));
        }
        let numbers = &self.rules.numbers;
        let texts = match numbers.contain(number) {
            true => Arc::clone(&numbers.texts),
            false => serde_json::json!([number]).to_string().into(),
        };
        let domain = &self.rules.contacts.domain;
        let binds = [Some(&**domain), Some(&*texts)];
        let statement: Choice = |of| &of.extensions;
        let key = (Arc::clone(domain), Arc::clone(&texts));
        match self.ask(|cache| &cache.extensions, key, statement, &binds, |result| result.table("extension")).await {
            Err(error) if error.is_of_value() => Ok(Versioned::unkept(Table::empty("extension").into())),
            answer => answer,
        }
    }

    /// The version of the answer to [`Self::extension`].
    pub async fn extension_version(&self, number: &str) -> Result<Option<FactsVersion>, Error> {
        Ok(self.extensions(number).await?.version)
    }

    /// The kept answer to a statement if the database has not changed, else a new one.
    async fn ask<K: Hash + Eq + Clone, T>(
        &self,
        shelf: impl Fn(&FactsCache) -> &Shelf<K, Answer<T>>,
        key: K,
        statement: Choice,
        binds: &[Option<&str>],
        make: impl FnOnce(&QueryResult<'_>) -> Result<T, Error>,
    ) -> Result<Answer<T>, Error> {
        let kept = shelf(&self.directory.source(self.rules.origin).cache);
        if let Some(answer) = kept.current(&key, self.database) {
            return Ok(answer.value.clone());
        }
        let statements = self.directory.statements();
        let result = self.directory.read(self.rules.origin, statement(&statements.contacts), binds).await?;
        let mut digest = Digest::default();
        digest.add_shared(&statements);
        digest.add_rows(&result, &[]);
        let version = self.database.map(|_| FactsVersion::unused());
        let make = || Ok(Versioned { value: Arc::new(make(&result)?), version });
        Ok(kept.settle(&key, self.database, digest, make)?.value.clone())
    }
}

fn tables(rules: &ContactRules, result: &QueryResult<'_>) -> Result<Vec<Table>, Error> {
    let selected = [("groups", rules.all || rules.groups), ("users", rules.users)];
    let names = selected.into_iter().filter_map(|(name, is_selected)| is_selected.then_some(name));
    let mut tables = names.map(|name| result.table(name)).collect::<Result<Vec<_>, _>>()?;
    if rules.extensions {
        tables.push(sort_extensions(result.table("extensions")?, rules.release));
    }
    Ok(tables)
}

/// Sorts by first name and then by caller id, up to 5.3 by number. Texts are compared by bytes, whatever the database's
/// collation.
fn sort_extensions(mut table: Table, release: Release) -> Table {
    fn name<'a>(row: Row<'a>, column: &str) -> Option<&'a str> {
        row.get(column).and_then(Value::as_str)
    }
    let [first, second] = if release <= Release::V5_3 {
        ["number_alias", "extension"]
    } else {
        ["directory_first_name", "effective_caller_id_name"]
    };
    table.sort_by(|one, other| {
        let by = |column| nulls_last(name(one, column), name(other, column), Ord::cmp);
        by(first).then_with(|| by(second))
    });
    table
}
