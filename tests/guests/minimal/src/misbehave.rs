//! Actions of a wrong or hostile plugin.

use super::*;

/// Misbehaves in `prepare` for a template with such a name.
pub fn prepare(file: &str) {
    match file {
        "prepare-loops" => spin(),
        "prepare-panics" => panic!("asked to"),
        "prepare-eats-memory" => eat(),
        "prepare-asks-contacts" => drop(host::contacts()),
        "prepare-reads-time" => drop(host::now()),
        "prepare-inserts-time" => host::insert_microtime(0),
        _ => {}
    }
}

/// Performs the action. `before` is the number of earlier renders of this instance.
pub fn render(action: &str, job: &Job, before: u32) -> Result<Document, Failure> {
    let (action, argument) = action.split_once(' ').unwrap_or((action, ""));
    let number = argument.parse().unwrap_or(0);
    match action {
        "loop" => spin(),
        "panic" => panic!("asked to"),
        "trap" => core::arch::wasm32::unreachable(),
        "recurse" => drop(black_box(recurse(1))),
        "nest" => drop(black_box(nest(black_box(1)))),
        "eat-memory" => eat(),
        "write" => return Ok(document("write", vec![b'x'; number])),
        "claim" => return Ok(document("claim", claimed(number))),
        "invalid-text" => return Ok(Document { content_type: invalid(), ..document("invalid-text", vec![]) }),
        "invalid-log" => host::log(Level::Info, &invalid()),
        "invalid-question" => drop(host::extension(&invalid())),
        "elsewhere" => return Ok(document("../../yealink/t46u/x.cfg", vec![])),
        "answer-for" => return Ok(document(&format!("{argument}.cfg"), format!("for {argument}").into_bytes())),
        "remember" => return Ok(document("remember", remember(argument))),
        "count" => return Ok(document("count", before.to_string().into_bytes())),
        "log" => (0..number).for_each(|line| host::log(Level::Info, &format!("line {line}"))),
        "log-flood" => flood(number),
        "log-long" => host::log(Level::Info, &"y".repeat(number)),
        "header" => {
            return Ok(Document { content_type: "text/plain\r\nX-Evil: 1".into(), ..document("header", vec![]) });
        }
        "contacts" => (0..number.max(1)).for_each(|_| drop(host::contacts())),
        "questions" => (0..number).for_each(|_| drop(host::extension("1"))),
        "contact-names" => return Ok(document("contact-names", names(&host::contacts()))),
        "extension" => return Ok(document("extension", names(&[host::extension(argument)]))),
        "cells" => return Ok(document("cells", format!("{:?}", host::contacts()).into_bytes())),
        "ask" => return Ok(document("ask", format!("{:?}", host::extension(argument)).into_bytes())),
        "time" => return Ok(document("time", format!("{:?}", host::now()).into_bytes())),
        "insert-times" => return Ok(document("insert-times", inserted(argument))),
        "request" => return Ok(document("request", format!("{:?}", host::server_variables()).into_bytes())),
        "tables" => return Ok(document("tables", names(&job.tables))),
        "settings" => return Ok(document("settings", job.settings.len().to_string().into_bytes())),
        "fault" => return Err(Failure::Template(fault(&job.folder))),
        "limit" => return Err(Failure::Limit("nesting".into())),
        "other" => return Err(Failure::Other("asked to".into())),
        _ => return Err(Failure::Other(format!("no such action: {action}"))),
    }
    Ok(document("done", Vec::new()))
}

fn fault(folder: &str) -> Fault {
    Fault { template: folder.into(), line: 3, column: 7, message: "asked to".into(), excerpt: String::new() }
}

/// Inserts the time before each `|` of the text, and removes these.
fn inserted(text: &str) -> Vec<u8> {
    let parts: Vec<_> = text.split('|').collect();
    let ends = parts.iter().scan(0, |end, part| {
        *end += part.len();
        Some(*end)
    });
    ends.take(parts.len() - 1).for_each(|end| host::insert_microtime(u32::try_from(end).unwrap()));
    parts.concat().into_bytes()
}

/// Each table's name, columns and rows.
fn names(tables: &[Table]) -> Vec<u8> {
    let tables = tables.iter().map(|table| format!("{} {}x{}\n", table.name, table.columns.len(), table.rows.len()));
    tables.collect::<String>().into_bytes()
}

/// Lines of a megabyte each.
fn flood(lines: usize) {
    let line = "z".repeat(1 << 20);
    (0..lines).for_each(|_| host::log(Level::Error, &line));
}

/// A body that claims to be longer than its memory.
fn claimed(length: usize) -> Vec<u8> {
    let mut body = std::mem::ManuallyDrop::new(Vec::with_capacity(16));
    // SAFETY: none, on purpose. Only the host reads it.
    unsafe { Vec::from_raw_parts(body.as_mut_ptr(), length, length) }
}

fn invalid() -> String {
    // SAFETY: none, on purpose. The host has to notice.
    unsafe { String::from_utf8_unchecked(vec![b'a', 0xff, 0xfe]) }
}

/// Returns what earlier requests left in memory, and leaves something for the next one.
fn remember(secret: &str) -> Vec<u8> {
    static HEARD: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut heard = HEARD.lock().unwrap();
    let before = heard.join(",").into_bytes();
    heard.push(secret.to_owned());
    before
}

/// Calls itself without a frame in memory, until the machine's stack is used up.
#[inline(never)]
fn nest(depth: u64) -> u64 {
    if depth == 0 { 0 } else { (nest(depth + 1) ^ depth).wrapping_mul(31) }
}

fn spin() {
    loop {
        black_box(());
    }
}

fn eat() {
    let mut held = Vec::new();
    loop {
        held.push(black_box(vec![1_u8; 1 << 20]));
    }
}

fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    if depth == 0 { 0 } else { recurse(depth + 1) + frame[depth as usize % 64] }
}
