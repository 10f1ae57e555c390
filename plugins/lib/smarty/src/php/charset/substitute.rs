//! mbstring's default substitute.

/// What stands for a character that cannot be read or written.
pub const SUBSTITUTE: char = '?';
