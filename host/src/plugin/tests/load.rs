//! Which files become plugins, the errors of the others, and the use of the cache.

use super::*;
use crate::request::UserAgents as _;
use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

async fn refusal(engine: &Engine, file: PathBuf) -> (LoadError, Duration) {
    let start = Instant::now();
    let (set, mut failures) = load(engine, &[file], vec![]).await;
    assert_eq!(set.iter().len(), 0);
    (failures.remove(0).error, start.elapsed())
}

#[test]
fn component_with_other_imports_is_refused_naming_them() {
    let file = guests::built("greedy");
    run(async {
        let (error, _) = refusal(&engine(|_| {}), file).await;
        let LoadError::Imports(names) = &error else { panic!("{error}") };
        let message = error.to_string();
        assert_eq!(names.len(), 2, "{message}");
        assert!(message.contains("guests:greedy/files") && message.contains("clock"), "{message}");
    });
}

#[test]
fn component_of_other_version_is_refused_naming_both() {
    let file = guests::built("future");
    run(async {
        let (error, _) = refusal(&engine(|_| {}), file).await;
        let message = error.to_string();
        assert!(matches!(error, LoadError::Version { .. }), "{message}");
        assert!(message.contains("9.9.0") && message.contains("0.1.0"), "{message}");
    });
}

#[test]
fn half_a_file_is_refused_at_once() {
    let file = guests::built("minimal");
    run(async {
        let scratch = tempfile::tempdir().unwrap();
        let engine = engine(|_| {});
        let whole = fs::read(&file).unwrap();
        for length in [0, 7, 100, whole.len() / 2, whole.len() - 1] {
            let half = scratch.path().join("half.wasm");
            fs::write(&half, &whole[..length]).unwrap();
            let (error, took) = refusal(&engine, half).await;
            assert!(matches!(error, LoadError::NoComponent(_)), "{length} bytes: {error}");
            assert!(took < Duration::from_millis(100), "{length} bytes: {took:?}");
        }
        let (error, _) = refusal(&engine, scratch.path().join("absent.wasm")).await;
        assert!(matches!(error, LoadError::Read(_)), "{error}");
    });
}

#[test]
fn first_of_two_files_with_one_vendor_serves() {
    let file = guests::built("minimal");
    run(async {
        let scratch = tempfile::tempdir().unwrap();
        for name in ["b.wasm", "a.wasm", ".hidden.wasm", "c.txt"] {
            fs::copy(&file, scratch.path().join(name)).unwrap();
        }
        let found = files(scratch.path()).unwrap();
        let (set, failures) = load(&engine(|_| {}), &found, templates()).await;
        assert!(set.serving("minimal", "x").unwrap().file().ends_with("a.wasm"));
        let [failure] = &failures[..] else { panic!("{failures:?}") };
        assert!(failure.file.ends_with("b.wasm") && matches!(failure.error, LoadError::Claimed { .. }), "{failure}");
    });
}

#[test]
fn user_agent_gives_address_and_template() {
    with_set(async |set| {
        let agent = "Minimal 02:AA:BB:00:00:01 fw 1.2";
        assert_eq!(set.address(agent).as_deref(), Some("02:AA:BB:00:00:01"));
        assert_eq!(set.template(agent), Some("minimal/one"));
        assert_eq!((set.address("Maximal"), set.template("Maximal")), (None, None));
        assert_eq!(set.vendor_of(crate::facts::MacAddress::parse("02aabb000001").unwrap().oui()), Some("minimal"));
    });
}

fn with_set(test: impl AsyncFnOnce(Plugins)) {
    let file = guests::built("minimal");
    run(async {
        let (set, _) = load(&engine(|_| {}), &[file], templates()).await;
        test(set).await;
    });
}

