//! Keys of the journal, and of the id that an answer shares with it.

use super::key::{ConfigKey, absent, fixed, number};
use crate::journal::Config;

const TIB: u64 = 1 << 40;
/// A century.
const DAYS_MAX: u64 = 36_500;

pub fn journal() -> Vec<ConfigKey> {
    vec![
        fixed(
            "journal",
            "file",
            Config::FILE,
            "SQLite file with a line for each request, which `dialplate journal` shows, or `off`",
        ),
        number(
            "journal_bytes_max",
            "bytes",
            Config::BYTES_MAX,
            Config::BYTES_LEAST..=TIB,
            "Size limit of the journal with the files beside it; the oldest lines are removed",
        ),
        number("journal_days_max", "days", Config::DAYS_MAX, 1..=DAYS_MAX, "How long lines stay in the journal"),
        fixed(
            "journal_documents",
            "versions",
            "off",
            "`changed` stores each new version of a device's document in the journal, compressed, for `dialplate journal diff`; documents hold passwords",
        ),
        absent(
            "request_id_header",
            "header",
            "none",
            "X-Request-ID",
            "Header of every answer that names the request's id, which is also in the log and in the journal",
        ),
    ]
}
