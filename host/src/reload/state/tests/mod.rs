//! Tables of events and the commands that have to follow. A line is `<milliseconds> <event> -> <command>, <command>`.
//!
//! Folders belong to the plugin of their first part (`acme/a1` to acme, if there is such a plugin). Events:
//!
//! - `tick`, `changed`, `request <waiter>`, `hangup`
//! - `found <item>…`: a folder (`acme/a1`), a removed one (`-acme/a1`), a component with its content (`acme.wasm=2`), a
//!   removed one (`-acme.wasm`), a file that is being written (`~x`), `restless`, `polling`, `unreadable` (plugin folder)
//! - `checked <plugin> <item>…`: a folder, one with a refused text (`acme/a1!`), one without time for it (`?acme/a1`)
//! - `swapped <folder>…`
//! - `built <item>…`: a component that was refused (`acme.wasm!`, with folders that may be the cause: `acme.wasm!acme/a1`),
//!   a plugin with another component (`acme@2`), a plugin that is gone (`-acme`)
//! - `crashed look`, `crashed build`
//!
//! Commands: `look`, `look at once`, `check <plugin> <folder>…`, `swap <folder>…`, `swap unchecked <folder>…`, `build all`
//! or `build texts` with the held files (`-acme.wasm`), `install`, `reply <waiter>`. A swap of nothing is left out.

mod components;
mod folders;
mod looks;
mod waiters;

use super::*;
use crate::reload::stamp::ComponentStamp;
use crate::templates::FileStamp;
use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;
use std::sync::LazyLock;

/// The server starts with the plugins acme and beta, from files of the same name.
struct Table {
    state: StateMachine,
    start: Instant,
    files: Files,
    plugins: Plugins,
}

#[derive(Clone)]
struct Plugins(BTreeMap<String, String>);

impl Owners for Plugins {
    fn owner(&self, folder: &str) -> Option<(&str, &str)> {
        let (name, _) = folder.split_once('/')?;
        self.0.get_key_value(name).map(|(name, version)| (name.as_str(), version.as_str()))
    }
}

/// Runs a table against a server that has just started, and has looked at the disk for the first time.
fn run(table: &[&str]) {
    let mut server = Table::new();
    assert_eq!(server.step(0, "tick"), "look");
    assert_eq!(server.step(0, "found"), "");
    for line in table {
        let (left, expected) = line.split_once("->").expect("a line has an arrow");
        let (at, event) = left.trim().split_once(' ').expect("a line begins with a time");
        let commands = server.step(at.parse().unwrap(), event.trim());
        assert_eq!(commands, expected.trim(), "in the line `{line}`");
    }
}

impl Table {
    fn new() -> Self {
        let (start, one) = (Instant::now(), "1".to_owned());
        let plugins = Plugins([("acme".to_owned(), one.clone()), ("beta".to_owned(), one)].into());
        let files = Files::from(["acme.wasm", "beta.wasm"].map(|file| (PathBuf::from(file), stamp("1"))));
        let state = StateMachine::new(start, Arc::new(plugins.clone()), files.clone(), Vec::new());
        Self { state, start, files, plugins }
    }

    fn step(&mut self, at_ms: u64, event: &str) -> String {
        let event = self.event(event);
        let commands = self.state.step(self.start + Duration::from_millis(at_ms), event);
        commands.iter().map(shown).filter(|command| !command.is_empty()).collect::<Vec<_>>().join(", ")
    }

    fn event(&mut self, event: &str) -> Event {
        let words: Vec<_> = event.split_whitespace().collect();
        match (words[0], &words[1..]) {
            ("tick", []) => Event::Tick,
            ("changed", []) => Event::FilesChanged,
            ("hangup", []) => Event::ReloadRequested(None),
            ("request", [waiter]) => Event::ReloadRequested(Some(waiter.parse().unwrap())),
            ("crashed", ["look"]) => Event::Looked(None),
            ("crashed", ["build"]) => Event::Built(None),
            ("found", items) => Event::Looked(Some(self.found(items))),
            ("checked", [plugin, items @ ..]) => Event::Checked(self.checked(plugin, items)),
            ("swapped", folders) => Event::TextsSwapped(folders.iter().map(|&folder| folder.to_owned()).collect()),
            ("built", items) => Event::Built(Some(self.built(items))),
            _ => panic!("no such event: {event}"),
        }
    }

