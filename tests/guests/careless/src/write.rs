//! The three formats of the plugin's files.

#[derive(Clone, Copy)]
pub enum Format {
    Lines,
    Xml,
    Json,
}

impl Format {
    pub fn of(file: &str) -> Option<Self> {
        Some(match file.rsplit_once('.')?.1 {
            "cfg" => Self::Lines,
            "xml" => Self::Xml,
            "json" => Self::Json,
            _ => return None,
        })
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Lines => "text/plain",
            Self::Xml => "text/xml",
            Self::Json => "application/json",
        }
    }

    /// A file of names and escaped values.
    pub fn file(self, values: &[(String, String)]) -> String {
        let all = |write: fn(&str, &str) -> String, between: &str| {
            values.iter().map(|(name, value)| write(name, value)).collect::<Vec<_>>().join(between)
        };
        match self {
            Self::Lines => all(|name, value| format!("{name} = {value}"), "\n") + "\n",
            Self::Xml => format!("<r>{}</r>", all(|name, value| format!("<v name=\"{name}\">{value}</v>"), "")),
            Self::Json => format!("{{{}}}", all(|name, value| format!("\"{name}\": \"{value}\""), ", ")),
        }
    }
}

pub fn escaped(format: Format, value: &str) -> String {
    let mut text = String::new();
    for c in value.chars() {
        let is_control = c < ' ' || matches!(c, '\u{7f}' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}');
        match (format, c) {
            (_, c) if is_control || c.is_control() => text.push(' '),
            (Format::Xml, '&') => text += "&amp;",
            (Format::Xml, '<') => text += "&lt;",
            (Format::Xml, '>') => text += "&gt;",
            (Format::Json, '"' | '\\') => text.extend(['\\', c]),
            _ => text.push(c),
        }
    }
    text
}
