//! Keeps the file within its bounds: the oldest lines are removed in steps, before new ones are written.

use super::config::Config;
use super::store::WAL_BYTES_MAX;
use jiff::{Timestamp, ToSpan};
use sqlx::{Row, SqliteConnection};

/// Lines that are removed in one statement, so that none takes long.
const STEP_LINES: i64 = 2_000;
/// Steps between two batches. Each removes about what a batch adds.
const STEPS_MAX: usize = 64;
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

    /// Makes room for so many lines.
    pub async fn make_room(&self, lines: usize, connection: &mut SqliteConnection) -> sqlx::Result<()> {
        self.remove_old(connection).await?;
        let wanted = lines as u64 * LINE_BYTES;
        for _ in 0..STEPS_MAX {
            let size = size(connection).await?;
            if size.used + wanted <= self.bytes_max {
                break;
            }
            if remove_step(connection).await? == 0 {
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
        let Ok(limit) = Timestamp::now().checked_sub((days.saturating_mul(24)).hours()) else { return Ok(()) };
        let delete = "delete from entries where at_us < $1 and id in (select id from entries order by id limit $2)";
        for _ in 0..STEPS_MAX {
            let query = sqlx::query(delete).bind(limit.as_microsecond()).bind(STEP_LINES);
            if query.execute(&mut *connection).await?.rows_affected() == 0 {
                break;
            }
        }
        Ok(())
    }
}

async fn remove_step(connection: &mut SqliteConnection) -> sqlx::Result<u64> {
    let delete = "delete from entries where id in (select id from entries order by id limit $1)";
    Ok(sqlx::query(delete).bind(STEP_LINES).execute(connection).await?.rows_affected())
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
