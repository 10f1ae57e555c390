//! Rows for an operator's commands: reads and writes tables by the columns' current names, in one transaction. The
//! commands know what FusionPBX's pages write; this file knows how this database stores it.

use super::catalog::{Catalog, Column, ColumnKind};
use super::database::{Access, DEVICES_LOCK, Transaction};
use super::dialect::{Dialect, timestamp};
use super::directory::Directory;
use super::error::Error;
use super::query::{Part, StatementBuilder};
use super::statements::Statements;
use crate::facts::Table;
use jiff::Timestamp;
use std::sync::Arc;

/// The rows of one statement. More would add nothing to the speed, and a statement has 5 s.
const BATCH_ROWS_MAX: usize = 500;

/// A column and its value; `None` is NULL.
pub type Condition<'a> = (&'a str, Option<&'a str>);

/// The columns of a new row, and their values.
pub type NewRow = Vec<(&'static str, Option<String>)>;

/// An open transaction. Nothing stays of it without [`Edits::commit`].
pub struct Edits {
    transaction: Transaction,
    statements: Arc<Statements>,
    dialect: Dialect,
    now: String,
}

impl Directory {
    /// Begins a transaction. No other command and no auto insert changes devices until one that writes has ended.
    pub async fn edit(&self, access: Access) -> Result<Edits, Error> {
        let database = self.database();
        let begun = database.begin(access).await.map_err(|error| error.naming("write rows"));
        let (mut transaction, dialect) = (begun?, database.dialect());
        if access == Access::Write && dialect == Dialect::Postgres {
            let lock = "select cast('' as text), cast(pg_advisory_xact_lock(hashtext($1)) as text)";
            transaction.fetch(lock.to_owned(), &[Some(DEVICES_LOCK)]).await?;
        }
        Ok(Edits { transaction, statements: self.statements(), dialect, now: timestamp(Timestamp::now()) })
    }
}

/// Which rows of a list make a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub offset: u32,
    pub limit: u32,
}

impl Edits {
    /// Whether this database has a column.
    pub fn has(&self, table: &str, column: &str) -> bool {
        self.catalog().column(table, column).is_some()
    }

    /// The time of the transaction as its rows have it.
    pub fn now(&self) -> &str {
        &self.now
    }

    /// The tables that have a column.
    pub fn tables_with(&self, column: &str) -> Vec<String> {
        let catalog = self.catalog();
        let mut tables: Vec<_> = catalog.tables().filter(|table| catalog.column(table, column).is_some()).collect();
        tables.sort_unstable();
        tables.into_iter().map(str::to_owned).collect()
    }

