//! Who may log in to the console, and who is logged in: the decision by a user's groups, sessions in memory, and tokens
//! that prove that a form is the console's own. This room does no I/O.

mod admit;
mod grant;
mod sessions;
mod token;

pub use admit::{GROUP_ADMIN, GROUP_READER, LoginRefusal, Rights, admit, mark, rights};
pub use grant::Grant;
pub use sessions::{FoundSession, SessionUser, Sessions};
pub use token::{FormKey, RandomId};
