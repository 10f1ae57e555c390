//! Installs and removes the triggers, for an operator's commands.

use super::definition::{self, CHANNEL, CHECK};
use crate::directory::config::Config;
use crate::directory::database::{Access, Database, Transaction};
use crate::directory::directory::Directory;
use crate::directory::error::Error;
use std::sync::Arc;

/// How long a statement waits for a table that a transaction has locked. PostgreSQL looks for deadlocks after a second, and
/// would then end a transaction of FusionPBX's.
const LOCK_TIMEOUT: &str = "set local lock_timeout = '500ms'";

/// What a command does with the triggers.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TriggerChange {
    Install,
    Remove,
}

/// The statements that a change takes in this database; none if it has been made before.
pub struct TriggerPlan {
    database: Database,
    change: TriggerChange,
    statements: Vec<String>,
}

impl Directory {
    /// Finds what is left to do in a PostgreSQL database, and changes nothing.
    ///
    /// # Errors
    /// The role may not do it, no trigger can notify of every change of a table, or the database does not answer.
    pub async fn plan_triggers(config: &Config, change: TriggerChange) -> Result<TriggerPlan, Error> {
        let database = Database::open(&Config { replica: None, ..config.clone() }).await?;
        let statements = match change {
            TriggerChange::Install => to_install(&database).await?,
            TriggerChange::Remove => to_remove(&database).await?,
        };
        Ok(TriggerPlan { database, change, statements })
    }
}

impl TriggerPlan {
    pub fn statements(&self) -> &[String] {
        &self.statements
    }

    /// Runs the statements in one transaction, and makes every running server check its triggers.
    ///
    /// # Errors
    /// A table is in use, the role may not do it, or the database does not answer. Nothing is changed then.
    pub async fn apply(self) -> Result<(), Error> {
        if !self.statements.is_empty() {
            let mut transaction = self.database.begin(Access::Write).await?;
            self.run(&mut transaction).await.map_err(|error| error.naming(self.change.action()))?;
            transaction.commit().await?;
        }
        self.database.close().await;
        Ok(())
    }

    async fn run(&self, transaction: &mut Transaction) -> Result<(), Error> {
        transaction.execute(LOCK_TIMEOUT.to_owned(), &[]).await?;
        for statement in &self.statements {
            transaction.execute(statement.clone(), &[]).await?;
        }
        transaction.execute("select pg_notify($1, $2)".to_owned(), &[Some(CHANNEL), Some(CHECK)]).await?;
        Ok(())
    }
}

impl TriggerChange {
    /// Completes "this role may not …".
    fn action(self) -> &'static str {
        match self {
            Self::Install => "install triggers, which only the owner of the tables may",
            Self::Remove => "remove triggers, which only the owner of the tables may",
        }
    }
}

async fn to_install(database: &Database) -> Result<Vec<String>, Error> {
    // All tables are locked until the end, in the same order by every command.
    let sql = format!(
        "select t.name, concat_ws(' ', t.complete, t.owned, t.plain) from ({}) t order by t.name",
        definition::tables()
    );
    let tables = database.fetch(&Arc::from(sql), &[]).await?;
    let without = |flag: usize| -> Vec<&str> {
        let lacks = |flags: &str| flags.split(' ').nth(flag) != Some("t");
        let lacking = tables.iter().filter(|(_, flags)| flags.as_deref().is_none_or(lacks));
        lacking.map(|(name, _)| name.as_str()).collect()
    };
    let (incomplete, foreign, unusual) = (without(0), without(1), without(2));
    if !unusual.is_empty() {
        return Err(Error::NoTriggers { tables: unusual.join(", ") });
    }
    if incomplete.is_empty() {
        return Ok(Vec::new());
    }
    if !foreign.is_empty() {
        let action = format!("install triggers on {}, which only the owner of a table may", foreign.join(", "));
        return Err(Error::Forbidden { action: action.into() });
    }
    let schema =
        "select cast(current_schema() as text), cast(has_schema_privilege(current_schema(), 'create') as text)";
    for (schema, may) in database.fetch(&Arc::from(schema), &[]).await? {
        if may.as_deref() != Some("true") {
            let action = format!("create functions in the schema {schema}, where the triggers' function belongs");
            return Err(Error::Forbidden { action: action.into() });
        }
    }
    let triggers = incomplete.into_iter().flat_map(definition::create_trigger);
    Ok(std::iter::once(definition::create_function()).chain(triggers).collect())
}

async fn to_remove(database: &Database) -> Result<Vec<String>, Error> {
    let function = format!("to_regprocedure('{CHANNEL}()')");
    let triggers = format!(
        "select cast(cast(t.tgrelid as regclass) as text), cast(quote_ident(t.tgname) as text) from pg_trigger t \
         where t.tgfoid = {function} order by 1"
    );
    let triggers = database.fetch(&Arc::from(triggers), &[]).await?.into_iter();
    let mut statements: Vec<String> =
        triggers.map(|(table, name)| format!("drop trigger {} on {table};", name.unwrap_or_default())).collect();
    let exists = format!("select '', cast({function} as text)");
    if database.fetch(&Arc::from(exists), &[]).await?.into_iter().any(|(_, function)| function.is_some()) {
        statements.push(format!("drop function {CHANNEL}();"));
    }
    Ok(statements)
}
