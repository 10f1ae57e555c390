//! Every modifier on every value, with parameters of all sorts.

use super::Random;

const VALUES: [&str; 32] = [
    "$i", "$neg", "$z", "$big", "$f", "$whole", "$tiny", "$huge", "$t", "$no", "$nul", "$s", "$e", "$num", "$dec", "$px",
    "$html", "$utf", "$long", "$bytes", "$u", "$m.k", "$long", "$html", "$utf", "$a", "'it\\'s'", "\"a.b. c? D!\"",
    "'hello wOrld 4you'", "'x'", "'  pad  '", "$long",
];

const MODIFIERS: [&str; 62] = [
    "capitalize", "capitalize:true", "capitalize:false:true", "capitalize:true:true", "cat:'x'", "cat:$i", "count_characters",
    "count_characters:true", "count_paragraphs", "count_sentences", "count_words", "default:'d'", "default:$s", "escape",
    "escape:'html'", "escape:'htmlall'", "escape:'url'", "escape:'urlpathinfo'", "escape:'quotes'", "escape:'hex'",
    "escape:'hexentity'", "escape:'decentity'", "escape:'javascript'", "escape:'mail'", "escape:'nonstd'", "indent",
    "indent:2:'-'", "lower", "nl2br", "noprint", "number_format", "number_format:2", "number_format:1:',':'.'",
    "regex_replace:'/[aeo]/':'*'", "regex_replace:'/(\\w)(\\w)/':'$2$1'", "regex_replace:'/\\s+/':' '", "replace:'o':'0'",
    "replace:'a':''", "round", "round:1", "spacify", "spacify:'.'", "str_repeat:2", "string_format:'%05d'",
    "string_format:'%.2f'", "string_format:'[%6s]'", "strip", "strip:'_'", "strip_tags", "strip_tags:false", "strlen",
    "truncate:10", "truncate:8:'..'", "truncate:9:'':true", "truncate:12:'~':true:true", "truncate:3", "unescape", "upper",
    "wordwrap:9", "wordwrap:4:'|':true", "trim", "mb_wordwrap:5:'|':true",
];

const FUNCTIONS: [&str; 16] = [
    "ucfirst", "strrev", "md5", "urlencode", "htmlspecialchars", "intval", "floatval", "substr:1:3", "ucwords", "bin2hex",
    "ltrim", "str_pad:8:'-'", "json_encode", "is_numeric", "gettype", "addslashes",
];

/// A few chains, each in brackets.
pub fn modifier_template(random: &mut Random) -> String {
    let mut template = String::from("[{");
    template += random.pick(&VALUES);
    for _ in 0..=random.below(3) {
        template.push('|');
        let from = if random.one_in(5) { &FUNCTIONS[..] } else { &MODIFIERS[..] };
        template += random.pick(from);
    }
    template + "}]\n"
}
