//! The documents of the repository, whose examples tests run.

use crate::author::succeed;
use crate::server::root;
use std::process::Command;

/// The contents of a page's code blocks in this language.
///
/// # Panics
/// The page cannot be read.
pub fn blocks(page: &str, language: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join(page)).expect("the page");
    let start = format!("```{language}\n");
    let blocks = text.split(&start).skip(1).filter_map(|rest| rest.split("```").next());
    blocks.map(str::to_owned).collect()
}

/// A command of a page, and the lines that it prints there. `…` stands for any text.
pub struct PageCommand {
    pub command: String,
    pub output: Vec<String>,
}

/// The commands of a page's code blocks in this language: lines that begin with `$ `.
///
/// # Panics
/// The page cannot be read.
pub fn commands(page: &str, language: &str) -> Vec<PageCommand> {
    let mut commands: Vec<PageCommand> = Vec::new();
    for line in blocks(page, language).iter().flat_map(|block| block.lines()) {
        match (line.strip_prefix("$ "), commands.last_mut()) {
            (Some(command), _) => commands.push(PageCommand { command: command.to_owned(), output: Vec::new() }),
            (None, Some(before)) => before.output.push(line.to_owned()),
            (None, None) => panic!("{page}: {line:?} is the output of no command"),
        }
    }
    commands
}

/// Runs commands one after the other in one shell, and checks what each prints. `shell` makes the shell that runs a script and
/// ends at the first command that fails.
///
/// # Panics
/// A command fails, or prints something else than the page shows.
pub fn follow(commands: &[PageCommand], shell: impl FnOnce(&str) -> Command) {
    let marked = |(at, line): (usize, &PageCommand)| format!("printf '\\001%s\\001' {at}\n{}\n", line.command);
    let script: String = commands.iter().enumerate().map(marked).collect();
    let printed = String::from_utf8(succeed(&mut shell(&script)).stdout).expect("text");
    for (at, line) in commands.iter().enumerate() {
        let (_, after) = printed.split_once(&format!("\u{1}{at}\u{1}")).expect("the command's mark");
        let own = after.split('\u{1}').next().unwrap_or_default();
        assert!(line.is_shown_by(own), "`{}` prints {own:?} and not {:?}", line.command, line.output);
    }
}

impl PageCommand {
    /// Whether `printed` has the lines of the page, in their order.
    pub fn is_shown_by(&self, printed: &str) -> bool {
        let mut rest = printed;
        self.output.iter().flat_map(|line| line.split('…')).all(|part| match rest.split_once(part) {
            Some((_, after)) => {
                rest = after;
                true
            }
            None => false,
        })
    }
}

/// The rows of all tables of a page whose first column has this title.
///
/// # Panics
/// The page cannot be read.
pub fn rows(page: &str, title: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(root().join(page)).expect("the page");
    let mut rows = Vec::new();
    let mut lines = text.lines();
    while lines.any(|line| line.starts_with(&format!("| {title} |"))) {
        let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
        rows.extend(lines.by_ref().skip(1).take_while(|line| line.starts_with('|')).map(cells));
    }
    rows
}
