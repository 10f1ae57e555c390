//! What the process that takes a snapshot answers.

use crate::plugin::error::{LoadError, RenderError};
use crate::plugin::job::Prepared;
use crate::plugin::limits::keys;
use crate::plugin::load_log::LoadLog;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The first line of the answer. If the snapshot was taken, its bytes follow.
#[derive(Serialize, Deserialize)]
pub(super) struct Answer {
    pub(super) log: LoadLog,
    pub(super) outcome: Result<Taken, Failure>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Taken {
    pub(super) prepared: Vec<Prepared>,
    pub(super) component_bytes: u64,
}

/// An error of [`crate::plugin::snapshot::take`] in a form that can be sent.
#[derive(Serialize, Deserialize)]
pub(super) enum Failure {
    Unfit(String),
    Build(String),
    Beyond { key: String },
    Timeout { ms: u64, key: String },
    Memory { bytes: usize, bytes_max: usize, key: String },
    Late(Duration),
    Trap(String),
    Other(String),
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Unfit(message) => Self::Unfit(message),
            LoadError::Call { source, .. } => Self::of_call(source),
            LoadError::Build(message) => Self::Build(message),
            // A snapshot fails in no other way.
            other => Self::Build(other.to_string()),
        }
    }
}

impl Failure {
    fn of_call(error: RenderError) -> Self {
        match error {
            RenderError::Beyond { name } => Self::Beyond { key: name.to_owned() },
            RenderError::Timeout { ms, name } => Self::Timeout { ms, key: name.to_owned() },
            RenderError::Memory { bytes, bytes_max, name } => Self::Memory { bytes, bytes_max, key: name.to_owned() },
            RenderError::Late(max) => Self::Late(max),
            RenderError::Trap(message) => Self::Trap(message),
            RenderError::Other(message) => Self::Other(message),
            // `prepare` fails in no other way.
            other => Self::Other(other.to_string()),
        }
    }

    pub(super) fn into_error(self) -> LoadError {
        let source = match self {
            Self::Unfit(message) => return LoadError::Unfit(message),
            Self::Build(message) => return LoadError::Build(message),
            Self::Beyond { key } => RenderError::Beyond { name: keys::known(&key) },
            Self::Timeout { ms, key } => RenderError::Timeout { ms, name: keys::known(&key) },
            Self::Memory { bytes, bytes_max, key } => RenderError::Memory { bytes, bytes_max, name: keys::known(&key) },
            Self::Late(max) => RenderError::Late(max),
            Self::Trap(message) => RenderError::Trap(message),
            Self::Other(message) => RenderError::Other(message),
        };
        LoadError::Call { step: "prepare", source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failure_is_the_same_on_both_sides() {
        let call = |source| LoadError::Call { step: "prepare", source };
        for error in [
            LoadError::Unfit("odd".into()),
            LoadError::Build("no".into()),
            call(RenderError::Beyond { name: keys::STACK }),
            call(RenderError::Beyond { name: keys::PREPARE_OUTPUT }),
            call(RenderError::Timeout { ms: 7, name: keys::PREPARE_TIMEOUT }),
            call(RenderError::Memory { bytes: 9, bytes_max: 8, name: keys::PREPARE_MEMORY }),
            call(RenderError::Late(Duration::from_secs(5))),
            call(RenderError::Trap("wasm `unreachable` instruction executed".into())),
            call(RenderError::Other("there is no device".into())),
        ] {
            let expected = (error.to_string(), error.limit(), error.is_late(), error.may_be_of_a_template());
            let sent = serde_json::to_string(&Failure::from(error)).unwrap();
            let found = serde_json::from_str::<Failure>(&sent).unwrap().into_error();
            assert_eq!((found.to_string(), found.limit(), found.is_late(), found.may_be_of_a_template()), expected);
        }
    }
}
