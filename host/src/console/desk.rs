//! What the console's handlers share.

use super::config::Config;
use crate::accounts::{FormKey, Sessions};
use crate::http::{AdminState, LoginTurns};
use crate::operator::Operations;
use std::sync::Arc;

/// The paths of the forms of a session, which are the purposes of their tokens.
pub const LOGIN: &str = "/login";
pub const LOGOUT: &str = "/logout";

/// The state of the console.
pub struct Desk {
    pub state: Arc<AdminState>,
    pub operations: Arc<Operations>,
    /// The path before every page's own.
    pub base: String,
    pub sessions: Sessions,
    /// For the form of those who are not logged in.
    pub door: FormKey,
    pub turns: LoginTurns,
}

impl Desk {
    /// # Errors
    /// The system returned no random numbers.
    pub fn new(state: Arc<AdminState>, operations: Arc<Operations>, config: Config) -> Result<Self, getrandom::Error> {
        Ok(Self {
            state,
            operations,
            base: config.path,
            sessions: Sessions::default(),
            door: FormKey::generate()?,
            turns: LoginTurns::default(),
        })
    }

    /// For sessions and limits, in seconds.
    pub fn now(&self) -> u64 {
        self.state.steady.now()
    }

    /// The path of a page. `rest` begins with a slash.
    pub fn path(&self, rest: &str) -> String {
        format!("{}{rest}", self.base)
    }
}
