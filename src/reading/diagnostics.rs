//! Problems of a target file: what was expected, where, and what to write instead.

use std::fmt;
use sumformer_checker::language::ast::Span;

/// More problems than this are counted, not kept.
const MAX_DIAGNOSTICS: usize = 100;

/// One problem, with its place as a byte range of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// What is wrong, a sentence without full stop.
    pub message: String,
    /// A few words to stand beside the underlined text.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
    /// The underlined text.
    pub span: Span,
}

impl Diagnostic {
    /// A problem without help.
    pub fn new(message: impl Into<String>, label: impl Into<String>, span: Span) -> Self {
        Self { message: message.into(), label: label.into(), help: None, span }
    }

    /// Adds what to write instead.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A place in a file, both numbers counted from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

/// Everything that is wrong with a target file; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostics {
    file: String,
    source: String,
    list: Vec<Diagnostic>,
    omitted: usize,
}

impl Diagnostics {
    /// The problems of `source` in the order of the file, or `None` if there are none.
    ///
    /// At most 100 are kept. Spans are cut to the source and to character boundaries.
    pub fn new(file: &str, source: &str, mut list: Vec<Diagnostic>) -> Option<Self> {
        if list.is_empty() {
            return None;
        }
        for diagnostic in &mut list {
            let start = boundary_before(source, diagnostic.span.start);
            diagnostic.span = start..boundary_after(source, diagnostic.span.end).max(start);
        }
        list.sort_by_key(|diagnostic| diagnostic.span.start);
        let omitted = list.len().saturating_sub(MAX_DIAGNOSTICS);
        list.truncate(MAX_DIAGNOSTICS);
        Some(Self { file: file.to_string(), source: source.to_string(), list, omitted })
    }

    /// The same problems under another name of the file.
    #[must_use]
    pub fn in_file(self, file: &str) -> Self {
        Self { file: file.to_string(), ..self }
    }

    /// The name of the file, as it was given.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// The text the spans refer to.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The problems, in the order of the file.
    pub fn list(&self) -> &[Diagnostic] {
        &self.list
    }

    /// How many more problems there are than [`Self::list`] holds.
    pub fn omitted(&self) -> usize {
        self.omitted
    }

    /// Where a problem of this list starts.
    pub fn location(&self, diagnostic: &Diagnostic) -> Location {
        let start = boundary_before(&self.source, diagnostic.span.start);
        let before = &self.source[..start];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Location {
            line: before.bytes().filter(|&byte| byte == b'\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

impl fmt::Display for Diagnostics {
    /// One line per problem, `file:line:column: error: message`; drawing them is the program's.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in &self.list {
            let Location { line, column } = self.location(diagnostic);
            writeln!(f, "{}:{line}:{column}: error: {}", self.file, diagnostic.message)?;
        }
        match self.omitted {
            0 => Ok(()),
            more => writeln!(f, "{}: and {more} more problems", self.file),
        }
    }
}

impl std::error::Error for Diagnostics {}

/// The last character boundary at or before `at`.
fn boundary_before(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The first character boundary at or after `at`.
pub(super) fn boundary_after(text: &str, at: usize) -> usize {
    (at..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
}

/// Collects problems while the rest of the file is still being read.
#[derive(Debug, Default)]
pub(super) struct Reporter {
    list: Vec<Diagnostic>,
}

impl Reporter {
    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Whether looking for near names is still worth its time.
    pub(super) fn is_full(&self) -> bool {
        self.list.len() >= MAX_DIAGNOSTICS
    }

    pub(super) fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}

/// User text in backquotes, shortened if it is long.
pub(super) fn quote(text: &str) -> String {
    const LONGEST: usize = 40;
    if text.chars().count() <= LONGEST {
        return format!("`{text}`");
    }
    format!("`{}…`", text.chars().take(LONGEST).collect::<String>())
}

/// The candidate nearest to a misspelt name, if one is near.
pub(super) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    /// Longer names are not compared: the distance takes quadratic time.
    const LONGEST: usize = 40;
    if name.len() > LONGEST {
        return None;
    }
    let length = name.chars().count();
    let (distance, best) = candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST && *candidate != name)
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .min()?;
    (distance <= 2 && distance < length).then_some(best)
}
