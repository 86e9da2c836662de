//! Bad files and exactly what is said about each.
//!
//! The expected text is `snapshots/bad_files.snap`; `INSTA_UPDATE=always cargo test --lib reading` rewrites it.

use super::file;
use crate::reading::load_target;

/// One bad expression each, in a file with n = 2 and d = 2.
const EXPRESSIONS: [&str; 75] = [
    "",
    "   ",
    "x[2]",
    "x[1.5]",
    "x[y]",
    "x[-1]",
    "x[0",
    "x[]",
    "x[0,1]",
    "x",
    "x(0)",
    "y[0]",
    "x1[0]",
    "n[0]",
    "n(2)",
    "exp",
    "exp()",
    "exp(x[0], x[1])",
    "epx(x[0])",
    "frobnicate(x[0], y[0])",
    "max(x[0])",
    "max(x[0], x[1], 2)",
    "sum(x[0])",
    "sum(y, y[0])",
    "sum(y[0])",
    "sum()",
    "sum(x: x[0])",
    "sum(n: 1)",
    "sum(exp: 1)",
    "sum(y: sum(y: y[0]))",
    "sum(y != y: y[0])",
    "sum(y != z: y[0])",
    "sum(y != x, x: y[0])",
    "sum(y != 1: y[0])",
    "sum(y != x y[0])",
    "sum(m: m[0])",
    "sum(y: y[0]) + y[0]",
    "sum(abc: abd[0])",
    "mean(y != x: mean(z != x, y: z[0]))",
    "min(y: max(z != y, x: z[0]))",
    "x[0]/0",
    "1/(2-2)",
    "1/(n-2)",
    "1/zero",
    "1/max(0, -1)^3",
    "log(0)",
    "sqrt(-1/4)",
    "x[0]^-1",
    "x[0]^n",
    "x[0]^(1+1) + y[0]",
    "x[0]^1.5",
    "x[0]^10001",
    "x[0]^2^20",
    "2 x[0]",
    "(x[0] + 1)(x[1] - 1)",
    "x[0] ** 2",
    "x[0] + + 1",
    "x[0] +",
    "* x[0]",
    "(x[0] + 1",
    "x[0]) + y[0]",
    "sum(y: (y[0] + (1)",
    "x[0] = 1",
    "x[0]² − ½ × x[1]",
    "x[0] # 1; $",
    "sum(y ≠ x: y[0]) + z[0]",
    ".5 * x[0]",
    "1. + x[0]",
    "x[0], x[1]",
    "pi * x[0]",
    "mm + zeroo",
    "m[0]",
    "m(1)",
    "1e3000",
    "later[0] + exp(foo) / (bar + sum(y: baz * x[7])) - q[0]",
];