    fn found(&mut self, items: &[&str]) -> LookFindings {
        let mut found = LookFindings::default();
        for &item in items {
            let (is_gone, name) = item.strip_prefix('-').map_or((false, item), |name| (true, name));
            match item {
                "restless" => found.restless = true,
                "polling" => found.polling = true,
                "unreadable" => {}
                _ if item.starts_with('~') => drop(found.growing.insert(PathBuf::from(&item[1..]))),
                _ if is_gone && name.ends_with(".wasm") => drop(self.files.remove(&PathBuf::from(name))),
                _ => match item.split_once('=') {
                    Some((file, content)) => drop(self.files.insert(file.into(), stamp(content))),
                    None => found.folders.push((name.to_owned(), !is_gone)),
                },
            }
        }
        found.components = (!items.contains(&"unreadable")).then(|| self.files.clone());
        found
    }

    fn checked(&self, plugin: &str, items: &[&str]) -> Checked {
        let version = self.plugins.0.get(plugin).cloned().unwrap_or_default();
        let (left, folders): (Vec<&str>, Vec<&str>) = items.iter().partition(|item| item.starts_with('?'));
        let folder = |item: &str| (item.trim_end_matches('!').to_owned(), item.ends_with('!'));
        let folders = folders.into_iter().map(folder).collect();
        Checked {
            plugin: plugin.to_owned(),
            version,
            folders,
            left: left.iter().map(|it| it[1..].to_owned()).collect(),
        }
    }

    fn built(&mut self, items: &[&str]) -> Built {
        let mut refused = Vec::new();
        for item in items {
            if let Some((file, folders)) = item.split_once('!') {
                let folders = folders.split(',').filter(|folder| !folder.is_empty()).map(str::to_owned).collect();
                refused.push(RefusedComponent { file: file.into(), folders });
            } else if let Some((plugin, version)) = item.split_once('@') {
                self.plugins.0.insert(plugin.to_owned(), version.to_owned());
            } else {
                self.plugins.0.remove(item.trim_start_matches('-')).expect("a plugin");
            }
        }
        Built { owners: Arc::new(self.plugins.clone()), refused }
    }
}

/// Another stamp for each content.
fn stamp(content: &str) -> ComponentStamp {
    static FOLDER: LazyLock<tempfile::TempDir> = LazyLock::new(|| tempfile::tempdir().unwrap());
    static STAMPS: LazyLock<Vec<FileStamp>> = LazyLock::new(|| {
        let path = |number: usize| FOLDER.path().join(number.to_string());
        (0..10).for_each(|number| std::fs::write(path(number), "").unwrap());
        (0..10).map(|number| FileStamp::of(&path(number)).unwrap()).collect()
    });
    ComponentStamp { component: Some(STAMPS[content.parse::<usize>().unwrap()]), signature: None }
}

fn shown(command: &Command) -> String {
    let held = |held: &HashSet<PathBuf>| {
        let mut held: Vec<_> = held.iter().map(|file| format!(" -{}", file.display())).collect();
        held.sort_unstable();
        held.concat()
    };
    match command {
        Command::Look { at_once: false } => "look".to_owned(),
        Command::Look { at_once: true } => "look at once".to_owned(),
        Command::Check { plugin, folders } => format!("check {plugin} {}", folders.join(" ")),
        Command::SwapTexts { checked, unchecked } => {
            let swap = |what: &str, folders: &[String]| {
                (!folders.is_empty()).then(|| format!("swap {what}{}", folders.join(" ")))
            };
            [swap("", checked), swap("unchecked ", unchecked)].into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
        Command::Build { held: files, of_components: true } => format!("build all{}", held(files)),
        Command::Build { held: files, of_components: false } => format!("build texts{}", held(files)),
        Command::SwapPlugins => "install".to_owned(),
        Command::Reply(waiters) => {
            format!("reply {}", waiters.iter().map(WaiterId::to_string).collect::<Vec<_>>().join(" "))
        }
    }
}
