//! Plays a folder of cases, `cases FOLDER`: prints those that differ, and `N of M` last. Each case is a JSON file with
//! `template`, `files`, `vars`, and `expected_output` or `expected_error`.

#![allow(clippy::print_stdout, reason = "a command-line program")]

#[path = "../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::process::ExitCode;

use support::played;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: cases FOLDER");
        return ExitCode::from(2);
    };
    let folder = Path::new(&folder);
    if !folder.is_dir() {
        eprintln!("cases: {} is not a folder", folder.display());
        return ExitCode::from(2);
    }
    let cases = played::cases(folder);
    let mut right = 0;
    for path in &cases {
        match played::play(path) {
            Ok(()) => right += 1,
            Err(difference) => println!("{}\n{difference}", path.display()),
        }
    }
    println!("{right} of {}", cases.len());
    if right == cases.len() && right > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
