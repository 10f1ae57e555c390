//! What is wrong with single values of an edit, for forms that show it beside the field.

/// The part of an edit that a value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The row itself.
    Row,
    /// A line of the device, by its place in the edit.
    Line(usize),
    /// A key of the device, by its place in the edit.
    Key(usize),
}

/// What is wrong with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldFault {
    pub part: Part,
    /// The flag, or the argument that names the row; empty for the part as a whole.
    pub flag: String,
    pub message: String,
}

impl FieldFault {
    pub fn new(part: Part, flag: &str, message: impl Into<String>) -> Self {
        Self { part, flag: flag.to_owned(), message: message.into() }
    }
}

/// All faults in one text, for clients without a form.
pub fn joined(faults: &[FieldFault]) -> String {
    let text = |fault: &FieldFault| {
        let place = match fault.part {
            Part::Row => String::new(),
            Part::Line(at) => format!("lines[{at}] "),
            Part::Key(at) => format!("keys[{at}] "),
        };
        let flag = if fault.flag.is_empty() { String::new() } else { format!("{}: ", fault.flag) };
        format!("{place}{flag}{}", fault.message)
    };
    faults.iter().map(text).collect::<Vec<_>>().join("; ")
}
