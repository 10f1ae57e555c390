//! A snapshot that another process holds until the compiler reads it, so that the server's own process has no copy.

use super::process::{Process, judge, read_errors};
use crate::plugin::error::CompileError;
use crate::plugin::limits::Config;
use tokio::io::{AsyncBufReadExt, AsyncWrite, AsyncWriteExt, BufReader};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout};

pub(in super::super) struct PendingSnapshot {
    pub(super) process: Process,
    #[expect(dead_code, reason = "the process ends when it is closed")]
    pub(super) input: ChildStdin,
    pub(super) output: BufReader<ChildStdout>,
    pub(super) errors: ChildStderr,
    pub(super) bytes: u64,
    /// The process has ended before it sent all of them.
    pub(super) is_cut: bool,
}

impl PendingSnapshot {
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Passes it on, and waits for the end of the process, whose memory the compiler may need.
    pub(super) async fn send(&mut self, to: &mut (impl AsyncWrite + Unpin)) {
        let mut left = self.bytes;
        while left > 0 {
            let count = match self.output.fill_buf().await {
                Ok(part) if !part.is_empty() => {
                    let count = part.len().min(usize::try_from(left).unwrap_or(usize::MAX));
                    if to.write_all(&part[..count]).await.is_err() {
                        return;
                    }
                    count
                }
                _ => {
                    self.is_cut = true;
                    return;
                }
            };
            self.output.consume(count);
            left -= count as u64;
        }
        let _ = self.process.end().await;
    }

    /// Why it could not be read to its end.
    pub(super) async fn fault(&mut self, config: &Config) -> Option<CompileError> {
        if !self.is_cut {
            return None;
        }
        let said = read_errors(&mut self.errors).await.unwrap_or_default();
        match self.process.end().await {
            Ok(status) => Some(judge(status, &said, config)),
            Err(error) => Some(error),
        }
    }
}
