//! Components that are much to compile, put down beside one that serves.

use super::*;
use dialplate_tests::heavy;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

/// Little enough for a test to wait for, and enough for the guest that serves. Apart, because most of what takes one
/// takes the other as well.
const LITTLE_TIME: [(&str, &str); 1] = [("DIALPLATE_COMPILE_CPU_S_MAX", "1")];
const LITTLE_MEMORY: [(&str, &str); 1] = [("DIALPLATE_COMPILE_MEMORY_BYTES_MAX", "134217728")];
/// What a request may take while the compiler is busy, on a machine that does other things as well.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Asks on and on while `work` goes on, and says how many answers there were: all of them as ever.
fn served_meanwhile(server: &Server, work: impl FnOnce()) -> usize {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| {
            let mut answers = 0;
            while !done.load(Ordering::Relaxed) {
                let began = Instant::now();
                assert!(text(server).contains("\naddress "));
                assert!(began.elapsed() < ANSWER_MAX, "{:?}", began.elapsed());
                answers += 1;
                std::thread::sleep(Duration::from_millis(5));
            }
            answers
        });
        let worked = catch_unwind(AssertUnwindSafe(work));
        // However it went: the scope waits for whoever asks.
        done.store(true, Ordering::Relaxed);
        let answers = asking.join();
        worked.unwrap_or_else(|panic| resume_unwind(panic));
        answers.unwrap()
    })
}

/// The processes that a process has started, and that are not gone.
fn children(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.collect::<String>().split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

/// As the system lists them.
const LIMITS: [(&str, &str); 5] = [
    ("Max cpu time", "60"),
    ("Max data size", "1073741824"),
    ("Max open files", "8"),
    ("Max file size", "0"),
    ("Max core file size", "0"),
];

/// A limit of a process as the system lists it, as long as there is the process.
fn limit(process: u32, name: &str) -> Option<String> {
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).ok()?;
    limits.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next().map(str::to_owned))
}

/// A compiler that has taken its limits, of which the servers' own may be some. The first may be gone already: the quick
/// one is asked before the other.
fn compiler(server: &Server) -> u32 {
    let mut found = None;
    until("a compiler", || {
        let limited = |id: &u32| LIMITS.iter().all(|(name, value)| limit(*id, name).as_deref() == Some(*value));
        found = children(server.id()).into_iter().find(limited);
        found.is_some()
    });
    found.unwrap()
}

#[test]
fn a_component_that_is_too_much_to_compile_is_refused_by_its_limit_while_others_serve() {
    let minimal = guests::built("minimal");
    let tangled = ("tangled", heavy::tangled(&minimal, 1_000, 300), "compile_cpu_s_max");
    let tangled_at_once = ("tangled-at-once", heavy::tangled_at_once(&minimal, 1_000, 300), "compile_cpu_s_max");
    are_refused(&LITTLE_TIME, [tangled, tangled_at_once]);
    let tangled = ("tangled", heavy::tangled(&minimal, 1_000, 300), "(compile_memory_bytes_max)");
    let full = ("full", heavy::full(&minimal, 60 << 20), "(compile_memory_bytes_max)");
    are_refused(&LITTLE_MEMORY, [tangled, full]);
}

#[test]
fn a_component_that_is_too_much_to_read_is_refused_while_others_serve() {
    are_refused(
        &[],
        [
            ("too-large", vec![0; (64 << 20) + 1], "(component_bytes_max)"),
            ("asking", heavy::asking(1_000), "and 980 more"),
            ("offering", heavy::offering(1_000), "no export `describe` found"),
            ("deep", heavy::nested(150, 1), "nesting is too deep"),
            ("doubling", heavy::nested(60, 2), "effective type size exceeds the limit"),
        ],
    );
}

/// Puts each down beside the guest that serves, and a good one at the end.
fn are_refused<const N: usize>(limits: &[(&str, &str)], components: [(&str, Vec<u8>, &str); N]) {
    let site = Site::minimal();
    // What another test has had compiled would be no work.
    let cache = site.path("cache").display().to_string();
    let server = site.start_with(&site.path("templates"), &[limits, &[("DIALPLATE_CACHE", &cache)]].concat());
    for (name, component, why) in components {
        let file = format!("plugins/{name}.wasm");
        let mut took = Duration::ZERO;
        let answers = served_meanwhile(&server, || {
            site.replace(&file, component);
            let began = Instant::now();
            server.until_logged(&["plugin refused; nothing is loaded from its file", &file]);
            took = began.elapsed();
        });
        println!("{name}: refused after {took:?}, {answers} requests answered meanwhile");
        assert!(answers > 0, "{name}");
        let refused = &listed(&server)["refused"][0];
        assert!(refused["error"].as_str().is_some_and(|error| error.contains(why)), "{name}: {refused}");
        fs::remove_file(site.path(&file)).unwrap();
        until("it is forgotten", || listed(&server)["refused"].as_array().is_some_and(Vec::is_empty));
    }
    let second = another_version(&fs::read(site.path("plugins/minimal.wasm")).unwrap());
    site.replace("plugins/minimal.wasm", second);
    until("a good one afterwards", || text(&server).contains("\nADDRESS "));
    until("no compiler is left", || children(server.id()).is_empty());
}

#[test]
fn a_memory_of_60_mb_and_2_mb_of_code_are_compiled_within_the_usual_limits() {
    let minimal = guests::built("minimal");
    // They are no use, and that is found out by having them render.
    let why = "failed in `render`: gave a document that cannot be sent";
    are_refused(&[], [("full", heavy::full(&minimal, 60 << 20), why), ("long", heavy::long(&minimal, 2_000), why)]);
}

#[test]
fn a_compiler_has_nothing_of_the_servers_and_ends_with_it() {
    let (site, minimal) = (Site::minimal(), guests::built("minimal"));
    let tangled = heavy::tangled(&minimal, 3_000, 1_000);
    for signal in ["TERM", "KILL"] {
        let server = site.start_with(&site.path("templates"), &[("DIALPLATE_NONCE_KEY", &"5e".repeat(32))]);
        site.replace("plugins/heavy.wasm", &tangled);
        let id = compiler(&server);
        let compiler = PathBuf::from(format!("/proc/{id}"));
        assert_eq!(fs::read(compiler.join("environ")).unwrap(), b"");
        assert_eq!(fs::read_link(compiler.join("cwd")).unwrap(), Path::new("/"));
        assert_eq!(fs::read_dir(compiler.join("fd")).unwrap().count(), 3);
        // The nineteenth word is how much it gives way to requests.
        let words = fs::read_to_string(compiler.join("stat")).unwrap();
        assert_eq!(words.split_whitespace().nth(18), Some("5"), "{words}");

        server.signal(signal);
        until("the compiler ends with its server", || !compiler.exists());
        let log = server.log();
        assert!(!log.contains("panicked"), "{log}");
        if signal == "TERM" {
            assert_eq!(server.stop(), Some(0));
        }
        fs::remove_file(site.path("plugins/heavy.wasm")).unwrap();
    }
}

#[test]
fn the_command_of_the_compiler_is_the_servers_own_and_harms_nobody_who_gives_it() {
    let help = server::command("--help", &[]).output().unwrap();
    assert!(!String::from_utf8_lossy(&help.stdout).contains("compile-component"));
    let given = server::command("compile-component", &[]).output().unwrap();
    let said = String::from_utf8_lossy(&given.stderr);
    assert!(given.status.code() == Some(2) && given.status.signal().is_none(), "{:?}", given.status);
    assert!(said.contains("what the server runs for itself"), "{said}");
}
