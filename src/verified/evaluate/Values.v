(* The semantics at a sequence that stands in a file: [[number, ...], ...], a row for each token. *)
From Coq Require Import String NArith ZArith QArith Qreals Reals List.
From Sumformer Require Import Semantics Outcome Text Json Network Target Evaluate EvaluateSound.
Import ListNotations.
Local Open Scope string_scope.

Definition rows_of (t : text) : outcome (list (list Q)) := do v <- json_of t; Json.array_of (Json.array_of Json.number_of) v.
(* For every token and output the values of network and target, as far as they are rational. *)
Definition values_of (f : target) (net : network) (rows : list (list Q)) : list (list (option Q * option Q)) :=
  let outputs := network_at rows net in
  map (fun i => map (fun o =>
    (match outputs with Some Y => Some (output_at Y i o) | None => None end, target_at rows f i o))
    (seq 0 (List.length (t_outputs f)))) (positions (List.length rows)).
Definition values_files (target_toml network_json input : text) : outcome (list (list (option Q * option Q))) :=
  do f <- under (Key "target.toml") (target_of target_toml);
  do net <- under (Key "network.json") (network_of network_json);
  do rows <- under (Key "input") (rows_of input);
  Yes (values_of f net rows).

Theorem values_ok f net rows i o : (i < List.length rows)%nat ->
  (forall Y, network_at rows net = Some Y -> Q2R (output_at Y i o) = network_value net (List.length rows) (real rows) i (N.of_nat o)) /\
  (forall x, target_at rows f i o = Some x -> Q2R x = target_value f (List.length rows) (real rows) i o).
Proof. intros H. split; [intros Y E; apply network_at_ok; auto|intros x E; apply qvalue_ok; auto]. Qed.
