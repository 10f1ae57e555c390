//! Which parts of the language read the time or the zone. The server keeps no document of a render that did.

use dialplate_smarty::php::{Array, Clock, Context, Now, Value, call};
use dialplate_smarty::{Render, Template, registry};
use jiff::tz::TimeZone;
use std::cell::Cell;

/// Templates that read the clock: one for each function, modifier, tag and variable that can, and for each form of it.
const READING: [&str; 48] = [
    "{$smarty.now}",
    "{$smarty.now|date_format:'%H'}",
    "{'now'|date_format}",
    "{'tomorrow'|date_format:'%d'}",
    "{''|date_format:'%d':'now'}",
    "{'2024-06-01'|date_format}",
    "{12|date_format}",
    "{time()}",
    "{microtime()}",
    "{microtime(true)}",
    "{gettimeofday(true)}",
    "{date('Y')}",
    "{date('Y', 0)}",
    "{'Y'|date}",
    "{gmdate('Y')}",
    "{strftime('%Y')}",
    "{gmstrftime('%Y')}",
    "{idate('Y')}",
    "{getdate()|count}",
    "{localtime()|count}",
    "{mktime(1)}",
    "{mktime(1, 2, 3, 4, 5, 2026)}",
    "{gmmktime(1)}",
    "{gmmktime(1, 2, 3, 4, 5, 2026)}",
    "{strtotime('now')}",
    "{strtotime('+1 day')}",
    "{strtotime('next monday')}",
    "{strtotime('2024-06-01 10:00')}",
    "{strtotime('@0')}",
    "{strtotime('+1 day', 0)}",
    "{uniqid()}",
    "{uniqid('x')}",
    "{date_default_timezone_get()}",
    "{date_sunrise(0)}",
    "{date_sunset(0, 0, 52.5, 13.4)}",
    "{date_sun_info(0, 52.5, 13.4)|count}",
    "{html_select_date}",
    "{html_select_date time=0}",
    "{html_select_date start_year='-1'}",
    "{html_select_time}",
    "{html_select_time time=0}",
    "{array_map('time', [])|count}{array_map('date', ['Y'])|implode}",
    "{call_user_func('time')}",
    "{if time() > 5}x{/if}",
    "{math equation='x + 1' x=time()}",
    "{capture name=c}{time()}{/capture}",
    "{assign var=t value=time()}",
    "{function name=f}{time()}{/function}{f}",
];

/// Templates that look like it and do not.
const NOT_READING: [&str; 8] = [
    "{checkdate(2, 29, 2024)}",
    "{date_parse('2024-06-01')|count}",
    "{gmdate('Y', 0)}",
    "{gmstrftime('%Y', 0)}",
    "{if false}{time()}{$smarty.now}{/if}",
    "{$time}{$now}{$microtime}",
    "{function name=f}{time()}{/function}",
    "{''|date_format}",
];

/// Functions of the list that can read the clock. Another function that does has to be added here, and to `READING`.
const FUNCTIONS: [&str; 18] = [
    "date",
    "date_default_timezone_get",
    "date_sun_info",
    "date_sunrise",
    "date_sunset",
    "getdate",
    "gettimeofday",
    "gmdate",
    "gmmktime",
    "gmstrftime",
    "idate",
    "localtime",
    "microtime",
    "mktime",
    "strftime",
    "strtotime",
    "time",
    "uniqid",
];

/// Whether `act` reads the clock that it gets.
fn reads(act: impl FnOnce(&Clock<'_>)) -> bool {
    let is_read = Cell::new(false);
    let read = || {
        is_read.set(true);
        Now { seconds: 1_782_907_200, nanoseconds: 0, zone: TimeZone::UTC }
    };
    act(&Clock::new(&read));
    is_read.get()
}

fn template_reads(source: &str) -> bool {
    let template = Template::parse("t.cfg", source.as_bytes()).unwrap_or_else(|error| panic!("{source}: {error}"));
    let render = |clock: &Clock<'_>| {
        let outcome = template.render(&Render::new(&Array::new(), clock));
        outcome.unwrap_or_else(|error| panic!("{source}: {error}"));
    };
    reads(render)
}

#[test]
fn templates_that_read_the_clock_are_seen() {
    let unseen: Vec<_> = READING.into_iter().filter(|source| !template_reads(source)).collect();
    assert!(unseen.is_empty(), "{unseen:?}");
}

#[test]
fn templates_without_the_clock_do_not_read_it() {
    let seen: Vec<_> = NOT_READING.into_iter().filter(|source| template_reads(source)).collect();
    assert!(seen.is_empty(), "{seen:?}");
}

#[test]
fn functions_that_read_the_clock_are_those_of_the_list() {
    let texts = ["", "Y", "now", "2024-06-01 10:00", "b", "time"].map(Value::from);
    let values = texts.into_iter().chain([Value::Int(1), Value::Null, Value::Bool(true)]);
    let values: Vec<_> = values.collect();
    let function_reads = |function: &&'static dialplate_smarty::php::Function| {
        let most = function.max.unwrap_or(3).min(3);
        let attempts = (function.min..=most.max(function.min))
            .flat_map(|count| values.iter().map(move |value| vec![value.clone(); count]));
        let mut attempts: Vec<_> = attempts.collect();
        attempts.push(vec![]);
        attempts.into_iter().any(|mut args| reads(|clock| drop(call(function, &mut Context::new(clock), &mut args))))
    };
    // These call the function that they are given.
    let is_own = |function: &&dialplate_smarty::php::Function| !function.name.starts_with("call_user_func");
    let mut found: Vec<_> = registry::functions().filter(is_own).filter(function_reads).map(|it| it.name).collect();
    found.sort_unstable();
    assert_eq!(found, FUNCTIONS);
}

#[test]
fn clock_is_read_once_in_a_render() {
    let count = Cell::new(0);
    let read = || {
        count.set(count.get() + 1);
        Now { seconds: count.get(), nanoseconds: 0, zone: TimeZone::UTC }
    };
    let template = Template::parse("t.cfg", b"{time()}{$smarty.now}{time()}").expect("a template");
    let document = template.render(&Render::new(&Array::new(), &Clock::new(&read)));
    assert_eq!(document.expect("a document"), b"111");
}
