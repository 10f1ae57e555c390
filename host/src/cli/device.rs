//! `dialplate device`.

use super::family::Family;
use super::rows;
use crate::editing::Kind;

pub const DEVICE: Family =
    Family { command: || rows::command(Kind::Device), run: |flags, log| rows::run(Kind::Device, flags, log) };
