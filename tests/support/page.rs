//! The documents of the repository, whose examples tests run.

use crate::server::root;

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
