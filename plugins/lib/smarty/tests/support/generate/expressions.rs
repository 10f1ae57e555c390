//! Expressions over values of every type.

use super::Random;

const NAMES: [&str; 31] = [
    "i", "neg", "z", "one", "big", "f", "half", "whole", "tiny", "huge", "t", "no", "nul", "s", "e", "num", "dec",
    "lead", "trail", "px", "exp", "zero", "neg_s", "html", "utf", "a", "m", "ea", "deep", "u", "long",
];

/// Operands that arithmetic mostly accepts; PHP throws for most others.
const NUMBERS: [&str; 14] =
    ["i", "neg", "z", "one", "f", "half", "whole", "tiny", "num", "dec", "lead", "neg_s", "zero", "nul"];

const PARTS: [&str; 14] = [
    "$a.0",
    "$a[1]",
    "$m.k",
    "$m['n']",
    "$m.none",
    "$deep.l.0.x",
    "$deep.l[1].y",
    "$deep.m.k.k",
    "$m[0]",
    "$u.x",
    "$a[$z]",
    "$m.{'k'}",
    "$deep['m']['k']",
    "$i.x",
];

const LITERALS: [&str; 22] = [
    "0", "1", "2", "5", "10", "1.5", "0.1", "3.0", "007", "''", "'a'", "'12'", "' 3'", "'1.0'", "'abc'", "\"x\"",
    "true", "false", "null", "[]", "[1,2]", "'1e1'",
];

const ARITHMETIC: [&str; 8] = [" + ", " - ", " * ", " / ", " % ", "+", "*", "-"];

const COMPARISONS: [&str; 20] = [
    " == ", " != ", " < ", " > ", " <= ", " >= ", " === ", " !== ", " eq ", " ne ", " lt ", " gt ", " le ", " ge ",
    "==", "<", ">", " neq ", " gte ", " lte ",
];

const LOGIC: [&str; 7] = [" && ", " || ", " and ", " or ", " xor ", "&&", "||"];

const TESTS: [&str; 9] = [
    " is even",
    " is odd",
    " is not even",
    " is not odd",
    " is even by 2",
    " is odd by 3",
    " is div by 3",
    " is not div by 2",
    " is in [1,'a',null]",
];

/// `{$r=EXPR}`, then the type and text of `$r`.
pub fn expression_template(random: &mut Random) -> String {
    let expression = match random.below(8) {
        0 => ternary(random, 2),
        1..=3 => expression(random, 3, true),
        _ => expression(random, 2, false),
    };
    let shown = "{gettype($r)}:{if is_array($r)}{json_encode($r)}{else}{$r}{/if}\n";
    match random.below(5) {
        0 => format!("[{{{}}}]\n", expression.trim_start()),
        1 => format!("{{if {expression}}}yes{{else}}no{{/if}}\n"),
        2 => format!("{{assign var=r value={expression}}}{shown}"),
        _ => format!("{{$r={expression}}}{shown}"),
    }
}

pub fn expression(random: &mut Random, depth: usize, any: bool) -> String {
    if depth == 0 || random.one_in(4) {
        return value(random, depth, any);
    }
    let left = expression(random, depth - 1, any);
    match random.below(12) {
        0..=4 => {
            let operator = random.pick(&ARITHMETIC);
            left + operator + &expression(random, depth - 1, any)
        }
        5..=6 => {
            let operator = random.pick(&COMPARISONS);
            left + operator + &expression(random, depth - 1, any)
        }
        7..=8 => {
            let operator = random.pick(&LOGIC);
            left + operator + &expression(random, depth - 1, any)
        }
        9 => left + random.pick(&TESTS),
        10 => format!("!{left}"),
        _ => format!("({left})"),
    }
}

fn value(random: &mut Random, depth: usize, any: bool) -> String {
    match random.below(16) {
        0..=6 => format!("${}", random.pick(if any { &NAMES[..] } else { &NUMBERS[..] })),
        7..=8 => random.pick(&PARTS).to_owned(),
        9..=11 => random.pick(&LITERALS).to_owned(),
        12 => format!("-{}", random.pick(&["5", "1.5", "$i", "$num", "$f"])),
        13 if depth > 0 => call(random, depth, any),
        14 if depth > 0 => format!("({})", expression(random, depth - 1, any)),
        15 => quoted(random),
        _ => random.pick(&["3", "$i", "2"]).to_owned(),
    }
}

fn call(random: &mut Random, depth: usize, any: bool) -> String {
    let argument = expression(random, depth - 1, any);
    match random.below(14) {
        0 => format!("strlen({argument})"),
        1 => format!("count({argument})"),
        2 => format!("abs({argument})"),
        3 => format!("intval({argument})"),
        4 => format!("floatval({argument})"),
        5 => format!("round({argument},1)"),
        6 => format!("max({argument},2)"),
        7 => format!("min([{argument},'5'])"),
        8 => format!("in_array({argument},$a)"),
        9 => format!("is_numeric({argument})"),
        10 => "empty($m.k)".into(),
        11 => format!("isset(${})", random.pick(&NAMES)),
        12 => format!("substr({argument},1,2)"),
        _ => format!("strtoupper({argument})"),
    }
}

fn quoted(random: &mut Random) -> String {
    let name = random.pick(&NAMES);
    match random.below(7) {
        0 => format!("\"${name}\""),
        1 => format!("\"a`${name}`b\""),
        2 => format!("\"{{${name}}}-\""),
        3 => format!("\"${name}.k\""),
        4 => format!("\"{{${name}|default:'d'}}\""),
        5 => "\"{if $i > 3}big{else}small{/if}\"".into(),
        _ => format!("\"{{$i+1}} $ {{ $s }} ${name}\""),
    }
}

fn ternary(random: &mut Random, depth: usize) -> String {
    let condition = expression(random, depth, true);
    let (yes, no) = (expression(random, 1, true), expression(random, 1, true));
    format!("({condition}) ? {yes} : {no}")
}
