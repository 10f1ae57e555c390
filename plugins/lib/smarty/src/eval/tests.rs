//! Behaviour that case files cannot show: trust, limits, and lookups of variables.

use std::cell::RefCell;

use super::{Render, Variables};
use crate::php::{Array, Clock, Key, Str, Value};
use crate::{Error, ErrorKind, Limits, Template};

fn clock() -> Clock<'static> {
    Clock::stopped(1_782_907_200)
}

/// Escapes `&` and `<`, as the plugin for an XML file does.
fn escape(value: &[u8], out: &mut Vec<u8>, _kept: usize) {
    for &byte in value {
        match byte {
            b'&' => out.extend_from_slice(b"&amp;"),
            b'<' => out.extend_from_slice(b"&lt;"),
            _ => out.push(byte),
        }
    }
}

/// Renders with `$x` untrusted and `$t` trusted.
fn render(source: &str, x: &str) -> String {
    let mut variables = Array::new();
    variables.insert(Key::from("x"), Value::Str(Str::from(x).untrusted()));
    variables.insert(Key::from("t"), Value::from("<b>&"));
    let clock = clock();
    let template = Template::parse("t.xml", source.as_bytes()).unwrap();
    let render = Render { untrusted: &escape, ..Render::new(&variables, &clock) };
    String::from_utf8(template.render(&render).unwrap()).unwrap()
}

fn limited(source: &str, limits: Limits) -> Error {
    let variables = Array::new();
    let clock = clock();
    let template = Template::parse("t.cfg", source.as_bytes()).unwrap();
    let render = Render { limits, ..Render::new(&variables, &clock) };
    template.render(&render).unwrap_err()
}

#[test]
fn print_escapes_untrusted_text_only() {
    assert_eq!(render("{$x}|{$t}", "<&"), "&lt;&amp;|<b>&");
}

#[test]
fn string_with_untrusted_part_is_untrusted() {
    assert_eq!(render("{$y = \"to $x\"}{$y}", "<"), "to &lt;");
    assert_eq!(render("{$y = \"to $x\"}{if $y == 'to <'}same{/if}", "<"), "same");
}

#[test]
fn markup_around_untrusted_part_stays_markup() {
    assert_eq!(render("{$y = \"<i>$x</i>\"}{$y}", "Anna"), "<i>Anna</i>");
    assert_eq!(render("{$y = \"<i>$x</i>\"}{$y}", "<&"), "<i>&lt;&amp;</i>");
    assert_eq!(render("{$y = '<i>'|cat:$x}{$y}", "<"), "<i>&lt;");
}

#[test]
fn captured_text_is_escaped_once() {
    assert_eq!(render("{capture name=c}<i>{$x}</i>{/capture}{$smarty.capture.c}", "<"), "<i>&lt;</i>");
}

#[test]
fn keys_and_characters_of_untrusted_text_are_untrusted() {
    assert_eq!(render("{foreach [$x => 1] as $k => $v}{$k}{/foreach}{$x[0]}", "<"), "&lt;&lt;");
}

#[test]
fn endless_loop_stops_at_step_limit() {
    let error = limited("{while true}x{/while}", Limits { loop_steps: 10, ..Limits::default() });
    assert_eq!((error.kind, error.line), (ErrorKind::Limit, 1));
}

#[test]
fn output_stops_at_limit_even_captured() {
    let limits = Limits { output_bytes: 100, ..Limits::default() };
    assert_eq!(limited("{for $i=1 to 99}xx{/for}", limits).kind, ErrorKind::Limit);
    assert_eq!(limited("{for $i=1 to 99}{capture}xx{/capture}{/for}", limits).kind, ErrorKind::Limit);
}

#[test]
fn endless_recursion_stops_at_depth_limit() {
    let error = limited("\n{function f}{if 1}{f}{/if}{/function}\n{f}", Limits::default());
    assert_eq!(error.kind, ErrorKind::Limit);
}

#[test]
fn doubled_string_stops_at_size_limit() {
    let error = limited("{$s = 'x'}{while true}{$s = \"$s$s\"}{/while}", Limits::default());
    assert_eq!(error.kind, ErrorKind::Limit);
}

