(* Intervals with rational ends. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool Psatz.
From Sumformer Require Import Semantics Rational.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Definition itv := (Q * Q)%type.
Definition within (x : R) (I : itv) : Prop := Q2R (fst I) <= x <= Q2R (snd I).
Definition ipoint (c : Q) : itv := (c, c).
Definition iadd (I J : itv) : itv := (qadd (fst I) (fst J), qadd (snd I) (snd J)).
Definition iscale (c : Q) (I : itv) : itv :=
  if qle 0 c then (qmul c (fst I), qmul c (snd I)) else (qmul c (snd I), qmul c (fst I)).
Definition ihull (I J : itv) : itv := (qmin (fst I) (fst J), qmax (snd I) (snd J)).
Definition imul (I J : itv) : itv :=
  if qle 0 (fst I) then if qle 0 (fst J) then (qmul (fst I) (fst J), qmul (snd I) (snd J))
    else ihull (iscale (fst I) J) (iscale (snd I) J)
  else ihull (iscale (fst I) J) (iscale (snd I) J).
Definition imeet (I J : itv) : itv := (qmax (fst I) (fst J), qmin (snd I) (snd J)).
Definition imag (I : itv) : Q := qmax (qopp (fst I)) (snd I).
Definition widen (I : itv) (e : Q) : itv := (qsub (fst I) e, qadd (snd I) e).
Definition isub (I J : itv) : bool := if qle (fst J) (fst I) then qle (snd I) (snd J) else false.
Fixpoint odd (e : nat) : bool := match e with O => false | S e' => negb (odd e') end.
Definition ipow (I : itv) (e : nat) : itv :=
  if qle 0 (fst I) then (qpow (fst I) e, qpow (snd I) e)
  else if odd e then (qpow (fst I) e, qpow (snd I) e)
  else if qle (snd I) 0 then (qpow (snd I) e, qpow (fst I) e)
  else match e with O => (1%Q, 1%Q) | _ => (0%Q, qpow (imag I) e) end.

Lemma ipoint_ok c : within (Q2R c) (ipoint c).
Proof. unfold within; simpl; lra. Qed.
Lemma iadd_ok x y I J : within x I -> within y J -> within (x + y) (iadd I J).
Proof. unfold within; simpl; intros. qs. lra. Qed.
Lemma iscale_ok c x I : within x I -> within (Q2R c * x) (iscale c I).
Proof.
  unfold within, iscale; intros H. destruct (qle 0 c) eqn:E; simpl; [apply qle_ok in E|apply qle_no in E]; qs; nra.
Qed.
Lemma ihull_l x I J : within x I -> within x (ihull I J).
Proof.
  unfold within; simpl; intros. qs. pose proof (Rmin_l (Q2R (fst I)) (Q2R (fst J))).
  pose proof (Rmax_l (Q2R (snd I)) (Q2R (snd J))). lra.
Qed.
Lemma ihull_r x I J : within x J -> within x (ihull I J).
Proof.
  unfold within; simpl; intros. qs. pose proof (Rmin_r (Q2R (fst I)) (Q2R (fst J))).
  pose proof (Rmax_r (Q2R (snd I)) (Q2R (snd J))). lra.
Qed.
Lemma within_convex lo hi x y t I : within x I -> within y I -> 0 <= t <= 1 ->
  lo = x -> hi = y -> within ((1 - t) * lo + t * hi) I.
Proof. unfold within; intros; subst; nra. Qed.
Lemma imul_ok x y I J : within x I -> within y J -> within (x * y) (imul I J).
Proof.
  intros Hx Hy.
  assert (G : within (x * y) (ihull (iscale (fst I) J) (iscale (snd I) J))).
  { pose proof (iscale_ok (fst I) Hy) as A. pose proof (iscale_ok (snd I) Hy) as B.
    apply (ihull_l (iscale (snd I) J)) in A. apply (ihull_r (iscale (fst I) J)) in B.
    unfold within in *. set (H := ihull _ _) in *.
    destruct Hx as [X1 X2]. set (a := Q2R (fst I)) in *. set (b := Q2R (snd I)) in *.
    destruct (Rle_or_lt 0 y); nra. }
  unfold imul. destruct (qle 0 (fst I)) eqn:E; auto. destruct (qle 0 (fst J)) eqn:F; auto.
  apply qle_ok in E, F. rewrite q0_ok in *. unfold within in *; simpl; rewrite !qmul_ok.
  split; apply Rmult_le_compat; lra.
