//! The limits in the code are those that the documentation lists.

use std::path::Path;
use sumformer_checker::limits::*;

/// The numbers of a cell: `2^20`, `10^9`, `200 000`, `64`.
fn numbers(cell: &str) -> Vec<u64> {
    let cell = cell.replace("2^32 − 1", "");
    let digits = |text: &str| text.replace(' ', "").parse::<u64>().ok();
    let mut found = Vec::new();
    let mut rest = cell.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        // A space between two groups of three digits belongs to the number.
        let text = &rest[start..];
        let end = text
            .char_indices()
            .find(|&(i, c)| {
                let group = text.get(i + 1..i + 4).is_some_and(|g| g.bytes().all(|b| b.is_ascii_digit()));
                !(c.is_ascii_digit() || c == '^' || c == ' ' && group)
            })
            .map_or(text.len(), |(i, _)| i);
        let number = match text[..end].split_once('^') {
            Some((base, exponent)) => {
                digits(base).unwrap().pow(u32::try_from(digits(exponent).unwrap()).unwrap())
            }
            None => digits(&text[..end]).unwrap(),
        };
        found.push(number);
        rest = &text[end..];
    }
    found
}

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    std::fs::read_to_string(path).expect("the page is readable")
}

/// The second cell of the row that begins like this, in a table of limits.
fn limit(page: &str, quantity: &str) -> Vec<u64> {
    let row = page
        .lines()
        .find(|line| line.starts_with(&format!("| {quantity}")))
        .unwrap_or_else(|| panic!("no row `{quantity}`"));
    numbers(row.split(" | ").nth(1).expect("a limit").trim_end_matches(" |"))
}

fn u(value: usize) -> u64 {
    value.try_into().unwrap()
}

#[test]
fn the_documentation_lists_these_limits() {
    let formats = page("formats.md");
    let formats = &formats[formats.find("## 9. Limits").expect("the section")..];
    for (quantity, expected) in [
        ("degree of a gadget's polynomial", vec![u(MAX_GADGET_DEGREE)]),
        ("(slots a gadget reads)^(degree)", vec![u(MAX_LOCAL_TERMS)]),
        ("degree of a product of Taylor models", vec![MAX_DEGREE.into()]),
        ("work of one check", vec![CHECK_WORK, CHECK_WORK_PER_BYTE]),
        ("term pairs of one product", vec![u(MAX_TERM_PAIRS), MAX_COEFFICIENT_BITS]),
        ("bits of a common denominator of the break points, of", vec![MAX_DENOMINATOR_BITS]),
        ("products of non-zeros in W_V", vec![u(MAX_MATRIX_PRODUCTS)]),
        ("exponent of exp in 6.6", vec![MAX_EXP_ARGUMENT.unsigned_abs()]),
        ("terms of a normal form", vec![u(MAX_TERMS), 25, 1, 16]),
        (
            "coordinates in the rows of a witness",
            vec![u(MAX_WITNESS_COORDINATES), MAX_WITNESS_OPERATIONS, MAX_INTEGER_BITS],
        ),
        ("queries or keys whose scores", vec![u(MAX_COMPARED)]),
        ("tokens over which `symmetrize`", vec![u(MAX_SYMMETRIZED)]),
        ("6.13: atoms; visited nodes", vec![u(MAX_ATOMS), u(MAX_VISITS)]),
        (
            "6.13: degree of a `polynomial`",
            vec![u(MAX_REPLACEMENT_DEGREE), MAX_PIECES.into(), MAX_PIECES.into()],
        ),
        ("6.13, `logarithms`: degree", vec![u(MAX_REPLACEMENT_DEGREE), u(MAX_NESTED_SUMS)]),
        ("6.4, 6.13: halvings", vec![MAX_CUTS.into()]),
        ("6.12: characters of the tree", vec![u(MAX_TREE_TEXT), MAX_LEVEL.into()]),
        ("6.11, 6.12: coordinates", vec![u(MAX_COORDINATES)]),
        ("6.11: products of pieces; entries", vec![u(MAX_CELLS), u(MAX_ENTRIES)]),
        ("6.11: products of pieces times slots", vec![u(MAX_CELL_VALUES)]),
        ("6.11: values of slots", vec![u(MAX_STORED_VALUES)]),
        ("6.11: break points of a form", vec![u(MAX_LEVELS), 8]),
        ("6.11: words of 64 bits in the keys", vec![MAX_KEY_WORDS]),
        ("6.11: work of the entries with ramps", vec![MAX_RAMP_WORK]),
        ("6.11: bits of a common denominator", vec![MAX_DENOMINATOR_BITS]),
        ("`floor.json` ([how few sums](latent.md)): sums", vec![u(MAX_FLOOR_SUMS)]),
    ] {
        assert_eq!(limit(formats, quantity), expected, "{quantity}");
    }
    let language = page("target-language.md");
    let limits = &language[language.find("| quantity | limit |").expect("the table")..];
    for (quantity, expected) in [
        ("`tokens`; coordinates; outputs", vec![u(MAX_TOKENS), u(MAX_DIMENSION), u(MAX_OUTPUTS)]),
        ("height of an expression", vec![u(MAX_TREE_DEPTH)]),
        ("characters of a number", vec![u(MAX_NUMERAL_LENGTH), MAX_DECIMAL_EXPONENT.unsigned_abs()]),
        ("exponent of `^`", vec![MAX_EXPONENT.into()]),
        ("nodes of all expressions", vec![MAX_NODES]),
        ("terms of an expanded target", vec![u(MAX_TERMS)]),
    ] {
        assert_eq!(limit(limits, quantity), expected, "{quantity}");
    }
}
