(* A polynomial plus truncated powers, from left to right, piece by piece. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool Psatz Permutation Mergesort Orders.
From Sumformer Require Import Semantics Rational Sum Bernstein Polynomial Piece.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Notation knot := (Q * Q)%type.
Definition truncated (r : nat) (k c : Q) : upoly :=
  match r with
  | 1%nat => [qopp (qmul c k); c]
  | _ => [qmul c (qmul k k); qmul (-2) (qmul c k); c] end.
Definition spline (r : nat) (ks : list knot) (t : R) : R := sum ks (fun kc => Q2R (snd kc) * Rmax (t - Q2R (fst kc)) 0 ^ r).
Fixpoint sweep (r : nat) (e h l : Q) (q : upoly) (ks : list knot) : bool :=
  match ks with
  | [] => piece e l h q
  | (k, c) :: ks' =>
      if qle k l then sweep r e h l (uadd q (truncated r k c)) ks'
      else if qle h k then piece e l h q
      else if piece e l k q then sweep r e h k (uadd q (truncated r k c)) ks' else false
  end.
Fixpoint increasing (ks : list knot) : bool :=
  match ks with (k, _) :: (((k', _) :: _) as ks') => if qle k k' then increasing ks' else false | _ => true end.

Lemma truncated_ok r k c t : (r = 1 \/ r = 2)%nat -> Q2R k <= t -> ueval t (truncated r k c) = Q2R c * Rmax (t - Q2R k) 0 ^ r.
Proof. intros [->| ->] H; cbn [truncated leval]; qs; rewrite Rmax_left by lra; ring. Qed.
Lemma increasing_ok k c ks : increasing ((k, c) :: ks) = true -> Forall (fun kc => Q2R k <= Q2R (fst kc)) ks.
Proof.
  revert k c; induction ks as [|[k' c'] ks IH]; intros k c H; constructor.
  - simpl in H. destruct (qle k k') eqn:E; [apply qle_ok in E; auto|discriminate].
  - cbn [increasing] in H. destruct (qle k k') eqn:E; [apply qle_ok in E|discriminate].
    apply (IH k' c') in H. eapply Forall_impl; [|exact H]. simpl; intros; lra.
Qed.
Lemma increasing_tl kc ks : increasing (kc :: ks) = true -> increasing ks = true.
Proof. destruct kc, ks as [|[]]; simpl; auto. destruct (qle _ _); auto; discriminate. Qed.
Lemma spline_left r ks t : (r = 1 \/ r = 2)%nat -> Forall (fun kc => t <= Q2R (fst kc)) ks -> spline r ks t = 0.
Proof.
  intros Hr H. apply sum_0. rewrite Forall_forall in H. intros kc I. apply H in I.
  rewrite Rmax_right by lra. destruct Hr; subst r; cbn [pow]; ring.
Qed.
Lemma sweep_ok r e h t : (r = 1 \/ r = 2)%nat -> t <= Q2R h -> forall ks l q, increasing ks = true ->
  sweep r e h l q ks = true -> Q2R l <= t -> Rabs (ueval t q + spline r ks t) <= Q2R e.
Proof.
  intros Hr Hh. induction ks as [|[k c] ks IH]; intros l q I E Hl; cbn [sweep] in E.
  - unfold spline; rewrite sum_nil, Rplus_0_r. eapply piece_ok; eauto.
  - assert (G : Q2R k <= t -> ueval t q + spline r ((k, c) :: ks) t = ueval t (uadd q (truncated r k c)) + spline r ks t).
    { intros Hk. unfold spline. rewrite sum_cons, uadd_ok, truncated_ok by auto. rewrite Rplus_assoc. reflexivity. }
    pose proof (increasing_ok _ _ _ I) as F. pose proof (increasing_tl _ _ I) as I'.
    assert (Z : t <= Q2R k -> spline r ((k, c) :: ks) t = 0).
    { intros Hk. apply spline_left; auto. constructor; auto. eapply Forall_impl; [|exact F]. simpl; intros; lra. }
    destruct (qle k l) eqn:E1; [apply qle_ok in E1; rewrite G by lra; eapply IH; eauto|].
    destruct (qle h k) eqn:E2; [apply qle_ok in E2; rewrite Z, Rplus_0_r by lra; eapply piece_ok; eauto|].
    destruct (piece e l k q) eqn:E3; [|discriminate]. apply qle_no in E1, E2.
    destruct (Rle_or_lt t (Q2R k)).
    + rewrite Z, Rplus_0_r by lra. eapply piece_ok; eauto.
    + rewrite G by lra. eapply IH; eauto. lra.
Qed.

Module KnotOrder <: TotalLeBool.
  Definition t := knot.
  Definition leb (a b : knot) := qle (fst a) (fst b).
  Theorem leb_total : forall a b, leb a b = true \/ leb b a = true.
  Proof.
    intros a b. unfold leb. rewrite !qle_eq. destruct (Qlt_le_dec (fst a) (fst b)) as [H|H].
    - left. apply Qle_bool_iff, Qlt_le_weak; auto. - right. apply Qle_bool_iff; auto.
  Qed.
End KnotOrder.
Module KnotSort := Sort KnotOrder.
Lemma spline_sorted r ks t : spline r (KnotSort.sort ks) t = spline r ks t.
Proof. apply sum_permutation, Permutation_sym, KnotSort.Permuted_sort. Qed.

