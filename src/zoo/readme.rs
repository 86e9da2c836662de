//! The suite's own page.

use super::families::FAMILIES;
use super::instance::Answer;
use super::suite::Suite;

const HEAD: &str = "# Verification instances whose answers are known

Every network here has weights that single precision holds exactly, so that the file *is* the network that is spoken of; for every network the
largest (or least) value of its first output on a box is known as a rational number, with a point where it is taken and a reason why
nothing goes beyond. The questions ask whether the output reaches a threshold: the next single-precision number beyond the extreme, or
one beyond by a millionth (`unsat`), and the same before it (`sat`). *Exact* means real arithmetic, not that of floats.

| file | what |
| --- | --- |
| `instances.csv` | network, property in VNN-LIB 1.0, seconds, as in VNN-COMP |
| `instances2.csv` | the same with VNN-LIB 2.0, and properties that multiply |
| `answers.json` | every answer, with its reason; for `sat` a counterexample, exactly, whose coordinates are single-precision numbers |
| `extremes.json` | every network's box, extreme, and where it is taken; what the output is there in f32 and f64, every operation rounded |
| `generate_properties.py SEED` | makes all properties anew, and one more for each network and answer whose distance the seed decides |
| `check_answers.py` | derives every answer again from the files alone, in exact arithmetic: it reads ONNX and VNN-LIB by itself |
| `proofs/` | proofs of networks that were compiled, for `sumformer check` |

Both programs need Python 3.10 and nothing else. A `sat` whose counterexample does not survive evaluation in f32 or in f64 is left out. All numbers in properties are
single-precision numbers, written out in full, so that reading them rounds nothing. Networks with attention take `tokens` of shape (batch, n, d), X_0, X_1, … being these
numbers row by row; the others take one row.

## Families
";

/// Statements of the families, and a table of the networks.
pub(super) fn readme(suite: &Suite) -> String {
    let mut text = HEAD.to_string();
    for family in &FAMILIES {
        text.push_str(&format!("\n### {}\n\n{}\n", family.name, family.statement));
    }
    text.push_str("\n## Networks\n\n| network | inputs | side | extreme | unsat | sat |\n| --- | --- | --- | --- | --- | --- |\n");
    for specimen in &suite.specimens {
        let count = |answer| {
            let own = suite.instances.iter().filter(|instance| instance.specimen == specimen.name);
            own.filter(|instance| instance.answer == answer).count()
        };
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} | {} |\n",
            specimen.name,
            specimen.domain.len(),
            specimen.side.name(),
            specimen.extreme,
            count(Answer::Unsat),
            count(Answer::Sat),
        ));
    }
    text.push_str(&format!(
        "\nMade by `sumformer zoo --seed {} --size {}`; the same seed and size give the same bytes.\n",
        suite.seed,
        suite.size.name()
    ));
    text
}
