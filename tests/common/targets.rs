//! Texts of target files.

use std::fmt::Display;
use sumformer::reading::load_target;
use sumformer_checker::language::target::Target;

/// A target file in the making.
#[derive(Clone)]
pub struct TargetText {
    tokens: String,
    domain: String,
    epsilon: Option<String>,
    outputs: Vec<String>,
    abbreviations: String,
}

/// A target named `t` for so many tokens, or for `any`, in [0, 1].
pub fn target(tokens: impl Display) -> TargetText {
    let tokens = match tokens.to_string().trim_matches('"') {
        "any" => "\"any\"".into(),
        number => number.to_string(),
    };
    TargetText {
        tokens,
        domain: "[0, 1]".into(),
        epsilon: None,
        outputs: Vec::new(),
        abbreviations: String::new(),
    }
}

impl TargetText {
    /// The sides of the box, `[-1, 1] [0, 1/3]`, say; quotation marks and commas between may be there.
    pub fn domain(mut self, sides: &str) -> Self {
        self.domain = sides.into();
        self
    }

    /// d sides that are the same.
    pub fn cube(self, side: &str, dimension: usize) -> Self {
        self.domain(&vec![side; dimension].join(" "))
    }

    /// ε.
    pub fn epsilon(mut self, epsilon: &str) -> Self {
        self.epsilon = Some(epsilon.into());
        self
    }

    /// A further output.
    pub fn output(mut self, expression: impl Display) -> Self {
        self.outputs.push(format!("\"{expression}\""));
        self
    }

    /// A further abbreviation.
    pub fn abbreviation(mut self, name: &str, expression: &str) -> Self {
        self.abbreviations.push_str(&format!("{name} = \"{expression}\"\n"));
        self
    }

    /// The file.
    pub fn text(&self) -> String {
        let sides = self.domain.split('[').skip(1).map(|side| {
            let (side, _) = side.split_once(']').expect("a side ends");
            let ends = side.split(',').map(|end| format!("\"{}\"", end.trim().trim_matches('"')));
            format!("[{}]", ends.collect::<Vec<_>>().join(", "))
        });
        let domain = sides.collect::<Vec<_>>().join(", ");
        let epsilon = self.epsilon.iter().map(|epsilon| format!("epsilon = \"{epsilon}\"\n"));
        let abbreviations = match self.abbreviations.as_str() {
            "" => String::new(),
            lines => format!("[where]\n{lines}"),
        };
        format!(
            "name = \"t\"\ntokens = {}\ndomain = [{domain}]\n{}output = [{}]\n{abbreviations}",
            self.tokens,
            epsilon.collect::<String>(),
            self.outputs.join(", ")
        )
    }

    /// The target.
    #[track_caller]
    pub fn load(&self) -> Target {
        let text = self.text();
        load_target("t.toml", &text).unwrap_or_else(|e| panic!("{e}\n{text}"))
    }
}
