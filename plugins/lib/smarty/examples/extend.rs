//! `cargo run --example extend`: parses a template, adds a function to the language, and renders within limits.

#![allow(clippy::print_stdout, reason = "a command-line program")]

use dialplate_smarty::php::{Array, Clock, Context, Function, Key, PhpError, Taint, Value};
use dialplate_smarty::{Error, Limits, Render, Template};

/// `extension_of($number)`, also `{$number|extension_of}`: the last three characters.
static EXTENSION_OF: Function = Function {
    name: "extension_of",
    min: 1,
    max: Some(1),
    by_ref: 0,
    takes_values: false,
    // The result is a part of the argument, so it is as untrusted as the argument.
    taint: Taint::Propagates,
    call: extension_of,
};

fn extension_of(context: &mut Context<'_>, args: &mut [Value]) -> Result<Value, PhpError> {
    let number = args[0].to_str();
    context.charge(number.len())?;
    Ok(Value::from(number[number.len().saturating_sub(3)..].to_vec()))
}

const SOURCE: &[u8] = b"{foreach $numbers as $number}\n\
    key.{$number@iteration} = {$number|extension_of}\n\
    {/foreach}\n";

fn render(limits: Limits) -> Result<Vec<u8>, Error> {
    let template = Template::parse_with("keys.cfg", SOURCE, &[&EXTENSION_OF])?;
    let mut variables = Array::new();
    variables.insert(Key::from("numbers"), Value::list(["0301234101", "0301234102"].map(Value::from)));
    let clock = Clock::stopped(1_782_907_200);
    template.render(&Render { limits, ..Render::new(&variables, &clock) })
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    print!("{}", String::from_utf8(render(Limits::default())?)?);
    let stopped = render(Limits { loop_steps: 1, ..Limits::default() });
    if let Err(error) = stopped {
        println!("{error}");
    }
    Ok(())
}
