//! What parses also renders, to bytes or to an error, within small limits; nothing panics or hangs.
#![no_main]

use std::rc::Rc;

use dialplate_smarty::php::{Array, Clock, Key, Value};
use dialplate_smarty::{Error, Limits, Render, Superglobals, Template, Templates};
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;

/// Every name is the same file, so that includes and inheritance recurse.
struct Itself(Rc<Template>);

impl Templates for Itself {
    fn get(&self, _name: &[u8]) -> Result<Option<Rc<Template>>, Error> {
        Ok(Some(self.0.clone()))
    }
}

fn variables() -> Array {
    let list = Value::list([Value::Int(3), Value::text("one"), Value::Float(2.5), Value::Null]);
    let nested = Value::list([list.clone(), Value::Bool(true)]);
    let of = |name: &str, value: Value| (Key::from(name), value);
    Array::from_iter([
        of("v", Value::text("value")),
        of("s", Value::text("Some text\nwith <b>\"marks\"</b> and h\u{e9}")),
        of("x", Value::Str(b"\xff\xe9 12px"[..].into())),
        of("n", Value::Int(7)),
        of("i", Value::Int(i64::MAX)),
        of("f", Value::Float(1e300)),
        of("t", Value::Bool(true)),
        of("u", Value::text("untrusted & raw").into_untrusted()),
        of("l", list),
        of("a", nested),
    ])
}

/// Far below the defaults: the fuzzer wants many small renders.
fn limits() -> Limits {
    Limits { output_bytes: 1 << 18, loop_steps: 10_000, fuel: 1 << 22, ..Limits::default() }
}

fuzz_target!(|source: &[u8]| {
    let Ok(template) = Template::parse("fuzz.tpl", source) else {
        return;
    };
    let template = Rc::new(template);
    let files = Itself(template.clone());
    let (variables, superglobals) = (variables(), Superglobals::default());
    let clock = Clock { seconds: 1_782_907_200, nanoseconds: 0, zone: TimeZone::UTC };
    let render = Render {
        templates: &files,
        variables: &variables,
        superglobals,
        clock: &clock,
        limits: limits(),
        untrusted: &|value, out, _| out.extend(value.iter().filter(|b| b.is_ascii_alphanumeric())),
    };
    if let Err(error) = template.render(&render) {
        assert!(error.line >= 1 && error.column >= 1);
        drop(error.with_source(source).report());
    }
});
