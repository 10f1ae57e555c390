//! Growth: the cost of one request with little and with much beside it, on PostgreSQL:
//! `cargo bench --workspace --bench growth [-- SECONDS]`.
//!
//! Two servers, each with a PostgreSQL of its own, answer the same requests by turns, and give the same bytes. The cost is
//! the processor time of the server and of its database, which other load of the machine changes less than the answers
//! per second. Each growth is measured twice: as the server is, and with a server that keeps neither facts nor documents,
//! so that each request is read and rendered anew. The program fails if a cost grows too much.

#![allow(clippy::print_stdout, reason = "a command-line program")]

use dialplate::bench::{Origin, Plan, Processes, Request, measure};
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::{Server, root};
use dialplate_tests::{fleet, guests, heavy};
use std::path::{Path, PathBuf};
use std::process::Command;

/// The most that a request may cost with much beside it, as a part of its cost with little.
const GROWTH_MAX: f64 = 1.2;

/// The length of a round, unless the command line has another.
const SECONDS: u64 = 5;

const ROUNDS: usize = 3;
const CONNECTIONS: usize = 4;

/// The template whose devices are asked for.
const TEMPLATE: &str = "yealink/t46u";

/// The template whose copies stand beside it, of 66 KB.
const OTHER_TEMPLATE: &str = "yealink/w80";

/// What the servers keep: the name of the measurement, and the settings.
const MODES: [(&str, &[(&str, &str)]); 2] =
    [("kept", &[]), ("anew", &[("DIALPLATE_FACTS_BYTES_MAX", "0"), ("DIALPLATE_DOCUMENTS_BYTES_MAX", "0")])];

/// A database and the folders of a server.
struct Side<'a> {
    database: &'a Recorded,
    plugins: &'a Path,
    templates: &'a Path,
}

/// What is measured.
struct Growth {
    requests: Vec<Request>,
    seconds: u64,
    /// The names of those that grew too much.
    failed: Vec<String>,
}

