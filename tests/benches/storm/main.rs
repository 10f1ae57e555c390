//! A storm: ten thousand devices of all vendors fetch their files at once, as after a power failure, on PostgreSQL:
//! `cargo bench --workspace --bench storm [-- DEVICES]`.
//!
//! Each device does what its maker's phone does: it is challenged, logs in by digest, and fetches the common file, its
//! own file and its phone book, as far as its template has them. The storm blows three times: undisturbed, while a
//! plugin and a template are swapped, and while PostgreSQL restarts. The program fails if an answer is wrong.

#![allow(clippy::print_stdout, reason = "a command-line program")]

mod disturb;
mod outcome;
mod phones;

use dialplate::bench::Processes;
use dialplate_tests::fleet;
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::Server;
use disturb::{Folders, restart};
use outcome::{Down, Storm};
use phones::Device;

/// As many as the storm has, unless the command line has another number.
const DEVICES: usize = 10_000;

/// Resident memory of the server at any time.
const MEMORY_BYTES_MAX: u64 = 400 << 20;

/// The mean memory of a storm's second half may be this part of its second quarter's.
const MEMORY_GROWTH_MAX: f64 = 1.1;

const SWAPS: usize = 10;

fn main() {
    // `cargo bench` adds the flag `--bench`.
    let count = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(DEVICES);
    let Some(mut database) = Recorded::start() else { return };
    fleet::multiply(&database, count, &fleet::answered(&database.corpus, "file"));
    fleet::demand_digest(&database, phones::PASSWORD);
    let folders = Folders::copy(&database.corpus);
    let mut devices = phones::devices(&fleet::copies(&database), &database.corpus);
    let forgetful = [("DIALPLATE_FACTS_BYTES_MAX", "0"), ("DIALPLATE_DOCUMENTS_BYTES_MAX", "0")];
    let checked = phones::learn(serve(&database, &folders, &forgetful).address, &mut devices);
    let (requests, vendors) = phones::summary(&devices);
    println!("storm: {count} devices of {vendors} vendors, {requests} files, {checked} of them compared byte by byte");
    println!("| storm | files | time | files/s | p50 | p99 | longest | compared | 503 | memory | its growth |");
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let server = serve(&database, &folders, &[]);
    // The log is too long to be read in a storm.
    let admin = server.admin();
    let mut failures = blow("undisturbed", &server, &devices, &folders, || None);
    failures.extend(blow("while a plugin and a template are swapped", &server, &devices, &folders, || {
        folders.swap(admin, SWAPS);
        None
    }));
    let swaps = ["templates reloaded", "plugin loaded plugin.name=\"yealink\""];
    let swaps = swaps.map(|event| server.log().matches(event).count());
    if swaps.iter().any(|count| *count < SWAPS) {
        failures.push(format!("only {swaps:?} swaps of {SWAPS}"));
    }
    failures.extend(blow("while PostgreSQL restarts", &server, &devices, &folders, || Some(restart(&mut database))));
    assert!(failures.is_empty(), "the storm failed:\n{}", failures.join("\n"));
    println!("storm: passed");
}

fn serve(database: &Recorded, folders: &Folders, settings: &[(&str, &str)]) -> Server {
    let [templates, plugins] = [folders.templates(), folders.plugins()].map(|path| path.display().to_string());
    let own = [("DIALPLATE_TEMPLATES", templates.as_str()), ("DIALPLATE_PLUGINS", plugins.as_str())];
    database.serve(&[&own, settings].concat())
}

/// One storm with a disturbance, which may say when the database was down. Returns what was wrong.
fn blow(
    name: &str,
    server: &Server,
    devices: &[Device],
    folders: &Folders,
    disturb: impl FnOnce() -> Down,
) -> Vec<String> {
    let process = Processes::tree(server.id());
    let storm = Storm::run((server.address, &process), devices, folders, disturb);
    println!("| {name} | {} |", storm.line());
    let mut failures = storm.failures();
    if storm.memory_peak() >= MEMORY_BYTES_MAX {
        failures.push(format!("the server used {} MiB", storm.memory_peak() >> 20));
    }
    if storm.memory_growth() > MEMORY_GROWTH_MAX {
        failures.push(format!("the server's memory grew to {:.2} times as much", storm.memory_growth()));
    }
    failures.iter().for_each(|failure| println!("  FAILED: {failure}"));
    failures
}
