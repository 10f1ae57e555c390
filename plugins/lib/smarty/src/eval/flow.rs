//! The flow of control out of statements and loops.

/// The way in which a block of statements ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    /// The number of loops still to leave.
    Break(u32),
    /// The number of loops still to leave, the last of which then continues.
    Continue(u32),
}

impl Flow {
    /// The effect of the end of a body on its loop: `None` to continue, or the flow to return.
    pub(super) fn in_loop(self) -> Option<Flow> {
        match self {
            Flow::Next | Flow::Continue(1) => None,
            Flow::Break(1) => Some(Flow::Next),
            Flow::Break(levels) => Some(Flow::Break(levels - 1)),
            Flow::Continue(levels) => Some(Flow::Continue(levels - 1)),
        }
    }
}
