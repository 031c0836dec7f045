//! Significant digits. The last bits of special functions differ between platforms; what is compared and printed does not.

use std::fmt::{self, Write};

/// A p-value to 6 significant digits.
pub fn round_p(p: f64) -> f64 {
    let mut text = Short::default();
    write!(text, "{p:.5e}").expect("it is short enough");
    text.as_str().parse().expect("a formatted float is a float")
}

/// A rounded p-value as notes show it.
pub struct Shown(pub f64);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 > 0.0 && self.0 < 1e-4 { write!(f, "{:e}", self.0) } else { write!(f, "{}", self.0) }
    }
}

/// A text of 32 bytes at most, on the stack: a rule allocates nothing while it judges.
#[derive(Default)]
pub(crate) struct Short {
    bytes: [u8; 32],
    len: usize,
}

impl Short {
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.len]).expect("only text was written")
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.len + text.len();
        self.bytes.get_mut(self.len..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.len = end;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_digits_are_kept() {
        assert_eq!(round_p(0.0123456789), 0.0123457);
        assert_eq!(round_p(1.0), 1.0);
        assert_eq!(round_p(0.0), 0.0);
    }
}
