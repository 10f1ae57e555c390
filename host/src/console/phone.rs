//! The form of a device in the shape of a phone: line keys beside the display, the other keys below, then the lines.

use super::draft::{ADDRESS, Draft, DraftPart, PASSWORD, REMOVE, UUID, name};
use super::fields::{self, Control, control};
use crate::editing::{Field, FieldFault, Kind, Part, entity};
use crate::operator::DeviceForm;
use maud::{Markup, html};

/// The buttons that add a row: the word that the form sends, followed by the category of a key.
pub const ADD_LINE: &str = "add-line";
pub const ADD_KEY: &str = "add-key ";

/// The ids of the lists of values to choose from.
const TEMPLATES: &str = "templates";
const PROFILES: &str = "profiles";
const EXTENSIONS: &str = "extensions";

/// The keys below the display: category, title.
const BELOW: [(&str, &str); 3] =
    [("memory", "Memory keys"), ("programmable", "Programmable keys"), ("expansion", "Keys of expansion modules")];

/// What most keys need; the rest is folded away.
const KEY_FIRST: [&str; 4] = ["type", "value", "label", "line"];
/// The same for lines.
const LINE_FIRST: [&str; 4] = ["user-id", "display-name", "label", "enabled"];

/// A form that is shown.
pub struct Shown<'a> {
    pub draft: &'a Draft,
    pub form: &'a DeviceForm,
    pub faults: &'a [FieldFault],
}

impl Shown<'_> {
    /// The content of the form, without its token.
    pub fn markup(&self) -> Markup {
        html! {
            (fields::list(TEMPLATES, &self.form.templates))
            (fields::list(PROFILES, &self.form.offered.profiles))
            (fields::list(EXTENSIONS, &self.form.offered.extensions))
            p .buttons { button type="submit" name="do" value="save" { "Save" } }
            div .phone {
                section .linekeys aria-labelledby="linekeys" {
                    h2 #linekeys { "Line keys" }
                    (self.keys("line"))
                }
                section .display aria-labelledby="display" {
                    h2 #display { "The device" }
                    (self.device())
                }
                section .below aria-label="Other keys" {
                    @for (category, title) in BELOW {
                        div { h2 { (title) } (self.keys(category)) }
                    }
                }
            }
            h2 { "Lines" }
            p .quiet { "The accounts that the phone registers. Line keys above say which buttons use them." }
            div .cards { @for (at, line) in self.draft.lines.iter().enumerate() { (self.line(at, line)) } }
            p .buttons {
                button .second type="submit" name="do" value=(ADD_LINE) { "Another line" }
                button type="submit" name="do" value="save" { "Save" }
            }
        }
    }

    fn device(&self) -> Markup {
        let device = entity(Kind::Device);
        html! {
            div .fields {
                @for field in device.names.iter().chain(device.fields) {
                    @let list = match field.flag { "template" => Some(TEMPLATES), "profile" => Some(PROFILES), _ => None };
                    (self.control(Part::Row, field, self.draft.text(field.flag), list, true))
                }
            }
        }
    }

    /// The keys whose category begins like this, and a button for another one.
    fn keys(&self, category: &str) -> Markup {
        let of = |key: &DraftPart| key.text("CATEGORY").split('-').next() == Some(category);
        let is_other = |key: &DraftPart| {
            let known = BELOW.iter().any(|(known, _)| key.text("CATEGORY").split('-').next() == Some(known));
            category == "expansion" && !known && key.text("CATEGORY") != "line"
        };
        let keys = self.draft.keys.iter().enumerate().filter(|(_, key)| of(key) || is_other(key));
        html! {
            div .keys { @for (at, key) in keys { (self.key(at, key)) } }
            button .second type="submit" name="do" value={ (ADD_KEY) (category) } { "Another " (category) " key" }
        }
    }

    fn key(&self, at: usize, key: &DraftPart) -> Markup {
        let (part, entity) = (Part::Key(at), entity(Kind::Key));
        let title = match key.text("label") {
            "" => format!("Key {}", key.text("KEY")),
            label => format!("Key {}: {label}", key.text("KEY")),
        };
        let (first, rest): (Vec<_>, Vec<_>) = entity.fields.iter().partition(|field| KEY_FIRST.contains(&field.flag));
        self.part(
            part,
            key,
            &title,
            &html! {
                div .fields {
                    @for field in entity.names { (self.control(part, field, key.text(field.flag), None, false)) }
                    @for field in first { (self.control(part, field, key.text(field.flag), None, false)) }
                }
                (self.more(part, key, &rest))
            },
        )
    }

    fn line(&self, at: usize, line: &DraftPart) -> Markup {
        let (part, entity) = (Part::Line(at), entity(Kind::Line));
        let (first, rest): (Vec<_>, Vec<_>) = entity.fields.iter().partition(|field| LINE_FIRST.contains(&field.flag));
        let hint = if line.is_new() { "Empty takes that of the extension." } else { "Empty keeps the stored one." };
        self.part(
            part,
            line,
            &format!("Line {}", line.text("LINE")),
            &html! {
                div .fields {
                    @for field in entity.names { (self.control(part, field, line.text(field.flag), None, false)) }
                    @for field in entity.extras.iter().filter(|_| line.is_new()) {
                        (self.control(part, field, line.text(field.flag), Some(EXTENSIONS), true))
                    }
                    @for field in first { (self.control(part, field, line.text(field.flag), None, true)) }
                    (fields::password(&name(part, PASSWORD), &line.password, hint))
                }
                (self.more(part, line, &rest))
            },
        )
    }

    /// The frame of a line or a key.
    fn part(&self, part: Part, row: &DraftPart, title: &str, content: &Markup) -> Markup {
        let whole = self.faults.iter().find(|fault| fault.part == part && fault.flag.is_empty());
        html! {
            fieldset .card {
                legend { (title) @if row.is_new() { " (new)" } }
                input type="hidden" name=(name(part, UUID)) value=(row.uuid);
                @if let Some(fault) = whole { p .fault { (fault.message) } }
                (content)
                (fields::tick(&name(part, REMOVE), "Remove", row.is_removed))
            }
        }
    }

    /// Fields that few rows need. They are unfolded if one is wrong.
    fn more(&self, part: Part, row: &DraftPart, fields: &[&'static Field]) -> Markup {
        let is_wrong = |field: &&&Field| self.faults.iter().any(|it| it.part == part && it.flag == field.flag);
        html! {
            details open[fields.iter().any(|field| is_wrong(&field))] {
                summary { "More" }
                div .fields {
                    @for field in fields { (self.control(part, field, row.text(field.flag), None, true)) }
                }
            }
        }
    }

    fn control(&self, part: Part, field: &Field, value: &str, list: Option<&str>, has_hint: bool) -> Markup {
        let fault = self.faults.iter().find(|fault| fault.part == part && fault.flag == field.flag);
        control(&Control { name: &name(part, field.flag), field, value, fault, list, has_hint })
    }
}

/// Adds the row that a button of the form asks for; `false` if the button is another one.
pub fn add_row(draft: &mut Draft, button: &str) -> bool {
    match button.strip_prefix(ADD_KEY) {
        Some(category) => draft.add_key(category),
        None if button == ADD_LINE => draft.add_line(),
        None => return false,
    }
    true
}

/// The title of the control of a fault, in the list above the form.
pub fn place(fault: &FieldFault) -> String {
    name(fault.part, if fault.flag.is_empty() { ADDRESS } else { &fault.flag })
}
