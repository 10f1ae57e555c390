//! Every connection is a file descriptor, of which the system gives a process only so many.

use std::io;

/// What is kept for all but phones: operators' 64 connections, the auth server's 32, the databases' 16, the pipes of a
/// compiler on every core, and files.
const KEPT: usize = 256;

/// As many connections as are wanted, or as the system allows; the log says when that is less.
pub fn connections(wanted: usize) -> usize {
    match raised() {
        Ok(descriptors) => {
            let connections = bounded(wanted, descriptors);
            if connections < wanted {
                tracing::warn!(
                    "the system allows {descriptors} open files, so {connections} connections at once instead of {wanted}; LimitNOFILE of systemd or `ulimit -Hn` allows more"
                );
            }
            connections
        }
        Err(error) => {
            tracing::warn!(%error, "the system does not say how many open files it allows");
            wanted
        }
    }
}

/// Where there is little, half of it is the phones'.
fn bounded(wanted: usize, descriptors: usize) -> usize {
    wanted.min(descriptors - KEPT.min(descriptors / 2))
}

/// The limit of open files, raised as far as this process may. The soft one is low only for programs that use `select`.
#[allow(unsafe_code, reason = "the standard library knows no resource limits")]
fn raised() -> io::Result<usize> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: both calls get a resource that the system names and a pointer to a structure that lives on here.
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
    use super::bounded;

    #[test]
    fn connections_leave_descriptors_for_what_answers_them() {
        for (descriptors, connections) in [(usize::MAX, 4096), (4352, 4096), (1024, 768), (512, 256), (100, 50), (1, 1)]
        {
            assert_eq!(bounded(4096, descriptors), connections, "{descriptors}");
        }
    }
}
