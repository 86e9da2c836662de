(* The checker on the bytes of the three files, and the theorem about it. *)
From Coq Require Import String NArith ZArith QArith Reals Qreals List.
From Sumformer Require Import Semantics Outcome Text Json Network Target Rational Check Sound Witness Certificate.
Import ListNotations.
Local Open Scope string_scope.

(* The bound, epsilon, the lower bound that the witness proves, if it was looked at, and whether it is exact there; and what of the
   certificate was not looked at. *)
Record accepted := Accepted { bound : Q; epsilon : Q; lower : option (Q * bool); unread : list string }.
(* The witness is evaluated if that takes less than so many units and terms of the target in all. *)
Definition work_limit : N := 4000000.
Fixpoint terms (n : N) (a : expr) : N :=
  match a with
  | Num _ | Len | Coord _ _ => 1
  | Neg a => 1 + terms n a
  | Add a b | Sub a b | Mul a b | Div a b => 1 + terms n a + terms n b
  | Pow a e => terms n a + N.of_nat e * N.of_nat e
  | Sum _ a | Mean _ a | Prod _ a => 1 + n * terms n a
  end%N.
Definition work (net : network) (f : target) (w : witness) : N :=
  let n := N.of_nat (List.length (rows w)) in
  fold_left (fun done b => fold_left (fun done _ => done + n)%N (units b) done) (blocks net) (terms n (nth (output w) (t_outputs f) Len)).
Definition lower_bound (net : network) (f : target) (w : read_witness) : outcome (option (Q * bool)) :=
  match w with
  | NoWitness | TooLong => Yes None
  | Read w =>
      if N.ltb work_limit (work net f w) then Yes None
      else do known <- under (Key "witness") (check_witness net f w); Yes (if known then Some (error w, exact w) else None)
  end.
(* What is decided when target and network are known.  certificate_json has been scanned, piece by piece perhaps. *)
Definition decide (f : target) (net : network) (certificate_json : scanned) : outcome accepted :=
  do (c, w, unread) <- under (Key "certificate.json") (do v <- whole certificate_json; certificate_in (width net) v);
  do _ <- check net f c;
  do lower <- lower_bound net f w;
  let unread := match w, lower with NoWitness, _ | _, Some _ => unread | _, None => (unread ++ ["witness"])%list end in
  Yes (Accepted (c_certified c) (c_epsilon c) lower unread).
Definition read_target (target_toml : text) : outcome target := under (Key "target.toml") (target_of target_toml).
Definition read_network (network_json : scanned) : outcome network :=
  under (Key "network.json") (do v <- whole network_json; network_in v).
Definition check_scanned (target_toml : text) (network_json certificate_json : scanned) : outcome accepted :=
  do f <- read_target target_toml;
  do net <- read_network network_json;
  decide f net certificate_json.
Definition check_files (target_toml network_json certificate_json : text) : outcome accepted :=
  check_scanned target_toml (scan_on beginning network_json) (scan_on beginning certificate_json).

Lemma under_yes A (s : Outcome.step) (o : outcome A) a : under s o = Yes a -> o = Yes a.
Proof. destruct o; [auto|discriminate]. Qed.

(* What an answer says of a network and a target. *)
Definition holds (net : network) (f : target) (a : accepted) : Prop :=
  approximates net f (bound a) /\ (bound a <= epsilon a)%Q /\
  match lower a with Some (e, exactly) => reaches net f exactly e | None => True end.
Lemma lower_bound_sound net f w e exactly : lower_bound net f w = Yes (Some (e, exactly)) -> reaches net f exactly e.
Proof.
  unfold lower_bound. destruct w as [| |w]; try discriminate. destruct (N.ltb _ _); [discriminate|].
  destruct (under _ (check_witness _ _ _)) as [[]|] eqn:W; try discriminate. apply under_yes in W.
  intros E; injection E as <- <-. apply check_witness_sound; auto.
Qed.
Theorem decide_sound f net certificate_json a : decide f net certificate_json = Yes a -> holds net f a.
Proof.
  unfold decide. destruct (under _ _) as [[[c w] u]|]; [|discriminate]. destruct (check net f c) as [[]|] eqn:K; [|discriminate].
  destruct (lower_bound net f w) as [l|] eqn:L; [|discriminate]. intros E; injection E as <-.
  destruct (check_sound _ _ _ K) as [A B]. repeat split; auto. cbn [lower]. destruct l as [[e x]|]; auto. eapply lower_bound_sound; eauto.
Qed.
Theorem check_files_sound target_toml network_json certificate_json a :
  check_files target_toml network_json certificate_json = Yes a ->
  exists f net, target_of target_toml = Yes f /\ network_of network_json = Yes net /\ holds net f a.
Proof.
  unfold check_files, check_scanned.
  destruct (read_target _) as [f|] eqn:F; [|discriminate]. apply under_yes in F.
  destruct (read_network _) as [net|] eqn:G; [|discriminate]. apply under_yes in G.
  intros E. apply decide_sound in E. exists f, net. auto.
Qed.
(* What the program does: it reads the files piece by piece. *)
Theorem check_pieces target_toml network_json certificate_json :
  check_scanned target_toml (fold_left scan_on network_json beginning) (fold_left scan_on certificate_json beginning) =
  check_files target_toml (List.concat network_json) (List.concat certificate_json).
Proof. unfold check_files. rewrite !scan_pieces. reflexivity. Qed.