Qed.
Lemma imeet_ok x I J : within x I -> within x J -> within x (imeet I J).
Proof. unfold within; simpl; intros. qs. split; [apply Rmax_lub|apply Rmin_glb]; lra. Qed.
Lemma imag_ok x I : within x I -> Rabs x <= Q2R (imag I).
Proof.
  unfold within, imag; intros. qs. pose proof (Rmax_l (- Q2R (fst I)) (Q2R (snd I))).
  pose proof (Rmax_r (- Q2R (fst I)) (Q2R (snd I))). apply Rabs_le. lra.
Qed.
Lemma widen_ok x y I e : within x I -> Rabs (y - x) <= Q2R e -> within y (widen I e).
Proof. unfold within; simpl; intros. qs. unfold Rabs in *. destruct (Rcase_abs (y - x)); lra. Qed.
Lemma isub_ok x I J : isub I J = true -> within x I -> within x J.
Proof.
  unfold isub, within. destruct (qle (fst J) (fst I)) eqn:E; [|discriminate].
  intros F H. apply qle_ok in E, F. lra.
Qed.
Lemma pow_opp x e : (- x) ^ e = if odd e then - x ^ e else x ^ e.
Proof. induction e; simpl; auto. rewrite IHe. destruct (odd e); simpl; ring. Qed.
Lemma pow_mono x y e : 0 <= x <= y -> x ^ e <= y ^ e.
Proof. intros; apply pow_incr; auto. Qed.
Lemma pow_mono_odd x y e : odd e = true -> x <= y -> x ^ e <= y ^ e.
Proof.
  intros O H. destruct (Rle_or_lt 0 x) as [Hx|Hx]; [apply pow_mono; lra|].
  destruct (Rle_or_lt y 0) as [Hy|Hy].
  - assert ((- y) ^ e <= (- x) ^ e) by (apply pow_mono; lra). rewrite !pow_opp, O in H0. lra.
  - assert (0 <= (- x) ^ e) by (apply pow_le; lra). rewrite pow_opp, O in H0.
    assert (0 <= y ^ e) by (apply pow_le; lra). lra.
Qed.
Lemma ipow_ok x I e : within x I -> within (x ^ e) (ipow I e).
Proof.
  unfold within, ipow; intros [L H]. destruct (qle 0 (fst I)) eqn:P; [apply qle_ok in P; rewrite q0_ok in P|].
  { simpl. qs. split; apply pow_mono; lra. }
  destruct (odd e) eqn:O. { simpl; qs. split; apply pow_mono_odd; auto. }
  assert (Ev : forall z, (- z) ^ e = z ^ e) by (intros; rewrite pow_opp, O; auto).
  destruct (qle (snd I) 0) eqn:N.
  { apply qle_ok in N. rewrite q0_ok in N. simpl; qs. split; [rewrite <- (Ev x), <- (Ev (Q2R (snd I)))|rewrite <- (Ev x), <- (Ev (Q2R (fst I)))];
    apply pow_mono; lra. }
  destruct e as [|e]; [simpl; qs; lra|]. cbn [fst snd]. qs.
  assert (A : x ^ S e = Rabs x ^ S e).
  { unfold Rabs. destruct (Rcase_abs x); auto. }
  rewrite A. split; [apply pow_le, Rabs_pos|]. apply pow_mono. split; [apply Rabs_pos|]. apply imag_ok; split; auto.
Qed.

