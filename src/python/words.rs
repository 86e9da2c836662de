//! Options of the command, where messages of the library name them, as they are written in Python.

/// The options that messages name.
const NAMES: [&str; 14] = [
    "activation",
    "epsilon",
    "grid",
    "latent",
    "layout",
    "max-boxes",
    "max-entries",
    "max-terms",
    "max-units",
    "performer",
    "ramp",
    "route",
    "scores",
    "shard",
];

/// Words that are values, wherever they follow an option.
const VALUES: [&str; 8] = ["favor", "finest", "paper", "relu", "sparse", "structural", "bernstein", "tree"];

/// `--max-units` as `max_units`, and `--latent sparse` as latent="sparse".
pub fn in_python(text: &str) -> String {
    let mut pieces = text.split("--");
    let mut said = pieces.next().unwrap_or_default().to_string();
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_ascii_lowercase() && c != '-').unwrap_or(piece.len());
        let (name, rest) = piece.split_at(end);
        if !NAMES.contains(&name) {
            said += &format!("--{piece}");
            continue;
        }
        let name = name.replace('-', "_");
        let ends = |c: char| c.is_whitespace() || [',', ';', ')'].contains(&c);
        let value = rest.strip_prefix(' ').and_then(|rest| rest.split(ends).next()).unwrap_or_default();
        let is_value = VALUES.contains(&value) || value.starts_with(|c: char| c.is_ascii_digit());
        said += &match is_value {
            true => format!("{name}=\"{value}\"{}", &rest[1 + value.len()..]),
            false => format!("`{name}`{rest}"),
        };
    }
    said
}
