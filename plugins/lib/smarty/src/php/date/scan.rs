//! Reads pieces of a date's text: numbers, words, separators. Each method consumes a match or nothing.

#[derive(Clone, Debug)]
pub struct Scanner<'a> {
    pub text: &'a str,
    pub at: usize,
}

impl<'a> Scanner<'a> {
    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub fn is_done(&self) -> bool {
        self.at >= self.text.len()
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn accept(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    pub fn accept_any(&mut self, chars: &str) -> Option<char> {
        let c = self.peek().filter(|c| chars.contains(*c))?;
        self.at += c.len_utf8();
        Some(c)
    }

    pub fn spaces(&mut self) {
        while self.accept_any(" \t").is_some() {}
    }

    /// Between `min` and `max` digits, as many as possible.
    pub fn digits(&mut self, min: usize, max: usize) -> Option<i64> {
        let count = self.rest().bytes().take(max).take_while(u8::is_ascii_digit).count();
        if count < min {
            return None;
        }
        let value = self.rest()[..count].parse().ok()?;
        self.at += count;
        Some(value)
    }

    /// A run of exactly `count` digits.
    pub fn run(&mut self, count: usize) -> Option<i64> {
        let run = self.rest().bytes().take_while(u8::is_ascii_digit).count();
        if run == count { self.digits(count, count) } else { None }
    }

    /// A run of letters.
    pub fn word(&mut self) -> Option<&'a str> {
        let count = self.rest().bytes().take_while(u8::is_ascii_alphabetic).count();
        let word = &self.rest()[..count];
        self.at += count;
        (count > 0).then_some(word)
    }

    /// Runs `read` and restores the position if it returns `None`.
    pub fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.at;
        let found = read(self);
        if found.is_none() {
            self.at = before;
        }
        found
    }

    /// True if no letter or digit follows.
    pub fn at_boundary(&self) -> bool {
        !self.peek().is_some_and(|c| c.is_ascii_alphanumeric())
    }
}
