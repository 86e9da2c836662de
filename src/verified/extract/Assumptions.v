(* What the theorems assume beyond Coq's logic: compared with assumptions.txt by `make`. *)
From Sumformer Require Import Sound Verdict Values Object.
Print Assumptions check_sound.
Print Assumptions check_files_sound.
Print Assumptions values_ok.
Print Assumptions certified_sound.
