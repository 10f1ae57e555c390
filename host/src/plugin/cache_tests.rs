use super::*;
use crate::plugin::compiler::map;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;
use wasmtime::component::Component;

fn folder() -> tempfile::TempDir {
    tempfile::Builder::new().permissions(fs::Permissions::from_mode(0o700)).tempdir().unwrap()
}

fn key(part: &str) -> Key {
    let mut maker = KeyMaker::new("test");
    maker.part(part.as_bytes());
    maker.finish()
}

/// Puts code into the cache and returns its digest.
fn put_code(cache: &Cache, name: &str, code: &[u8]) -> String {
    let mut draft = cache.draft().unwrap();
    draft.write(code).unwrap();
    cache.put_code(&key(name), &mut draft).unwrap()
}

#[test]
fn changed_note_is_not_read() {
    let folder = folder();
    let cache = Cache::open(folder.path(), 1 << 20).unwrap();
    cache.put_note(&key("a"), &vec!["one"]).unwrap();
    assert_eq!(cache.note::<Vec<String>>(&key("a")), Some(vec!["one".to_owned()]));
    assert_eq!(cache.note::<Vec<String>>(&key("b")), None);
    let path = cache.path(&key("a"), "note");
    let text = fs::read_to_string(&path).unwrap().replace("one", "two");
    fs::write(&path, text).unwrap();
    assert_eq!(cache.note::<Vec<String>>(&key("a")), None);
}

#[test]
fn folder_or_file_writable_by_others_is_not_used() {
    let folder = folder();
    let cache = Cache::open(folder.path(), 1 << 20).unwrap();
    cache.put_note(&key("a"), &1).unwrap();
    fs::set_permissions(cache.path(&key("a"), "note"), fs::Permissions::from_mode(0o620)).unwrap();
    assert_eq!(cache.note::<u32>(&key("a")), None);
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o770)).unwrap();
    assert!(Cache::open(folder.path(), 1 << 20).is_err());
}

#[test]
fn opening_removes_partial_files_of_dead_servers_only() {
    let folder = folder();
    let [killed, running] = ["1-0.new", "2-0.new"].map(|name| folder.path().join(name));
    File::create_new(&killed).unwrap();
    let writing = File::create_new(&running).unwrap();
    writing.lock().unwrap();
    Cache::open(folder.path(), 1 << 20).unwrap();
    assert_eq!((killed.exists(), running.exists()), (false, true));
    drop(writing);
    Cache::open(folder.path(), 1 << 20).unwrap();
    assert!(!running.exists());
}

#[test]
fn link_or_renamed_note_is_not_used() {
    let folder = folder();
    let cache = Cache::open(folder.path(), 1 << 20).unwrap();
    let path = |name| cache.path(&key(name), "note");
    cache.put_note(&key("a"), &1).unwrap();
    fs::copy(path("a"), path("b")).unwrap();
    assert_eq!((cache.note::<u32>(&key("a")), cache.note::<u32>(&key("b"))), (Some(1), None));
    fs::rename(path("a"), folder.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), path("a")).unwrap();
    assert_eq!(cache.note::<u32>(&key("a")), None);
}

/// Sets back the time at which the files of a key were written.
fn age(cache: &Cache, name: &str, minutes: u64) {
    for ending in ENDINGS {
        let file = File::options().append(true).open(cache.path(&key(name), ending)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(60 * minutes)).unwrap();
    }
}

#[test]
fn oldest_files_make_room_for_code_and_notes() {
    let folder = folder();
    let cache = Cache::open(folder.path(), 2_500).unwrap();
    let there = |name| ENDINGS.map(|ending| cache.path(&key(name), ending).exists());
    let put = |name, note: &str| {
        put_code(&cache, name, &[0; 1_000]);
        cache.put_note(&key(name), &note).unwrap();
    };
    for (name, minutes) in [("a", 2), ("b", 1)] {
        put(name, "little");
        age(&cache, name, minutes);
    }
    put("c", "little");
    assert_eq!(
        (there("a"), there("b"), there("c")),
        ([false; 2], [true; 2], [true; 2]),
        "a note is removed with its code"
    );
    let much = "much".repeat(200);
    cache.put_note(&key("c"), &much).unwrap();
    assert_eq!((there("b"), there("c")), ([false; 2], [true; 2]), "notes count against the limit too");
    age(&cache, "c", 1);
    fs::remove_file(cache.path(&key("c"), "cwasm")).unwrap();
    put("d", &much);
    assert_eq!((there("c"), there("d")), ([false; 2], [true; 2]), "a note without code is removed too");
}

#[test]
#[expect(clippy::disallowed_methods, reason = "eight bytes of our own")]
fn code_of_an_engine_with_other_settings_is_not_mapped() {
    let folder = folder();
    let cache = Cache::open(folder.path(), 1 << 20).unwrap();
    let engine = |interruptible: bool| {
        let mut settings = wasmtime::Config::new();
        settings.epoch_interruption(interruptible);
        wasmtime::Engine::new(&settings).unwrap()
    };
    let (own, other) = (engine(false), engine(true));
    let code = Component::new(&own, b"\0asm\x0d\0\x01\0").unwrap().serialize().unwrap();
    let digest = put_code(&cache, "a", &code);
    let file = cache.code(&key("a"), &digest).unwrap();
    assert!(map(&own, &file).is_ok());
    assert!(map(&other, &file).is_err());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "eight bytes of our own")]
fn mapped_code_stays_in_a_full_cache() {
    let folder = folder();
    let engine = wasmtime::Engine::default();
    let code = Component::new(&engine, b"\0asm\x0d\0\x01\0").unwrap().serialize().unwrap();
    let cache = Cache::open(folder.path(), code.len() as u64).unwrap();
    let digest = put_code(&cache, "a", &code);
    let mapped = map(&engine, &cache.code(&key("a"), &digest).unwrap());
    let there = || cache.path(&key("a"), "cwasm").exists();
    put_code(&cache, "b", b"more");
    assert!(mapped.is_ok() && there());
    drop(mapped);
    put_code(&cache, "b", b"more");
    assert!(!there());
}

#[test]
fn too_large_note_is_not_written() {
    let folder = folder();
    let cache = Cache::open(folder.path(), u64::MAX).unwrap();
    // A byte too much, with the digest, the end of its line and two quotes.
    let note = "x".repeat(NOTE_BYTES_MAX as usize - DIGEST_CHARS - 2);
    assert!(cache.put_note(&key("a"), &note).is_err());
    assert!(!cache.path(&key("a"), "note").exists());
}

#[test]
fn keys_of_differently_split_parts_differ() {
    let two = |a: &str, b: &str| {
        let mut maker = KeyMaker::new("test");
        maker.part(a.as_bytes());
        maker.part(b.as_bytes());
        maker.finish()
    };
    assert_ne!(two("ab", "c"), two("a", "bc"));
}
