(* The theorem about three files that stand in a file of Rocq letter by letter, as `export --format rocq` writes it. *)
From Coq Require Import Ascii String NArith ZArith QArith Qreals Reals List.
From Coq.Init Require Import Byte.
From Sumformer Require Import Semantics Outcome Text Network Target Rational Check Sound Certificate Verdict.
Import ListNotations.

(* Pieces of a file, as string literals; long literals would overflow Coq's stack. *)
Inductive piece := Piece (bytes : list byte).
Definition bytes_of (p : piece) : list byte := match p with Piece bytes => bytes end.
Declare Scope piece_scope.
Delimit Scope piece_scope with piece.
String Notation piece Piece bytes_of : piece_scope.
Definition file (pieces : list piece) : text := flat_map (fun p => map ascii_of_byte (bytes_of p)) pieces.

Definition certified (target_toml network_json certificate_json : text) : option Q :=
  match check_files target_toml network_json certificate_json with Yes a => Some (Qred (bound a)) | No _ => None end.
Definition within (target_toml network_json : text) (eps : Q) : Prop :=
  exists f net, target_of target_toml = Yes f /\ network_of network_json = Yes net /\ approximates net f eps.
Theorem certified_sound target_toml network_json certificate_json eps :
  certified target_toml network_json certificate_json = Some eps -> within target_toml network_json eps.
Proof.
  unfold certified. destruct (check_files _ _ _) as [a|] eqn:E; [|discriminate]. intros F; injection F as <-.
  apply check_files_sound in E as [f [net [F [G [H _]]]]]. exists f, net. repeat split; auto.
  intros n X i o. unfold approximates in H. rewrite (Qeq_eqR _ _ (Qred_correct (bound a))). apply H.
Qed.
