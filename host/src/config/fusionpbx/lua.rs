//! `config.lua`, which FusionPBX 5.0 writes for the switch's scripts:
//! `database.system = "pgsql://hostaddr=127.0.0.1 port=5432 dbname=fusionpbx user=… password=… options=''";`

use super::values::{Values, WrongValue};

/// The words of the connection text, and the current names of what they hold.
const WORDS: [(&str, &str); 8] = [
    ("host", "host"),
    ("hostaddr", "hostaddr"),
    ("port", "port"),
    ("dbname", "name"),
    ("user", "username"),
    ("password", "password"),
    ("sslmode", "sslmode"),
    ("sslrootcert", "cert_authority"),
];

pub fn values(text: &str) -> Result<Values, WrongValue> {
    let wrong = |reason: &str| ("database.system".to_owned(), reason.to_owned());
    let system = text.lines().filter_map(assigned).next_back().ok_or_else(|| wrong("is missing"))?;
    let mut values = Values::new();
    if let Some(words) = system.strip_prefix("pgsql://") {
        values.insert("type".to_owned(), "pgsql".to_owned());
        for word in words.split_ascii_whitespace() {
            let (word, value) = word.split_once('=').ok_or_else(|| wrong("has a part that is not word=value"))?;
            if let Some((_, name)) = WORDS.iter().find(|(known, _)| *known == word) {
                values.insert((*name).to_owned(), value.trim_matches('\'').to_owned());
            }
        }
    } else if let Some(path) = system.strip_prefix("sqlite://") {
        let (folder, name) = path.rsplit_once('/').ok_or_else(|| wrong("names no file"))?;
        values
            .extend([("type", "sqlite"), ("path", folder), ("name", name)].map(|(k, v)| (k.to_owned(), v.to_owned())));
    } else {
        return Err(wrong("is neither `pgsql://…` nor `sqlite://…`"));
    }
    Ok(values)
}

/// The text that a line assigns to `database.system`, in any of Lua's quotes.
fn assigned(line: &str) -> Option<&str> {
    let line = line.trim();
    let value = line.strip_prefix("database.system").or_else(|| line.strip_prefix("database[\"system\"]"))?;
    let value = value.trim_start().strip_prefix('=')?.trim().trim_end_matches(';').trim_end();
    let between = |open: &str, close: &str| value.strip_prefix(open)?.strip_suffix(close);
    between("\"", "\"").or_else(|| between("'", "'")).or_else(|| between("[[", "]]"))
}
