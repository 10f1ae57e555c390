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
/// Waiting lines are written together up to this length and a line more, because a write costs more than a line does. A pipe
/// takes up to 4 KiB whole, so that lines of other processes do not come between.
const WRITE_BYTES_MAX: usize = 3 * 1024;
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
        let (text, close) = gather(message, messages);
        let lost = lines.write(&text);
        works = lost == 0;
        has_written = !text.is_empty();
        LOST.fetch_add(lost, Ordering::Relaxed);
        if let Some(written) = close {
            // The receiver may have given up.
            return written.send(()).unwrap_or_default();
        }
    }
}

/// The message and the waiting ones after it, up to [`WRITE_BYTES_MAX`] or the last message.
fn gather(first: Message, messages: &Receiver<Message>) -> (Vec<u8>, Option<SyncSender<()>>) {
    let mut text = Vec::new();
    let mut next = Some(first);
    while let Some(message) = next {
        match message {
            Message::Line(line) => text.extend(line),
            Message::Close(written) => return (text, Some(written)),
        }
        next = if text.len() < WRITE_BYTES_MAX { messages.try_recv().ok() } else { None };
    }
    (text, None)
}

/// Writes whole lines.
struct LineWriter<W> {
    output: W,
    /// The last line was written in part.
    is_torn: bool,
}

impl<W: Write> LineWriter<W> {
    /// Writes lines, and returns how many were lost. A line of which a part was written is lost, too.
    fn write(&mut self, lines: &[u8]) -> u64 {
        let mut rest = lines;
        if self.is_torn && !rest.is_empty() {
            let mut end: &[u8] = b"\n";
            if self.write_all(&mut end).is_err() {
                return count_lines(rest);
            }
        }
        match self.write_all(&mut rest) {
            Ok(()) => 0,
            Err(_) => count_lines(rest),
        }
    }

    /// Leaves in `rest` what was not written.
    fn write_all(&mut self, rest: &mut &[u8]) -> io::Result<()> {
        while !rest.is_empty() {
            match self.output.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => {
                    let ends_line = rest[written - 1] == b'\n';
                    *rest = &rest[written..];
                    self.is_torn = !rest.is_empty() && !ends_line;
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

fn count_lines(text: &[u8]) -> u64 {
    text.iter().filter(|byte| **byte == b'\n').count() as u64
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
        assert_eq!(lines.write(b"one\n"), 0);
        assert_eq!((lines.write(b"two\nthree\n"), lines.write(b"four\n")), (2, 1));
        disk.0.lock().unwrap().1 = 100;
        assert_eq!((lines.write(b"five\n"), lines.write(b"six\n")), (0, 0));
        // Whoever writes a line in parts gets one line.
        assert_eq!((lines.write(b"se"), lines.write(b"ven\n")), (0, 0));
        assert_eq!(disk.text(), "one\ntw\nfive\nsix\nseven\n");
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
    fn waiting_lines_are_written_together() {
        let (queue, messages) = sync_channel(8);
        let line = format!("{}\n", "x".repeat(1023));
        for _ in 0..5 {
            (&LogLines(queue.clone())).write_all(line.as_bytes()).unwrap();
        }
        let (closed, _is_closed) = sync_channel(1);
        queue.send(Message::Close(closed)).unwrap();
        let (text, close) = gather(messages.recv().unwrap(), &messages);
        assert!(text.len() == WRITE_BYTES_MAX && close.is_none());
        let (text, close) = gather(messages.recv().unwrap(), &messages);
        assert!(text.len() == 2 * 1024 && close.is_some());
    }

    #[test]
    fn endless_line_is_cut() {
        let (queue, messages) = sync_channel(1);
        (&LogLines(queue)).write_all(&vec![b'x'; 3 * LINE_BYTES_MAX]).unwrap();
        let Ok(Message::Line(line)) = messages.recv() else { panic!("a line") };
        assert!(line.len() == LINE_BYTES_MAX + 1 && line.ends_with(b"x\n"));
    }
}
