//! Renders a job with the library.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use dialplate_smarty::php::{Array, Clock, Key, Value};
use dialplate_smarty::{Error, Render, Superglobals, Template, Templates};

use super::Job;
use super::json::{entries, value};

pub fn render(job: &Job) -> Result<Vec<u8>, Error> {
    let files = Files::new(job);
    let source = files.source(&job.file).expect("the job's file is one of its files");
    let template = Template::parse(&job.file, source).map_err(|error| error.with_source(source))?;
    if job.compile {
        template.stands_alone(|_| false)?;
        return Ok(Vec::new());
    }
    let variables: Array =
        entries(&job.variables).into_iter().map(|(name, value)| (Key::from(name.as_str()), value)).collect();
    let clock = Clock::stopped(job.clock);
    let [get, post, cookies, server] = job.request.each_ref().map(|text| value(text));
    let render = Render {
        templates: &files,
        superglobals: Superglobals { request: merged(&post, &get), get, post, cookies },
        server: &|| server.clone(),
        ..Render::new(&variables, &clock)
    };
    template.render(&render).map_err(|error| match files.source(&error.template) {
        Some(source) => error.with_source(source),
        None => error,
    })
}

/// PHP's `$_POST + $_GET`, as the driver sets `$_REQUEST`.
fn merged(post: &Value, get: &Value) -> Value {
    let (Value::Array(post), Value::Array(get)) = (post, get) else {
        return Value::Null;
    };
    let mut both = Array::clone(post);
    for (key, value) in get.iter() {
        if !both.contains(key.as_ref()) {
            both.insert(key.clone(), value.clone());
        }
    }
    Value::array(both)
}

/// The files of the job, each parsed when first included.
struct Files<'j> {
    job: &'j Job,
    parsed: RefCell<HashMap<String, Rc<Template>>>,
}

impl<'j> Files<'j> {
    fn new(job: &'j Job) -> Files<'j> {
        Files { job, parsed: RefCell::default() }
    }

    fn source(&self, name: &str) -> Option<&'j [u8]> {
        self.job.files.iter().find(|(file, _)| file == name).map(|(_, source)| &source[..])
    }
}

impl Templates for Files<'_> {
    fn get(&self, name: &[u8]) -> Result<Option<Rc<Template>>, Error> {
        let name = String::from_utf8_lossy(name);
        if let Some(template) = self.parsed.borrow().get(&*name) {
            return Ok(Some(template.clone()));
        }
        let Some(source) = self.source(&name) else {
            return Ok(None);
        };
        let template = Rc::new(Template::parse(&name, source)?);
        self.parsed.borrow_mut().insert(name.into_owned(), template.clone());
        Ok(Some(template))
    }
}
