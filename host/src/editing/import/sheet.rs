//! Reads a CSV file of devices, as spreadsheets write it.

use crate::editing::error::Error;
use crate::editing::field::{Field, FieldKind};
use crate::editing::near::near;
use crate::facts::{column_name, read_spreadsheet};
use csv::StringRecord;

/// Fifty thousand rows of 300 bytes.
pub const FILE_BYTES_MAX: usize = 16 << 20;

/// More devices than FusionPBX installations have. The rows are in memory until they are written.
const ROWS_MAX: usize = 50_000;

/// A sheet has a column for each name in [`COLUMNS`]; a file with more is none.
const CELLS_MAX: usize = 64;

/// The columns that a file may have. The flag is the name in its first row.
pub static COLUMNS: [Field; 16] = [
    Field::new("address", "device_address", FieldKind::Text, "the hardware address"),
    Field::new("template", "device_template", FieldKind::Text, "the template folder"),
    Field::new("model", "device_model", FieldKind::Text, "the model, which finds the template"),
    Field::new("vendor", "device_vendor", FieldKind::Lower, "the maker, unless the template says it"),
    Field::new("label", "device_label", FieldKind::Text, "a name for the device"),
    Field::new("location", "device_location", FieldKind::Text, "where it stands"),
    Field::new("serial_number", "device_serial_number", FieldKind::Text, "the maker's serial number"),
    Field::new("firmware", "device_firmware_version", FieldKind::Text, "the firmware's version"),
    Field::new("enabled", "device_enabled", FieldKind::Flag, "true or false"),
    Field::new("description", "device_description", FieldKind::Text, "a remark"),
    Field::new("domain", "", FieldKind::Host, "the domain"),
    Field::new("extension", "", FieldKind::Name(" @/\\:;,\"'<>&"), "the extension of the line"),
    Field::new("name", "", FieldKind::Text, "the name of a new extension"),
    Field::new("password", "", FieldKind::Text, "the password of a new extension"),
    Field::new("line", "", FieldKind::Number(1, 999), "the number of the line, 1 without one"),
    Field::new("transport", "", FieldKind::Choice(&["tcp", "udp", "tls", "dns srv"]), "the line's transport"),
];

/// A fault in a cell.
#[derive(Debug, Clone)]
pub struct Fault {
    pub line: u64,
    /// From 1; 0 for the row as a whole.
    pub column: usize,
    pub message: String,
}

/// A row with the cells that have a value.
pub struct SheetRow {
    pub line: u64,
    cells: Vec<(&'static str, usize, String)>,
}

impl SheetRow {
    pub fn text(&self, name: &str) -> Option<&str> {
        self.cells.iter().find(|(known, ..)| *known == name).map(|(_, _, text)| text.as_str())
    }

    /// A fault in the cell of that column; in the row, if it has none.
    pub fn fault(&self, name: &str, message: impl Into<String>) -> Fault {
        let at = self.cells.iter().find(|(known, ..)| *known == name).map_or(0, |(_, at, _)| at + 1);
        Fault { line: self.line, column: at, message: message.into() }
    }
}

/// Reads all rows. The faults of single cells are in the second list.
///
/// # Errors
/// The file is no such CSV file, or larger than a limit.
pub fn read(bytes: &[u8]) -> Result<(Vec<SheetRow>, Vec<Fault>), Error> {
    let mut reader = read_spreadsheet(bytes).map_err(Error::Usage)?;
    let names = names(reader.headers().map_err(|error| Error::Usage(error.to_string()))?)?;
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|error| Error::Usage(error.to_string()))?;
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() == ROWS_MAX {
            return Err(Error::Usage(format!("the file has more than {ROWS_MAX} rows; split it")));
        }
        rows.push(row(&record, &names, &mut faults));
    }
    if rows.is_empty() {
        return Err(Error::Usage("the file has no row below its names".to_owned()));
    }
    Ok((rows, faults))
}

/// The columns by the names in the first row.
fn names(head: &StringRecord) -> Result<Vec<&'static Field>, Error> {
    if head.len() > CELLS_MAX {
        return Err(Error::Usage(format!("the file has more than {CELLS_MAX} columns; leave the others out")));
    }
    let known: Vec<_> = COLUMNS.iter().map(|field| field.flag.to_owned()).collect();
    let mut names: Vec<&'static Field> = Vec::new();
    for (at, name) in head.iter().enumerate() {
        let name = column_name(name);
        let field = COLUMNS.iter().find(|field| field.flag == name || !name.is_empty() && field.column == name);
        let Some(field) = field else {
            let near = near(&name, &known, 1).join("");
            let hint = if near.is_empty() {
                format!("known are {}", known.join(", "))
            } else {
                format!("did you mean {near}?")
            };
            return Err(Error::value(&format!("line 1, column {}:", at + 1), &name, format!("no such column; {hint}")));
        };
        if names.iter().any(|other| other.flag == field.flag) {
            return Err(Error::Usage(format!("line 1, column {}: {} stands twice; leave one out", at + 1, field.flag)));
        }
        names.push(field);
    }
    if !names.iter().any(|field| field.flag == "address") {
        return Err(Error::Usage("line 1 has no column `address`; write the names of the columns there".to_owned()));
    }
    Ok(names)
}

