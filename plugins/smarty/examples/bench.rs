//! Times parsing and rendering: `bench FILE…`, or a made-up phone's configuration of 1,500 lines without one.
//! Variables that end in a digit or are lists get a few entries; all others are short texts.

#![allow(clippy::print_stdout, reason = "a command-line program")]

use std::time::{Duration, Instant};

use dialplate_smarty::php::{Array, Clock, Key, Value};
use dialplate_smarty::{Render, Template};
use jiff::tz::TimeZone;

const ROUNDS: u32 = 300;

fn main() {
    let files: Vec<String> = std::env::args().skip(1).collect();
    let clock = Clock { seconds: 1_782_907_200, nanoseconds: 0, zone: TimeZone::UTC };
    let variables = variables();
    if files.is_empty() {
        report("made up", made_up().as_bytes(), &variables, &clock);
    }
    let (mut sources, mut sizes) = (0, 0);
    for file in files {
        match std::fs::read(&file) {
            Ok(source) => {
                sources += source.len();
                sizes += report(&file, &source, &variables, &clock);
            }
            Err(error) => println!("{file}: {error}"),
        }
    }
    if sources > 0 {
        println!("{sources} bytes of source, {sizes} of compiled form");
    }
}

/// Prints a line about one template; gives the size of its compiled form.
fn report(name: &str, source: &[u8], variables: &Array, clock: &Clock) -> usize {
    let template = match Template::parse(name, source) {
        Ok(template) => template,
        Err(error) => {
            println!("{error}");
            return 0;
        }
    };
    let render = Render::new(variables, clock);
    let bytes = match template.render(&render) {
        Ok(bytes) => bytes.len(),
        Err(error) => {
            println!("{error}");
            return template.size();
        }
    };
    let parse = best(|| Template::parse(name, source).is_ok());
    let rendered = best(|| template.render(&render).is_ok());
    let (from, size) = (source.len(), template.size());
    println!("{from:>7} -> {size:>7} bytes, parse {parse:>9.1?}, render {rendered:>9.1?} to {bytes:>7} bytes  {name}");
    size
}

/// The shortest of many runs: the others were interrupted.
fn best(run: impl Fn() -> bool) -> Duration {
    let times = (0..ROUNDS).map(|_| {
        let start = Instant::now();
        assert!(run(), "a run failed that had succeeded");
        start.elapsed()
    });
    times.min().unwrap_or_default()
}

fn made_up() -> String {
    let mut text = String::from("#!version:1.0\n");
    for i in 1..=250 {
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
