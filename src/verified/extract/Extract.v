(* The checker as an OCaml program.  Numbers stay the binary numbers of the proof: no arithmetic is replaced. *)
From Coq Require Import Extraction ExtrOcamlBasic ExtrOcamlString.
From Sumformer Require Import Json Verdict Values.
Extraction Language OCaml.
Extraction "checker.ml" beginning scan_on read_target read_network decide values_files.
