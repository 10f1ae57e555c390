//! Asks the kernel whether a process has a file open for writing.

use std::fs::File;
use std::path::Path;

/// `None` if the kernel gives no answer: it answers the file's owner and processes with CAP_LEASE, on local file systems
/// only.
///
/// The kernel grants a read lease only if no process has the file open for writing. The lease is released at once; a
/// process that opens the file meanwhile waits that long.
#[cfg(target_os = "linux")]
pub fn has_writer(path: &Path) -> Option<bool> {
    use std::os::unix::fs::OpenOptionsExt;
    // Opening a pipe must not block.
    let file = File::options().read(true).custom_flags(libc::O_NONBLOCK).open(path).ok()?;
    match lease(&file) {
        Ok(()) => Some(false),
        Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => Some(true),
        Err(_) => None,
    }
}

#[cfg(not(target_os = "linux"))]
pub fn has_writer(_: &Path) -> Option<bool> {
    None
}

/// Takes a read lease and releases it.
#[cfg(target_os = "linux")]
#[allow(unsafe_code, reason = "the standard library knows no leases")]
fn lease(file: &File) -> std::io::Result<()> {
    use std::os::fd::AsRawFd;
    /// As in the kernel's `fcntl.h`; the crate has it for few targets.
    const F_SETSIG: libc::c_int = 10;
    let call = |command, argument: libc::c_int| {
        // SAFETY: the calls take numbers and touch no memory, and the file is open until they return.
        let done = unsafe { libc::fcntl(file.as_raw_fd(), command, argument) };
        if done == -1 { Err(std::io::Error::last_os_error()) } else { Ok(()) }
    };
    // The kernel sends SIGIO to the holder of a broken lease, which would end the process; the signal is ignored.
    call(F_SETSIG, libc::SIGURG)?;
    call(libc::F_SETLEASE, libc::F_RDLCK)?;
    call(libc::F_SETLEASE, libc::F_UNLCK)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn file_counts_as_being_written_until_last_writer_closes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cfg");
        let mut first = File::create(&path).unwrap();
        if has_writer(&path).is_none() {
            return dialplate_test_tools::unsupported("the kernel reports no writers of a file here");
        }
        first.write_all(b"half").unwrap();
        drop(File::options().append(true).open(&path).unwrap());
        assert_eq!(has_writer(&path), Some(true), "the second has closed it, the first has not");
        drop(first);
        let _reader = File::open(&path).unwrap();
        assert_eq!(has_writer(&path), Some(false));
        assert_eq!(has_writer(&folder.path().join("none")), None);
    }

    #[test]
    fn constant_writers_are_not_blocked_and_end_no_process() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cfg");
        std::fs::write(&path, "").unwrap();
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| (0..5_000).for_each(|_| drop(File::create(&path).unwrap())));
            while !writer.is_finished() {
                has_writer(&path);
            }
        });
    }
}
