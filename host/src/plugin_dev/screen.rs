//! The author's terminal.

use std::io::{IsTerminal, stdout};
use tokio::io::AsyncWriteExt;

/// Set to anything, it turns colours off: https://no-color.org.
const NO_COLOR: &str = "NO_COLOR";

/// How a piece of text looks on a terminal.
#[derive(Clone, Copy)]
pub enum Look {
    Heading,
    Good,
    Bad,
    Quiet,
}

impl Look {
    fn code(self) -> &'static str {
        match self {
            Self::Heading => "1",
            Self::Good => "32",
            Self::Bad => "31",
            Self::Quiet => "36",
        }
    }
}

/// Prints to standard output. The server goes on if nobody reads it.
#[derive(Clone, Copy)]
pub struct Screen {
    pub coloured: bool,
}

impl Screen {
    /// Coloured only on a terminal.
    pub fn open() -> Self {
        let no_colour = std::env::var_os(NO_COLOR).is_some_and(|value| !value.is_empty());
        Self { coloured: stdout().is_terminal() && !no_colour }
    }

    pub async fn print(self, text: &str) {
        let mut output = tokio::io::stdout();
        let _ = output.write_all(text.as_bytes()).await;
        let _ = output.flush().await;
    }

    /// The text in this look.
    pub fn paint(self, look: Look, text: &str) -> String {
        if self.coloured { format!("\x1b[{}m{text}\x1b[0m", look.code()) } else { text.to_owned() }
    }
}
