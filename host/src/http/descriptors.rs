//! Limits the number of connections to the file descriptors that the system allows the process.

use std::io;

/// The file descriptors reserved for everything except phones: 64 admin connections, 32 to the auth server, 16 to the
/// databases, the pipes of one compiler per core, and files.
const KEPT: usize = 256;

/// Returns `wanted`, or the number of connections that the system allows if that is lower, and then logs a warning.
pub fn connections(wanted: usize) -> usize {
    match raised() {
        Ok(descriptors) => {
            let connections = bounded(wanted, descriptors);
            if connections < wanted {
                tracing::warn!(
                    "the system allows {descriptors} open files, which is enough for {connections} connections and not for {wanted}; raise LimitNOFILE in systemd, or `ulimit -Hn`"
                );
            }
            connections
        }
        Err(error) => {
            tracing::warn!(%error, "cannot read the limit of open files");
            wanted
        }
    }
}

/// What to do about an error, if its cause is a limit on open files; begins with a separator.
pub fn advice(error: &io::Error) -> &'static str {
    match error.raw_os_error() {
        Some(libc::EMFILE) => {
            "; the server has as many files open as it may: raise LimitNOFILE of systemd or `ulimit -Hn`"
        }
        Some(libc::ENFILE) => "; all programs together have as many files open as the system allows: raise fs.file-max",
        _ => "",
    }
}

/// If few file descriptors are available, half of them are for phones.
fn bounded(wanted: usize, descriptors: usize) -> usize {
    wanted.min(descriptors - KEPT.min(descriptors / 2))
}

/// Raises the soft limit of open files to the hard limit and returns it. The soft limit is low by default only for
/// programs that use `select`.
#[allow(unsafe_code, reason = "the standard library has no API for resource limits")]
fn raised() -> io::Result<usize> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls get a valid resource constant and a pointer to a structure that outlives the call.
    let most = unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) != 0 {
            return Err(io::Error::last_os_error());
        }
        let hard = libc::rlimit { rlim_cur: limit.rlim_max, ..limit };
        if libc::setrlimit(libc::RLIMIT_NOFILE, &raw const hard) == 0 { limit.rlim_max } else { limit.rlim_cur }
    };
    Ok(usize::try_from(most).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::{advice, bounded};

    #[test]
    fn exhausted_descriptors_are_named_with_the_limit() {
        let advice = |code| advice(&std::io::Error::from_raw_os_error(code));
        assert!(advice(libc::EMFILE).contains("LimitNOFILE") && advice(libc::ENFILE).contains("fs.file-max"));
        assert_eq!(advice(libc::ECONNABORTED), "");
    }

    #[test]
    fn connections_leave_descriptors_for_other_uses() {
        for (descriptors, connections) in [(usize::MAX, 4096), (4352, 4096), (1024, 768), (512, 256), (100, 50), (1, 1)]
        {
            assert_eq!(bounded(4096, descriptors), connections, "{descriptors}");
        }
    }
}
