//! The log. Lines go through a bounded queue to a thread of their own, which writes them to standard error. So no request
//! waits for a slow disk or a stopped reader, and a log that cannot be written stops nothing. Lost lines are counted, and
//! the log says how many once it can be written again.

use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

/// Lines that may wait: a second of a server under full load.
const LINES_MAX: usize = 4_096;
/// The length of a line, after which it is cut, so that the queue has a bound in bytes.
const LINE_BYTES_MAX: usize = 16 * 1024;
/// How long an ending process waits until the waiting lines are written.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);
/// The pause between two attempts to write to a full pipe that does not block.
const RETRY_PAUSE: Duration = Duration::from_millis(10);
/// The pause after some lines, in which others may come. To wake the thread for each line would cost a request under load
/// as much as a tenth of its time.
const GATHER_PAUSE: Duration = Duration::from_millis(2);
/// The thread's name. `tests/tools/server.rs` finds the thread by it.
const THREAD: &str = "log-writer";

/// Lines lost since the process started, which has one log.
static LOST: AtomicU64 = AtomicU64::new(0);

/// The number of log lines that were lost since the start.
pub fn lines_lost() -> u64 {
    LOST.load(Ordering::Relaxed)
}

/// The process's log.
pub struct Log {
    lines: Arc<LogLines>,
}

/// Where log lines are queued. Writing to it neither blocks nor fails.
pub struct LogLines(SyncSender<Message>);

enum Message {
    Line(Vec<u8>),
    /// The last message. The writer answers it after all lines before it.
    Close(SyncSender<()>),
}

impl Log {
    /// Starts the thread that writes to standard error.
    ///
    /// # Errors
    /// The system cannot start a thread.
    pub fn start() -> io::Result<Self> {
        // Not `io::stderr()`: its lock would be held while a write blocks.
        let stderr = io::stderr().as_fd().try_clone_to_owned().map(File::from)?;
        let (queue, messages) = sync_channel(LINES_MAX);
        thread::Builder::new().name(THREAD.into()).spawn(move || run(&messages, stderr))?;
        Ok(Self { lines: Arc::new(LogLines(queue)) })
    }

    /// The writer for a subscriber of `tracing`.
    pub fn lines(&self) -> Arc<LogLines> {
        Arc::clone(&self.lines)
    }

    /// Waits until the lines so far are written, but no longer than a second.
    pub fn close(self) {
        let end = Instant::now() + CLOSE_TIMEOUT;
        let (written, is_written) = sync_channel(1);
        while let Err(TrySendError::Full(_)) = self.lines.0.try_send(Message::Close(written.clone())) {
            if Instant::now() > end {
                return;
            }
            thread::sleep(RETRY_PAUSE);
        }
        let _ = is_written.recv_timeout(end.saturating_duration_since(Instant::now()));
    }
}

/// Logs panics like other events, so that a thread that panics does not wait for standard error.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let message = panic.payload_as_str().unwrap_or("no message");
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, error = message, "a thread panicked");
    }));
}

impl Write for &LogLines {
    /// Takes one whole line, or several.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        let mut kept = line[..line.len().min(LINE_BYTES_MAX)].to_vec();
        if kept.len() < line.len() {
            kept.push(b'\n');
        }
        if self.0.try_send(Message::Line(kept)).is_err() {
            LOST.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes lines until [`Message::Close`] arrives, or until no sender is left.
fn run(messages: &Receiver<Message>, output: impl Write) {
    let mut lines = LineWriter { output, is_torn: false };
    let (mut said, mut works, mut has_written) = (0, true, false);
    loop {
        let message = match messages.try_recv() {
            Ok(message) => message,
            Err(TryRecvError::Disconnected) => return,
            Err(TryRecvError::Empty) if std::mem::take(&mut has_written) => {
                thread::sleep(GATHER_PAUSE);
                continue;
            }
            Err(TryRecvError::Empty) => {
                let lost = lines_lost();
                if works && lost > said {
                    tracing::warn!(lines = lost - said, "log lines were lost, because the log could not be written");
                    said = lost;
                }
                let Ok(message) = messages.recv() else { return };
                message
            }
        };
        match message {
            Message::Line(line) => {
                works = lines.write(&line).is_ok();
                has_written = true;
                LOST.fetch_add(u64::from(!works), Ordering::Relaxed);
            }
            // The receiver may have given up.
            Message::Close(written) => return written.send(()).unwrap_or_default(),
        }
    }
}

/// Writes whole lines.
struct LineWriter<W> {
    output: W,
    /// The last line was written in part.
    is_torn: bool,
}

impl<W: Write> LineWriter<W> {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.is_torn {
            self.write_all(b"\n")?;
        }
        self.write_all(line)
    }

    fn write_all(&mut self, mut rest: &[u8]) -> io::Result<()> {
        while !rest.is_empty() {
            match self.output.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => {
                    rest = &rest[written..];
                    self.is_torn = !rest.is_empty();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                // The program that started the server made the pipe non-blocking.
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(RETRY_PAUSE),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    /// A disk with room for some bytes.
    #[derive(Clone, Default)]
    struct Disk(Arc<Mutex<(Vec<u8>, usize)>>);

    impl Disk {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().0.clone()).unwrap()
        }
    }

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let (written, room) = &mut *self.0.lock().unwrap();
            let taken = bytes.len().min(*room);
            *room -= taken;
            written.extend(&bytes[..taken]);
            if taken == 0 { Err(ErrorKind::StorageFull.into()) } else { Ok(taken) }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn line_after_a_torn_line_starts_anew() {
        let disk = Disk::default();
        let mut lines = LineWriter { output: disk.clone(), is_torn: false };
        disk.0.lock().unwrap().1 = 6;
        assert!(lines.write(b"one\n").is_ok());
        assert!(lines.write(b"two\n").is_err() && lines.write(b"three\n").is_err());
        disk.0.lock().unwrap().1 = 100;
        assert!(lines.write(b"four\n").is_ok() && lines.write(b"five\n").is_ok());
        assert_eq!(disk.text(), "one\ntw\nfour\nfive\n");
    }

    #[test]
    fn full_queue_loses_lines_without_blocking() {
        let (queue, messages) = sync_channel(2);
        let lines = LogLines(queue);
        let before = lines_lost();
        for line in [b"1\n", b"2\n", b"3\n", b"4\n"] {
            assert_eq!((&lines).write(line).unwrap(), 2);
        }
        assert!(lines_lost() >= before + 2);
        drop(lines);
        let disk = Disk::default();
        disk.0.lock().unwrap().1 = 100;
        run(&messages, disk.clone());
        assert_eq!(disk.text(), "1\n2\n");
    }

    #[test]
    fn endless_line_is_cut() {
        let (queue, messages) = sync_channel(1);
        (&LogLines(queue)).write_all(&vec![b'x'; 3 * LINE_BYTES_MAX]).unwrap();
        let Ok(Message::Line(line)) = messages.recv() else { panic!("a line") };
        assert!(line.len() == LINE_BYTES_MAX + 1 && line.ends_with(b"x\n"));
    }
}