fn main() {
    // `cargo bench` adds the flag `--bench`.
    let seconds = std::env::args().skip(1).find_map(|word| word.parse().ok()).unwrap_or(SECONDS);
    let (Some(few), Some(many)) = (Recorded::start(), Recorded::start()) else { return };
    for database in [&few, &many] {
        let one = format!("{} and device_template = '{TEMPLATE}'", fleet::answered(&database.corpus, "default"));
        fleet::multiply(database, 20, &one);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (plugins, templates) = (root().join("target/plugins"), few.corpus.join("templates"));
    let mut growth = Growth { requests: requests(&few), seconds, failed: Vec::new() };
    let side = |database, plugins, templates| Side { database, plugins, templates };
    println!("| growth | | few, µs | many, µs | ratio | few, MiB | many, MiB |\n|---|---|---|---|---|---|---|");

    let [ten, thousand] = [10, 1_000].map(|count| templates_of_a_vendor(&templates, folder.path(), count));
    let sides = [side(&few, &plugins, &ten), side(&many, &plugins, &thousand)];
    growth.measure("templates of a vendor, 10 to 1,000", &sides);
    let sixty = more_plugins(&plugins, folder.path(), 60);
    growth.measure("plugins, 6 to 60", &[side(&few, &plugins, &templates), side(&many, &sixty, &templates)]);
    crowd(&many);
    for database in [&few, &many] {
        database.run("create index devices_by_device_address on v_devices (device_address); analyze v_devices;");
    }
    let sides = [side(&few, &plugins, &templates), side(&many, &plugins, &templates)];
    growth.measure("devices, extensions, contacts, 20 to 20,000", &sides);
    assert!(growth.failed.is_empty(), "more than {GROWTH_MAX} times as much: {}", growth.failed.join("; "));
}

impl Growth {
    /// Measures both sides by turns, and prints a line for each mode.
    fn measure(&mut self, name: &str, sides: &[Side<'_>; 2]) {
        for (mode, settings) in MODES {
            let [(few, few_bytes), (many, many_bytes)] = self.costs(sides, settings);
            let (ratio, mib) = (many / few, |bytes: u64| bytes >> 20);
            println!(
                "| {name} | {mode} | {few:.0} | {many:.0} | {ratio:.2} | {} | {} |",
                mib(few_bytes),
                mib(many_bytes)
            );
            if ratio > GROWTH_MAX {
                self.failed.push(format!("{name}, {mode}"));
            }
        }
    }

    /// The processor time of one request in microseconds on each side, and the most memory of the server.
    fn costs(&self, sides: &[Side<'_>; 2], settings: &[(&str, &str)]) -> [(f64, u64); 2] {
        let servers = sides.each_ref().map(|side| side.serve(settings));
        let origins =
            servers.each_ref().map(|server| Origin::parse(&format!("http://{}", server.address)).expect("a URL"));
        let [base, against] = origins;
        let (requests, against) = (self.requests.clone(), Some(against));
        let (connections, seconds, rounds) = (CONNECTIONS, self.seconds, ROUNDS);
        let plan = Plan { requests, base, against, connections, seconds, rounds, account: None };
        // The server may open further connections, for which PostgreSQL starts processes.
        let used = || sides.each_ref().map(|side| Processes::tree(side.database.postgres.id()).usage().processor);
        let before = used();
        let report = measure(&plan, &|_| ()).expect("a measurement");
        assert_eq!(report.errors(), 0, "{}", report.text());
        let after = used();
        [0, 1].map(|side| {
            let server = &report.servers[side];
            let database = (after[side] - before[side]).as_secs_f64() * 1e6 / server.answers.max(1) as f64;
            (server.processor_us().expect("a local server") + database, server.memory_peak_bytes.unwrap_or_default())
        })
    }
}

impl Side<'_> {
    fn serve(&self, settings: &[(&str, &str)]) -> Server {
        let [plugins, templates] = [self.plugins, self.templates].map(|path| path.display().to_string());
        let own = [("DIALPLATE_PLUGINS", plugins.as_str()), ("DIALPLATE_TEMPLATES", templates.as_str())];
        self.database.serve(&[&own, settings].concat())
    }
}

/// The requests of the devices that both databases have.
fn requests(database: &Recorded) -> Vec<Request> {
    let copies = fleet::copies(database);
    let target = |copy: &fleet::Copy| format!("/app/provision/?mac={}", copy.address);
    let requests: Vec<_> = copies.iter().map(|copy| Request::new(&copy.domain, &target(copy), "")).collect();
    assert_eq!(requests.len(), 20);
    requests
}

/// 20,000 further devices with their lines and keys, extensions and contacts.
fn crowd(database: &Recorded) {
    let others = format!("{} and device_template <> '{TEMPLATE}'", fleet::answered(&database.corpus, "default"));
    fleet::multiply(database, 20_000, &others);
    database.run(
        "insert into v_extensions select (jsonb_populate_record(e, jsonb_build_object('extension_uuid', gen_random_uuid(),
             'extension', (100000 + number)::text))).*
         from v_extensions e, generate_series(1, 20000) number
             where e.extension_uuid = (select extension_uuid from v_extensions order by extension_uuid limit 1);
         insert into v_contacts select (jsonb_populate_record(c, jsonb_build_object('contact_uuid', gen_random_uuid(),
             'contact_name_family', number::text))).*
         from v_contacts c, generate_series(1, 20000) number
             where c.contact_uuid = (select contact_uuid from v_contacts order by contact_uuid limit 1);
         analyze;",
    );
}

/// A template folder with so many templates of a vendor: the one that is asked for, and copies of another one, of which no
/// two have the same text.
fn templates_of_a_vendor(from: &Path, folder: &Path, count: usize) -> PathBuf {
    let root = folder.join(format!("templates-{count}"));
    std::fs::create_dir_all(root.join("yealink")).expect("a folder");
    copy(&from.join(TEMPLATE), &root.join(TEMPLATE));
    for number in 1..count {
        let to = root.join(format!("yealink/m{number:04}"));
        copy(&from.join(OTHER_TEMPLATE), &to);
        let file = to.join("{$mac}.cfg");
        let text = std::fs::read_to_string(&file).expect("a template") + &format!("{{* {number} *}}");
        std::fs::write(file, text).expect("written");
    }
    root
}

/// A plugin folder with so many plugins: those of another folder, and others for made-up vendors.
fn more_plugins(from: &Path, folder: &Path, count: usize) -> PathBuf {
    let to = folder.join("plugins");
    copy(from, &to);
    let built = std::fs::read_dir(&to).expect("plugins").flatten().count();
    let minimal = guests::built("minimal");
    for number in built..count {
        let file = to.join(format!("other{number}.wasm"));
        std::fs::write(file, heavy::of_vendor(&minimal, &format!("v{number:04}"))).expect("a component");
    }
    to
}

fn copy(from: &Path, to: &Path) {
    let done = Command::new("cp").args(["-r", "--no-preserve=mode"]).arg(from).arg(to).status();
    assert!(done.is_ok_and(|status| status.success()), "cp");
}
