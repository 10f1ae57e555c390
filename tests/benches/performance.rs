//! The table of `docs/performance.md`: the recorded documents from this server on PostgreSQL, and from nginx as files with
//! the same bytes, by turns: `cargo bench --workspace --bench performance [-- [--before FOLDER] SECONDS]`.
//!
//! `FOLDER` has another build to compare with: the program `dialplate` and the folder `plugins`. The two builds take many short
//! turns, since the speed of a machine differs between one minute and the next.

#![allow(clippy::print_stdout, reason = "a command-line program")]

use dialplate::bench::{Client, Origin, Plan, Processes, Report, Request, ServerReport, measure};
use dialplate_tests::corpus;
use dialplate_tests::nginx::Nginx;
use dialplate_tests::recorded::Recorded;
use dialplate_tests::server::{CLOCK, Server, command, free_port};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The length of a round, unless the command line has another.
const SECONDS: u64 = 10;

/// Turns of each server against nginx.
const ROUNDS: usize = 2;

/// Turns of each build, of a second: the ratio of two equal builds then differs from 1 by 2 %.
const BUILD_ROUNDS: usize = 20;

/// As many as FusionPBX's measurement had.
const CONNECTIONS: usize = 8;

/// One for each processor that the project's machine has.
const NGINX_WORKERS: usize = 2;

struct Options {
    before: Option<PathBuf>,
    seconds: u64,
}

fn main() {
    let options = options();
    let Some(database) = Recorded::start() else { return };
    database.run("analyze");
    let requests = requests(&database.corpus);
    let folder = tempfile::tempdir().expect("a folder");
    let server = serve(&database, None, true);
    write_documents(&server, &requests, folder.path());
    let steady = steady(&serve(&database, None, false), &requests, folder.path());
    let Some(nginx) = nginx(folder.path()) else { return };
    println!("| server | documents | answers/s | p50 ms | p90 ms | p99 ms | server µs | PostgreSQL µs | memory |");
    println!("|---|---|---|---|---|---|---|---|---|");
    // With one database for both, the notes of each would make the other read the devices anew.
    let second = options.before.as_ref().and_then(|_| Recorded::start());
    let before = options.before.as_deref().zip(second.as_ref()).map(|(folder, database)| {
        database.run("analyze");
        serve(database, Some(folder), true)
    });
    for (list, requests) in [("all", &requests), ("without a printed time", &steady)] {
        let list = format!("{} {list}", requests.len());
        let plan = |against, rounds, seconds| Plan {
            requests: requests.clone(),
            base: origin(server.address),
            against: Some(origin(against)),
            connections: CONNECTIONS,
            seconds,
            rounds,
            account: None,
        };
        compare(&database, &plan(nginx.address, ROUNDS, options.seconds), &list, "nginx, the same bytes as files");
        if let Some(before) = &before {
            compare(&database, &plan(before.address, BUILD_ROUNDS, 1), &list, "the build before");
        }
    }
}

/// Measures this server and another one by turns.
fn compare(database: &Recorded, plan: &Plan, list: &str, other: &str) {
    let (report, postgres) = run(database, plan);
    let [own, against] = &report.servers[..] else { unreachable!("two servers") };
    print("Dialplate", list, own, postgres);
    print(other, list, against, 0.0);
    let (mean, ratio) = (own.bytes / own.answers.max(1), report.ratio().unwrap_or_default());
    println!("| Dialplate as a part of {other} | {list}, {mean} bytes | {ratio:.3} | | | | | | |");
}

/// The documents that FusionPBX answers to its devices without the name of a file.
fn requests(corpus: &Path) -> Vec<Request> {
    let cases = corpus::files(corpus).into_iter().filter(|case| case["kind"] == "default");
    let request = |case: serde_json::Value| {
        let header = |name: &str| case["headers"][name].as_str().unwrap_or_default().to_owned();
        Request::new(&header("Host"), case["target"].as_str().unwrap_or_default(), &header("User-Agent"))
    };
    cases.map(request).collect()
}

