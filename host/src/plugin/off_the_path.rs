//! Compiles plugins on threads of their own with a lower priority, so that no request waits for a build.

use super::error::LoadError;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::oneshot;

/// On a busy machine a build gets about a third of the processor time of a thread that serves requests. With a tenth,
/// a reload took minutes beside twenty other busy processes.
const NICE: libc::c_int = 5;

/// The result of work on a build thread. If a component makes the compiler or the snapshot panic, only that component
/// fails.
pub struct OffThePath<T>(oneshot::Receiver<Result<T, LoadError>>);

impl<T> Future for OffThePath<T> {
    type Output = Result<T, LoadError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = Pin::new(&mut self.0).poll(context);
        outcome.map(|outcome| outcome.unwrap_or_else(|_| Err(LoadError::Build("the build crashed".into()))))
    }
}

/// Runs work that compiles, at a lower priority if the server handles requests meanwhile. The work continues even if
/// its result is dropped or the caller's runtime ends.
pub fn off_the_path<T: Send + 'static>(
    gives_way: bool,
    work: impl Future<Output = Result<T, LoadError>> + Send + 'static,
) -> OffThePath<T> {
    let (sender, receiver) = oneshot::channel();
    let run = move || {
        if gives_way {
            give_way();
        }
        if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() {
            let _ = sender.send(runtime.block_on(work));
        }
    };
    // Without a thread or a runtime the sender is dropped, and the receiver gets an error.
    let _ = std::thread::Builder::new().name("plugin-build".into()).spawn(run);
    OffThePath(receiver)
}

#[allow(unsafe_code, reason = "the standard library has no API for priorities")]
fn give_way() {
    // SAFETY: the call takes three numbers and touches no memory. 0 is the calling thread, on Linux that thread alone.
    // It can only fail where a priority is raised, and then the build goes on as it is.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
}

/// The processor time that the calling thread has used.
#[allow(unsafe_code, reason = "the standard library has no clock of a thread")]
pub(super) fn processor_time() -> Duration {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call writes into `time` alone. The clock exists on every Linux; without it the time stays 0.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    let seconds = Duration::from_secs(u64::try_from(time.tv_sec).unwrap_or(0));
    seconds + Duration::from_nanos(u64::try_from(time.tv_nsec).unwrap_or(0))
}

/// Bytes of a large allocation: builds make many of this size, requests few (a large phone book).
#[cfg(target_env = "gnu")]
const LARGE_BYTES: libc::c_int = 1 << 20;

/// Makes glibc return large allocations to the system as soon as they are free. By default it raises that threshold up
/// to 32 MB and keeps what builds have freed in all threads' arenas: 245 MB after a cold start instead of 90. Trimming
/// the arenas afterwards would hold their locks in a low-priority thread, and requests would wait for it.
#[cfg(target_env = "gnu")]
#[allow(unsafe_code, reason = "the standard library has no API for the allocator's settings")]
pub(super) fn give_back_at_once() {
    // SAFETY: it takes two numbers, and changes only where memory comes from that is asked for later.
    unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES) };
}

#[cfg(not(target_env = "gnu"))]
pub(super) fn give_back_at_once() {}
