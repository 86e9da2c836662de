(* Polynomials in the coordinates of named tokens and in power sums. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool.
From Sumformer Require Import Semantics Rational Sum Polynomial TaylorModel.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

(* coordinate k of the token of level l; the sum over the other tokens (every length: the mean) of a monomial *)
Inductive pvariable := Tok (l : nat) (k : N) | Pw (g : mono N).
Definition pv_cmp (a b : pvariable) : comparison :=
  match a, b with
  | Tok l k, Tok l' k' => match Nat.compare l l' with Eq => N.compare k k' | c => c end
  | Tok _ _, Pw _ => Lt | Pw _, Tok _ _ => Gt
  | Pw g, Pw g' => mcmp N.compare g g' end.
Lemma pv_cmp_eq a b : pv_cmp a b = Eq -> a = b.
Proof.
  destruct a as [l k|g], b as [l' k'|g']; simpl; try discriminate.
  - destruct (Nat.compare l l') eqn:E; try discriminate. intros F. apply Nat.compare_eq in E. apply ncmp_eq in F. congruence.
  - intros H. apply mcmp_eq in H; [congruence|apply ncmp_eq].
Qed.
Notation ppoly := (poly pvariable).
Notation vadd := (padd pv_cmp).
Notation vmul := (pmul pv_cmp).
Definition at_level (l : nat) (m : mono N) : mono pvariable := map (fun ke => (Tok l (fst ke), snd ke)) m.

Lemma term_ok V (s : V -> R) m c : peval s [(m, c)] = Q2R c * meval s m.
Proof. rewrite peval_cons, peval_nil. ring. Qed.
