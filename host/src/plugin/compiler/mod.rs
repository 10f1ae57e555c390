//! The only place that compiles, and that runs `prepare`. A compiler is a large program, and a vendor's bytes can make it run
//! for minutes, take all memory, or overflow its stack; a snapshot needs several times the memory that `prepare` left. So
//! each runs in a process of its own, the server's own program under another command (`child`), with its own limits. If it
//! fails, only that component is refused (`process`). The snapshot goes from the process that takes it (`prepare`) to the
//! one that compiles it (`compile`), and the code into the cache, without ever being in the server's memory.

mod answer;
mod child;
mod code;
mod compile;
mod job;
mod pending;
mod prepare;
mod process;
mod source;

pub use child::run as compile_for_parent;
pub use job::COMMAND;
pub use process::own_program;

pub(super) use code::Code;
#[cfg(test)]
pub(super) use code::map;
pub(super) use compile::compile;
pub(super) use prepare::prepare;
pub(super) use source::Source;
