//! What stands in the form of a device: as it is stored, or as somebody typed it.

use super::form::Form;
use crate::editing::{DeviceRows, Entity, Kind, Part, PartEdit, WholeDevice, entity, text_of};
use std::collections::BTreeMap;

/// The field with the address of the device.
pub const ADDRESS: &str = "ADDRESS";
/// Fields of a line or a key that are no values.
pub const UUID: &str = "uuid";
pub const REMOVE: &str = "remove";
pub const PASSWORD: &str = "password";

/// The letters before the number of a line or a key, in the names of their fields.
const LINE: &str = "l";
const KEY: &str = "k";
const DEVICE: &str = "d";

/// A device as it stands in a form. It may hold passwords, so there is no `Debug`.
#[derive(Default)]
pub struct Draft {
    pub domain: String,
    /// The version that was read.
    pub tag: String,
    /// The texts by flag, and the address.
    pub device: BTreeMap<String, String>,
    pub lines: Vec<DraftPart>,
    pub keys: Vec<DraftPart>,
}

/// A line or a key as it stands in a form. It may hold a password, so there is no `Debug`.
#[derive(Default, Clone)]
pub struct DraftPart {
    /// The key of its row; empty for a new one.
    pub uuid: String,
    /// The texts by flag, and the arguments that name the row.
    pub texts: BTreeMap<String, String>,
    pub password: String,
    pub is_removed: bool,
}

/// The name of a control.
pub fn name(part: Part, flag: &str) -> String {
    match part {
        Part::Row => format!("{DEVICE}.{flag}"),
        Part::Line(at) => format!("{LINE}{at}.{flag}"),
        Part::Key(at) => format!("{KEY}{at}.{flag}"),
    }
}

impl Draft {
    /// A new device with a line to fill in.
    pub fn new(domain: &str) -> Self {
        let mut draft = Self { domain: domain.to_owned(), ..Self::default() };
        draft.add_line();
        draft
    }

    /// A stored device.
    pub fn stored(rows: &DeviceRows) -> Self {
        let mut device = texts(entity(Kind::Device), &rows.record);
        device.extend(rows.references.iter().map(|(flag, name)| ((*flag).to_owned(), name.clone())));
        let parts = |kind, list| {
            let entity = entity(kind);
            let names: Vec<_> = entity.names.iter().map(|field| field.column).collect();
            let part = |row: crate::editing::Record| DraftPart {
                uuid: text_of(&row, entity.uuid),
                texts: texts(entity, &row),
                ..DraftPart::default()
            };
            rows.parts(list, &names).into_iter().map(part).collect()
        };
        let (lines, keys) = (parts(Kind::Line, "lines"), parts(Kind::Key, "keys"));
        Self { domain: rows.domain.clone(), tag: rows.tag.clone(), device, lines, keys }
    }

    /// What a form has sent.
    pub fn typed(form: &Form) -> Self {
        let mut draft =
            Self { domain: form.text("domain").to_owned(), tag: form.text("tag").to_owned(), ..Self::default() };
        let (mut lines, mut keys) = (BTreeMap::new(), BTreeMap::new());
        for (name, text) in form.pairs() {
            let Some((place, flag)) = name.split_once('.') else { continue };
            // Browsers send the lines of a text field with CR and LF.
            let text = text.replace("\r\n", "\n");
            let of = |letter: &str| place.strip_prefix(letter).and_then(|number| number.parse::<u32>().ok());
            if place == DEVICE {
                draft.device.insert(flag.to_owned(), text);
            } else if let Some(at) = of(LINE) {
                lines.entry(at).or_insert_with(DraftPart::default).set(flag, text);
            } else if let Some(at) = of(KEY) {
                keys.entry(at).or_insert_with(DraftPart::default).set(flag, text);
            }
        }
        draft.lines = lines.into_values().collect();
        draft.keys = keys.into_values().collect();
        draft
    }

    pub fn text(&self, flag: &str) -> &str {
        self.device.get(flag).map_or("", String::as_str)
    }

    /// Offers another line, with the next number.
    pub fn add_line(&mut self) {
        let number = next(self.lines.iter().map(|line| line.text("LINE")));
        let texts = BTreeMap::from([("LINE".to_owned(), number)]);
        self.lines.push(DraftPart { texts, ..DraftPart::default() });
    }

