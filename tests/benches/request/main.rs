//! Figures of one request, with a vendor's real component, all of its templates and recorded databases:
//! `cargo bench --workspace --bench request [-- rooms|directory|instances]`.

#![allow(clippy::print_stdout, reason = "a command-line program")]
#![allow(clippy::unwrap_used, reason = "a benchmark fails by panicking")]

mod directory;
mod instances;
mod long_lived;
mod rooms;
mod times;
mod walk;

use dialplate_tests::corpus;

/// As many as the smallest server has.
const THREADS: usize = 2;

fn main() {
    let Some(corpus) = corpus::find() else { return };
    // cargo adds options of its own.
    let names: Vec<_> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| names.is_empty() || names.iter().any(|it| it == name);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build().unwrap();
    runtime.block_on(async {
        if wanted("rooms") {
            rooms::run(&corpus).await;
        }
        if wanted("directory") {
            directory::run(&corpus).await;
        }
        if wanted("instances") {
            instances::run(&corpus).await;
        }
    });
}
