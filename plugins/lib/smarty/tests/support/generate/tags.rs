//! Nested tags, with white space wherever the language allows it.

use super::Random;
use super::expressions::expression;

/// The file that generated templates include.
pub const PART: &str = "part:{$i}{$x}\n{$x='changed'}{foreach [1] as $v}{$v}{/foreach}\n";

const TEXTS: [&str; 30] = [
    "a",
    "word",
    " ",
    "  ",
    "\n",
    "\n\n",
    "\t",
    "\r\n",
    "\r",
    " \n",
    "\n  ",
    "{ ",
    "}",
    "{}",
    "<p>",
    "</p>",
    "<b\n x=1>",
    "$x",
    "'",
    "\"",
    "&amp;",
    "<?php",
    "?>",
    "<%",
    "é",
    "key=",
    "\\",
    "*",
    "|",
    "<pre>\n  p\n</pre>",
];

const OUTPUTS: [&str; 20] = [
    "{$s}",
    "{$x}",
    "{$i}",
    "{$e}",
    "{$nul}",
    "{$u}",
    "{$m.k}",
    "{$s|upper}",
    "{'lit'}",
    "{\"q$s\"}",
    "{$i+1}",
    "{$long}",
    "{ldelim}",
    "{rdelim}",
    "{$v}",
    "{$k}",
    "{$n}",
    "{strlen($s)}",
    "{$i++}",
    "{$smarty.capture.c}",
];

const SILENT: [&str; 16] = [
    "{$x=1}",
    "{$x = \"a\nb\"}",
    "{assign var=x value='y'}",
    "{assign x 5}",
    "{append var=l value=1}",
    "{$l[]=2}",
    "{* c *}",
    "{*\n*}",
    "{literal}{$x}\n {/literal}",
    "{literal}\n\n{/literal}",
    "{capture name=c}cap\n{/capture}",
    "{capture assign=x}\n c {/capture}",
    "{nocache}\n n{/nocache}\n",
    "{include file='part.tpl'}",
    "{include file='part.tpl' assign=x}",
    "{include file='part.tpl' x=5}",
];

pub fn tag_template(random: &mut Random) -> String {
    let mut template = String::new();
    body(random, 3, false, &mut template);
    template
}

fn body(random: &mut Random, depth: usize, in_loop: bool, out: &mut String) {
    for _ in 0..=random.below(5) {
        match random.below(11) {
            0..=3 => out.push_str(random.pick(&TEXTS)),
            4..=5 => out.push_str(random.pick(&OUTPUTS)),
            6 => out.push_str(random.pick(&SILENT)),
            7..=9 if depth > 0 => block(random, depth - 1, in_loop, out),
            10 if in_loop => {
                out.push_str(random.pick(&["{break}", "{continue}", "{$v@index}{$v@last}", "{$v@iteration}"]))
            }
            _ => out.push_str(random.pick(&["\n", " ", "-"])),
        }
        if random.one_in(2) {
            out.push_str(random.pick(&["\n", "\n", "\r\n", " \n", " "]));
        }
    }
}

fn block(random: &mut Random, depth: usize, in_loop: bool, out: &mut String) {
    let (open, middle, close, looping) = opening(random, depth);
    out.push_str(&open);
    body(random, depth, in_loop || looping, out);
    if !middle.is_empty() && random.one_in(2) {
        out.push_str(middle);
        body(random, depth, in_loop, out);
    }
    out.push_str(close);
}

/// The opening tag, an optional middle tag, the closing tag, and whether the block is a loop.
fn opening(random: &mut Random, depth: usize) -> (String, &'static str, &'static str, bool) {
    match random.below(14) {
        0..=2 => (format!("{{if {}}}", expression(random, 1, false)), "{else}", "{/if}", false),
        3 => ("{if $i > 100}".into(), "{elseif $s == 'text'}", "{/if}", false),
        4..=5 => ("{foreach $a as $v}".into(), "{foreachelse}", "{/foreach}", true),
        6 => ("{foreach $m as $k => $v}".into(), "{foreachelse}", "{/foreach}", true),
        7 => ("{foreach from=$ea item=v name=n}".into(), "{foreachelse}", "{/foreach}", true),
        8 => ("{for $n=1 to 2}".into(), "{forelse}", "{/for}", true),
        9 => ("{section name=sec loop=2}".into(), "{sectionelse}", "{/section}", true),
        10..=11 => ("{strip}".into(), "", "{/strip}", false),
        12 => ("{capture name=c}".into(), "", "{/capture}", false),
        // Each loop has its own counter: a loop that reset the counter of the loop around it would not end.
        _ => (format!("{{$w{depth}=0}}{{while $w{depth} < 2}}{{$w{depth}=$w{depth}+1}}"), "", "{/while}", true),
    }
}
