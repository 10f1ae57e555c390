//! The fuzz targets for the template language. No input makes them panic or hang.

use dialplate_smarty::php::{Array, Clock, Key, Value};
use dialplate_smarty::{Error, Limits, Render, Superglobals, Template, Templates};
use std::rc::Rc;

/// Parses any bytes, to a template or an error.
///
/// # Panics
/// If an error has no line or column.
pub fn parse(source: &[u8]) {
    match Template::parse("fuzz.tpl", source) {
        Ok(template) => drop(template.reads("")),
        Err(error) => {
            assert!(error.line >= 1 && error.column >= 1);
            drop(error.with_source(source).report());
        }
    }
}

/// Finds the same file under every name, so that includes and inheritance recurse.
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

/// Far below the defaults, so that the fuzzer can try many small renders.
fn limits() -> Limits {
    Limits { output_bytes: 1 << 18, loop_steps: 10_000, fuel: 1 << 22, ..Limits::default() }
}

/// Parses any bytes, and renders the template within small limits, to bytes or an error.
///
/// # Panics
/// If an error has no line or column.
pub fn render(source: &[u8]) {
    let Ok(template) = Template::parse("fuzz.tpl", source) else {
        return;
    };
    let template = Rc::new(template);
    let files = Itself(template.clone());
    let (variables, superglobals) = (variables(), Superglobals::default());
    let clock = Clock::stopped(1_782_907_200);
    let render = Render {
        templates: &files,
        folder: "",
        variables: &variables,
        superglobals,
        server: &|| Value::Null,
        clock: &clock,
        limits: limits(),
        untrusted: &|value, out, _| out.extend(value.iter().filter(|b| b.is_ascii_alphanumeric())),
        insert: &|name, _| name == "n",
    };
    if let Err(error) = template.render(&render) {
        assert!(error.line >= 1 && error.column >= 1);
        drop(error.with_source(source).report());
    }
}
