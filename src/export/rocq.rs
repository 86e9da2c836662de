//! The theorem about a proof's three files, as a file of Rocq: the files letter by letter, the claim, and its proof by the proved
//! checker (`src/verified/`), which `coqc` runs in its kernel.

use num_traits::Signed;
use sumformer_checker::arith::number::Rational;

/// How the file begins.
const MARK: &str = "(* The theorem about one proof of sumformer";

/// Bytes of a literal, about: longer ones overflow Coq's stack.
const LITERAL: usize = 2000;

/// Whether a file that begins so was written here.
pub fn is_our_theorem(beginning: &[u8]) -> bool {
    beginning.starts_with(MARK.as_bytes())
}

/// The file, for the texts of `target.toml`, `network.json` and `certificate.json`, and the bound that the last one certifies.
pub fn theorem(files: [&str; 3], certified: &Rational) -> String {
    let mut text = format!(
        "{MARK}, to be checked by coqc with the library in src/verified:\n   make -C src/verified && coqc -Q \
         src/verified/build Sumformer theorem.v *)\nFrom Coq Require Import ZArith QArith List.\nFrom Sumformer Require \
         Import Object.\nImport ListNotations.\nLocal Open Scope piece_scope.\n\n"
    );
    for (name, file) in ["target_toml", "network_json", "certificate_json"].into_iter().zip(files) {
        let literals: Vec<String> =
            pieces(file).map(|piece| format!("\"{}\"", piece.replace('"', "\"\""))).collect();
        text.push_str(&format!("Definition {name} := file [\n{}].\n", literals.join(";\n")));
    }
    let sign = if certified.is_negative() { "-" } else { "" };
    let bound = format!("({sign}{} # {})%Q", certified.numer().magnitude(), certified.denom());
    text.push_str(&format!(
        "\nLemma accepted : certified target_toml network_json certificate_json = Some {bound}.\nProof. vm_cast_no_check \
         (eq_refl (Some {bound})). Qed.\n\n(* What this means is said in src/verified/statement/Semantics.v: for every admitted \
         length, every sequence in the box,\n   every token and output, |network - target| is at most the bound. *)\nTheorem \
         the_theorem : within target_toml network_json {bound}.\nProof. exact (certified_sound _ _ _ _ accepted). \
         Qed.\nPrint Assumptions the_theorem.\n"
    ));
    text
}

/// A text in pieces that end behind a line where one ends in time.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let most = LITERAL.min(rest.len());
        let most = (0..=most).rev().find(|&at| rest.is_char_boundary(at)).unwrap_or(0);
        let end = match rest[..most].rfind('\n') {
            _ if most == rest.len() => most,
            Some(line) => line + 1,
            None => most,
        };
        let (piece, later) = rest.split_at(end);
        rest = later;
        (!piece.is_empty()).then_some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use sumformer_checker::arith::number::ratio;

    #[test]
    fn pieces_are_short_and_the_whole_text() {
        for text in ["", "a\nb", &"é".repeat(3000), &"line\n".repeat(2000), &"x".repeat(5001)] {
            let pieces: Vec<&str> = pieces(text).collect();
            assert_eq!(pieces.concat(), text);
            assert!(pieces.iter().all(|piece| !piece.is_empty() && piece.len() <= LITERAL));
        }
    }

    #[test]
    fn quotes_are_doubled_and_the_mark_is_there() {
        let text = theorem(["a = \"b\"\n", "{}", ""], &ratio(1, 3));
        assert!(is_our_theorem(text.as_bytes()));
        assert!(text.contains("Definition target_toml := file [\n\"a = \"\"b\"\"\n\"].\n"), "{text}");
        assert!(text.contains("Definition certificate_json := file [\n].\n"), "{text}");
        assert!(text.contains("within target_toml network_json (1 # 3)%Q"), "{text}");
    }
}
