//! Keeps the file within its bounds: the oldest lines are removed in steps, before new ones are written.

use super::config::Config;
use super::store::WAL_BYTES_MAX;
use jiff::{Timestamp, ToSpan};
use sqlx::{Row, SqliteConnection};

/// Lines that are removed in one statement, so that none takes long.
const STEP_LINES: i64 = 2_000;
/// Steps between two batches. Each removes about what a batch adds.
const STEPS_MAX: usize = 64;
/// Documents that are removed in one statement.
const STEP_DOCUMENTS: i64 = 20;
/// The part of the file that documents may take.
const DOCUMENTS_PART: u64 = 2;
/// Pages that are given back to the file system at once.
const VACUUM_PAGES: &str = "pragma incremental_vacuum(1024)";
/// Bytes of a line, with its place in the index: generously.
const LINE_BYTES: u64 = 700;
/// What the batch of before may still add to SQLite's own journal.
const RESERVED_BYTES: u64 = 2 * WAL_BYTES_MAX;

/// The bounds of one journal.
pub struct Bounds {
    bytes_max: u64,
    days_max: u64,
}

/// What is removed.
#[derive(Clone, Copy)]
enum Oldest {
    Lines,
    Documents,
}

/// Bytes of the database file.
struct Size {
    all: u64,
    used: u64,
}

impl Bounds {
    pub fn of(config: &Config) -> Self {
        Self {
            bytes_max: config.bytes_max.saturating_sub(RESERVED_BYTES).max(RESERVED_BYTES / 2),
            days_max: config.days_max,
        }
    }

    /// Makes room for so many lines and for so many bytes of documents.
    pub async fn make_room(&self, lines: usize, documents: u64, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        self.remove_old(connection).await?;
        let wanted = lines as u64 * LINE_BYTES + documents;
        for _ in 0..STEPS_MAX {
            let size = size(connection).await?;
            if size.used + wanted <= self.bytes_max {
                break;
            }
            if !self.remove_oldest(documents, connection).await? {
                break;
            }
        }
        if size(connection).await?.all > self.bytes_max {
            sqlx::query(VACUUM_PAGES).execute(connection).await?;
        }
        Ok(())
    }

    async fn remove_old(&self, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        let days = i64::try_from(self.days_max).unwrap_or(i64::MAX);
        let Ok(limit) = Timestamp::now().checked_sub(days.saturating_mul(24).hours()) else { return Ok(()) };
        let delete = "delete from entries where at_us < $1 and id in (select id from entries order by id limit $2)";
        for _ in 0..STEPS_MAX {
            let query = sqlx::query(delete).bind(limit.as_microsecond()).bind(STEP_LINES);
            if query.execute(&mut *connection).await?.rows_affected() == 0 {
                break;
            }
        }
        let delete = "delete from actions where at_us < $1";
        sqlx::query(delete).bind(limit.as_microsecond()).execute(&mut *connection).await?;
        // The newest version of a file stays, so that the next one has something to be compared with.
        let delete = "delete from documents where at_us < $1 and exists (select 1 from documents as newer where \
            newer.device = documents.device and newer.file = documents.file and newer.domain = documents.domain \
            and newer.parameters = documents.parameters and newer.id > documents.id)";
        sqlx::query(delete).bind(limit.as_microsecond()).execute(connection).await.map(drop)
    }

    /// Removes the oldest documents while they take more than their part, else the oldest lines. Returns whether there were
    /// any.
    async fn remove_oldest(&self, new: u64, connection: &mut SqliteConnection) -> sqlx::Result<bool> {
        let sum = "select coalesce(sum(length(body) + length(secrets)), 0) from documents";
        let documents: i64 = sqlx::query_scalar(sum).fetch_one(&mut *connection).await?;
        let are_theirs = documents.unsigned_abs() + new > self.bytes_max / DOCUMENTS_PART;
        let (first, second) = match are_theirs {
            true => (Oldest::Documents, Oldest::Lines),
            false => (Oldest::Lines, Oldest::Documents),
        };
        Ok(remove_step(first, connection).await? > 0 || remove_step(second, connection).await? > 0)
    }
}

async fn remove_step(table: Oldest, connection: &mut SqliteConnection) -> sqlx::Result<u64> {
    let (delete, rows) = match table {
        Oldest::Lines => ("delete from entries where id in (select id from entries order by id limit $1)", STEP_LINES),
        Oldest::Documents => {
            ("delete from documents where id in (select id from documents order by id limit $1)", STEP_DOCUMENTS)
        }
    };
    Ok(sqlx::query(delete).bind(rows).execute(connection).await?.rows_affected())
}

async fn size(connection: &mut SqliteConnection) -> sqlx::Result<Size> {
    let pragmas = "select (select page_count from pragma_page_count), (select freelist_count from pragma_freelist_count), \
        (select page_size from pragma_page_size)";
    let row = sqlx::query(pragmas).fetch_one(connection).await?;
    let number = |at: usize| row.try_get::<i64, _>(at).map(i64::unsigned_abs);
    let (pages, free, bytes) = (number(0)?, number(1)?, number(2)?);
    Ok(Size { all: pages * bytes, used: pages.saturating_sub(free) * bytes })
}

/// Removes origins that no entry has any more: those before the oldest that is used. This reads the whole table.
pub async fn remove_unused_origins(connection: &mut SqliteConnection) -> sqlx::Result<()> {
    let delete = "delete from origins where id < (select coalesce(min(origin), 0) from entries)";
    sqlx::query(delete).execute(connection).await.map(drop)
}
