(* Sums over the other tokens, or means over all. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool.
From Sumformer Require Import Semantics Rational Sum Interval Polynomial TaylorModel MeanLayerSound Slots Claims Step.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Section Tokens.
Variable n : nat.
Variable tok : option nat.
Hypothesis Htok : match tok with Some m => n = m | None => True end.
Variable i : nat.
Hypothesis Hi : (i < n)%nat.

Definition others (f : nat -> R) : R :=
  match tok with Some _ => sum (positions n) (fun j => if Nat.eqb j i then 0 else f j) | None => mean n f end.
Lemma sum_except (f : nat -> R) : sum (positions n) f = f i + sum (positions n) (fun j => if Nat.eqb j i then 0 else f j).
Proof.
  rewrite (sum_ext f (fun j => (if Nat.eqb j i then f j else 0) + (if Nat.eqb j i then 0 else f j)));
    [|intros j _; destruct (Nat.eqb j i); ring].
  rewrite sum_plus. f_equal. unfold positions. assert (G : forall a k, (a <= i < a + k)%nat -> sum (seq a k) (fun j => if Nat.eqb j i then f j else 0) = f i).
  { intros a k; revert a. induction k as [|k IH]; intros a H; [lia|]. cbn [seq]. rewrite sum_cons. destruct (Nat.eqb a i) eqn:E.
    - apply Nat.eqb_eq in E; subst a. rewrite sum_0; [ring|]. intros j I. apply in_seq in I.
      destruct (Nat.eqb j i) eqn:E; auto. apply Nat.eqb_eq in E. lia.
    - apply Nat.eqb_neq in E. rewrite IH by lia. ring. }
  apply G. lia.
Qed.
Lemma mean_plus f g : mean n (fun j => f j + g j) = mean n f + mean n g.
Proof. unfold mean. rewrite sum_plus. ring. Qed.
Lemma mean_scale c f : mean n (fun j => c * f j) = c * mean n f.
Proof. unfold mean. rewrite sum_scale. ring. Qed.
Lemma mean_sum A (l : list A) f : mean n (fun j => sum l (fun a => f a j)) = sum l (fun a => mean n (f a)).
Proof. unfold mean. rewrite (sum_scale (/ INR n) (fun a => sum (positions n) (f a))). f_equal. symmetry. apply sum_swap. Qed.
Lemma mean_ext f g : (forall j, (j < n)%nat -> f j = g j) -> mean n f = mean n g.
Proof. intros H. unfold mean. f_equal. apply sum_ext. intros. apply H, in_positions; auto. Qed.
Lemma others_plus f g : others (fun j => f j + g j) = others f + others g.
Proof.
  unfold others. destruct tok; [|apply mean_plus]. rewrite <- sum_plus. apply sum_ext. intros j _. destruct (Nat.eqb j i); ring.
Qed.
Lemma others_scale c f : others (fun j => c * f j) = c * others f.
Proof.
  unfold others. destruct tok; [|apply mean_scale]. rewrite <- sum_scale. apply sum_ext. intros j _. destruct (Nat.eqb j i); ring.
Qed.
Lemma others_ext f g : (forall j, (j < n)%nat -> f j = g j) -> others f = others g.
Proof.
  intros H. unfold others. destruct tok; [|apply mean_ext; auto]. apply sum_ext. intros j I. rewrite H; auto. apply in_positions; auto.
Qed.
Lemma others_const c : others (fun _ => c) = Q2R (copies tok) * c.
Proof.
  unfold others, copies. destruct tok as [m|].
  - subst m. pose proof (sum_except (fun _ => c)) as E. rewrite sum_const in E. unfold positions at 1 in E. rewrite seq_length in E.
    qs. rewrite minus_INR by lia. simpl (INR 1). lra.
  - qs. unfold mean. rewrite sum_const. unfold positions. rewrite seq_length. pose proof (n_pos Hi). field. lra.
Qed.
Lemma others_le f g : (forall j, (j < n)%nat -> f j <= g j) -> others f <= others g.
Proof.
  intros H. unfold others, mean. destruct tok.
  - apply sum_le. intros j I. destruct (Nat.eqb j i); [lra|]. apply H, in_positions; auto.
  - apply Rmult_le_compat_l; [left; apply Rinv_0_lt_compat, (n_pos Hi)|]. apply sum_le. intros. apply H, in_positions; auto.
Qed.
Lemma others_within f I : (forall j, (j < n)%nat -> within (f j) I) -> within (others f) (iscale (copies tok) I).
Proof.
  intros H. unfold iscale. assert (C : qle 0 (copies tok) = true).
  { unfold copies. destruct tok; auto. rewrite qle_eq. unfold Qle_bool, qnat, inject_Z. cbn [Qnum Qden]. apply Z.leb_le. lia. }
  rewrite C. unfold within in *. cbn [fst snd]. rewrite !qmul_ok, <- !others_const. split; apply others_le; intros; apply H; auto.
Qed.
Lemma others_close f g e : (forall j, (j < n)%nat -> Rabs (f j - g j) <= e) -> Rabs (others f - others g) <= Q2R (copies tok) * e.
Proof.
  intros H. replace (others f - others g) with (others (fun j => f j - g j)).
  - rewrite <- others_const. apply Rabs_le. split.
    + replace (- others (fun _ => e)) with (-1 * others (fun _ => e)) by ring. rewrite <- others_scale. apply others_le. intros j Hj.
      specialize (H j Hj). unfold Rabs in H. destruct (Rcase_abs _); lra.
    + apply others_le. intros j Hj. specialize (H j Hj). unfold Rabs in H. destruct (Rcase_abs _); lra.
  - unfold Rminus. replace (- others g) with (-1 * others g) by ring. rewrite <- others_scale, <- others_plus. apply others_ext. intros; ring.
Qed.

(* the split of 6.7, step 4 *)
Variable X : nat -> N -> R.
Lemma split_value own mean_ : peval (X i) own + mean n (fun j => peval (X j) mean_) =
  peval (X i) (own_part tok own mean_) + others (fun j => peval (X j) (share tok mean_)).
Proof.
  unfold own_part, share, others. destruct tok as [m|]; [subst m|auto].
  pose proof (n_pos Hi) as P. assert (Z : is0 (qnat n) = false).
  { destruct (is0 (qnat n)) eqn:E; auto. apply is0_ok in E. qs. lra. }
  rewrite nadd_ok. unfold mean. rewrite sum_except.
  assert (S : forall j, peval (X j) (pscale (qinv (qnat n)) mean_) = / INR n * peval (X j) mean_).
  { intros j. rewrite peval_scale, (qinv_ok _ Z). qs. auto. }
  rewrite S. rewrite (sum_ext (fun j => if Nat.eqb j i then 0 else peval (X j) (pscale (qinv (qnat n)) mean_))
    (fun j => / INR n * (if Nat.eqb j i then 0 else peval (X j) mean_))) by (intros j _; rewrite S; destruct (Nat.eqb j i); ring).
  rewrite sum_scale. ring.
Qed.
Lemma no_others_ok mean_ : no_others tok mean_ = true -> others (fun j => peval (X j) (share tok mean_)) = 0.
Proof.
  assert (E : mean_ = [] -> others (fun j => peval (X j) (share tok mean_)) = 0).
  { intros ->. transitivity (others (fun _ => 0)); [|rewrite others_const; ring]. apply others_ext. intros j _. unfold share.
    destruct tok; [|apply peval_nil]. rewrite peval_scale, peval_nil. ring. }
  unfold no_others. destruct tok as [[|[|m]]|] eqn:T; try (destruct mean_; [auto|discriminate]).
  intros _. unfold others. rewrite T. apply sum_0. intros j I. apply in_positions in I.
  destruct (Nat.eqb j i) eqn:F; auto. apply Nat.eqb_neq in F. lia.
Qed.
End Tokens.
