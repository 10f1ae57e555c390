//! What the author reads.

use super::cases::{Difference, RenderedCase};
use super::screen::{Look, Screen};
use super::sources::Save;
use crate::facts::DisplayPath;
use crate::plugin_author::Built;
use crate::plugin_kit::{CaseUsage, grouped, shown, visible};
use std::fmt::Write;
use std::time::Duration;

/// Saved files that are named; the others are counted.
const NAMED_MAX: usize = 3;
/// Bytes of a document or a diff that are shown: more than anybody reads on a terminal.
const SHOWN_BYTES_MAX: usize = 64 << 10;

/// Which files were saved.
pub fn saved(screen: Screen, save: &Save) -> String {
    let named: Vec<_> = save.all().take(NAMED_MAX).map(|file| DisplayPath(file).to_string()).collect();
    let more = save.all().count().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("\n{}\n", screen.paint(Look::Heading, &format!("saved: {}{more}", named.join(", "))))
}

/// That a build has succeeded.
pub fn built(built: &Built, took: Duration) -> String {
    let (file, bytes) = (DisplayPath(&built.file), grouped(built.bytes as u64));
    format!("built {file} ({bytes} bytes) in {}\n", seconds(took))
}

/// Why a build has failed, with what its tools printed, and what is served meanwhile.
pub fn build_failed(screen: Screen, why: &str, output: &str, served: &str) -> String {
    let mut text = output.to_owned();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text + &refused(screen, &format!("the build failed: {}", shown(why)), served)
}

/// Why something saved is not served, and what is.
pub fn refused(screen: Screen, why: &str, served: &str) -> String {
    format!("{}\n{}\n", screen.paint(Look::Bad, &visible(why.as_bytes())), served)
}

/// What the server says of a file that it does not serve as it is.
pub fn complaint(screen: Screen, text: &str) -> String {
    screen.paint(Look::Bad, &visible(text.as_bytes())) + "\n"
}

/// A request that was answered.
pub fn fetched(screen: Screen, device: &str, file: &str, status: u16) -> String {
    let device = if device.is_empty() { "an unknown device" } else { device };
    let line = format!("{} fetched {}: {status}", shown(device), shown(file));
    screen.paint(if status < 400 { Look::Good } else { Look::Bad }, &line) + "\n"
}

/// A case, with its document, what has changed in it, or why there is none.
pub fn case(screen: Screen, rendered: &RenderedCase) -> String {
    let mut heading = shown(&rendered.name);
    if let Some(CaseUsage { time, memory_bytes, prepared }) = &rendered.usage {
        let ms = time.as_secs_f64() * 1_000.0;
        let _ = write!(heading, "  {ms:.3} ms, {} KB", grouped((memory_bytes >> 10) as u64));
        heading += if *prepared { "" } else { ", with parsing its templates" };
    }
    heading += match rendered.is_expected {
        Some(false) => ", not as `expected`",
        Some(true) | None => "",
    };
    let body = match &rendered.difference {
        Difference::Same => return format!("{heading}: unchanged\n"),
        Difference::Large { bytes } => {
            format!("a document of {} bytes, too large to be shown\n", grouped(*bytes as u64))
        }
        Difference::First(document) => bounded(&visible(document)),
        Difference::Diff(diff) => coloured(screen, &bounded(diff)),
        Difference::Failed(why) => screen.paint(Look::Bad, bounded(&visible(why.as_bytes())).trim_end()) + "\n",
    };
    format!("{}\n{body}", screen.paint(Look::Heading, &heading))
}

/// As much of a text as is shown, in whole lines where it has any.
fn bounded(text: &str) -> String {
    if text.len() <= SHOWN_BYTES_MAX {
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        return format!("{text}{end}");
    }
    let part = &text[..text.floor_char_boundary(SHOWN_BYTES_MAX)];
    let part = part.rfind('\n').map_or(part, |at| &part[..at]);
    let left_out = grouped((text.len() - part.len()) as u64);
    format!("{part}\n({left_out} more bytes are not shown; `dialplate plugin test` compares whole files)\n")
}

fn coloured(screen: Screen, diff: &str) -> String {
    let mut text = String::with_capacity(diff.len());
    for line in diff.lines() {
        let look = match line.as_bytes().first() {
            Some(b'+') => Some(Look::Good),
            Some(b'-') => Some(Look::Bad),
            Some(b'@') => Some(Look::Quiet),
            _ => None,
        };
        text += &look.map_or_else(|| line.to_owned(), |look| screen.paint(look, line));
        text.push('\n');
    }
    text
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Screen = Screen { coloured: false };
    const COLOURED: Screen = Screen { coloured: true };

    fn rendered(difference: Difference) -> RenderedCase {
        let usage = Some(CaseUsage { time: Duration::from_micros(812), memory_bytes: 12 << 10, prepared: true });
        RenderedCase { name: "front_desk".to_owned(), difference, usage, is_expected: Some(false) }
    }

    #[test]
    fn case_has_time_memory_and_diff() {
        let diff = "--- before\n+++ now\n@@ -1 +1 @@\n-a\n+b\n";
        let text = case(PLAIN, &rendered(Difference::Diff(diff.to_owned())));
        assert_eq!(text, format!("front_desk  0.812 ms, 12 KB, not as `expected`\n{diff}"));
        let text = case(COLOURED, &rendered(Difference::Diff(diff.to_owned())));
        assert!(text.contains("\x1b[31m-a\x1b[0m\n\x1b[32m+b\x1b[0m\n"), "{text:?}");
        assert!(case(PLAIN, &rendered(Difference::Same)).ends_with(": unchanged\n"));
    }

    #[test]
    fn document_is_bounded_and_its_control_characters_are_visible() {
        let document = format!("\x1b[2J\n{}", "line\n".repeat(20_000));
        let text = case(COLOURED, &rendered(Difference::First(document.into_bytes())));
        assert!(text.contains("\\u{1b}[2J\nline\n") && text.len() < SHOWN_BYTES_MAX + 300);
        assert!(text.ends_with("more bytes are not shown; `dialplate plugin test` compares whole files)\n"));
    }

    #[test]
    fn failed_build_shows_its_output_and_what_is_served() {
        let text = build_failed(PLAIN, "exit status: 1", "error: expected `}`", "acme 0.1.0 (build 1) is still served");
        let expected = "error: expected `}`\nthe build failed: exit status: 1\nacme 0.1.0 (build 1) is still served\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn many_saved_files_are_counted() {
        let save = Save { sources: ["a", "b", "c", "d", "e"].map(Into::into).into(), ..Save::default() };
        assert_eq!(saved(PLAIN, &save), "\nsaved: a, b, c and 2 more\n");
    }
}
