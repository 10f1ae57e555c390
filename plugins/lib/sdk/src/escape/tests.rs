use super::Escaper;

/// The bytes written for a value after `before`, in a file called `file`.
fn written(file: &str, before: &str, value: &str) -> String {
    let mut out = before.as_bytes().to_vec();
    Escaper::new(file).write(value.as_bytes(), &mut out, 0);
    String::from_utf8(out.split_off(before.len())).expect("text stays text")
}

fn all(before: &str, cases: &[(&str, &str)]) {
    for (value, expected) in cases {
        assert_eq!(written("f", before, value), *expected, "{value:?} after {before:?}");
    }
}

#[test]
fn xml_text_keeps_every_allowed_character() {
    all(
        "\u{feff}<?xml version=\"1.0\"?><a b=\"c>\">",
        &[
            ("O'Brien \"Bob\" > Ä 📞 \r\n", "O'Brien \"Bob\" > Ä 📞 \r\n"),
            ("A & B <b>", "A &amp; B &lt;b>"),
            ("]]>", "]]&gt;"),
            ("A &amp; B &#8364; &#x20ac;", "A &amp; B &#8364; &#x20ac;"),
            ("&nbsp; &#0; &#x1f; &# &;", "&amp;nbsp; &amp;#0; &amp;#x1f; &amp;# &amp;;"),
            ("\0\u{1b}\u{fffe}", "   "),
        ],
    );
}

#[test]
fn attribute_escapes_its_own_quote_only() {
    all("<a b=\"", &[("\"'<>\r\n\n\t", "&quot;'&lt;>  \t")]);
    all("<a c=\"x\" b='", &[("\"'<>", "\"&apos;&lt;>")]);
}

#[test]
fn value_cannot_end_section_comment_instruction_or_name() {
    all("<a><![CDATA[", &[("&<]]>", "&<]]]]><![CDATA[>")]);
    all("<a><![CDATA[]]", &[(">", "]]><![CDATA[>")]);
    all("<a><!-- ", &[("a-b", "a-b"), ("--><b/>", "-_><b/>"), ("-", "_")]);
    all("<?xml ", &[("?>", "? ")]);
    all("<a><?pi ?", &[(">", " ")]);
    all("<key_", &[("1 onload=\"x\"/>", "1_onload__x___"), ("büro-2", "büro-2"), ("a:b", "a_b")]);
}

#[test]
fn line_keeps_every_character_except_line_ends() {
    all("name = ", &[("O'Brien \"Bob\" & <co>; a=b:c\t#", "O'Brien \"Bob\" & <co>; a=b:c\t#")]);
    all(
        "name = ",
        &[("a\r\nevil = 1\0", "a  evil = 1 "), ("\u{85}\u{2028}\u{2029}\u{b}\u{7f}", "     "), ("Â€ €", "Â€ €")],
    );
}

#[test]
fn value_cannot_end_quotes_name_or_list_item_in_line() {
    all("a: \"b\"\nname: \"", &[("x\" y", "x' y")]);
    all("a: \"open\nname: ", &[("x\" y", "x\" y")]);
    all("linekey.", &[("1.x = 2", "1.x _ 2")]);
    all("SET PHONEKEY \"Key=1;Label=", &[("a;b\"", "a,b'")]);
    all("<<VOIP CONFIG FILE>>\nName :", &[("<a> & b", "<a> & b")]);
}

#[test]
fn quotes_within_a_value_do_not_quote_the_line() {
    let escaper = Escaper::new("f");
    let mut out = b"a = ".to_vec();
    escaper.write(b"5\" phone", &mut out, 0);
    let kept = out.len();
    out.extend_from_slice(b" (");
    escaper.write(b"19\" rack", &mut out, kept);
    assert_eq!(out, b"a = 5\" phone (19\" rack");
}

