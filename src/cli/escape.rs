//! Text that users and files chose, printed so that it cannot pass for the program's own.
//!
//! A line break in a folder's name would otherwise begin a line that says "valid:", an escape sequence would erase the
//! line that says otherwise, and a mark for right-to-left text would turn a bound around.

use std::borrow::Cow;
use std::fmt::Write;
use std::path::Path;

/// Whether a character acts on the terminal, or on the order or sight of others, instead of being seen.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// `text` with every character that acts as `\u001b`, which is JSON too, but for those that `keep` spares.
fn escaped(text: &str, keep: impl Fn(char) -> bool) -> Cow<'_, str> {
    let to_escape = |c: char| acts(c) && !keep(c);
    if !text.contains(to_escape) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            _ if !to_escape(c) => out.push(c),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    // Writing to a string does not fail.
                    let _ = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
    out.into()
}

/// Lines of the program's own, or JSON, as they are printed: nothing acts but line breaks and tabs.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

/// Text of users and files inside a line of the program's own.
pub fn shown(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// The same in a cell of a table in Markdown.
pub fn in_markdown(text: &str) -> String {
    let mut out = String::new();
    for c in shown(text).chars() {
        if "\\`*_[]<>|&~#".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// The same of a path.
pub fn shown_path(path: &Path) -> String {
    shown(&plain_path(path)).into_owned()
}

/// A path as data, for JSON.
pub fn plain_path(path: &Path) -> String {
    path.display().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_acts_is_escaped() {
        assert_eq!(shown("a\nvalid: b"), "a\\nvalid: b");
        assert_eq!(shown("\u{1b}[2K\r\t\u{7f}\u{9b}"), "\\u001b[2K\\r\\t\\u007f\\u009b");
        assert_eq!(shown("\u{202e}\u{e0041}"), "\\u202e\\udb40\\udc41");
        assert_eq!(printable("a\n\tb\r"), "a\n\tb\\r");
        for plain in ["", "naïve Δ²", "x\\n", "日本"] {
            assert!(matches!(shown(plain), Cow::Borrowed(text) if text == plain));
        }
    }

    #[test]
    fn markdown_is_text() {
        assert_eq!(in_markdown("a|b\n<i>&amp; *c*"), "a\\|b\\\\n\\<i\\>\\&amp; \\*c\\*");
        assert_eq!(in_markdown("plain text, 1/3"), "plain text, 1/3");
    }

    proptest! {
        #[test]
        fn nothing_acts_afterwards(text in any::<String>()) {
            prop_assert!(!shown(&text).contains(acts));
            prop_assert!(!printable(&text).contains(|c| acts(c) && !"\n\t".contains(c)));
        }

        #[test]
        fn json_keeps_its_meaning(text in any::<String>()) {
            let json = serde_json::Value::from(text).to_string();
            prop_assert_eq!(
                serde_json::from_str::<serde_json::Value>(&printable(&json)).unwrap(),
                serde_json::from_str::<serde_json::Value>(&json).unwrap()
            );
        }
    }
}