    /// Offers another key of a category, with the next number.
    pub fn add_key(&mut self, category: &str) {
        let same = self.keys.iter().filter(|key| key.text("CATEGORY") == category);
        let number = next(same.map(|key| key.text("KEY")));
        let texts = [("CATEGORY", category.to_owned()), ("KEY", number)].map(|(flag, text)| (flag.to_owned(), text));
        self.keys.push(DraftPart { texts: BTreeMap::from(texts), ..DraftPart::default() });
    }

    pub fn edit(&self) -> WholeDevice {
        let values = self.device.iter().filter(|(flag, _)| *flag != ADDRESS);
        WholeDevice {
            uuid: None,
            domain: self.domain.clone(),
            address: self.text(ADDRESS).trim().to_owned(),
            expected: Some(self.tag.clone()).filter(|tag| !tag.is_empty()),
            values: values.map(|(flag, text)| (flag.clone(), text.clone())).collect(),
            lines: self.lines.iter().map(|line| line.edit(Kind::Line)).collect(),
            keys: self.keys.iter().map(|key| key.edit(Kind::Key)).collect(),
        }
    }
}

impl DraftPart {
    pub fn text(&self, flag: &str) -> &str {
        self.texts.get(flag).map_or("", String::as_str)
    }

    pub fn is_new(&self) -> bool {
        self.uuid.is_empty()
    }

    fn set(&mut self, flag: &str, text: String) {
        match flag {
            UUID => self.uuid = text,
            REMOVE => self.is_removed = text == "true",
            PASSWORD => self.password = text,
            flag => {
                self.texts.insert(flag.to_owned(), text);
            }
        }
    }

    fn edit(&self, kind: Kind) -> PartEdit {
        let names = entity(kind).names;
        let is_name = |flag: &str| names.iter().any(|field| field.flag == flag);
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        PartEdit {
            uuid: given(&self.uuid),
            names: names.iter().map(|field| self.text(field.flag).to_owned()).collect(),
            values: self.texts.iter().filter(|(flag, _)| !is_name(flag)).map(|(f, t)| (f.clone(), t.clone())).collect(),
            password: given(&self.password),
            is_removed: self.is_removed,
        }
    }
}

/// The texts of a stored row by flag.
pub fn texts(entity: &Entity, row: &crate::editing::Record) -> BTreeMap<String, String> {
    let fields = entity.names.iter().chain(entity.fields).filter(|field| !field.column.is_empty());
    fields.map(|field| (field.flag.to_owned(), text_of(row, field.column))).collect()
}

/// The number after the largest one.
fn next<'a>(numbers: impl Iterator<Item = &'a str>) -> String {
    let largest = numbers.filter_map(|text| text.parse::<u32>().ok()).max().unwrap_or(0);
    largest.saturating_add(1).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;

    fn typed(body: &'static str) -> Draft {
        Draft::typed(&Form::parse(&Bytes::from_static(body.as_bytes())))
    }

    #[test]
    fn form_is_read_with_its_lines_and_keys_in_their_order() {
        let draft = typed(
            "tag=t&d.ADDRESS=+001565aabbcc&d.label=a%0D%0Ab&l1.LINE=2&l0.LINE=1&l0.uuid=u&l0.remove=true&l0.password=p\
             &k7.CATEGORY=memory&k7.KEY=3&k7.type=blf&x=y&k.type=z&l99999999999.LINE=1",
        );
        let edit = draft.edit();
        assert_eq!((edit.address.as_str(), edit.expected.as_deref()), ("001565aabbcc", Some("t")));
        assert_eq!(edit.values, [("label".to_owned(), "a\nb".to_owned())]);
        let lines: Vec<_> =
            edit.lines.iter().map(|it| (it.names[0].as_str(), it.uuid.as_deref(), it.is_removed)).collect();
        assert_eq!(lines, [("1", Some("u"), true), ("2", None, false)]);
        assert_eq!(edit.lines[0].password.as_deref(), Some("p"));
        assert!(edit.keys.len() == 1 && edit.keys[0].names == ["memory", "3"] && edit.lines[1].is_blank());
    }

    #[test]
    fn another_row_gets_the_next_number_of_its_category() {
        let mut draft = typed("l0.LINE=4&k0.CATEGORY=memory&k0.KEY=9&k1.CATEGORY=line&k1.KEY=x");
        draft.add_line();
        draft.add_key("memory");
        draft.add_key("line");
        assert_eq!(draft.lines[1].text("LINE"), "5");
        assert_eq!((draft.keys[2].text("KEY"), draft.keys[3].text("KEY")), ("10", "1"));
    }
}
