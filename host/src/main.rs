//! The program. Everything is in the library.

fn main() -> std::process::ExitCode {
    dialplate::cli::run()
}
