//! From the text of a target file to a [`Target`].

use super::agreement::agree;
use super::context::{Context, Definition, placeholder};
use super::diagnostics::{Diagnostic, Diagnostics, Reporter, quote};
use super::fields::{Fields, Value};
use super::literal::Literal;
use super::parser::parse_expression;
use sumformer_checker::language::Shape;
use sumformer_checker::language::ast::Expr;
use sumformer_checker::language::lexer::is_name;
use sumformer_checker::language::names::reserved;
use sumformer_checker::language::possible_atoms;
use sumformer_checker::language::target::{Body, Target, Tokens};
use sumformer_checker::language::term::Term;
use sumformer_checker::limits::{MAX_OUTPUTS, MAX_SOURCE};
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

/// Reads a target file: TOML fields, abbreviations and expressions.
///
/// `file_name` only appears in messages. All problems of all fields are collected; only where the TOML itself
/// is broken nothing else is reported.
pub fn load_target(file_name: &str, source: &str) -> Result<Target, Diagnostics> {
    let loaded = load(file_name, source);
    debug_assert!(agree(source, &loaded), "the two readers do not agree: {loaded:?}\n{source}");
    loaded
}

fn load(file_name: &str, source: &str) -> Result<Target, Diagnostics> {
    let fail = |list| Diagnostics::new(file_name, source, list).map_or(Ok(()), Err);
    if source.len() > MAX_SOURCE {
        let message = format!("the file has {} bytes; target files have at most {MAX_SOURCE}", source.len());
        fail(vec![Diagnostic::new(message, "too large", 0..0)])?;
    }
    let (table, errors) = DeTable::parse_recoverable(source);
    let broken = |error: &toml::de::Error| {
        Diagnostic::new(error.message(), "not valid TOML", error.span().unwrap_or(0..0))
    };
    fail(errors.iter().map(broken).collect())?;
    let (target, reporter) = read(source, table.get_ref());
    fail(reporter.into_list())?;
    Ok(target)
}

/// Reads all fields; the target means something only if nothing was reported.
fn read<'a>(source: &'a str, table: &'a DeTable<'a>) -> (Target, Reporter) {
    let mut fields = Fields { source, table, reporter: Reporter::default() };
    fields.unknown_keys();
    let name = fields.name();
    let tokens = fields.tokens();
    let (dimension, domain) = fields.domain();
    let epsilon = fields.epsilon();
    let symmetrize = fields.symmetrize();
    let (key, explicit) = match (fields.get("output"), fields.get("semi_invariant")) {
        (Some(_), Some(_)) => {
            let (message, label) = ("both `output` and `semi_invariant` are given", "a second function");
            let both = Diagnostic::new(message, label, fields.key_span("semi_invariant"));
            fields.reporter.report(both.with_help("keep one of them"));
            ("output", false)
        }
        (None, Some(_)) => ("semi_invariant", true),
        (_, None) => ("output", false),
    };
    if explicit && tokens == Some(Tokens::Any) {
        let message = "`semi_invariant` names its tokens, so it needs a fixed number of them";
        let varies = Diagnostic::new(message, "`tokens` is \"any\"", fields.key_span("semi_invariant"));
        fields.reporter.report(varies.with_help("write `tokens = 4`, or use `output`"));
    }
    let function = fields.required(key, "output = [\"sum(y: y[0])\"]");
    let key_span = fields.key_span(key);
    let mut context = Context::new(fields.reporter, tokens, dimension, explicit);
    if let Some(value) = table.get("where") {
        define(&mut context, source, value);
    }
    let expressions = function.map_or_else(Vec::new, |value| expressions(&mut context, source, key, value));
    if let (true, Some(Tokens::Fixed(n)), Some(d)) = (explicit, tokens, dimension) {
        let atoms = expressions.iter().map(possible_atoms).fold(0, usize::saturating_add);
        if let Err(problem) = Shape::new(d.saturating_add(atoms), n) {
            let all = Diagnostic::new(problem.to_string(), "each token has a name here", key_span);
            context.reporter.report(all.with_help("take fewer tokens or coordinates, or use `output`"));
        }
    }
    let body =
        if explicit { Body::SemiInvariant { expressions, symmetrize } } else { Body::Output(expressions) };
    let tokens = tokens.unwrap_or(Tokens::Any);
    let target = Target { name, tokens, domain, epsilon, body, source: source.to_string() };
    (target, context.reporter)
}

/// Reads `output` or `semi_invariant`.
fn expressions(context: &mut Context, source: &str, key: &str, value: &Value<'_>) -> Vec<Expr> {
    let DeValue::Array(list) = value.get_ref() else {
        context.reporter.report(
            Diagnostic::new(format!("`{key}` must be a list of expressions"), "not a list", value.span())
                .with_help(format!("write `{key} = [\"…\"]`, one expression per output coordinate")),
        );
        return Vec::new();
    };
    if list.is_empty() || list.len() > MAX_OUTPUTS {
        let message = format!("`{key}` needs between 1 and {MAX_OUTPUTS} expressions, found {}", list.len());
        context.reporter.report(Diagnostic::new(message, "one per output coordinate", value.span()));
        return Vec::new();
    }
    list.iter().map(|value| expression(context, source, value).expr).collect()
}

/// Reads one expression in a string.
fn expression(context: &mut Context, source: &str, value: &Value<'_>) -> Term {
    if let DeValue::String(text) = value.get_ref() {
        return parse_expression(context, &Literal::new(source, value.span(), text));
    }
    let message = format!("expected an expression in quotes, found {}", super::fields::describe(value));
    context.reporter.report(
        Diagnostic::new(message, "not a string", value.span())
            .with_help(format!("write `\"{}\"`", source[value.span()].chars().take(20).collect::<String>())),
    );
    placeholder(value.span())
}

/// Reads `[where]`, in the order of the file.
fn define(context: &mut Context, source: &str, value: &Value<'_>) {
    let DeValue::Table(table) = value.get_ref() else {
        context.reporter.report(
            Diagnostic::new("`where` must be a table of abbreviations", "not a table", value.span())
                .with_help("write `[where]` and below it `m = \"mean(y: y[0])\"`"),
        );
        return;
    };
    let mut entries: Vec<(&Spanned<DeString<'_>>, &Value<'_>)> = table.iter().collect();
    entries.sort_by_key(|(name, _)| name.span().start);
    context.abbreviations = entries.iter().map(|(name, _)| name.get_ref().to_string()).collect();
    for (name, value) in entries {
        check_abbreviation(context, name);
        let before = context.nodes();
        let term = expression(context, source, value);
        let nodes = context.nodes() - before;
        context.definitions.insert(name.get_ref().to_string(), Definition { term, nodes });
    }
}

fn check_abbreviation(context: &mut Context, name: &Spanned<DeString<'_>>) {
    let (text, shown) = (name.get_ref().as_ref(), quote(name.get_ref()));
    if !is_name(text) {
        let message = format!("{shown} cannot be used in an expression");
        context.reporter.report(
            Diagnostic::new(message, "not a name", name.span())
                .with_help("names consist of letters, digits and `_`, and start with no digit"),
        );
    } else if let Some(reason) = reserved(text, context.explicit) {
        let message = format!("{shown} cannot be an abbreviation: {reason}");
        context.reporter.report(
            Diagnostic::new(message, "a reserved name", name.span()).with_help("choose another name"),
        );
    }
}
