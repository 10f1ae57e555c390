//! Reads the keys of the API and of the web console.

use super::folders::in_data;
use super::source::{ConfigSource, parse_flag};
use crate::operator::{Config, Fusionpbx};
use std::path::PathBuf;

pub fn read(source: &mut ConfigSource) -> Config {
    let file: PathBuf = source.value("access_file", |text| match text {
        "" => Err("is empty; write the path of a file".to_owned()),
        path => Ok(path.into()),
    });
    let is_default = !source.is_given("access_file") && source.is_given("data");
    let authorities = source.optional("fusionpbx_ca", |text| Ok(text.into()));
    let url = source.optional("fusionpbx_url", Fusionpbx::parse_url);
    Config {
        access_file: if is_default { in_data(source, "access_file", &file) } else { file },
        console_edit: source.value("console_edit", parse_flag),
        fusionpbx: url.map(|url| Fusionpbx { url, authorities }),
    }
}
