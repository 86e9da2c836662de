(* A polynomial plus truncated powers, from left to right, piece by piece. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool Psatz Permutation.
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

(* Merge sort in loops, as there may be many knots; fuel is any list that is as long as both together.  What is sorted is tested
   afterwards, so that only the sum matters here. *)
Fixpoint merge_onto (fuel a b merged : list knot) : list knot :=
  match a, b, fuel with
  | x :: a', y :: b', _ :: fuel' =>
      if qle (fst x) (fst y) then merge_onto fuel' a' b (x :: merged) else merge_onto fuel' a b' (y :: merged)
  | _, _, _ => rev_append merged (rev_append (rev' a) b)
  end.
Definition merge (a b : list knot) : list knot := merge_onto (rev_append a b) a b [].
(* sorted lists of 1, 2, 4, ... knots, or none *)
Fixpoint push (a : list knot) (runs : list (list knot)) : list (list knot) :=
  match runs with [] => [a] | [] :: runs' => a :: runs' | b :: runs' => [] :: push (merge b a) runs' end.
Definition sort (ks : list knot) : list knot :=
  if increasing ks then ks else fold_left (fun a b => merge b a) (fold_left (fun runs k => push [k] runs) ks []) [].

Notation part r t ks := (spline r ks t).
Lemma spline_app r t a b : part r t (a ++ b) = part r t a + part r t b.
Proof. apply sum_app. Qed.
Lemma spline_rev r t a : part r t (rev a) = part r t a.
Proof. apply sum_permutation, Permutation_sym, Permutation_rev. Qed.
Lemma spline_rev_append r t a b : part r t (rev_append a b) = part r t a + part r t b.
Proof. rewrite rev_append_rev, spline_app, spline_rev. auto. Qed.
Lemma spline_cons r t k a : part r t (k :: a) = part r t [k] + part r t a.
Proof. apply (spline_app r t [k] a). Qed.
Lemma merge_onto_ok r t : forall fuel a b merged,
  part r t (merge_onto fuel a b merged) = part r t a + part r t b + part r t merged.
Proof.
  assert (E : forall a b merged, part r t (rev_append merged (rev_append (rev' a) b)) = part r t a + part r t b + part r t merged).
  { intros. unfold rev'. rewrite !spline_rev_append. change (part r t []) with 0. ring. }
  induction fuel as [|f fuel IH]; intros [|x a] [|y b] merged; cbn [merge_onto]; try apply E.
  destruct (qle _ _); rewrite IH, (spline_cons r t _ merged); [rewrite (spline_cons r t x a)|rewrite (spline_cons r t y b)]; ring.
Qed.
Lemma merge_ok r t a b : part r t (merge a b) = part r t a + part r t b.
Proof. unfold merge. rewrite merge_onto_ok. change (part r t []) with 0. ring. Qed.
Lemma push_ok r t : forall runs a, sum (push a runs) (fun b => part r t b) = part r t a + sum runs (fun b => part r t b).
Proof.
  induction runs as [|b runs IH]; intros a; [reflexivity|]. cbn [push]. destruct b as [|k b]; rewrite !sum_cons.
  - change (part r t []) with 0. ring.
  - rewrite IH, merge_ok. change (part r t []) with 0. ring.
Qed.
Lemma spline_sorted r ks t : spline r (sort ks) t = spline r ks t.
Proof.
  unfold sort. destruct (increasing ks); auto.
  assert (G : forall runs a, part r t (fold_left (fun a b => merge b a) runs a) = sum runs (fun b => part r t b) + part r t a).
  { induction runs as [|b runs IH]; intros a; cbn [fold_left]; [rewrite sum_nil; ring|]. rewrite IH, merge_ok, sum_cons. ring. }
  assert (H : forall ks runs, sum (fold_left (fun runs k => push [k] runs) ks runs) (fun b => part r t b) = part r t ks + sum runs (fun b => part r t b)).
  { induction ks0 as [|k ks0 IH]; intros runs; cbn [fold_left]; [change (part r t []) with 0; ring|]. rewrite IH, push_ok, (spline_cons r t k ks0). ring. }
  rewrite G, H, sum_nil. change (part r t []) with 0. ring.
Qed.
