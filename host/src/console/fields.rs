//! Controls of forms that edit rows: each with its label, FusionPBX's name, a hint, and what is wrong with its value.

use crate::editing::{Field, FieldFault, FieldKind, VALUE_BYTES_MAX};
use maud::{Markup, html};

/// A control of a form.
pub struct Control<'a> {
    /// The name that the form sends, which is also the id.
    pub name: &'a str,
    pub field: &'a Field,
    pub value: &'a str,
    pub fault: Option<&'a FieldFault>,
    /// The id of a list of values to choose from.
    pub list: Option<&'a str>,
    pub has_hint: bool,
}

/// What people call a field.
pub fn label(flag: &str) -> String {
    let text = match flag {
        "LINE" | "KEY" => "number",
        other => &other.to_lowercase().replace('-', " "),
    };
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The name of a field's column in FusionPBX. Fields that name another row have its key there.
pub fn column(field: &Field) -> &'static str {
    match (field.column, field.flag) {
        ("", "profile") => "device_profile_uuid",
        ("", "user") => "device_user_uuid",
        ("", "alternate") => "device_uuid_alternate",
        ("", "extension") => "extension",
        (column, _) => column,
    }
}

pub fn control(control: &Control<'_>) -> Markup {
    let Control { name, field, value, fault, .. } = control;
    let (hint, wrong) = (format!("{name}-hint"), format!("{name}-fault"));
    let mut described = Vec::new();
    described.extend(fault.is_some().then_some(wrong.as_str()));
    described.extend(control.has_hint.then_some(hint.as_str()));
    let described = Some(described.join(" ")).filter(|ids| !ids.is_empty());
    let invalid = fault.is_some().then_some("true");
    html! {
        div .field {
            label for=(name) { (label(field.flag)) @if !column(field).is_empty() { " " code { (column(field)) } } }
            @match choices(field.kind) {
                Some(choices) => select id=(name) name=(name) aria-invalid=[invalid] aria-describedby=[&described] {
                    option value="" selected[value.is_empty()] { "" }
                    @if !value.is_empty() && !choices.contains(value) { option value=(value) selected { (value) } }
                    @for choice in choices { option value=(choice) selected[choice == value] { (choice) } }
                },
                None if value.contains('\n') => textarea id=(name) name=(name) rows="3" maxlength=(VALUE_BYTES_MAX)
                    aria-invalid=[invalid] aria-describedby=[&described] { "\n" (value) },
                None => input id=(name) name=(name) type="text" value=(value) maxlength=(VALUE_BYTES_MAX) list=[control.list]
                    inputmode=[matches!(field.kind, FieldKind::Number(..)).then_some("numeric")] autocomplete="off"
                    spellcheck="false" aria-invalid=[invalid] aria-describedby=[&described];
            }
            @if let Some(fault) = fault { p .fault id=(wrong) { (fault.message) } }
            @if control.has_hint { p .hint id=(hint) { (field.help) } }
        }
    }
}

/// The control of a new password. What is stored is never shown.
pub fn password(name: &str, typed: &str, hint: &str) -> Markup {
    let id = format!("{name}-hint");
    html! {
        div .field {
            label for=(name) { "Password " code { "password" } }
            input id=(name) name=(name) type="password" value=(typed) maxlength="1024" autocomplete="new-password"
                aria-describedby=(id);
            p .hint id=(id) { (hint) }
        }
    }
}

/// Values to choose from, for a control.
pub fn list(id: &str, values: &[String]) -> Markup {
    html! { datalist id=(id) { @for value in values { option value=(value) {} } } }
}

/// A box to tick.
pub fn tick(name: &str, text: &str, is_ticked: bool) -> Markup {
    html! {
        p .tick {
            input id=(name) name=(name) type="checkbox" value="true" checked[is_ticked];
            label for=(name) { (text) }
        }
    }
}

fn choices(kind: FieldKind) -> Option<&'static [&'static str]> {
    match kind {
        FieldKind::Flag => Some(&["true", "false"]),
        FieldKind::Choice(choices) => Some(choices),
        _ => None,
    }
}

/// The list of what is wrong, above a form. `id` gives the id of a fault's control.
pub fn faults(faults: &[FieldFault], id: impl Fn(&FieldFault) -> String) -> Markup {
    let count = if let [_] = faults { "One value is".to_owned() } else { format!("{} values are", faults.len()) };
    html! {
        @if !faults.is_empty() {
            div .error role="alert" {
                p { (count) " wrong. Nothing was saved." }
                ul {
                    @for fault in faults {
                        li {
                            @if !fault.flag.is_empty() { a href={ "#" (id(fault)) } { (label(&fault.flag)) } ": " }
                            (fault.message)
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editing::Part;

    #[test]
    fn control_shows_its_fault_and_keeps_hostile_text() {
        let field = Field::new("user-id", "user_id", FieldKind::Text, "The SIP user");
        let fault = FieldFault::new(Part::Line(0), "user-id", "leave <b> out");
        let shown = control(&Control {
            name: "l0.user-id",
            field: &field,
            value: "\"><script>",
            fault: Some(&fault),
            list: None,
            has_hint: true,
        });
        for part in [
            "<label for=\"l0.user-id\">User id <code>user_id</code></label>",
            "value=\"&quot;&gt;&lt;script&gt;\"",
            "aria-invalid=\"true\" aria-describedby=\"l0.user-id-fault l0.user-id-hint\"",
            "<p class=\"fault\" id=\"l0.user-id-fault\">leave &lt;b&gt; out</p>",
        ] {
            assert!(shown.0.contains(part), "{part}: {}", shown.0);
        }
    }

    #[test]
    fn unlisted_choice_stays_selected() {
        let field = Field::new("transport", "sip_transport", FieldKind::Choice(&["tcp", "udp"]), "");
        let control =
            |value| control(&Control { name: "t", field: &field, value, fault: None, list: None, has_hint: false }).0;
        assert!(control("sctp").contains("<option value=\"sctp\" selected>sctp</option>"));
        assert!(control("udp").contains("<option value=\"udp\" selected>udp</option>"));
        assert!(control("").contains("<option value=\"\" selected></option>"));
    }
}
