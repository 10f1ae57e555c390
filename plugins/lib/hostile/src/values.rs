//! The hostile values, and how to find them in a rendered file.

/// Marks before and after each value. No template contains them.
pub const BEGIN: &str = "zqj";
pub const END: &str = "jqz";

/// The text that a template prints if it evaluates a value.
pub const SECRET: &str = "EVALUATED-TWICE";
/// The setting that holds it.
pub const SECRET_SETTING: &str = "hostile_secret";

/// Values that try to end a text, an attribute, a line and so on.
pub fn values() -> Vec<String> {
    let plain = [
        "&",
        "<",
        ">",
        "\"",
        "'",
        "]]>",
        "-->",
        "--",
        "?>",
        "\r",
        "\n",
        "\r\n",
        "\t",
        "\0",
        "\u{1b}[2J\u{b}\u{c}\u{7f}",
        "{$hostile_secret}",
        "${hostile_secret}",
        "{literal}{/literal}{*",
        "<?php echo 1; ?>",
        "\u{1f4de}\u{fe0f} Ä ß €",
        "\u{2028}\u{2029}\u{85}",
        "\u{fffe}\u{ffff}",
        "&evil;",
        "&#0;&#x1f;",
        "]]",
        "-",
        "\\",
        "%s",
        ";u=evil;",
    ];
    let built = [
        "\"/><evil a=\"",
        "'/><evil a='",
        "</evil><evil>",
        "<!--",
        "<![CDATA[",
        "]]><evil/><![CDATA[",
        "--><evil/><!--",
        "\nevil = 1\n",
        "\r\nevil: \"1\"\r\n",
        "\";evil=\"1",
        "\"\nevil=\"1",
        "1.evil = 2 #",
        "a=b:c",
        "&<>\"'\r\n\0{$hostile_secret}${hostile_secret}]]>--><?php\u{1f4de}\u{2028}",
    ];
    plain.iter().chain(&built).map(|value| (*value).to_owned()).collect()
}

/// 64 KiB of text.
pub fn long() -> String {
    "Ä\"<&\n]]>-->{$hostile_secret}".chars().cycle().take(64 * 1024).collect()
}

/// The value with its marks, as the fields contain it.
pub fn marked(value: &str) -> String {
    format!("{BEGIN}{value}{END}")
}

/// A text without white space and control characters: a place may not be able to hold them, and a plugin may leave them out
/// or write something in their place.
pub fn normal(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')).collect()
}

/// Splits a file into the text outside of the marks, and the position and text of each value. Marks match in any case.
pub fn cut(file: &[u8]) -> (Vec<u8>, Vec<(usize, Vec<u8>)>) {
    let is = |at: usize, mark: &str| {
        file.get(at..at + mark.len()).is_some_and(|part| part.eq_ignore_ascii_case(mark.as_bytes()))
    };
    let mut rest = Vec::with_capacity(file.len());
    let mut inside = Vec::new();
    let mut at = 0;
    while at < file.len() {
        rest.push(file[at]);
        at += 1;
        if at >= BEGIN.len()
            && is(at - BEGIN.len(), BEGIN)
            && let Some(length) = (at..file.len()).position(|end| is(end, END))
        {
            inside.push((rest.len(), file[at..at + length].to_vec()));
            at += length;
        }
    }
    (rest, inside)
}
