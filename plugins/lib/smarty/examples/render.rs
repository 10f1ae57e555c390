//! Renders a template file: `render FOLDER FILE [VARIABLES.json]`. With `-` the variables come from standard input.
//! Included files are read from FOLDER.

#![allow(clippy::print_stdout, reason = "a command-line program")]

use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;

use dialplate_smarty::php::{Array, Clock, Key, Value};
use dialplate_smarty::{Error, Render, Template, Templates};

struct Folder(PathBuf);

impl Templates for Folder {
    fn get(&self, name: &[u8]) -> Result<Option<Rc<Template>>, Error> {
        let name = String::from_utf8_lossy(name);
        match std::fs::read(self.0.join(&*name)) {
            Ok(source) => Template::parse(&name, &source).map(Rc::new).map(Some),
            Err(_) => Ok(None),
        }
    }
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (folder, file, variables) = match args.as_slice() {
        [folder, file] => (folder, file, None),
        [folder, file, variables] => (folder, file, Some(variables)),
        _ => {
            eprintln!("usage: render FOLDER FILE [VARIABLES.json | -]");
            return ExitCode::from(2);
        }
    };
    match run(Path::new(folder), file, variables.map(String::as_str)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn run(folder: &Path, file: &str, variables: Option<&str>) -> Result<(), String> {
    let source = std::fs::read(folder.join(file)).map_err(|error| format!("{file}: {error}"))?;
    let variables = match variables {
        None => Array::new(),
        Some(path) => read_variables(path)?,
    };
    let template = Template::parse(file, &source).map_err(|error| error.report())?;
    let clock = Clock::stopped(1_782_907_200);
    let files = Folder(folder.to_owned());
    let render = Render { templates: &files, ..Render::new(&variables, &clock) };
    let bytes = template.render(&render).map_err(|error| match error.template == file {
        true => error.with_source(&source).report(),
        false => error.report(),
    })?;
    std::io::stdout().write_all(&bytes).map_err(|error| error.to_string())
}

fn read_variables(path: &str) -> Result<Array, String> {
    let mut text = String::new();
    match path {
        "-" => std::io::stdin().read_to_string(&mut text).map(|_| ()),
        path => std::fs::read_to_string(path).map(|read| text = read),
    }
    .map_err(|error| format!("{path}: {error}"))?;
    let json = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
    match value(json) {
        Value::Array(array) => Ok(Array::clone(&array)),
        _ => Err(format!("{path}: expected an object")),
    }
}

fn value(json: serde_json::Value) -> Value {
    use serde_json::Value as Json;
    match json {
        Json::Null => Value::Null,
        Json::Bool(b) => Value::Bool(b),
        Json::Number(n) => match n.as_i64() {
            Some(n) => Value::Int(n),
            None => Value::Float(n.as_f64().unwrap_or(0.0)),
        },
        Json::String(s) => Value::from(s.as_str()),
        Json::Array(list) => Value::list(list.into_iter().map(value)),
        Json::Object(map) => {
            let mut array = Array::new();
            for (key, entry) in map {
                array.insert(Key::from(key.as_str()), value(entry));
            }
            Value::from(array)
        }
    }
}
