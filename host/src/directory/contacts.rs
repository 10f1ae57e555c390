//! Contacts and extensions, read only if a template uses them. A phone book is bound to one device, and reads nothing of
//! another domain.

use super::directory::Directory;
use super::error::Error;
use super::keys::nulls_last;
use super::phone_book_rules::PhoneBookRules;
use crate::facts::{Release, Row, Table, Value};
use std::collections::HashSet;
use tokio::sync::OnceCell;

/// The most numbers in one query: more than the keys of any phone with all its expansion modules name.
const NUMBERS_MAX: usize = 2_000;

/// The length of a number that a template may look up. FusionPBX sets no limit; real numbers are far shorter.
const NUMBER_BYTES_MAX: usize = 256;

/// The contacts and extensions that the templates of one device may read.
pub struct PhoneBook {
    directory: Directory,
    rules: PhoneBookRules,
    of_keys: OnceCell<FoundExtensions>,
}

/// The extensions with some numbers.
struct FoundExtensions {
    /// The numbers that were looked up.
    numbers: HashSet<String>,
    table: Table,
}

impl PhoneBook {
    pub(super) fn new(directory: Directory, rules: PhoneBookRules) -> Self {
        Self { directory, rules, of_keys: OnceCell::new() }
    }

    /// The contacts that the device may show, in one round trip: those of the tables `groups`, `users` and `extensions`
    /// that the settings select. A table with more than `rows_max` rows ends after one more, so that the caller notices;
    /// the database chooses which rows these are.
    pub async fn contacts(&self, rows_max: usize) -> Result<Vec<Table>, Error> {
        let rules = &self.rules;
        if !(rules.all || rules.groups || rules.users || rules.extensions) {
            return Ok(Vec::new());
        }
        let which = match (rules.extensions, rules.same_call_group) {
            (false, _) => "none",
            (true, false) => "all",
            (true, true) => "call_group",
        };
        let (user, first) = (rules.user.as_deref(), rules.first_user_id.as_deref());
        let rows = rows_max.saturating_add(1).to_string();
        let binds = [Some(rules.domain.as_str()), user, first, Some(which), Some(rows.as_str())];
        let statements = self.directory.statements();
        let statement = if rules.all { &statements.contacts.all } else { &statements.contacts.own };
        let result = self.directory.read(rules.origin, statement, &binds).await?;
        let selected = [("groups", rules.all || rules.groups), ("users", rules.users)];
        let names = selected.into_iter().filter_map(|(name, is_selected)| is_selected.then_some(name));
        let mut tables = names.map(|name| result.table(name)).collect::<Result<Vec<_>, _>>()?;
        if rules.extensions {
            tables.push(sort_extensions(result.table("extensions")?, rules.release));
        }
        Ok(tables)
    }

    /// The extension with this number in the device's domain: a table `extension` of at most one row. The first call
    /// reads all extensions that the device's keys name, so that a phone with a hundred keys costs one round trip.
    pub async fn extension(&self, number: &str) -> Result<Table, Error> {
        if number.len() > NUMBER_BYTES_MAX {
            return Ok(Table::empty("extension"));
        }
        let numbers = || numbers_in(&self.rules.key_values, number);
        let of_keys = self.of_keys.get_or_try_init(|| self.find_extensions(numbers())).await?;
        if of_keys.numbers.contains(number) {
            return Ok(of_keys.extension(number));
        }
        Ok(self.find_extensions(HashSet::from([number.to_owned()])).await?.extension(number))
    }

    async fn find_extensions(&self, numbers: HashSet<String>) -> Result<FoundExtensions, Error> {
        let statements = self.directory.statements();
        let texts = serde_json::json!(numbers).to_string();
        let binds = [Some(self.rules.domain.as_str()), Some(texts.as_str())];
        let table = match self.directory.read(self.rules.origin, &statements.contacts.extensions, &binds).await {
            Err(error) if error.is_of_value() => Table::empty("extension"),
            result => result?.table("extension")?,
        };
        Ok(FoundExtensions { table, numbers })
    }
}

impl FoundExtensions {
    /// Of two extensions with the same number the later counts, as in FusionPBX.
    fn extension(&self, number: &str) -> Table {
        let mut table = self.table.clone();
        table.retain(|row| row.text("extension") == number);
        table.rows.drain(..table.rows.len().saturating_sub(1));
        table
    }
}

/// The texts in the keys' values that may be extensions: each whole value, and the words in it, because some makers'
/// values hold more than the number (`sub=201@example.net`). Also `number`, the one that a template looks up.
fn numbers_in(key_values: &[String], number: &str) -> HashSet<String> {
    let is_separator = |letter: char| !letter.is_alphanumeric() && !matches!(letter, '_' | '-' | '.');
    let words = key_values.iter().flat_map(|value| std::iter::once(value.as_str()).chain(value.split(is_separator)));
    let words = words.filter(|word| !word.is_empty()).take(NUMBERS_MAX);
    // PostgreSQL has no text with NUL in it.
    let words = words.chain([number]).filter(|word| !word.contains('\0'));
    words.map(str::to_owned).collect()
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
