//! The state of the output between two tags.

/// Text that is pending, and the fate of its first newline.
#[derive(Clone, Debug, Default)]
pub(super) struct Output {
    pub strip: bool,
    /// The last code ended in `?>`, so that a following newline is lost.
    pub swallow: bool,
    pub pending: Vec<u8>,
    /// The pending text is within `{strip}`.
    pub pending_strip: bool,
    /// Nothing has been written to the file yet.
    pub first: bool,
}

impl Output {
    /// The output of a file. Its code follows a `?>`, so that a newline at its beginning is lost too.
    pub(super) fn of_file() -> Output {
        Output { first: true, ..Output::default() }
    }
}

/// The end of the code of a tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tail {
    /// `?>`: a newline after the tag is lost.
    Swallows,
    /// `?>` and a newline, or plain text: a newline after the tag stays.
    Keeps,
}
