//! Where the characters of a TOML string stand in the file.

use super::diagnostics::boundary_after;
use sumformer_checker::language::ast::Span;

/// The text of a TOML string and, for each of its bytes, the place in the file.
///
/// Between two escapes the text and the file run in parallel, so a list of the places where they do not suffices.
#[derive(Debug)]
pub(super) struct Literal<'a> {
    /// The decoded text.
    pub(super) text: &'a str,
    /// Increasing pairs (offset in the text, offset in the file) from which on both advance together.
    anchors: Vec<(usize, usize)>,
    /// The file up to the closing quotes.
    source: &'a str,
    /// Whether backslashes mean anything.
    escapes: bool,
}

impl<'a> Literal<'a> {
    /// Aligns the decoded `text` with the string literal at `span` of `source`, quotes included.
    pub(super) fn new(source: &'a str, span: Span, text: &'a str) -> Self {
        let raw = source.get(span.clone()).unwrap_or("");
        let quotes =
            ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| raw.starts_with(quotes)).unwrap_or("");
        let mut at = span.start + quotes.len();
        let end = span.end.saturating_sub(quotes.len()).max(at);
        if quotes.len() == 3 {
            at += ["\r\n", "\n"]
                .into_iter()
                .find(|newline| source[at..end].starts_with(newline))
                .map_or(0, str::len);
        }
        let mut anchors = vec![(0, at)];
        let escapes = !quotes.starts_with('\'');
        if escapes {
            for (offset, character) in text.char_indices() {
                at = skip_continuations(source, at, end);
                if source[at..end].starts_with("\r\n") && character == '\n' {
                    at += 1;
                }
                anchor(&mut anchors, offset, at);
                at += escape_length(&source[at..end]).unwrap_or(character.len_utf8());
                at = boundary_after(source, at).min(end);
            }
        }
        Self { text, anchors, source: &source[..end], escapes }
    }

    /// The place in the file of a range of the text, without line continuations behind it.
    pub(super) fn span(&self, range: Span) -> Span {
        let start = self.offset(range.start);
        let Some(last) = self.text.get(range.clone()).and_then(|text| text.chars().next_back()) else {
            return start..start;
        };
        let place = self.offset(range.end - last.len_utf8());
        let escape = self.source.get(place..).filter(|_| self.escapes).and_then(escape_length);
        start..(place + escape.unwrap_or(last.len_utf8())).min(self.source.len())
    }

    fn offset(&self, offset: usize) -> usize {
        let following = self.anchors.partition_point(|&(text, _)| text <= offset);
        let (text, file) = self.anchors[following.saturating_sub(1)];
        (file + (offset - text)).min(self.source.len())
    }
}

/// Adds an anchor where the text and the file fall out of step.
fn anchor(anchors: &mut Vec<(usize, usize)>, offset: usize, at: usize) {
    if anchors.last().is_none_or(|&(text, file)| file + (offset - text) != at) {
        anchors.push((offset, at));
    }
}

/// Skips backslashes that join lines: they and the white space after them stand for nothing.
fn skip_continuations(source: &str, mut at: usize, end: usize) -> usize {
    while let Some(rest) = source[at..end].strip_prefix('\\') {
        let trimmed = rest.trim_start_matches([' ', '\t', '\r', '\n']);
        if trimmed.len() == rest.len() {
            break;
        }
        at = end - trimmed.len();
    }
    at
}

/// The length of the escape sequence at the front, if there is one.
fn escape_length(raw: &str) -> Option<usize> {
    let kind = raw.strip_prefix('\\')?.chars().next();
    Some(match kind {
        Some('x') => 4,
        Some('u') => 6,
        Some('U') => 10,
        _ => 2,
    })
}

#[cfg(test)]
mod tests {
    use super::Literal;
    use toml::de::{DeTable, DeValue};

    /// Decodes `key = LITERAL` and returns the file text of every character of the decoded text.
    fn aligned(literal: &str) -> Vec<(char, String)> {
        let source = format!("key = {literal}");
        let table = DeTable::parse(&source).unwrap();
        let value = table.get_ref().get("key").unwrap();
        let DeValue::String(text) = value.get_ref() else { panic!("not a string") };
        let aligned = Literal::new(&source, value.span(), text);
        let place = |at: usize, c: char| source[aligned.span(at..at + c.len_utf8())].to_string();
        text.char_indices().map(|(at, c)| (c, place(at, c))).collect()
    }

    #[test]
    fn characters_are_found_through_escapes_and_line_breaks() {
        for literal in [
            r#""a\u0062c\tdé\\e\"f\x41z""#,
            "'a\\nb'",
            "\"\"\"\r\na\r\nb \\\r\n   \r\n  c\"\"\"",
            "\"\"\"a \\\n  b\\u00e9c\"d\"\"\"\"",
            "'''\na'b\r\nc'''",
            "\"\"",
        ] {
            for (character, place) in aligned(literal) {
                let escaped = match character {
                    'b' if literal.contains("u0062") => r"\u0062",
                    'é' if literal.contains("u00e9") => r"\u00e9",
                    'A' => r"\x41",
                    '\t' => r"\t",
                    '\\' if literal.starts_with('"') => r"\\",
                    '"' if !literal.contains("\"\"\"") => r#"\""#,
                    _ => &character.to_string(),
                };
                assert_eq!(place, escaped, "{literal}");
            }
        }
        assert_eq!(aligned(r#""a\u0062c""#).len(), 3);
    }
}
