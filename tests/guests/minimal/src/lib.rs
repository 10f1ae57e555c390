//! A small plugin for the vendor `minimal`, which returns a template's text, the address and the settings. For the tests it
//! also misbehaves on demand: `render` does what the parameter `do` names, `prepare` what a template's file name names.

mod misbehave;

use std::hint::black_box;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

wit_bindgen::generate!({ path: "../../../wit/0.2.1", world: "plugin" });

use dialplate::provision::host;
use dialplate::provision::types::*;

struct Minimal;
export!(Minimal);

/// All templates that `prepare` got.
static TEMPLATES: Mutex<Vec<Template>> = Mutex::new(Vec::new());
/// Tests overwrite it in the built component with one address, and the action of `misbehave` for that address.
static PLANTED: [u8; 48] = *b"planted: 000000000000 nothing                   ";
/// How often this instance has rendered. More than once means that a request sees the memory of another one.
static RENDERED: AtomicU32 = AtomicU32::new(0);

impl Guest for Minimal {
    fn describe() -> Description {
        Description {
            name: "minimal".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            vendors: vec![Vendor {
                name: "minimal".into(),
                ouis: vec!["02aabb".into()],
                events: vec![Event { action: Action::Resync, event: "check-sync;reboot=false".into() }],
            }],
            user_agents: vec![UserAgent {
                pattern: "^Minimal (?<address>[0-9A-Fa-f:]{12,17})".into(),
                vendor: "minimal".into(),
                template: Some("minimal/one".into()),
            }],
            any: true,
        }
    }

    fn prepare(templates: Vec<Template>) -> Vec<Prepared> {
        let outcomes = templates.iter().map(|template| Prepared {
            folder: template.folder.clone(),
            file: template.file.clone(),
            outcome: outcome(template),
        });
        let outcomes = outcomes.collect();
        TEMPLATES.lock().unwrap().extend(templates);
        outcomes
    }

    fn render(job: Job) -> Result<Document, Failure> {
        let before = RENDERED.fetch_add(1, Relaxed);
        if let Some((_, action)) = job.parameters.iter().rev().find(|(name, _)| name == "do") {
            return misbehave::render(action, &job, before);
        }
        // Read from memory, because the compiler knows only the original value.
        let planted = String::from_utf8(black_box(&PLANTED).to_vec()).unwrap();
        if let Some(action) = planted.strip_prefix("planted: ").and_then(|planted| planted.strip_prefix(&*job.address)) {
            return misbehave::render(action.trim(), &job, before);
        }
        let prepared = TEMPLATES.lock().unwrap();
        let mut known = job.templates.iter().chain(prepared.iter()).filter(|template| template.folder == job.folder);
        let template = match &job.file {
            Some(file) => known.find(|template| template.file == *file),
            None => known.next(),
        };
        let template = template.ok_or_else(|| Failure::NoSuchFile(job.file.clone().unwrap_or_default()))?;
        let mut body = template.source.clone();
        body.extend_from_slice(format!("\naddress {}\n", job.address).as_bytes());
        for setting in &job.settings {
            body.extend_from_slice(format!("{} = {:?}\n", setting.name, setting.value).as_bytes());
        }
        Ok(document(&template.file, body))
    }
}

fn document(file: &str, body: Vec<u8>) -> Document {
    Document { content_type: "text/plain".into(), file: file.into(), body }
}

/// A template that begins with `fault` has a fault; one that begins with `reads a b` reads these settings; any other
/// template reads every setting.
fn outcome(template: &Template) -> Result<Reads, Fault> {
    misbehave::prepare(&template.file);
    let text = String::from_utf8_lossy(&template.source);
    if text.starts_with("fault") {
        return Err(Fault {
            template: format!("{}/{}", template.folder, template.file),
            line: 1,
            column: 1,
            message: "a fault was asked for".into(),
            excerpt: text.into_owned(),
        });
    }
    Ok(match text.strip_prefix("reads ") {
        Some(names) => Reads::Only(names.split_whitespace().map(str::to_owned).collect()),
        None => Reads::Every,
    })
}
