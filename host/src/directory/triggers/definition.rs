//! What the triggers are, and the statement that tells whether they are complete.

use crate::directory::catalog::tables_of_answers;

/// The name of the channel, the function and each trigger.
pub const CHANNEL: &str = "dialplate_changed";

/// The payload after which every listener checks the triggers: they were installed or removed.
pub const CHECK: &str = "check";

/// Payloads by which a listener proves that notifications reach it.
const PROOF: &str = "proof ";

/// Marks a transaction that changes no answer, until its end: its statements notify nobody. The trigger cannot be limited to
/// columns instead, because PostgreSQL then lets no upgrade of FusionPBX change or remove them.
pub const UNNOTICED: &str = "set_config('dialplate.unnoticed', 'on', true)";

/// The body of the function. A transaction notifies once for each table: PostgreSQL drops repeated notifications.
const BODY: &str = "begin
    if coalesce(pg_catalog.current_setting('dialplate.unnoticed', true), '') <> 'on' then
        perform pg_catalog.pg_notify('dialplate_changed', tg_table_name);
    end if;
    return null;
end";

/// The function is volatile, of the writer's rights, and has no settings.
const SOUND_FUNCTION: &str = "not p.prosecdef and p.proconfig is null and p.provolatile = 'v'";

/// After each statement that inserts, updates, deletes or truncates: `pg_trigger.tgtype` of such a trigger.
const TYPE_OF_TRIGGER: u8 = 4 + 8 + 16 + 32;

/// What a notification says.
#[derive(Debug, PartialEq, Eq)]
pub enum Payload<'a> {
    /// A table has changed, or this release does not know the payload.
    Changed,
    Check,
    /// The text by which a listener knows its own proof.
    Proof(&'a str),
}

impl<'a> Payload<'a> {
    pub fn parse(text: &'a str) -> Self {
        match text.strip_prefix(PROOF) {
            Some(own) => Self::Proof(own),
            None if text == CHECK => Self::Check,
            None => Self::Changed,
        }
    }

    /// The payload of a proof.
    pub fn proof(own: &str) -> String {
        format!("{PROOF}{own}")
    }
}

/// The statement that creates the function, or replaces one of another release.
pub fn create_function() -> String {
    format!("create or replace function {CHANNEL}() returns trigger language plpgsql as $$ {BODY} $$;")
}

/// The statements that create the trigger of a table. It also fires in sessions that switch others off, as tools for
/// replication and restores do (`session_replication_role`).
pub fn create_trigger(table: &str) -> [String; 3] {
    [
        format!("drop trigger if exists {CHANNEL} on {table};"),
        format!(
            "create trigger {CHANNEL} after insert or update or delete or truncate on {table} \
             for each statement execute function {CHANNEL}();"
        ),
        format!("alter table {table} enable always trigger {CHANNEL};"),
    ]
}

/// A query with a row for each table that an answer can depend on: its name, whether its trigger is complete, whether this
/// role owns it, whether a trigger on it notifies of every change, and a text that changes with the table's definition.
///
/// PostgreSQL fires no such trigger for what is written to a partition or a child of the table, or by a subscription.
pub fn tables() -> String {
    let names: Vec<String> = tables_of_answers().map(|table| format!("('{table}')")).collect();
    format!(
        "select cast(c.relname as text) as name, \
         coalesce(g.tgenabled = 'A' and g.tgtype = {TYPE_OF_TRIGGER} and g.tgattr = '' and g.tgqual is null \
         and p.prosrc = $body$ {BODY} $body$ and {SOUND_FUNCTION}, false) as complete, \
         pg_has_role(c.relowner, 'usage') as owned, \
         c.relkind = 'r' and not c.relhassubclass \
         and not exists (select from pg_subscription_rel s where s.srrelid = c.oid) as plain, \
         concat_ws(' ', c.oid, c.xmin, g.xmin, p.xmin) as state \
         from (values {}) as w(name) join pg_class c on c.oid = to_regclass(w.name) \
         left join pg_trigger g on g.tgrelid = c.oid and g.tgname = '{CHANNEL}' \
         left join pg_proc p on p.oid = g.tgfoid",
        names.join(", ")
    )
}

/// A query with one row: whether the triggers' function exists, the tables whose triggers do not notify of every change, or
/// NULL, and a text that changes with the tables' definitions.
pub fn check() -> String {
    format!(
        "select to_regprocedure('{CHANNEL}()') is not null, cast(string_agg(t.name, ', ' order by t.name) filter (where not (t.complete and t.plain)) as text), \
         cast(md5(string_agg(t.state, ',' order by t.name)) as text) from ({}) t",
        tables()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payload_that_is_unknown_counts_as_a_change() {
        assert_eq!(Payload::parse("v_devices"), Payload::Changed);
        assert_eq!(Payload::parse(""), Payload::Changed);
        assert_eq!(Payload::parse(CHECK), Payload::Check);
        assert_eq!(Payload::parse(&Payload::proof("7")), Payload::Proof("7"));
    }
}
