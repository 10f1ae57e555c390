//! Every supported encoding of mbstring writes every character, and reads every byte and pair of bytes, as PHP 8.2 does.
//! Skipped without `php` 8.2. Of private-use characters, only those that PHP reads are compared. PHP reads half of a
//! surrogate pair in UCS-2 as bytes that are not UTF-8; the library reads `?`.

#[path = "support/skip.rs"]
mod skip;

use std::io::Write;
use std::process::{Command, Stdio};

use dialplate_smarty::php::charset::{Charset, ENCODINGS, convert};
use skip::skip;

/// For each encoding: the bytes of all characters, each followed by a line, then the characters of all short sequences.
const DRIVER: &str = r#"
error_reporting(0);
while (($name = fgets(STDIN)) !== false) {
    $name = trim($name);
    $out = [];
    for ($c = 1; $c < 0x30000; $c += $c < 0x500 ? 1 : 7) {
        if ($c >= 0xd800 && $c < 0xf900) continue;
        $out[] = bin2hex(mb_convert_encoding(mb_chr($c), $name, 'UTF-8'));
    }
    for ($i = 0; $i < 256; $i++) $out[] = bin2hex(mb_convert_encoding(chr($i), 'UTF-8', $name));
    for ($i = 0x80; $i < 256; $i++) for ($j = 0; $j < 256; $j++) {
        $out[] = bin2hex(mb_convert_encoding(chr($i) . chr($j), 'UTF-8', $name));
    }
    echo implode(' ', $out), "\n";
}
"#;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn characters() -> Vec<char> {
    // All letters, and a seventh of the others.
    let all = (1..0x500).chain((0x500..0x30000_u32).step_by(7)).filter(|c| !(0xd800..0xf900).contains(c));
    all.filter_map(char::from_u32).collect()
}

fn sequences() -> Vec<Vec<u8>> {
    let one = (0..=255_u8).map(|b| vec![b]);
    one.chain((0x80..=255_u8).flat_map(|a| (0..=255_u8).map(move |b| vec![a, b]))).collect()
}

fn ask_php(names: &[&str]) -> Option<String> {
    let version = Command::new("php").arg("-r").arg("echo PHP_VERSION;").output().ok()?;
    version.stdout.starts_with(b"8.2.").then_some(())?;
    let mut php = Command::new("php")
        .args(["-r", DRIVER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("php can be started");
    let mut input = php.stdin.take().expect("stdin is piped");
    input.write_all(names.join("\n").as_bytes()).expect("php reads the names");
    drop(input);
    Some(String::from_utf8(php.wait_with_output().expect("php ends").stdout).expect("php prints hexadecimal digits"))
}

#[test]
fn supported_encodings_agree_with_php() {
    let supported: Vec<(&str, Charset)> = ENCODINGS.iter().filter_map(|e| e.charset.map(|c| (e.name, c))).collect();
    let names: Vec<&str> = supported.iter().map(|(name, _)| *name).collect();
    let Some(answers) = ask_php(&names) else {
        return skip("charsets", "php 8.2 is not installed");
    };
    let (characters, sequences) = (characters(), sequences());
    let shown: usize = std::env::var("DIFFERENCES_SHOWN").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    let mut all = 0;
    for ((name, charset), line) in supported.iter().zip(answers.lines()) {
        let mut theirs = line.split(' ');
        let mut differences = Vec::new();
        for c in &characters {
            let utf8 = c.encode_utf8(&mut [0; 4]).to_owned();
            let (ours, theirs) = (
                hex(&convert(utf8.as_bytes(), *charset, Charset::Utf8)),
                theirs.next().expect("PHP answers each character"),
            );
            if ours != theirs {
                differences.push(format!("{:x} is written {ours}, by PHP {theirs}", u32::from(*c)));
            }
        }
        for bytes in &sequences {
            let ours = hex(&convert(bytes, Charset::Utf8, *charset));
            let theirs = theirs.next().expect("PHP answers each sequence");
            let is_half = name.starts_with("UCS-2") && theirs.starts_with("ed") && ours == "3f";
            if ours != theirs && !is_half {
                differences.push(format!("{} is read {ours}, by PHP {theirs}", hex(bytes)));
            }
        }
        if !differences.is_empty() {
            eprintln!("{name}: {} differ", differences.len());
            differences.iter().take(shown).for_each(|text| eprintln!("    {text}"));
        }
        all += differences.len();
    }
    assert_eq!(all, 0, "characters or bytes differ");
}