#[test]
fn variable_is_looked_up_once_and_only_when_reached() {
    struct Recorder(RefCell<Vec<String>>);
    impl Variables for Recorder {
        fn get(&self, name: &str) -> Option<Value> {
            self.0.borrow_mut().push(name.to_owned());
            Some(Value::from(name))
        }
    }
    let recorder = Recorder(RefCell::default());
    let clock = clock();
    let source = b"{function f}{$a}{/function}{$a}{$a}{f}{if 0}{$b}{/if}{$c = 1}{$c}{foreach [1] as $d}{$d}{/foreach}";
    let template = Template::parse("t.cfg", source).unwrap();
    assert_eq!(template.render(&Render::new(&recorder, &clock)).unwrap(), b"aaa11");
    let names = recorder.0.into_inner();
    assert_eq!(names.iter().filter(|name| *name == "a").count(), 1, "{names:?}");
    assert!(!names.contains(&"b".to_owned()), "{names:?}");
}

#[test]
fn reads_lists_every_variable_a_template_may_read() {
    let source = b"{foreach $lines as $n => $line}{$line.label}{/foreach}{include file='./a.tpl'}{$x.y = 1}";
    let reads = Template::parse("v/t.cfg", source).unwrap().reads("");
    let names: Vec<&str> = reads.variables.as_deref().unwrap().iter().map(String::as_str).collect();
    assert_eq!(names, ["line", "lines", "x"]);
    assert_eq!((reads.files, reads.computed_files), (vec!["v/a.tpl".to_owned()], false));
    let computed = Template::parse("t.cfg", b"{$a_{$i}}{include file=$f}").unwrap().reads("");
    assert_eq!((computed.variables, computed.computed_files), (None, true));
}

#[test]
fn render_fault_names_its_line() {
    let error = limited("a\n{if 1}\n{if 0}{elseif 'a' * 2}{/if}\n{/if}", Limits::default());
    assert_eq!((error.kind, error.line, error.column), (ErrorKind::Fault, 3, 7));
}

/// Renders with `$t` inserted by the caller: the document, and where the text belongs.
fn inserted(source: &str) -> (String, Vec<usize>) {
    let mut variables = Array::new();
    variables.insert(Key::from("t"), Value::from("12"));
    let (clock, places) = (clock(), RefCell::new(vec![]));
    let template = Template::parse("t.cfg", source.as_bytes()).unwrap();
    let insert = |name: &str, at: usize| {
        let is_taken = name == "t";
        places.borrow_mut().extend(is_taken.then_some(at));
        is_taken
    };
    let document = template.render(&Render { insert: &insert, ..Render::new(&variables, &clock) }).unwrap();
    (String::from_utf8(document).unwrap(), places.into_inner())
}

#[test]
fn variable_outside_of_blocks_is_inserted() {
    assert_eq!(inserted("#{$t}\na = {$t}{$x};"), ("#\na = ;".to_owned(), vec![1, 6]));
    assert_eq!(inserted("#{$t}{if $t > 3} more{/if} {$t}"), ("# more 12".to_owned(), vec![1]));
}

#[test]
fn text_that_may_leave_its_place_is_printed() {
    let sources = [
        ("{capture name=c}{$t}{/capture}{$smarty.capture.c}", "12"),
        ("{if true}{$t}{/if}", "12"),
        ("{foreach [1, 2] as $i}{$t}{/foreach}", "1212"),
        ("{textformat wrap=5}{$t}{/textformat}", "12"),
        ("{block name=b}{$t}{/block}|{$t}", "12|12"),
        ("{function f}{$t}{/function}{call f}", "12"),
        ("{$u = \"<$t>\"}{$u}", "<12>"),
        ("{$t|cat:'3'}{$t + 1}", "12313"),
        ("{$t = 7}{$t}", "7"),
    ];
    for (source, expected) in sources {
        assert_eq!(inserted(source), (expected.to_owned(), vec![]), "{source}");
    }
}