    /// The rows that fulfil all conditions, with all columns, in the order of storage.
    pub async fn select(&mut self, table: &'static str, conditions: &[Condition<'_>]) -> Result<Table, Error> {
        let columns = self.catalog().columns(table).to_vec();
        self.read(table, columns, conditions).await
    }

    /// A page of the rows that fulfil all conditions, in the order of these columns, and the number of rows on all pages. The
    /// database sorts, and only the page is read.
    pub async fn select_window(
        &mut self,
        table: &'static str,
        conditions: &[Condition<'_>],
        (order, key): (&[&str], &str),
        Window { offset, limit }: Window,
    ) -> Result<(u64, Table), Error> {
        let columns = self.catalog().columns(table).to_vec();
        let (condition, binds) = self.condition(table, conditions, 1)?;
        let key = self.column(table, key)?.sql("t");
        let known = self.catalog().only(table, order);
        let order = known.iter().map(|column| self.dialect.by_size(&format!("cast({} as text)", column.sql("t"))));
        let order = order.chain([key.clone()]).collect::<Vec<_>>().join(", ");
        let page = format!(
            "select {key} as id from {table} t where {condition} order by {order} limit {limit} offset {offset}"
        );
        let from = format!("{table} t where {key} in (select p.id from page p)");
        let statement = StatementBuilder::new(self.dialect)
            .with("page", &page)
            .text("total", &format!("select cast(count(*) as text) from {table} t where {condition}"))
            .part(Part { name: "rows", columns, alias: "t", from, order })
            .build();
        let read = statement.run_in(&mut self.transaction, &binds).await;
        let read = read.map_err(|error| error.naming(format!("read {table}")))?;
        let total = read.single("total").and_then(|count| count.parse().ok()).unwrap_or_default();
        Ok((total, read.table("rows")?))
    }

    /// The same with these columns alone.
    pub async fn select_only(
        &mut self,
        table: &'static str,
        columns: &[&str],
        conditions: &[Condition<'_>],
    ) -> Result<Table, Error> {
        let columns = columns.iter().map(|name| self.column(table, name)).collect::<Result<_, _>>()?;
        self.read(table, columns, conditions).await
    }

    async fn read(
        &mut self,
        table: &'static str,
        columns: Vec<Column>,
        conditions: &[Condition<'_>],
    ) -> Result<Table, Error> {
        if columns.is_empty() {
            return Err(Error::Absent { place: format!("table {table}") });
        }
        let (condition, binds) = self.condition(table, conditions, 1)?;
        let part = Part {
            name: "rows",
            columns,
            alias: "t",
            from: format!("{table} t where {condition}"),
            order: format!("t.{}", self.dialect.storage()),
        };
        let statement = StatementBuilder::new(self.dialect).part(part).build();
        let result = statement.run_in(&mut self.transaction, &binds).await;
        result.map_err(|error| error.naming(format!("read {table}")))?.table("rows")
    }

    /// Inserts rows that all have the same columns, and dates them as FusionPBX does.
    pub async fn insert(&mut self, table: &'static str, rows: &[NewRow]) -> Result<(), Error> {
        let Some(first) = rows.first() else { return Ok(()) };
        let mut columns = first.iter().map(|(name, _)| self.column(table, name)).collect::<Result<Vec<_>, _>>()?;
        let (mut cells, from) = self.dialect.cells(1, columns.len());
        if let Ok(date) = self.column(table, "insert_date") {
            columns.push(date);
            cells.push("$2".to_owned());
        }
        let stored = columns.iter().zip(&cells).map(|(column, cell)| self.dialect.stored(cell, column.kind));
        let stored: Vec<_> = stored.collect();
        let names: Vec<_> = columns.iter().map(|column| column.quoted()).collect();
        let sql = format!("insert into {table} ({}) select {} from {from}", names.join(", "), stored.join(", "));
        let date = Some(self.now.as_str()).filter(|_| cells.len() > first.len());
        for batch in rows.chunks(BATCH_ROWS_MAX) {
            let values: Vec<Vec<Option<String>>> = batch.iter().map(|row| self.values(&columns, row)).collect();
            let json = serde_json::to_string(&values).map_err(|error| Error::Malformed(error.to_string()))?;
            let binds = [Some(json.as_str()), date];
            let binds = if date.is_some() { &binds[..] } else { &binds[..1] };
            let inserted = self.transaction.execute(sql.clone(), binds).await;
            inserted.map_err(|error| error.naming(format!("insert rows into {table}")))?;
        }
        Ok(())
    }

    /// Changes the rows that fulfil all conditions, and returns their number.
    pub async fn update(
        &mut self,
        table: &'static str,
        conditions: &[Condition<'_>],
        values: &NewRow,
    ) -> Result<u64, Error> {
        let columns = values.iter().map(|(name, _)| self.column(table, name)).collect::<Result<Vec<_>, _>>()?;
        let stored = self.values(&columns, values);
        let mut binds: Vec<Option<&str>> = stored.iter().map(Option::as_deref).collect();
        let set = |(at, column): (usize, &Column)| {
            format!("{} = {}", column.quoted(), self.dialect.stored(&format!("${}", at + 1), column.kind))
        };
        let mut sets: Vec<_> = columns.iter().enumerate().map(set).collect();
        let now = self.now.clone();
        if let Ok(date) = self.column(table, "update_date") {
            binds.push(Some(&now));
            sets.push(set((binds.len() - 1, &date)));
        }
        let (condition, compared) = self.condition(table, conditions, binds.len() + 1)?;
        binds.extend(compared);
        let sql = format!("update {table} as t set {} where {condition}", sets.join(", "));
        let updated = self.transaction.execute(sql, &binds).await;
        updated.map_err(|error| error.naming(format!("change rows of {table}")))
    }

    /// Stores a user's password hash, and nothing else of the user: the role may have no right for more.
    pub(super) async fn set_hash(&mut self, user: &str, hash: &str) -> Result<(), Error> {
        let (condition, binds) = self.condition("v_users", &[("user_uuid", Some(user))], 2)?;
        let sql = format!("update v_users as t set password = $1, salt = null where {condition}");
        let set = self.transaction.execute(sql, &[&[Some(hash)], binds.as_slice()].concat()).await;
        set.map(drop).map_err(|error| error.naming("change passwords of users"))
    }

    /// Deletes the rows that fulfil all conditions, and returns their number.
    pub async fn delete(&mut self, table: &str, conditions: &[Condition<'_>]) -> Result<u64, Error> {
        let (condition, binds) = self.condition(table, conditions, 1)?;
        let deleted = self.transaction.execute(format!("delete from {table} as t where {condition}"), &binds).await;
        deleted.map_err(|error| error.naming(format!("delete rows of {table}")))
    }

    /// Makes everything permanent.
    pub async fn commit(self) -> Result<(), Error> {
        self.transaction.commit().await.map_err(|error| error.naming("write rows"))
    }

    fn catalog(&self) -> &Catalog {
        &self.statements.catalog
    }

    fn column(&self, table: &str, name: &str) -> Result<Column, Error> {
        let column = self.catalog().column(table, name).cloned();
        column.ok_or_else(|| Error::Absent { place: format!("{table}.{name}") })
    }

    /// The values as texts that the columns store. SQLite has no type for flags, and some were numbers until 5.4.
    fn values(&self, columns: &[Column], row: &NewRow) -> Vec<Option<String>> {
        let is_number =
            |kind| kind == ColumnKind::Number || kind == ColumnKind::Flag && self.dialect == Dialect::Sqlite;
        let text = |column: &Column, value: &Option<String>| match value.as_deref() {
            Some("true") if is_number(column.kind) => Some("1".to_owned()),
            Some("false") if is_number(column.kind) => Some("0".to_owned()),
            _ => value.clone(),
        };
        columns.iter().zip(row).map(|(column, (_, value))| text(column, value)).collect()
    }

    /// The conditions as SQL with the parameters from this number on, and their values.
    fn condition<'a>(
        &self,
        table: &str,
        conditions: &[Condition<'a>],
        mut number: usize,
    ) -> Result<(String, Vec<Option<&'a str>>), Error> {
        let (mut all, mut binds) = (vec!["true".to_owned()], Vec::new());
        for (name, value) in conditions {
            let column = self.column(table, name)?;
            let sql = column.sql("t");
            match value {
                None => all.push(format!("{sql} is null")),
                Some(value) => {
                    all.push(format!("{sql} = {}", self.dialect.stored(&format!("${number}"), column.kind)));
                    binds.push(Some(*value));
                    number += 1;
                }
            }
        }
        Ok((all.join(" and "), binds))
    }
}
