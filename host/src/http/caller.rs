//! What tells the admin endpoint that no page of another origin sends a request.

/// The header that every state-changing request must carry. Its value does not matter.
pub const CALLER: &str = "x-dialplate-caller";
