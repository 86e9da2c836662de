(* The checker on the bytes of the three files, and the theorem about it. *)
From Coq Require Import String NArith ZArith QArith Reals Qreals List.
From Sumformer Require Import Semantics Outcome Text Network Target Rational Check Sound Certificate.
Import ListNotations.
Local Open Scope string_scope.

(* The bound, epsilon, and what of the certificate was not looked at. *)
Record accepted := Accepted { bound : Q; epsilon : Q; unread : list string }.
Definition check_files (target_toml network_json certificate_json : text) : outcome accepted :=
  do f <- under (Key "target.toml") (target_of target_toml);
  do net <- under (Key "network.json") (network_of network_json);
  do (c, unread) <- under (Key "certificate.json") (certificate_of (width net) certificate_json);
  do _ <- check net f c;
  Yes (Accepted (c_certified c) (c_epsilon c) unread).

Lemma under_yes A (s : step) (o : outcome A) a : under s o = Yes a -> o = Yes a.
Proof. destruct o; [auto|discriminate]. Qed.

Theorem check_files_sound target_toml network_json certificate_json a :
  check_files target_toml network_json certificate_json = Yes a ->
  exists f net, target_of target_toml = Yes f /\ network_of network_json = Yes net /\
    approximates net f (bound a) /\ (bound a <= epsilon a)%Q.
Proof.
  unfold check_files.
  destruct (under _ (target_of _)) as [f|] eqn:F; [|discriminate]. apply under_yes in F.
  destruct (under _ (network_of _)) as [net|] eqn:G; [|discriminate]. apply under_yes in G.
  destruct (under _ (certificate_of _ _)) as [[c u]|]; [|discriminate]. destruct (check net f c) as [[]|] eqn:K; [|discriminate].
  intros E; injection E as <-. exists f, net. destruct (check_sound _ _ _ K). auto.
Qed.
