//! The cache of compiled components: a server is killed while it writes, and other users own or change files.

use dialplate_tests::server::{self, Server};
use dialplate_tests::{guests, unshared, unsupported};
use std::fs::{File, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const KILLS: u64 = 20;
/// Servers are killed within this time of their start. On a busy machine a whole start would make the test too long.
const COLD_MAX: Duration = Duration::from_secs(2);
/// The user `nobody` of most systems.
const ANOTHER: u32 = 65_534;
const MODEL: &str = "yealink/t46u";
const PHONE: &str = "/app/provision/?mac=001565000046&file=small.cfg";

/// A guest that compiles quickly, and a template.
fn site() -> TempDir {
    let site = tempfile::tempdir().unwrap();
    let [plugins, templates] = ["plugins", "templates"].map(|name| site.path().join(name));
    std::fs::create_dir(&plugins).unwrap();
    std::fs::copy(guests::built("minimal"), plugins.join("minimal.wasm")).unwrap();
    std::fs::create_dir_all(templates.join(MODEL)).unwrap();
    std::fs::write(templates.join(MODEL).join("small.cfg"), "reads nothing").unwrap();
    site
}

fn settings(site: &Path) -> [(&'static str, String); 5] {
    let path = |name: &str| site.join(name).display().to_string();
    [
        ("DIALPLATE_DATABASE", server::new_demo_url(site)),
        ("DIALPLATE_TEMPLATES", path("templates")),
        ("DIALPLATE_PLUGINS", path("plugins")),
        ("DIALPLATE_CACHE", path("cache")),
        ("DIALPLATE_CLOCK", server::CLOCK.to_owned()),
    ]
}

/// Starts a server and kills it (SIGKILL) after a while, or as soon as `until` holds.
fn start_and_kill(settings: &[(&str, &str)], after: Duration, until: impl Fn() -> bool) {
    let mut process = server::command("serve", settings)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let end = Instant::now() + after;
    while Instant::now() < end && !until() {
        std::thread::sleep(Duration::from_millis(1));
    }
    process.kill().unwrap();
    process.wait().unwrap();
}

/// Names and sizes of the cache's files with this ending.
fn files(cache: &Path, ending: &str) -> Vec<(String, u64)> {
    let entries = std::fs::read_dir(cache).into_iter().flatten().flatten();
    // A running server may rename or remove a file meanwhile.
    let all = entries
        .filter_map(|entry| Some((entry.file_name().to_string_lossy().into_owned(), entry.metadata().ok()?.len())));
    all.filter(|(name, _)| name.ends_with(ending)).collect()
}

#[test]
fn cache_of_killed_servers_serves_correct_documents() {
    let site = site();
    let cache = site.path().join("cache");
    // Large templates, so that writing takes a while.
    for file in 0..3 {
        let template = site.path().join(format!("templates/{MODEL}/{file}.cfg"));
        std::fs::write(template, vec![b'x'; 4 << 20]).unwrap();
    }
    let settings = settings(site.path());
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    // The expected answer, from a cache that was written without a kill.
    let (expected, cold) = {
        let whole = site.path().join("whole").display().to_string();
        let mut settings = settings;
        settings[3].1 = &whole;
        let began = Instant::now();
        let server = Server::start(&settings);
        let answer = server.get("localhost", PHONE);
        assert!(answer.status == 200 && answer.text().starts_with("reads nothing"), "{}", answer.status);
        (answer.body, began.elapsed())
    };
    let mut killed_while_writing = 0;
    for round in 0..KILLS {
        if round % 3 == 0 {
            // A start with a complete cache writes nothing.
            let _ = std::fs::remove_dir_all(&cache);
        }
        // In every other round while a file is being written, else at a moment of the start.
        let writing = || round % 2 == 0 && !files(&cache, ".new").is_empty();
        let moment = cold.min(COLD_MAX).mul_f64((round + 1) as f64 / KILLS as f64);
        start_and_kill(&settings, if round % 2 == 0 { cold * 2 } else { moment }, writing);
        let unfinished = files(&cache, ".new").len();
        killed_while_writing += usize::from(unfinished > 0);
        assert!(unfinished <= 4, "{unfinished} leftovers after {} kills", round + 1);
    }
    assert!(killed_while_writing > 0, "no kill met a file that was being written");
    for _ in 0..2 {
        let server = Server::start(&settings);
        assert!(server.get("localhost", PHONE).body == expected, "the answer differs from the one without kills");
        assert_eq!(files(&cache, ".new"), [], "a start removes leftovers");
        assert_eq!(server.stop(), Some(0));
    }
    // The result of a kill if a file got its name before it was complete.
    for (name, length) in files(&cache, ".cwasm") {
        std::fs::OpenOptions::new().write(true).open(cache.join(name)).unwrap().set_len(length / 2).unwrap();
    }
    let server = Server::start(&settings);
    assert!(server.get("localhost", PHONE).body == expected, "half a file was loaded");
}

/// Inode numbers of the cache's files with this ending.
fn numbers(cache: &Path, ending: &str) -> Vec<u64> {
    files(cache, ending).iter().map(|(name, _)| std::fs::metadata(cache.join(name)).unwrap().ino()).collect()
}

fn mapped(process: u32) -> Vec<u64> {
    let maps = std::fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    maps.lines().filter_map(|line| line.split_whitespace().nth(4)?.parse().ok()).collect()
}

/// The server in a mount namespace in which the cache's folder is a file system with these options.
fn mounted(options: &str, cache: &Path) -> Option<Vec<String>> {
    unshared("-Urm", &format!("mount -t tmpfs -o mode=700,{options} none {}", cache.display()))
}

#[test]
fn unwritable_cache_logs_one_line_and_phones_are_served() {
    let site = site();
    let cache = site.path().join("cache");
    std::fs::create_dir(&cache).unwrap();
    let settings = settings(site.path());
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    for (options, cause) in [("ro", "Read-only file system"), ("nr_inodes=1", "No space left on device")] {
        let Some(wrapped) = mounted(options, &cache) else { return };
        let server = Server::start_within(&wrapped, &settings);
        assert!(server.get("localhost", PHONE).text().starts_with("reads nothing"));
        let log = server.log();
        let lines: Vec<_> = log.lines().filter(|line| line.contains("cache")).collect();
        let [line] = lines[..] else { panic!("one line: {log}") };
        for said in ["WARN", cause, cache.to_str().unwrap(), "--cache"] {
            assert!(line.contains(said), "{said} in {line}");
        }
    }
}

#[test]
fn cache_open_to_others_ends_start_with_one_error() {
    let site = site();
    let cache = site.path().join("cache");
    std::fs::create_dir(&cache).unwrap();
    std::fs::set_permissions(&cache, Permissions::from_mode(0o770)).unwrap();
    let settings = settings(site.path());
    let refused = server::run(&settings.each_ref().map(|(key, value)| (*key, value.as_str())));
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains(cache.to_str().unwrap()), "{said}");
    assert_eq!(said.matches("closed to others (chmod 700)").count(), 1, "{said}");
}

#[test]
fn cache_never_maps_files_of_or_writable_by_others() {
    let site = site();
    let (cache, plugins) = (site.path().join("cache"), site.path().join("plugins"));
    let settings = settings(site.path());
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    // Whether a start maps code that existed before it.
    let maps_old = || {
        let old = numbers(&cache, ".cwasm");
        // While these files are open, no new file gets their inode numbers.
        let _held: Vec<_> = files(&cache, ".cwasm").iter().map(|(name, _)| File::open(cache.join(name))).collect();
        let server = Server::start(&settings);
        assert!(server.get("localhost", PHONE).text().starts_with("reads nothing"));
        let mapped = mapped(server.id());
        assert!(numbers(&cache, ".cwasm").iter().any(|number| mapped.contains(number)), "code is mapped at all");
        assert_eq!(server.stop(), Some(0));
        old.iter().any(|number| mapped.contains(number))
    };
    assert!(!maps_old(), "the cache was empty");
    assert!(maps_old(), "the server's own files are mapped");
    let all = |ending: &str, change: &dyn Fn(&Path)| {
        let files = files(&cache, ending);
        assert!(!files.is_empty());
        files.iter().for_each(|(name, _)| change(&cache.join(name)));
    };
    for ending in [".cwasm", ".note"] {
        for mode in [0o620, 0o602, 0o640, 0o604] {
            all(ending, &|file| std::fs::set_permissions(file, Permissions::from_mode(mode)).unwrap());
            assert!(!maps_old(), "{ending} files with mode {mode:o}");
            assert!(maps_old(), "{ending} files were written anew");
        }
    }
    if std::os::unix::fs::chown(&cache, Some(ANOTHER), None).is_err() {
        return unsupported("only root can change the owner of files");
    }
    let refused = server::run(&settings);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(!refused.status.success() && said.contains("must belong to the server's user"), "{said}");
    std::os::unix::fs::chown(&cache, Some(std::fs::metadata(&plugins).unwrap().uid()), None).unwrap();
    for ending in [".cwasm", ".note"] {
        all(ending, &|file| std::os::unix::fs::chown(file, Some(ANOTHER), None).unwrap());
        assert!(!maps_old(), "{ending} files of another owner");
        assert!(maps_old(), "{ending} files were written anew");
    }
}

#[test]
fn cache_applies_new_limits_and_skips_pipes() {
    let site = site();
    let settings = settings(site.path());
    let settings = settings.each_ref().map(|(key, value)| (*key, value.as_str()));
    assert_eq!(Server::start(&settings).get("localhost", PHONE).status, 200);
    let cache = site.path().join("cache");
    for (name, _) in [files(&cache, "note"), files(&cache, "cwasm")].concat() {
        let file = cache.join(&name);
        std::fs::remove_file(&file).unwrap();
        assert!(std::process::Command::new("mkfifo").args(["-m", "600"]).arg(&file).status().unwrap().success());
    }
    assert_eq!(Server::start(&settings).get("localhost", PHONE).status, 200);
    let little = [&settings[..], &[("DIALPLATE_PREPARE_MEMORY_BYTES_MAX", "1000000")]].concat();
    let said = server::run(&little);
    assert!(String::from_utf8_lossy(&said.stderr).contains("prepare_memory_bytes_max"), "{said:?}");
}