#[test]
fn last_of_too_many_components_are_refused() {
    run(async {
        let scratch = tempfile::tempdir().unwrap();
        for number in 100..230 {
            fs::write(scratch.path().join(format!("{number}.wasm")), "").unwrap();
        }
        let (_, failures) = load(&engine(|_| {}), &files(scratch.path()).unwrap(), templates()).await;
        let beyond = failures.iter().filter(|failure| matches!(failure.error, LoadError::TooMany { max: 128 }));
        let beyond: Vec<_> = beyond.map(|failure| failure.plugin()).collect();
        assert_eq!((beyond, failures.len()), (vec!["228".into(), "229".into()], 130));
    });
}

#[test]
fn bad_new_file_leaves_old_plugin_active() {
    run(async {
        let scratch = tempfile::tempdir().unwrap();
        let engine = engine(|config| config.prepare_timeout_ms = 300);
        let file = scratch.path().join("minimal.wasm");
        fs::copy(guests::built("minimal"), &file).unwrap();
        let (old, _) = load(&engine, from_ref(&file), templates()).await;
        let share = |_: &Share<'_>| templates();
        let (same, _) = Plugins::load(&engine, from_ref(&file), &share, Some(&old)).await;
        assert!(
            Arc::ptr_eq(same.iter().next().unwrap(), old.iter().next().unwrap()),
            "unchanged plugins are taken over"
        );

        let looping = |_: &Share<'_>| vec![template("minimal/one", "prepare-loops", "")];
        let (kept, failures) = Plugins::load(&engine, from_ref(&file), &looping, Some(&old)).await;
        assert!(failures[0].old_serves && matches!(failures[0].error, LoadError::Call { .. }));
        assert!(text(kept.serving("minimal", "").unwrap(), job()).await.is_ok());

        fs::write(&file, b"\0asm").unwrap();
        let (kept, failures) = Plugins::load(&engine, from_ref(&file), &share, Some(&old)).await;
        assert!(failures[0].old_serves && matches!(failures[0].error, LoadError::NoComponent(_)));
        assert!(text(kept.serving("minimal", "").unwrap(), job()).await.is_ok());
    });
}

#[test]
fn damaged_cache_is_compiled_again() {
    let file = guests::built("minimal");
    run(async {
        let scratch = tempfile::tempdir().unwrap();
        let folder = scratch.path().join("cache");
        let start = async |compiler: Option<&str>| {
            let engine = engine(|config| {
                (config.cache, config.compiler) = (Some(folder.clone()), compiler.map(PathBuf::from));
            });
            let (set, failures) = load(&engine, from_ref(&file), templates()).await;
            assert!(failures.is_empty(), "{failures:?}");
            let plugin = set.serving("minimal", "").unwrap();
            assert!(text(plugin, job()).await.is_ok());
            assert_eq!(plugin.faults().len(), 1, "the warnings of prepare are cached too");
            assert!(plugin.check(&templates()).await.is_ok());
        };
        // Nothing can be compiled now, so everything comes from the cache.
        let no_compiler = Some("/nowhere/at/all");
        let codes = || files_with(&folder, "cwasm");
        let lengths = || codes().iter().map(|code| fs::metadata(code).unwrap().len()).collect::<BTreeSet<_>>();
        start(None).await;
        let written = lengths();
        assert_eq!(written.len(), 2, "one plugin, with its templates and without");
        start(no_compiler).await;
        assert_eq!(lengths(), written, "reused");

        for damage in ["half", "one byte", "one bit"] {
            for code in codes() {
                let mut bytes = fs::read(&code).unwrap();
                let middle = bytes.len() / 2;
                match damage {
                    "half" => bytes.truncate(middle),
                    "one byte" => drop(bytes.pop()),
                    _ => bytes[middle] ^= 1,
                }
                fs::write(&code, bytes).unwrap();
            }
            start(None).await;
            assert_eq!(lengths(), written, "compiled again and written to the cache");
            start(no_compiler).await;
        }
        for note in files_with(&folder, "note") {
            fs::write(note, "{}").unwrap();
        }
        start(None).await;
    });
}

fn files_with(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.extension().is_some_and(|found| found == ending)).collect()
}
