//! Components that take much time or memory to compile, while another one serves.

use super::*;
use dialplate_tests::heavy;
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicBool, Ordering};

/// Low limits for a quick test, which the serving guest stays below. A test sets one of them at a time, because most
/// components that exceed one exceed the other as well.
const LITTLE_TIME: [(&str, &str); 1] = [("DIALPLATE_COMPILE_CPU_S_MAX", "1")];
const LITTLE_MEMORY: [(&str, &str); 1] = [("DIALPLATE_COMPILE_MEMORY_BYTES_MAX", "134217728")];
/// The longest time for a request while the compiler works on a busy machine.
const ANSWER_MAX: Duration = Duration::from_secs(5);

/// Sends requests while `work` runs, checks every answer, and returns their number.
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
        // Also after a panic, because the scope waits for the thread that asks.
        done.store(true, Ordering::Relaxed);
        let answers = asking.join();
        worked.unwrap_or_else(|panic| resume_unwind(panic));
        answers.unwrap()
    })
}

/// The running child processes of a process.
fn children(process: u32) -> Vec<u32> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| fs::read_to_string(task.path().join("children")).ok());
    lists.collect::<String>().split_whitespace().filter_map(|id| id.parse().ok()).collect()
}

/// The compiler's limits as `/proc` lists them.
const LIMITS: [(&str, &str); 5] = [
    ("Max cpu time", "60"),
    ("Max data size", "1073741824"),
    ("Max open files", "8"),
    ("Max file size", "0"),
    ("Max core file size", "0"),
];

/// One limit of a process; `None` if the process has ended.
fn limit(process: u32, name: &str) -> Option<String> {
    let limits = fs::read_to_string(format!("/proc/{process}/limits")).ok()?;
    limits.lines().find_map(|line| line.strip_prefix(name)?.split_whitespace().next().map(str::to_owned))
}

/// A compiler process that has set its limits. The quick compiler runs before the optimising one, so the first process
/// may have ended already.
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
fn component_over_compile_limits_is_refused_others_serve() {
    let minimal = guests::built("minimal");
    let tangled = ("tangled", heavy::tangled(&minimal, 1_000, 300), "compile_cpu_s_max");
    let tangled_at_once = ("tangled-at-once", heavy::tangled_at_once(&minimal, 1_000, 300), "compile_cpu_s_max");
    are_refused(&LITTLE_TIME, [tangled, tangled_at_once]);
    let tangled = ("tangled", heavy::tangled(&minimal, 1_000, 300), "(compile_memory_bytes_max)");
    let full = ("full", heavy::full(&minimal, 60 << 20), "(compile_memory_bytes_max)");
    are_refused(&LITTLE_MEMORY, [tangled, full]);
}

#[test]
fn component_over_read_limits_is_refused_others_serve() {
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

/// Adds each component beside the serving guest, and a good component at the end.
fn are_refused<const N: usize>(limits: &[(&str, &str)], components: [(&str, Vec<u8>, &str); N]) {
    let site = Site::minimal();
    // With a shared cache, a component that another test has compiled would take no time.
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
fn memory_of_60_mb_and_code_of_2_mb_compile_by_default() {
    let minimal = guests::built("minimal");
    // They compile, and fail in the trial render.
    let why = "failed in `render`: returned a document that cannot be sent";
    are_refused(&[], [("full", heavy::full(&minimal, 60 << 20), why), ("long", heavy::long(&minimal, 2_000), why)]);
}

/// The most resident memory of a process since its start, in MiB.
fn peak_mib(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() >> 10
}

#[test]
fn build_takes_its_memory_outside_of_the_server() {
    let site = Site::minimal();
    let cache = site.path("cache").display().to_string();
    let peak = || {
        let server = site.start_with(&site.path("templates"), &[("DIALPLATE_CACHE", &cache)]);
        assert!(text(&server).starts_with("edition 1"));
        peak_mib(server.id())
    };
    // 48 MiB, which the guest keeps in its memory.
    for number in 0..12 {
        site.write(&format!("templates/minimal/{}/{number}.cfg", number % 4), vec![b'x'; 4 << 20]);
    }
    let building = peak();
    let from_the_cache = peak();
    println!("{building} MiB after a build, {from_the_cache} MiB after a start without one");
    assert!(building < from_the_cache + 24, "{building} MiB, and {from_the_cache} MiB without a build");
}

#[test]
fn compiler_inherits_nothing_and_ends_with_its_server() {
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
        // Field 19 is the nice value.
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
fn compiler_command_is_hidden_and_fails_when_typed() {
    let help = server::command("--help", &[]).output().unwrap();
    assert!(!String::from_utf8_lossy(&help.stdout).contains("compile-component"));
    let given = server::command("compile-component", &[]).output().unwrap();
    let said = String::from_utf8_lossy(&given.stderr);
    assert!(given.status.code() == Some(2) && given.status.signal().is_none(), "{:?}", given.status);
    assert!(said.contains("only for the server's own use"), "{said}");
}
