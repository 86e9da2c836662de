//! Problems of a target file, drawn below the lines that they are about.

use super::escape::shown;
use crate::reading::{Diagnostic, Diagnostics};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use std::ops::Range;

/// How much of a line is shown on either side of a problem, in characters.
const CONTEXT: usize = 70;

/// All problems, one after the other.
pub fn drawn(diagnostics: &Diagnostics) -> String {
    // Lines are cut here, since a line may be as long as a file.
    let renderer = Renderer::plain().term_width(usize::from(u16::MAX));
    let mut drawings: Vec<String> =
        diagnostics.list().iter().map(|problem| draw(&renderer, diagnostics, problem)).collect();
    if diagnostics.omitted() > 0 {
        drawings.push(format!("{}: and {} more problems", shown(diagnostics.file()), diagnostics.omitted()));
    }
    drawings.join("\n")
}

fn draw(renderer: &Renderer, diagnostics: &Diagnostics, problem: &Diagnostic) -> String {
    let at = diagnostics.location(problem);
    let (line, span) = excerpt(diagnostics.source(), &problem.span);
    let label = AnnotationKind::Primary.span(span).label(shown(&problem.label));
    let snippet = Snippet::source(line).line_start(at.line).annotation(label);
    let drawing = Level::ERROR.primary_title(shown(&problem.message)).element(snippet);
    let help = problem.help.as_ref().map(|help| Level::HELP.message(shown(help)));
    let drawing = renderer.render(&[drawing.elements(help)]);
    // As compilers have it, so that editors find the place.
    format!("{}:{}:{}: {drawing}", shown(diagnostics.file()), at.line, at.column)
}

/// The line of a problem, cut around it, and where in that the problem is.
fn excerpt(source: &str, span: &Range<usize>) -> (String, Range<usize>) {
    let line_start = source[..span.start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = source[span.start..].find('\n').map_or(source.len(), |at| span.start + at);
    let (before, rest) = (&source[line_start..span.start], source[span.start..line_end].trim_end());
    let cut_before = before.char_indices().rev().nth(CONTEXT - 1).map_or(0, |(at, _)| at);
    let cut_after = rest.char_indices().nth(CONTEXT).map_or(rest.len(), |(at, _)| at);
    let (left, right) =
        (if cut_before > 0 { "…" } else { "" }, if cut_after < rest.len() { "…" } else { "" });
    // Tabs are kept for the renderer, which knows how wide they are.
    let clean =
        |text: &str| text.split('\t').map(|part| shown(part).into_owned()).collect::<Vec<_>>().join("\t");
    let (before, after) = (clean(&before[cut_before..]), clean(&rest[..cut_after]));
    let length = (span.len()).min(cut_after);
    let underlined = clean(&rest[..length]).len();
    let start = left.len() + before.len();
    (format!("{left}{before}{after}{right}"), start..start + underlined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reading::load_target;

    fn problems(source: &str) -> String {
        drawn(&load_target("a\nb.toml", source).unwrap_err())
    }

    fn target(output: &str) -> String {
        format!("name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [{output}]\n")
    }

    #[test]
    fn a_problem_is_drawn_below_its_line() {
        let text = problems(&target("'x[0] + epx(x[0])'"));
        let expected = "a\\nb.toml:4:19: error: unknown function `epx`
  |
4 | output = ['x[0] + epx(x[0])']
  |                   ^^^ cannot be applied
  |
  = help: did you mean `exp`? there are `exp`, `log`";
        assert!(text.starts_with(expected), "{text}");
    }

    #[test]
    fn long_lines_are_cut_around_the_problem() {
        let many = "x[0] + ".repeat(50_000);
        let text = problems(&target(&format!("'{many}wrong + {many}1'")));
        assert!(text.lines().all(|line| line.chars().count() < 200), "{text}");
        let (line, carets) = (text.lines().nth(2).unwrap(), text.lines().nth(3).unwrap());
        let column = |text: &str, part: &str| text[..text.find(part).unwrap()].chars().count();
        assert_eq!(column(line, "wrong"), column(carets, "^^^^^"), "{text}");
        assert!(text.contains("a\\nb.toml:4:350012"), "{text}");
    }

    #[test]
    fn characters_that_act_are_drawn_as_text() {
        let text = problems(&target("'\u{202e}x[0]\u{7f} + é'"));
        assert!(text.contains("\\u202e"), "{text}");
        assert!(!text.contains(['\u{202e}', '\u{7f}']));
    }
}
