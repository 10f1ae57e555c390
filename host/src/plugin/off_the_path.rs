//! Where plugins are compiled: on threads of their own, so that no request waits behind one, and with less of the
//! processors than requests get.

use super::error::LoadError;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::oneshot;

/// A build gets about a third of what a thread that serves requests gets, when there is not enough for both. With a
/// tenth, a reload took minutes on a machine that had twenty other things to do.
const NICE: libc::c_int = 5;

/// What comes of work off the path. A component that makes the compiler or the snapshot panic is a bad component, no
/// more.
pub struct OffThePath<T>(oneshot::Receiver<Result<T, LoadError>>);

impl<T> Future for OffThePath<T> {
    type Output = Result<T, LoadError>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let outcome = Pin::new(&mut self.0).poll(context);
        outcome.map(|outcome| outcome.unwrap_or_else(|_| Err(LoadError::Build("building it broke down".into()))))
    }
}

/// Runs work that compiles; it gives way to requests where somebody is served meanwhile. It goes on when nobody waits
/// for it any more, and whatever happens to the caller's runtime.
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
    // Without a thread or a runtime the sender is dropped, and whoever waits is told that it broke down.
    let _ = std::thread::Builder::new().name("plugin-build".into()).spawn(run);
    OffThePath(receiver)
}

#[allow(unsafe_code, reason = "the standard library knows no priorities")]
fn give_way() {
    // SAFETY: the call takes three numbers and touches no memory. 0 is the calling thread, on Linux that thread alone.
    // It can only fail where a priority is raised, and then the build goes on as it is.
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, NICE) };
}

/// What a build takes in one piece and few requests do: a document of this size is a large phone book.
#[cfg(target_env = "gnu")]
const LARGE_BYTES: libc::c_int = 1 << 20;

/// Has large pieces of memory go back to the system as soon as they are free. glibc moves that bound up to 32 MB by
/// itself, and keeps what builds have freed, over all threads' arenas: measured, 245 MB after a cold start against 90.
/// To trim the arenas afterwards would hold their locks in a thread that gives way, and requests would wait for it.
#[cfg(target_env = "gnu")]
#[allow(unsafe_code, reason = "the standard library knows no allocator's insides")]
pub(super) fn give_back_at_once() {
    // SAFETY: it takes two numbers, and changes only where memory comes from that is asked for later.
    unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE_BYTES) };
}

#[cfg(not(target_env = "gnu"))]
pub(super) fn give_back_at_once() {}
