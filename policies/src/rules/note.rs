//! Words beside an answer.

use std::fmt;

/// What a rule adds to its answer for a person to read. Where nobody reads it, nothing is written, which takes most of the time of
/// many rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    text: String,
    muted: bool,
}

impl Note {
    /// An empty one.
    pub fn new() -> Note {
        Note::default()
    }

    /// One that stays empty.
    pub fn muted() -> Note {
        Note { text: String::new(), muted: true }
    }

    /// One with room for so many bytes.
    pub fn with_capacity(bytes: usize) -> Note {
        Note { text: String::with_capacity(bytes), muted: false }
    }

    /// What `write!` calls. It takes precedence over `std::fmt::Write`, so that a muted note formats nothing.
    pub fn write_fmt(&mut self, words: fmt::Arguments) -> fmt::Result {
        if self.muted { Ok(()) } else { fmt::Write::write_fmt(&mut self.text, words) }
    }

    /// Adds words.
    pub fn push_str(&mut self, words: &str) {
        if !self.muted {
            self.text.push_str(words);
        }
    }

    /// Adds a remark, set off from what stands there already.
    pub fn add(&mut self, remark: &str) {
        if !remark.is_empty() {
            self.push_str(self.gap());
            self.push_str(remark);
        }
    }

    /// What sets the next remark off.
    pub fn gap(&self) -> &'static str {
        if self.text.is_empty() { "" } else { "; " }
    }

    /// An empty one, muted if this one is.
    pub fn blank(&self) -> Note {
        Note { text: String::new(), muted: self.muted }
    }

    /// Sets off what was added since the note was so many bytes long.
    pub fn set_off(&mut self, since: usize) {
        if since > 0 && self.text.len() > since {
            self.text.insert_str(since, "; ");
        }
    }

    /// Its length in bytes.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Takes its words back.
    pub fn clear(&mut self) {
        self.text.clear();
    }

    /// Its words.
    pub fn into_text(self) -> String {
        self.text
    }
}
