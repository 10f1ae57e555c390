//! The only place that compiles. A compiler is a large program, and a vendor's bytes can make it run for minutes, take
//! all memory, or overflow its stack. So it runs in a process of its own, the server's own program under
//! another command (`child`), with its own limits. If it fails, only that component is refused (`parent`).

mod child;
mod code;
mod job;
mod parent;

pub use child::run as compile_for_parent;
pub use job::COMMAND;
pub use parent::own_program;

pub(super) use code::{Code, compile};
