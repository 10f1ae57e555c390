//! Where the SQL of PostgreSQL and SQLite differs, and how values are written so that both can store them.

use super::catalog::ColumnKind;
use jiff::Timestamp;

/// What User-Agents and addresses are shortened to before they are stored: any client may send them.
const TEXT_CHARS_MAX: usize = 1024;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Dialect {
    Postgres,
    Sqlite,
}

impl Dialect {
    /// The column that gives the order of storage. Where FusionPBX asks for no order, it gets this one.
    pub fn storage(self) -> &'static str {
        match self {
            Self::Postgres => "ctid",
            Self::Sqlite => "rowid",
        }
    }

    /// A parameter to compare with a column of this kind. Parameters are sent as text, and PostgreSQL compares only
    /// values of one type.
    pub fn parameter(self, number: usize, kind: ColumnKind) -> String {
        match (self, kind) {
            (Self::Postgres, ColumnKind::Uuid) => format!("cast(${number} as uuid)"),
            (Self::Postgres, ColumnKind::Time) => format!("cast(${number} as timestamptz)"),
            _ => format!("${number}"),
        }
    }

    /// A text to store in a column of this kind. SQLite's columns convert it.
    pub fn stored(self, text: &str, kind: ColumnKind) -> String {
        let type_name = match (self, kind) {
            (Self::Postgres, ColumnKind::Uuid) => "uuid",
            (Self::Postgres, ColumnKind::Time) => "timestamptz",
            (Self::Postgres, ColumnKind::Number) => "numeric",
            (Self::Postgres, ColumnKind::Flag) => "boolean",
            (Self::Postgres | Self::Sqlite, _) => return text.to_owned(),
        };
        format!("cast({text} as {type_name})")
    }

    /// The texts of the cells of each row of a parameter that is a JSON array of arrays.
    pub fn cells(self, number: usize, count: usize) -> (Vec<String>, String) {
        let cell = |at: usize| match self {
            Self::Postgres => format!("(r.value ->> {at})"),
            Self::Sqlite => format!("json_extract(r.value, '$[{at}]')"),
        };
        let rows = match self {
            Self::Postgres => format!("json_array_elements(cast(${number} as json)) r"),
            Self::Sqlite => format!("json_each(${number}) r"),
        };
        ((0..count).map(cell).collect(), rows)
    }

    /// A text as a key to order by: by bytes, whatever the database's collation.
    pub fn by_bytes(self, text: &str) -> String {
        match self {
            Self::Postgres => format!("{text} collate \"C\""),
            Self::Sqlite => text.to_owned(),
        }
    }

    /// A text as a key by which numbers are ordered by their size, and other texts by their bytes behind them. NULL is the
    /// empty text.
    pub fn by_size(self, text: &str) -> String {
        match self {
            Self::Postgres => format!(
                "coalesce(case when {text} ~ '^[0-9]{{1,20}}$' then lpad({text}, 20, '0') else {text} end, '') collate \"C\""
            ),
            Self::Sqlite => format!(
                "coalesce(case when {text} not glob '*[^0-9]*' and length({text}) between 1 and 20 \
                 then substr('00000000000000000000' || {text}, -20) else {text} end, '')"
            ),
        }
    }

    /// The texts of a parameter that is a JSON array, as rows.
    pub fn texts(self, number: usize) -> String {
        match self {
            Self::Postgres => format!("select json_array_elements_text(cast(${number} as json))"),
            Self::Sqlite => format!("select value from json_each(${number})"),
        }
    }

    /// A text that changes as soon as any of the rows does, far cheaper than the rows themselves. PostgreSQL stores an
    /// inserted or changed row under the number of its transaction, which no earlier row in its place had. Each server
    /// counts its transactions from its own start, so the start is part of the stamp. SQLite has no equivalent.
    pub fn stamp(self, alias: &str) -> Option<String> {
        let rows = format!("string_agg(cast({alias}.xmin as text) || cast({alias}.ctid as text), ',')");
        let stamp = format!("cast(pg_postmaster_start_time() as text) || coalesce(md5({rows}), '')");
        (self == Self::Postgres).then_some(stamp)
    }

    /// All rows of a part in one text.
    pub fn aggregate(self, cells: &str, order: &str) -> String {
        match self {
            Self::Postgres => format!("cast(json_agg(array[{cells}] order by {order}) as text)"),
            Self::Sqlite => format!("json_group_array(json_array({cells}) order by {order})"),
        }
    }
}

/// A moment as PostgreSQL prints one. SQLite stores this text, and compares such texts.
pub fn timestamp(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S+00").to_string()
}

/// A text of bounded length that both databases can store. PostgreSQL's texts have no NUL.
pub fn storable(text: &str) -> String {
    text.chars().filter(|character| *character != '\0').take(TEXT_CHARS_MAX).collect()
}