/// Starts this build, or another one from a folder, with the clock of the recordings or the real one.
fn serve(database: &Recorded, other: Option<&Path>, is_recorded: bool) -> Server {
    let path = |path: PathBuf| path.display().to_string();
    let (url, templates) = (database.url(), path(database.corpus.join("templates")));
    let mut settings = vec![("DIALPLATE_DATABASE", url.as_str()), ("DIALPLATE_TEMPLATES", &templates)];
    settings.extend(is_recorded.then_some(("DIALPLATE_CLOCK", CLOCK)));
    let mut by = command("serve", &settings);
    if let Some(other) = other {
        let own = by;
        by = Command::new(other.join("dialplate"));
        by.args(own.get_args()).env_clear().stdin(Stdio::null());
        by.envs(own.get_envs().filter_map(|(name, value)| Some((name, value?))));
        by.env("DIALPLATE_PLUGINS", other.join("plugins"));
    }
    let mut server = Server::launch(by);
    server.until_serving();
    server
}

fn origin(address: SocketAddr) -> Origin {
    Origin::parse(&format!("http://{address}")).expect("a URL")
}

/// Writes each document into a file of its address.
fn write_documents(server: &Server, requests: &[Request], folder: &Path) {
    let documents = documents(server, requests);
    documents.for_each(|(request, document)| std::fs::write(file(folder, request), document).expect("written"));
}

/// The requests for documents that are the same by the clock of this server.
fn steady(server: &Server, requests: &[Request], folder: &Path) -> Vec<Request> {
    let is_same =
        |(request, document): &(&Request, Vec<u8>)| std::fs::read(file(folder, request)).expect("written") == *document;
    documents(server, requests).filter(is_same).map(|(request, _)| request.clone()).collect()
}

fn documents<'a>(server: &Server, requests: &'a [Request]) -> impl Iterator<Item = (&'a Request, Vec<u8>)> {
    let mut client = Client::new(&origin(server.address), None).expect("random numbers");
    requests.iter().map(move |request| {
        let answer = client.ask(request).expect("an answer");
        assert_eq!(answer.status, 200, "{request:?}");
        (request, answer.body.to_vec())
    })
}

fn file(folder: &Path, request: &Request) -> PathBuf {
    folder.join(request.target.split_once("mac=").expect("an address").1)
}

fn nginx(folder: &Path) -> Option<Nginx> {
    let port = free_port();
    let site = format!(
        "sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type text/plain; open_file_cache max=1000;
         server {{ listen 127.0.0.1:{port}; root {}; location / {{ try_files /$arg_mac =404; }} }}",
        folder.display()
    );
    Nginx::start_with_workers(port, NGINX_WORKERS, &site)
}

/// Returns the report, and PostgreSQL's processor time for each answer of the first server in microseconds.
fn run(database: &Recorded, plan: &Plan) -> (Report, f64) {
    // The server may open further connections, for which PostgreSQL starts processes.
    let postgres = || Processes::tree(database.postgres.id()).usage().processor;
    let before = postgres();
    let report = measure(plan, &|_| ()).expect("a measurement");
    let used = postgres().saturating_sub(before);
    assert_eq!(report.errors(), 0, "{}", report.text());
    // Before the rounds, each document is asked for twice.
    let answers = report.servers[0].answers + 2 * plan.requests.len() as u64;
    (report, used.as_secs_f64() * 1e6 / answers as f64)
}

fn print(name: &str, list: &str, server: &ServerReport, postgres: f64) {
    println!(
        "| {name} | {list} | {:.0} | {:.2} | {:.2} | {:.2} | {:.0} | {postgres:.0} | {} MiB |",
        server.answers_per_second,
        server.p50_ms,
        server.p90_ms,
        server.p99_ms,
        server.processor_us().unwrap_or_default(),
        server.memory_peak_bytes.unwrap_or_default() >> 20
    );
}

fn options() -> Options {
    let mut options = Options { before: None, seconds: SECONDS };
    // `cargo bench` adds the flag `--bench`.
    let mut words = std::env::args().skip(1).filter(|word| word != "--bench");
    while let Some(word) = words.next() {
        match word.as_str() {
            "--before" => options.before = words.next().map(PathBuf::from),
            number => options.seconds = number.parse().expect("SECONDS"),
        }
    }
    options
}
