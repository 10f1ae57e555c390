//! Assignments to variables and elements of every type, in every scope, followed by a print of the result.

use super::Random;

const NAMES: [&str; 12] = ["i", "f", "s", "e", "t", "nul", "a", "m", "deep", "new", "num", "ea"];

const PATHS: [&str; 16] = [
    "",
    "",
    ".k",
    "['k']",
    "[0]",
    "[]",
    ".k.l",
    "[1]",
    ".0",
    "[$i]",
    ".$s",
    "[\"x$i\"]",
    ".k[]",
    "['l'][0]",
    "[$s].y",
    ".m.k",
];

const VALUES: [&str; 14] = [
    "1",
    "2.5",
    "'v'",
    "\"w$i\"",
    "true",
    "null",
    "[1,'k'=>2]",
    "[]",
    "$s",
    "$a",
    "$i+1",
    "$m.k|upper",
    "strlen($s)",
    "'12'",
];

/// A few statements, then a print of the variables that they changed.
pub fn assignment_template(random: &mut Random) -> String {
    let names: Vec<&str> = (0..2).map(|_| random.pick(&NAMES)).collect();
    let mut template = String::new();
    for _ in 0..=random.below(5) {
        let name = names[random.below(names.len())];
        template += &match random.below(10) {
            0 => format!("{{foreach $a as ${name}}}{}{{/foreach}}", statement(random, name)),
            1 => format!("{{foreach $m as $k => $v}}{}{{/foreach}}", statement(random, name)),
            2 => format!("{{capture assign={name}}}c{{$i}}{{/capture}}"),
            3 => format!(
                "{{function f}}{}[{{json_encode(${name})}}]{{/function}}{{call f {name}=5}}{{call f}}",
                statement(random, name)
            ),
            4 => "{include file='part.tpl'}".into(),
            5 => format!("{{for ${name}=1 to 2}}{}{{/for}}", random.pick(&["", "x"])),
            _ => statement(random, name),
        };
    }
    for name in names {
        template += &format!(" {{json_encode(${name})}}{{gettype(${name})}}");
    }
    template + "\n"
}

fn statement(random: &mut Random, name: &str) -> String {
    let (path, value) = (random.pick(&PATHS), random.pick(&VALUES));
    match random.below(12) {
        0 => format!("{{assign var={name} value={value}}}"),
        1 => format!("{{assign {name} {value} scope={}}}", random.pick(&["parent", "root", "local", "global"])),
        2 => format!("{{append var={name} value={value}}}"),
        3 => format!("{{append var={name} value={value} index='k'}}"),
        4 => format!("{{${name}++}}"),
        5 => format!("{{${name}--}}"),
        6 => format!("{{${name}.k++}}"),
        7 => format!("{{${name}{path} = {value} scope=root}}"),
        8 => format!("{{if ${name} = {value}}}y{{/if}}"),
        _ => format!("{{${name}{path}={value}}}"),
    }
}
