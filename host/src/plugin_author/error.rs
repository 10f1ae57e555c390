//! Why an author's command fails.

use super::target::TARGET;
use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub enum AuthorError {
    #[error("the plugin's name {0:?} {1}; choose another one, such as `acme`")]
    Name(String, &'static str),
    #[error("{} exists already; nothing was changed: choose another name, or remove it", .0.display())]
    Exists(PathBuf),
    #[error("cannot write {}: {source}", .path.display())]
    Write { path: PathBuf, source: io::Error },
    #[error("cannot read {}: {source}", .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error(
        "{} has no SDK: it needs the folders `sdk` and `smarty`, as plugins/lib of Dialplate's sources, or the unpacked \
         packages `dialplate-sdk-{version}` and `dialplate-smarty-{version}`",
        .folder.display()
    )]
    NoSdk { folder: PathBuf, version: &'static str },
    #[error("{} is no plugin: it has no Cargo.toml; name the folder that `dialplate plugin new` made", .0.display())]
    NoCrate(PathBuf),
    #[error("cannot run cargo: {0}; install Rust 1.95 or later (https://rustup.rs), then build again")]
    NoCargo(io::Error),
    #[error("cargo could not build {} (see its messages above); correct the mistake, then build again", .0.display())]
    Cargo(PathBuf),
    #[error(
        "this Rust cannot build for {target}; run `rustup target add {target}`, or on Debian `apt install \
         libstd-rust-dev-wasm32`, then build again",
        target = TARGET
    )]
    NoTarget,
    #[error(
        "{} built no module; its Cargo.toml needs `[lib]` with `crate-type = [\"cdylib\"]`",
        .0.display()
    )]
    NoModule(PathBuf),
    #[error("{} is larger than {max} bytes; a server refuses such a component", .path.display())]
    TooLarge { path: PathBuf, max: u64 },
    #[error("{}: {source}", .path.display())]
    Encode { path: PathBuf, source: dialplate_componentize::EncodeError },
}
