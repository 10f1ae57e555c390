//! A build that ends together with the process that wants it.

use std::io::{self, Read, stdin};
use std::process;
use std::thread;

/// Ends this process, and with it the tools that it has started, when standard input ends: its other end is closed when the
/// process that holds it ends, for whatever reason. The tools are those of this process's group, so the group must be its
/// own.
///
/// # Errors
/// The system starts no thread.
pub fn end_with_input() -> io::Result<()> {
    let watch = || {
        // Nothing is expected there; an error ends the input, too.
        while stdin().lock().read(&mut [0; 64]).is_ok_and(|read| read > 0) {}
        end_group();
        process::exit(1);
    };
    thread::Builder::new().spawn(watch).map(drop)
}

/// Kills the processes of this process's group, itself included, unless another process leads the group.
#[allow(unsafe_code, reason = "the standard library knows no groups of processes")]
fn end_group() {
    // SAFETY: both calls take and return numbers.
    unsafe {
        if u32::try_from(libc::getpgrp()).is_ok_and(|group| group == process::id()) {
            libc::kill(0, libc::SIGKILL);
        }
    }
}
