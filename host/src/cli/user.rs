//! `dialplate user`.

use super::family::Family;
use super::rows;
use crate::editing::Kind;

pub const USER: Family =
    Family { command: || rows::command(Kind::User), run: |flags, log| rows::run(Kind::User, flags, log) };