/// Whole files.
const FILES: [&str; 46] = [
    "",
    "name = 3\ntokens = 2.5\ndomain = 1\noutput = 2",
    "name = \"\"\ntokens = 0\ndomain = []\noutput = []",
    "name = \"../up\"\ntokens = 1000001\ndomain = [[0]]\noutput = [1]",
    "name = \"a/b\"\ntokens = -1\ndomain = [0]\noutput = [\"1\"]",
    "name = \"t\"\ntokens = \"4\"\ndomain = [[0, 1]]\noutput = \"x[0]\"",
    "name = \"t\"\ntokens = 2\ndomain = [[1, 0]]\noutput = [\"1\"]",
    "name = \"t\"\ntokens = 2\ndomain = [[0.5, \"1.\"], [true, \"1/0\"], [[], 1e5]]\noutput = [\"x[3]\"]",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\nepsilon = 0\noutput = [\"1\"]",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\nepsilon = \"-1/3\"\noutput = [\"1\"]",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\nepsilon = 1e-3\noutput = [\"1\"]",
    "name = \"t\"\ntoken = 2\ndomian = [[0, 1]]\nouptut = [\"1\"]\nsomething = 1",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"1\"]\nsymmetrize = true",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"1\"]\nsemi_invariant = [\"x1[0]\"]",
    "name = \"t\"\ntokens = \"any\"\ndomain = [[0, 1]]\nsemi_invariant = [\"x1[0]\"]",
    "name = \"t\"\ntokens = 3\ndomain = [[0, 1]]\nsemi_invariant = [\"x0[0] + x3[0] + x4[0] + x[0] + x01[0] + x1 + y[0]\"]",
    "name = \"t\"\ntokens = 3\ndomain = [[0, 1]]\nsemi_invariant = [\"sum(y: y[0]) + x2[1]\"]\nsymmetrize = 1",
    "name = \"t\"\ntokens = 3\ndomain = [[0, 1]]\nsemi_invariant = [\"x2\"]\n[where]\nx2 = \"1\"",
    "name = \"t\"\ntokens = \"any\"\ndomain = [[0, 1]]\noutput = [\"n\"]",
    "name = \"t\"\ntokens = \"any\"\ndomain = [[0, 1]]\noutput = [\"sum(y: y[0])\"]",
    "name = \"t\"\ntokens = \"any\"\ndomain = [[0, 1]]\noutput = [\"prod(y: y[0])\"]",
    "name = \"t\"\ntokens = \"any\"\ndomain = [[0, 1]]\noutput = [\"max(y: y[0]) + min(y: y[0])\"]",
    "name = \"t\"\ntokens = \"any\"\ndomain = [[0, 1]]\noutput = [\"mean(y != x: y[0])\"]",
    "name = \"t\"\ntokens = 1\ndomain = [[0, 1]]\noutput = [\"mean(y != x: y[0]) + sum(y != x: y[0])\"]",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"b\"]\n[where]\nb = \"a\"\na = \"1\"",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"a\"]\n[where]\na = \"a\"",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"m\"]\n[where]\nn = \"1\"\nx = \"1\"\nsum = \"1\"\n\"a b\" = \"1\"\nm = 3",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"1\"]\nwhere = 2",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"sum(y: m)\"]\n[where]\nm = \"y[0] + sum(k: k[0])\"\nk = \"1\"",
    "name = \"t\"\nname = \"u\"\n",
    "name = \"t\ntokens = 2",
    "name = t",
    "[[[[",
    "name = \"t\"\ntokens = 2\ndomain = [[0, .5]]\n= 3\n",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"\"\"\n  x[0]\n\t+ y[0]   \\\n   + \\u0078[9]\n\"\"\", 'é + x[8]']",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"\\u0078[5] + \\\"\"]",
    "name = \"t\"\r\ntokens = 2\r\ndomain = [[0, 1]]\r\noutput = [\"\"\"\r\n1 +\r\nz[0]\"\"\"]\r\n",
    "name = \"t\"\ntokens = 0x0\ndomain = [[0x10, 0b11]]\noutput = [\"1\"]",
    "name = 'é'\ntokens = 2\ndomain = [[0, 1]]\noutput = [true, 1979-05-27, {}, 1.5, 'x[1]']",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\nsymmetrize = \"no\"\nsemi_invariant = [\"n + m\"]",
    "name = \"t\"\ntokens = []\ndomain = \"[0, 1]\"\noutput = [\"n + x[5]/0\"]",
    "name = \"t\"\ntokens = 2\ndomain = [[\"a very long text that is certainly no number but has to be shown in a message\", 1]]\noutput = [\"1\"]",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"x[0]  + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + wrong + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + x[0] + x[0]\"]",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"an_identifier_that_is_longer_than_anybody_wants_to_read_in_a_message[0]\"]",
    "name = \"t\"\ntokens = 2\ndomain = [[0, 1]]\noutput = [\"x[99999999999999999999999]\"]",
    "name = \"t\"\ntokens = 99999999999999999999999\ndomain = [[0, 1]]\noutput = [\"1\"]",
];

/// What is said about a file that must be refused: the place, the text there, and the words.
fn refused(source: &str) -> String {
    let problems = match load_target("t.toml", source) {
        Ok(target) => panic!("accepted: {target:?}"),
        Err(problems) => problems,
    };
    let mut text = String::new();
    for problem in problems.list() {
        let at = problems.location(problem);
        let place: String = source[problem.span.clone()].chars().take(40).collect();
        text += &format!("{}:{}: {}\n", at.line, at.column, problem.message);
        text += &format!("  {place:?}: {}\n", problem.label);
        text += &problem.help.as_ref().map_or_else(String::new, |help| format!("  help: {help}\n"));
    }
    text
}

#[test]
fn every_bad_file_gets_its_messages() {
    let mut text = String::new();
    for expression in EXPRESSIONS {
        let rest = format!("output = ['{expression}']\n[where]\nm = \"1\"\nzero = \"m - 1\"");
        text += &format!("=== {expression}\n{}\n", refused(&file("2", &rest)));
    }
    for source in FILES {
        text += &format!("=== {source}\n{}\n", refused(source));
    }
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("bad_files", text);
    });
}

#[test]
fn problems_have_structure() {
    let problems = load_target("t.toml", &file("2", "output = ['q[0]', 'é + ff']")).unwrap_err();
    let places: Vec<_> = problems
        .list()
        .iter()
        .map(|one| {
            (problems.location(one).line, problems.location(one).column, &problems.source()[one.span.clone()])
        })
        .collect();
    assert_eq!(places, [(4, 12, "q"), (4, 20, "é"), (4, 24, "ff")]);
    assert_eq!((problems.file(), problems.omitted()), ("t.toml", 0));
}

#[test]
fn many_problems_are_counted_not_kept() {
    let terms = vec!["q[0]"; 1000].join(" + ");
    let problems = load_target("t.toml", &file("2", &format!("output = ['{terms}']"))).unwrap_err();
    assert_eq!((problems.list().len(), problems.omitted()), (100, 900));
    assert!(problems.to_string().ends_with("t.toml: and 900 more problems\n"));
}
