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
    #[error(
        "{} is no plugin: it has no Cargo.toml (Rust), no compile_flags.txt (C) and no package.json (JavaScript); name the \
         folder that `dialplate plugin new` made",
        .0.display()
    )]
    NoPlugin(PathBuf),
    #[error("cannot run cargo: {0}; install Rust 1.95 or later (https://rustup.rs), then build again")]
    NoCargo(io::Error),
    #[error(
        "cannot run clang: {0}; install it with LLVM's linker (on Debian `apt install clang lld`), then build again"
    )]
    NoClang(io::Error),
    #[error(
        "cannot run node: {0}; install Node.js 18 or later and npm (on Debian `apt install nodejs npm`), then build again"
    )]
    NoNode(io::Error),
    #[error("{} has no componentize-js; run `npm install` there, then build again", .0.display())]
    NoPackages(PathBuf),
    #[error("{place}: {message}; correct the mistake, then build again")]
    Script { place: String, message: String },
    #[error("{} has more than {max} scripts; leave what is generated to `node_modules`", .folder.display())]
    TooManyScripts { folder: PathBuf, max: usize },
    #[error("{} wrote no component to the file that its command line names", .0.display())]
    NoComponent(PathBuf),
    #[error("{name} could not build {} (see its messages above); correct the mistake, then build again", .folder.display())]
    Tool { name: &'static str, folder: PathBuf },
    #[error(
        "{} is not the interface of plugins: {error}; `dialplate plugin new` puts it into each new folder",
        .path.display()
    )]
    Interface { path: PathBuf, error: String },
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
