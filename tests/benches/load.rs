//! The whole server under load, on SQLite and on PostgreSQL if it is installed:
//! `cargo bench --workspace --bench load [-- [--server HOST:PORT --pid PID] CONNECTIONS SECONDS]`.
//!
//! Without `--server`, the benchmark starts the built program on the recorded database and templates of
//! `../shared/corpus`. The client shares the machine with the server, so the processor time per request is more
//! reliable than the number of requests per second.

#![allow(clippy::print_stdout, reason = "a command-line program")]

mod client;

use client::Target;
use dialplate_tests::corpus;
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::{CLOCK, Server, root};
use sqlx::{Connection, SqliteConnection};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tokio::runtime::Runtime;

const HOST: &str = "alpha.example.net";
/// A large file, a small file, a phone book, and an unknown device.
const TARGETS: [Target; 4] = [
    Target { name: "t46u/{$mac}.cfg", path: "/provision/0015652ac38a.cfg" },
    Target { name: "t46u/y000000000000.boot", path: "/app/provision/?mac=0015652ac38a&file=y000000000000.boot" },
    Target { name: "t46u/directory.xml", path: "/app/provision/?mac=0015652ac38a&file=directory.xml&contacts=all" },
    Target { name: "no such device", path: "/provision/0015650000ff.cfg" },
];

struct Options {
    server: Option<(SocketAddr, u32)>,
    connections: usize,
    time: Duration,
}

fn main() {
    let options = options();
    if let Some((server, pid)) = options.server {
        return report(&format!("{server}"), server, pid, &options);
    }
    let Some(corpus) = corpus::find() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    let database = corpus::sqlite(folder.path(), &corpus, &["fixture-1.sql"]);
    serve("SQLite with FusionPBX's schema, without indexes", &database, &corpus, &options);
    add_indexes(&database);
    serve("SQLite with the indexes of the embedded database", &database, &corpus, &options);
    let Some(database) = Recorded::start() else { return };
    database.run("analyze");
    serve("PostgreSQL", &database.url(), &corpus, &options);
}

fn add_indexes(database: &str) {
    let schema = std::fs::read_to_string(root().join("host/src/directory/embedded/schema.sql")).expect("the schema");
    let indexes: String = schema.lines().filter(|line| line.starts_with("create index")).collect();
    Runtime::new().expect("a runtime").block_on(async {
        let mut connection = SqliteConnection::connect(database).await.expect("the database");
        sqlx::raw_sql(sqlx::AssertSqlSafe(indexes)).execute(&mut connection).await.expect("the indexes");
    });
}

fn serve(name: &str, database: &str, corpus: &Path, options: &Options) {
    let templates = corpus.join("templates").display().to_string();
    let settings = [("DIALPLATE_DATABASE", database), ("DIALPLATE_TEMPLATES", &templates), ("DIALPLATE_CLOCK", CLOCK)];
    let server = Server::start(&settings);
    report(name, server.address, server.id(), options);
}

fn report(name: &str, server: SocketAddr, pid: u32, options: &Options) {
    println!("{name}, {} connections, {} s each", options.connections, options.time.as_secs());
    for target in &TARGETS {
        println!("  {}", client::load(server, pid, HOST, target, options.connections, options.time));
    }
}

fn options() -> Options {
    let mut options = Options { server: None, connections: 4, time: Duration::from_secs(3) };
    let mut numbers = Vec::new();
    // `cargo bench` adds the flag `--bench`.
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        let mut value = || words.next().expect("a flag has a value");
        match word.as_str() {
            "--server" => {
                options.server.get_or_insert((([0, 0, 0, 0], 0).into(), 0)).0 = value().parse().expect("HOST:PORT")
            }
            "--pid" => {
                options.server.get_or_insert((([0, 0, 0, 0], 0).into(), 0)).1 = value().parse().expect("a process id")
            }
            number => numbers.push(number.parse::<u64>().expect("CONNECTIONS SECONDS")),
        }
    }
    if let [connections, seconds] = numbers[..] {
        options.connections = usize::try_from(connections).expect("a count");
        options.time = Duration::from_secs(seconds);
    }
    options
}