#[test]
fn file_name_decides_format_of_empty_output() {
    assert_eq!(written("phonebook.XML", "\n", "<a>&"), "&lt;a>&amp;");
    assert_eq!(written("phonebook.cfg", "\n", "<a>&"), "<a>&");
}

#[test]
fn incomplete_character_becomes_replacement_character() {
    let mut out = b"<a>".to_vec();
    Escaper::new("f").write(b"J\xc3", &mut out, 0);
    assert_eq!(out, "<a>J\u{fffd}".as_bytes());
}

/// A generator of pseudo-random numbers with a fixed sequence.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }

    fn text(&mut self, parts: &[&str], most: usize) -> String {
        (0..self.below(most)).map(|_| parts[self.below(parts.len())]).collect()
    }
}

/// Pieces of templates, and below of values.
const MARKUP: [&str; 20] = [
    "<a>",
    "</a>",
    "<b c=\"",
    "\"",
    "'",
    "<d e='",
    "/>",
    "<!--",
    "-->",
    "-",
    "<![CDATA[",
    "]]>",
    "]",
    "text",
    "\n",
    "<?pi",
    "?>",
    " = ",
    ";x=",
    "<",
];
const VALUE: [&str; 16] = ["a", " ", "\"", "'", "<", ">", "&", "&amp;", "]]>", "--", "\n", "\r", "\0", "📞", ";", "="];

#[test]
fn remembered_states_equal_states_of_a_full_scan() {
    let mut numbers = Numbers(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3000 {
        let escaper = Escaper::new("f");
        let (mut out, mut kept) = (b"<x>".to_vec(), 0);
        for _ in 0..numbers.below(30) {
            if numbers.below(4) == 0 {
                out.truncate(3 + numbers.below(out.len() - 2));
                kept = kept.min(out.len());
            }
            let repeat = if numbers.below(20) == 0 { 2000 } else { 1 };
            out.extend_from_slice(numbers.text(&MARKUP, 4).repeat(repeat).as_bytes());
            let value = numbers.text(&VALUE, 4);
            let mut fresh = out.clone();
            Escaper::new("f").write(value.as_bytes(), &mut fresh, 0);
            escaper.write(value.as_bytes(), &mut out, kept);
            assert!(out == fresh, "{value:?}");
            kept = out.len();
        }
    }
}

#[test]
fn random_value_never_changes_the_state() {
    use super::scan::State;
    let mut numbers = Numbers(42);
    for _ in 0..50_000 {
        let before = format!("<x>{}", numbers.text(&MARKUP, 8));
        let place = State::Start.after(before.as_bytes());
        let value = numbers.text(&VALUE, 6);
        let after = place.after(written("f", &before, &value).as_bytes());
        let same = match place {
            State::Cdata(_) => matches!(after, State::Cdata(_)),
            State::Comment(_) => matches!(after, State::Comment(_)),
            State::Instruction(_) => matches!(after, State::Instruction(_)),
            State::Open | State::Bang | State::BangDash | State::Section(_) => {
                matches!(after, State::Tag) || after == place
            }
            _ => after == place,
        };
        assert!(same, "{value:?} after {before:?} leads from {place:?} to {after:?}");
    }
}

/// 100,000 contacts, each with a special character: the time per contact must not grow with the file.
#[test]
fn long_phone_book_is_escaped_in_linear_time() {
    let escaper = Escaper::new("f");
    let (mut out, mut kept) = (b"<book>".to_vec(), 0);
    let started = std::time::Instant::now();
    for number in 0..100_000 {
        out.extend_from_slice(b"<entry name=\"");
        escaper.write(b"Smith & Sons", &mut out, kept);
        kept = out.len();
        // Every second value is taken back, as captured output is.
        if number % 2 == 0 {
            out.truncate(kept - 20);
            kept = out.len();
        }
        out.extend_from_slice(b"\" phone=\"1001\"/>");
    }
    // A quadratic algorithm would take minutes.
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}
