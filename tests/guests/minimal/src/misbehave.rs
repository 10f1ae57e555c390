//! What a wrong or hostile plugin may do.

use super::*;
use std::hint::black_box;

/// `prepare` misbehaves for a template of such a name.
pub fn prepare(file: &str) {
    match file {
        "prepare-loops" => spin(),
        "prepare-panics" => panic!("asked to"),
        "prepare-eats-memory" => eat(),
        "prepare-asks-contacts" => drop(host::contacts()),
        _ => {}
    }
}

/// `before` is how often this instance has rendered already.
pub fn render(deed: &str, job: &Job, before: u32) -> Result<Document, Failure> {
    let (deed, argument) = deed.split_once(' ').unwrap_or((deed, ""));
    let number = argument.parse().unwrap_or(0);
    match deed {
        "loop" => spin(),
        "panic" => panic!("asked to"),
        "recurse" => drop(black_box(recurse(1))),
        "eat-memory" => eat(),
        "write" => return Ok(document("write", vec![b'x'; number])),
        "count" => return Ok(document("count", before.to_string().into_bytes())),
        "log" => (0..number).for_each(|line| host::log(Level::Info, &format!("line {line}"))),
        "log-long" => host::log(Level::Info, &"y".repeat(number)),
        "header" => {
            return Ok(Document { content_type: "text/plain\r\nX-Evil: 1".into(), ..document("header", vec![]) });
        }
        "contacts" => (0..number.max(1)).for_each(|_| drop(host::contacts())),
        "contact-names" => return Ok(document("contact-names", names(&host::contacts()))),
        "extension" => return Ok(document("extension", names(&[host::extension(argument)]))),
        "tables" => return Ok(document("tables", names(&job.tables))),
        "settings" => return Ok(document("settings", job.settings.len().to_string().into_bytes())),
        "fault" => return Err(Failure::Template(fault(&job.folder))),
        "limit" => return Err(Failure::Limit("nesting".into())),
        "other" => return Err(Failure::Other("asked to".into())),
        _ => return Err(Failure::Other(format!("no such deed: {deed}"))),
    }
    Ok(document("done", Vec::new()))
}

fn fault(folder: &str) -> Fault {
    Fault { template: folder.into(), line: 3, column: 7, message: "asked to".into(), excerpt: String::new() }
}

/// Each table's name and how many columns and rows it has.
fn names(tables: &[Table]) -> Vec<u8> {
    let tables = tables.iter().map(|table| format!("{} {}x{}\n", table.name, table.columns.len(), table.rows.len()));
    tables.collect::<String>().into_bytes()
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
