(* The checker as an OCaml program.  Numbers stay the binary numbers of the proof: no arithmetic is replaced. *)
From Coq Require Import Extraction ExtrOcamlBasic ExtrOcamlString.
From Sumformer Require Import Verdict Values.
Extraction Language OCaml.
Extraction "checker.ml" check_files values_files.
