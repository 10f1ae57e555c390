//! Times parsing and rendering by size: `cargo bench -p dialplate-smarty [-- FILE…]`.
//!
//! Without FILE: generated configurations of three sizes, and one of the recorded vendor templates of each size, where
//! `../shared` is present. The variables are generated: lines, and a few short texts.

#![allow(clippy::print_stdout, reason = "a command-line program")]

use std::path::Path;
use std::time::{Duration, Instant};

use dialplate_smarty::php::{Array, Clock, Key, Value};
use dialplate_smarty::{Render, Template};

const ROUNDS: u32 = 300;
/// Files below the folder of the recorded templates.
const VENDORS: [&str; 5] = [
    "yealink/t46u/y000000000000.boot",
    "yealink/t46u/directory.xml",
    "yealink/t46u/{$mac}.cfg",
    "polycom/vvx450/{$mac}.cfg",
    "grandstream/gxp2170/{$mac}.xml",
];

fn main() {
    // `cargo bench` adds the flag `--bench`.
    let files: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let clock = Clock::stopped(1_782_907_200);
    let variables = variables();
    if !files.is_empty() {
        return files.iter().for_each(|file| report_file(Path::new(file), &variables, &clock));
    }
    for blocks in [10, 100, 1_000] {
        report(&format!("generated, {blocks} lines"), generated(blocks).as_bytes(), &variables, &clock);
    }
    let vendors = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus/templates"));
    if vendors.is_dir() {
        VENDORS.iter().for_each(|file| report_file(&vendors.join(file), &variables, &clock));
    }
}

fn report_file(file: &Path, variables: &Array, clock: &Clock<'_>) {
    let name = file.display().to_string();
    match std::fs::read(file) {
        Ok(source) => report(&name[name.len().saturating_sub(40)..], &source, variables, clock),
        Err(error) => println!("{name}: {error}"),
    }
}

/// Measures one template and prints a line.
fn report(name: &str, source: &[u8], variables: &Array, clock: &Clock<'_>) {
    let template = match Template::parse(name, source) {
        Ok(template) => template,
        Err(error) => return println!("{error}"),
    };
    let render = Render::new(variables, clock);
    let bytes = match template.render(&render) {
        Ok(bytes) => bytes.len(),
        Err(error) => return println!("{error}"),
    };
    let parse = times(|| Template::parse(name, source).is_ok());
    let rendered = times(|| template.render(&render).is_ok());
    println!("{name}\n  {} B of source, {} B of compiled form, {bytes} B of document", source.len(), template.size());
    for (step, [low, median]) in [("parse", parse), ("render", rendered)] {
        println!("  {step:<6} median {median:>9.1?}, p10 {low:>9.1?}");
    }
}

/// The tenth percentile, which other load affects least, and the median.
fn times(run: impl Fn() -> bool) -> [Duration; 2] {
    let once = |_| {
        let start = Instant::now();
        assert!(run(), "a run that succeeded before failed");
        start.elapsed()
    };
    let mut times: Vec<_> = (0..ROUNDS).map(once).collect();
    times.sort_unstable();
    [times[times.len() / 10], times[times.len() / 2]]
}

fn generated(blocks: usize) -> String {
    let mut text = String::from("#!version:1.0\n");
    for i in 1..=blocks {
        text.push_str(&format!(
            "account.{i}.label = {{$lines.1.label|default:'none'}}\n\
             account.{i}.user = {{$lines[2].user_id}}\n\
             {{if isset($yealink_setting) and $lines.1.sip_transport == 'tls'}}\n\
             account.{i}.port = {{$yealink_setting}}\n\
             {{else}}\n\
             account.{i}.transport = {{$lines.2.sip_transport}}\n\
             {{/if}}\n"
        ));
    }
    text.push_str("{foreach $lines as $line}{$line@iteration}={$line.label}\n{/foreach}");
    text
}

fn variables() -> Array {
    let mut all = Array::new();
    let mut line = Array::new();
    for name in ["label", "user_id", "sip_transport", "display_name", "server_address", "password"] {
        line.insert(Key::from(name), Value::from("value"));
    }
    let mut lines = Array::new();
    for number in 1..=4 {
        lines.insert(Key::Int(number), Value::from(line.clone()));
    }
    for name in ["lines", "account", "user"] {
        all.insert(Key::from(name), Value::from(lines.clone()));
    }
    for name in ["yealink_setting", "mac", "domain_name", "time", "user_id"] {
        all.insert(Key::from(name), Value::from("text"));
    }
    all
}
