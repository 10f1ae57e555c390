//! Databases for tests. Each set of rows is loaded into SQLite once in a test process; a test gets a copy of the file.

use crate::corpus;
use crate::wait::PATIENCE;
use dialplate::directory::{DEFAULT_DOMAIN, Directory};
use sqlx::{Connection, PgConnection, SqliteConnection};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

/// Database files by the SQL files they were loaded from; the demonstration is loaded from none.
type Loaded = HashMap<Vec<PathBuf>, Arc<Vec<u8>>>;

/// Time between two queries of [`until_value`].
const POLL_INTERVAL: Duration = Duration::from_millis(20);

static LOADED: Mutex<Option<Loaded>> = Mutex::const_new(None);

/// Writes the demonstration database into a folder, and returns its URL.
pub async fn demonstration(folder: &Path) -> String {
    copy(folder, Vec::new()).await
}

/// Writes a database with FusionPBX's tables, its default settings and these SQL files into a folder, and returns its
/// URL.
pub async fn recorded(folder: &Path, files: &[PathBuf]) -> String {
    copy(folder, files.to_vec()).await
}

/// Creates an empty SQLite file in a folder, and returns its URL.
pub async fn empty(folder: &Path) -> String {
    let url = format!("sqlite://{}", folder.join("dialplate.db").display());
    let connection = SqliteConnection::connect(&format!("{url}?mode=rwc")).await.expect("a new database");
    connection.close().await.expect("the database closes");
    url
}

/// Runs SQL statements in a database of either kind.
pub async fn run(url: &str, sql: &str) {
    let statements = sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()));
    let done = if is_postgresql(url) {
        let mut connection = PgConnection::connect(url).await.expect("a database");
        statements.execute(&mut connection).await.map(drop)
    } else {
        let mut connection = SqliteConnection::connect(url).await.expect("a database");
        let done = statements.execute(&mut connection).await.map(drop);
        connection.close().await.expect("the database closes");
        done
    };
    done.unwrap_or_else(|error| panic!("{error}: {sql}"));
}

/// The single value of a query in a database of either kind as text, empty for NULL.
pub async fn value(url: &str, query: &str) -> String {
    let query = sqlx::AssertSqlSafe(format!("select cast(({query}) as text)"));
    let value = if is_postgresql(url) {
        let mut connection = PgConnection::connect(url).await.expect("a database");
        sqlx::query_scalar(query).fetch_one(&mut connection).await
    } else {
        let mut connection = SqliteConnection::connect(url).await.expect("a database");
        sqlx::query_scalar(query).fetch_one(&mut connection).await
    };
    let value: Option<String> = value.expect("one value");
    value.unwrap_or_default()
}

/// Like [`run`], for a test without a runtime.
pub fn run_blocking(url: &str, sql: &str) {
    runtime().block_on(run(url, sql));
}

/// Like [`value`], for a test without a runtime.
pub fn value_blocking(url: &str, query: &str) -> String {
    runtime().block_on(value(url, query))
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// Waits until a query has this value in a database of either kind. The server writes some rows after its answer.
///
/// # Errors
/// The query has another value after [`PATIENCE`].
pub async fn until_value(url: &str, query: &str, expected: &str) -> Result<(), String> {
    let start = Instant::now();
    loop {
        let value = value(url, query).await;
        if value == expected {
            return Ok(());
        }
        if start.elapsed() > PATIENCE {
            return Err(format!("{query}: {value:?}, expected {expected:?}"));
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

fn is_postgresql(url: &str) -> bool {
    url.starts_with("postgres")
}

async fn copy(folder: &Path, files: Vec<PathBuf>) -> String {
    let mut loaded = LOADED.lock().await;
    let loaded = loaded.get_or_insert_default();
    let bytes = match loaded.get(&files) {
        Some(bytes) => Arc::clone(bytes),
        None => {
            let bytes = Arc::new(load(&files).await);
            loaded.insert(files, Arc::clone(&bytes));
            bytes
        }
    };
    let file = folder.join("dialplate.db");
    std::fs::write(&file, bytes.as_slice()).expect("a database file");
    format!("sqlite://{}", file.display())
}

async fn load(files: &[PathBuf]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder for the database");
    let file = folder.path().join("loaded.db");
    if files.is_empty() {
        Directory::create_embedded(&file, DEFAULT_DOMAIN).await.expect("the demonstration database");
    } else {
        let corpus = corpus::find().expect("recorded rows come from the corpus");
        let files: Vec<_> = files.iter().map(|file| file.display().to_string()).collect();
        let files: Vec<_> = files.iter().map(String::as_str).collect();
        corpus::load_sqlite(&file, &corpus, &files).await;
    }
    std::fs::read(file).expect("a database file")
}
