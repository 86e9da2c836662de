(* Network and target seen from another point c (6.3, Centre): T'(v) = T(v + c) and f'(v) = f(v + c) on the box B - c.
   A bound for these is one for T and f on B. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool FunctionalExtensionality.
From Sumformer Require Import Semantics Rational Sum.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Section Centre.
Variable centre : list Q.
Definition shift (k : N) : Q := nth (N.to_nat k) centre 0%Q.

Fixpoint centred_expression (a : expr) : expr :=
  match a with
  | Num _ | Len => a
  | Coord _ k => if is0 (shift k) then a else Add a (Num (shift k))
  | Neg a => Neg (centred_expression a)
  | Add a b => Add (centred_expression a) (centred_expression b)
  | Sub a b => Sub (centred_expression a) (centred_expression b)
  | Mul a b => Mul (centred_expression a) (centred_expression b)
  | Div a b => Div (centred_expression a) (centred_expression b)
  | Pow a e => Pow (centred_expression a) e
  | Sum except a => Sum except (centred_expression a)
  | Mean except a => Mean except (centred_expression a)
  | Prod except a => Prod except (centred_expression a)
  end.
Fixpoint centred_box (k : N) (box : list (Q * Q)) : list (Q * Q) :=
  match box with
  | [] => []
  | (a, b) :: box' => (qsub a (shift k), qsub b (shift k)) :: centred_box (N.succ k) box'
  end.
Definition centred_target (f : target) : target :=
  Target (t_tokens f) (centred_box 0 (domain f)) (semi_invariant f) (map centred_expression (t_outputs f)).
Definition centred_embedding (a : affine) : affine :=
  Affine (weights a) (offset a ++ map (fun '(k, s, w) => (s, qmul w (shift k))) (weights a)).
Definition centred_network (net : network) : network :=
  Network (tokens net) (dimension net) (outputs net) (width net) (centred_embedding (embedding net)) (blocks net) (readout net).

Section Sequence.
Variable X : nat -> N -> R.
Definition moved : nat -> N -> R := fun j k => X j k - Q2R (shift k).
Lemma centred_value n : forall a env, value n moved env (centred_expression a) = value n X env a.
Proof.
  induction a; intros env; cbn [centred_expression value]; try congruence.
  - destruct (is0 (shift k)) eqn:Z; cbn [value]; unfold moved; [apply is0_ok in Z; rewrite Z|]; ring.
  - apply sum_ext. intros; auto.
  - f_equal. apply sum_ext. intros; auto.
  - induction (remaining n env except) as [|j l IH]; auto. cbn [fold_right]. rewrite IHa, IH. auto.
Qed.
Lemma centred_affine a j s : apply_affine (centred_embedding a) (moved j) s = apply_affine a (X j) s.
Proof.
  unfold apply_affine, centred_embedding. cbn [weights offset]. unfold entry. rewrite sum_app, sum_map. unfold mul.
  replace (sum (weights a) (fun '(r, c', w) => if N.eqb c' s then Q2R w * X j r else 0)) with
    (sum (weights a) (fun '(r, c', w) => if N.eqb c' s then Q2R w * moved j r else 0) +
     sum (weights a) (fun '(r, c', w) => if N.eqb c' s then Q2R (qmul w (shift r)) else 0)).
  2:{ rewrite <- sum_plus. apply sum_ext. intros [[r c'] w] _. destruct (N.eqb c' s); [|ring]. unfold moved. rewrite qmul_ok. ring. }
  replace (sum (weights a) (fun a0 => let '(i, w) := let '(k, s0, w) := a0 in (s0, qmul w (shift k)) in if N.eqb i s then Q2R w else 0))
    with (sum (weights a) (fun '(r, c', w) => if N.eqb c' s then Q2R (qmul w (shift r)) else 0)); [ring|].
  apply sum_ext. intros [[r c'] w] _. auto.
Qed.
Lemma centred_network_value net n i o : network_value (centred_network net) n moved i o = network_value net n X i o.
Proof.
  unfold network_value. cbn [centred_network readout blocks width embedding].
  replace (fun j => apply_affine (centred_embedding (embedding net)) (moved j)) with (fun j => apply_affine (embedding net) (X j)); auto.
  extensionality j. extensionality s. symmetry. apply centred_affine.
Qed.
Lemma centred_side : forall box k0 k, (k < length box)%nat ->
  nth k (centred_box k0 box) (0, 0)%Q =
  (qsub (fst (nth k box (0, 0)%Q)) (shift (k0 + N.of_nat k)), qsub (snd (nth k box (0, 0)%Q)) (shift (k0 + N.of_nat k))).
Proof.
  induction box as [|[a b] box IH]; intros k0 k H; [simpl in H; lia|]. destruct k as [|k]; cbn [centred_box nth].
  - rewrite N.add_0_r. auto.
  - rewrite IH by (simpl in H; lia). replace (N.succ k0 + N.of_nat k)%N with (k0 + N.of_nat (S k))%N by lia. auto.
Qed.
Lemma centred_box_length : forall box k0, length (centred_box k0 box) = length box.
Proof. induction box as [|[a b] box IH]; intros; cbn [centred_box length]; auto. Qed.
End Sequence.

Theorem centred_sound net f eps : approximates (centred_network net) (centred_target f) eps -> approximates net f eps.
Proof.
  intros H n X i o Hn Hx Hi Ho.
  assert (K := H n (moved X) i o Hn). cbn [centred_target domain t_outputs] in K. rewrite map_length in K.
  assert (B : inside (centred_box 0 (domain f)) n (moved X)).
  { intros j k Hj Hk. rewrite centred_box_length in Hk. rewrite centred_side by auto. cbn [fst snd]. rewrite N.add_0_l, !qsub_ok.
    specialize (Hx j k Hj Hk). unfold moved. lra. }
  specialize (K B Hi Ho). rewrite centred_network_value in K. unfold target_value in *. cbn [centred_target t_outputs] in K.
  rewrite (nth_indep _ _ (centred_expression Len)) in K by (rewrite map_length; auto). rewrite map_nth, centred_value in K. exact K.
Qed.
End Centre.
