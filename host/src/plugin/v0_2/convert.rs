//! Converts between the host's types and those of this version. Tables are copied, since requests share them in
//! the host; the rest is moved.

use super::bindings::dialplate::provision::types as wit;
use crate::facts::{Table, Value};
use crate::plugin::description::{Action, Description, UserAgent, Vendor};
use crate::plugin::document::Document;
use crate::plugin::error::RenderError;
use crate::plugin::host_calls::HostCalls;
use crate::plugin::job::{Moment, Prepared, Reads, TemplateFault};
use crate::plugin::limits::{MESSAGE_CHARS_MAX, one_line};

pub(super) fn instant(time: Moment) -> wit::Instant {
    let Moment { seconds, nanoseconds, zone, tzif } = time;
    wit::Instant { seconds, nanoseconds, zone: zone.to_owned(), tzif: tzif.to_vec() }
}

pub(super) fn table(table: &Table) -> wit::Table {
    wit::Table {
        name: table.name.to_owned(),
        columns: table.columns.to_vec(),
        rows: table.rows.iter().map(|row| row.iter().cloned().map(value).collect()).collect(),
    }
}

fn value(value: Value) -> wit::Value {
    match value {
        Value::Null => wit::Value::Null,
        Value::Text(text) => wit::Value::Text(text),
        Value::Number(number) => wit::Value::Number(number),
        Value::Flag(flag) => wit::Value::Flag(flag),
        Value::Items(items) => wit::Value::Items(items),
    }
}

pub(super) fn document(document: wit::Document) -> Document {
    Document {
        content_type: document.content_type,
        file: document.file,
        body: document.body.into(),
        host_calls: HostCalls::default(),
    }
}

pub(super) fn failure(failure: wit::Failure) -> RenderError {
    match failure {
        wit::Failure::NoSuchFile(file) => RenderError::NoSuchFile(message(&file)),
        wit::Failure::Template(found) => RenderError::Template(fault(&found)),
        wit::Failure::Limit(name) => RenderError::Limit { name: message(&name) },
        wit::Failure::Other(text) => RenderError::Other(message(&text)),
    }
}

fn fault(fault: &wit::Fault) -> TemplateFault {
    TemplateFault {
        template: message(&fault.template),
        line: fault.line,
        column: fault.column,
        message: message(&fault.message),
        excerpt: message(&fault.excerpt),
    }
}

/// It goes to the log.
fn message(text: &str) -> String {
    one_line(text, MESSAGE_CHARS_MAX)
}

pub(super) fn prepared(prepared: wit::Prepared) -> Prepared {
    let outcome = match prepared.outcome {
        Ok(wit::Reads::Every) => Ok(Reads::Every),
        Ok(wit::Reads::Only(mut names)) => {
            // A job has each setting once, and a template cannot read a variable without a name.
            names.sort_unstable();
            names.dedup();
            names.retain(|name| !name.is_empty());
            Ok(Reads::Only(names.into()))
        }
        Err(found) => Err(fault(&found)),
    };
    Prepared { folder: prepared.folder, file: prepared.file, outcome }
}

pub(super) fn description(found: wit::Description) -> Description {
    Description {
        name: found.name,
        version: found.version,
        vendors: found.vendors.into_iter().map(vendor).collect(),
        user_agents: found.user_agents.into_iter().map(user_agent).collect(),
        any: found.any,
    }
}

fn vendor(vendor: wit::Vendor) -> Vendor {
    let event = |event: wit::Event| {
        let action = match event.action {
            wit::Action::Resync => Action::Resync,
            wit::Action::Reboot => Action::Reboot,
        };
        (action, event.event)
    };
    Vendor { name: vendor.name, ouis: vendor.ouis, events: vendor.events.into_iter().map(event).collect() }
}

fn user_agent(agent: wit::UserAgent) -> UserAgent {
    UserAgent { pattern: agent.pattern, vendor: agent.vendor, template: agent.template }
}