fn row(record: &StringRecord, names: &[&'static Field], faults: &mut Vec<Fault>) -> SheetRow {
    let line = record.position().map_or(0, csv::Position::line);
    let mut row = SheetRow { line, cells: Vec::new() };
    if record.len() > names.len() {
        let message = format!("the row has {} cells, and line 1 has {} names", record.len(), names.len());
        faults.push(Fault { line, column: names.len() + 1, message });
    }
    for (at, (field, cell)) in names.iter().zip(record).enumerate() {
        // A password may begin or end with a blank.
        let cell = if field.flag == "password" { cell } else { cell.trim() };
        match field.parse_as(field.flag, cell) {
            Ok(Some(text)) if !cell.is_empty() => match unprintable(cell) {
                None => row.cells.push((field.flag, at, text)),
                Some(what) => {
                    let message = format!("{} has {what}; write the cell in one line, without it", field.flag);
                    faults.push(Fault { line, column: at + 1, message });
                }
            },
            Ok(_) => {}
            // The field `lower` refuses an empty cell.
            Err(_) if cell.is_empty() => {}
            Err(error) => faults.push(Fault { line, column: at + 1, message: error.to_string() }),
        }
    }
    row
}

/// What a cell has that no line of a phone's configuration can hold.
fn unprintable(cell: &str) -> Option<&'static str> {
    let is_break = |c: char| matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}');
    if cell.contains(is_break) {
        return Some("a line break");
    }
    cell.contains(char::is_control).then_some("a control character")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_of_a_spreadsheet_is_read_in_each_form() {
        for text in [
            "address,name\n001565aabbcc,\"Ada, the first\"\n",
            "\u{feff}Address;Name\r\n001565aabbcc;Ada, the first\r\n;\r\n",
            "device_address\tname\n001565aabbcc\tAda, the first",
        ] {
            let (rows, faults) = read(text.as_bytes()).unwrap();
            assert!(faults.is_empty() && rows.len() == 1, "{text}: {faults:?}");
            assert_eq!((rows[0].text("address"), rows[0].text("name")), (Some("001565aabbcc"), Some("Ada, the first")));
        }
    }

    #[test]
    fn unusable_file_names_the_place_and_the_next_step() {
        let long = format!("address\n{}", "001565aabbcc\n".repeat(ROWS_MAX + 1));
        for (bytes, message) in [
            (&b"address\n\xff"[..], "line 2 is not UTF-8; save the file as \"CSV UTF-8\""),
            (b"adress\nx", "line 1, column 1: \"adress\": no such column; did you mean address?"),
            (b"address,address\nx", "line 1, column 2: address stands twice; leave one out"),
            (b"model\nT46U", "line 1 has no column `address`; write the names of the columns there"),
            (b"address\n", "the file has no row below its names"),
            (long.as_bytes(), "the file has more than 50000 rows; split it"),
        ] {
            assert_eq!(read(bytes).err().map(|error| error.to_string()).as_deref(), Some(message));
        }
        let wide = vec!["address"; CELLS_MAX + 1].join(",");
        assert!(read(wide.as_bytes()).err().is_some_and(|error| error.to_string().contains("more than 64 columns")));
    }

    #[test]
    fn fault_of_a_cell_has_line_and_column() {
        let (_, faults) = read(b"address,line\n1,\"a\nb\"\n2,3,4\n").unwrap();
        let places: Vec<_> = faults.iter().map(|fault| (fault.line, fault.column)).collect();
        assert_eq!(places, [(2, 2), (4, 3)]);
    }

    #[test]
    fn line_breaks_and_control_characters_are_refused() {
        for (cell, what) in [("a\nb", "a line break"), ("a\r\nb", "a line break"), ("a\u{7}b", "a control character")] {
            for column in ["label", "password", "description"] {
                let (_, faults) = read(format!("address,{column}\n001565aabbcc,\"{cell}\"\n").as_bytes()).unwrap();
                let said: Vec<_> =
                    faults.iter().map(|fault| (fault.line, fault.column, fault.message.as_str())).collect();
                let message = format!("{column} has {what}; write the cell in one line, without it");
                assert_eq!(said, [(2, 2, message.as_str())], "{cell:?}");
            }
        }
    }
}
