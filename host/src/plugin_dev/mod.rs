//! A plugin while its author writes it: built on each save, swapped into a running server, and shown.
//!
//! | file      | job                                                                                     |
//! |-----------|-----------------------------------------------------------------------------------------|
//! | `subject` | what the author works on: a project, or a component that something else builds          |
//! | `sources` | the files of the project, and what a save changed                                       |
//! | `watch`   | notices saves, and waits until they pause                                               |
//! | `saves`   | the next save                                                                           |
//! | `build`   | builds in a process of its own, which ends with the server; `tail` keeps what it prints |
//! | `overlay` | the folder that the server loads: the installed components, and the author's            |
//! | `cases`   | renders the cases, and remembers what each gave                                         |
//! | `fetches` | what phones fetch, and the last of it rendered again                                    |
//! | `text`    | what the author reads; `screen` prints it                                               |
//! | `session` | all of it, from one save to the next                                                    |
//!
//! The server swaps by the same task as for each other change on disk.

mod build;
mod cases;
mod error;
mod fetches;
mod overlay;
mod saves;
mod screen;
mod session;
mod sources;
mod subject;
mod tail;
mod text;
mod watch;

pub use error::DevError;
pub use fetches::{FetchNotes, Phones, Renders, fetches};
pub use session::Session;
pub use subject::Subject;
