//! Whether somebody has a file open for writing, by the kernel's own word.

use std::fs::File;
use std::path::Path;

/// `None` where the kernel does not say: it does to the file's owner and to whoever has CAP_LEASE, on file systems of
/// this machine.
///
/// A lease for reading is given when nobody has the file open for writing, and given back at once; who opens it
/// meanwhile waits for that long.
#[cfg(target_os = "linux")]
pub fn has_writer(path: &Path) -> Option<bool> {
    use std::os::unix::fs::OpenOptionsExt;
    // A pipe must keep nobody waiting.
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

/// Takes a lease for reading and gives it back.
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
    // Who breaks a lease has its holder sent SIGIO, which would end the process; this signal is ignored.
    call(F_SETSIG, libc::SIGURG)?;
    call(libc::F_SETLEASE, libc::F_RDLCK)?;
    call(libc::F_SETLEASE, libc::F_UNLCK)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn a_file_is_being_written_until_the_last_who_has_it_open_closes_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.cfg");
        let mut first = File::create(&path).unwrap();
        if has_writer(&path).is_none() {
            return dialplate_tests::unsupported("the kernel reports no writers of a file here");
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
    fn writers_that_come_all_the_time_are_kept_waiting_by_nobody_and_end_nothing() {
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
