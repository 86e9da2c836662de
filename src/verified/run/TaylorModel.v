(* Taylor models (6.3): a polynomial in numbered variables, and how far it may be off. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool.
From Sumformer Require Import Semantics Rational Sum Interval Polynomial Range.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

(* ---------- polynomials in numbered variables ---------- *)
Notation npoly := (poly N).
Notation nadd := (padd N.compare).
Notation nmul := (pmul N.compare).
Notation nsub := (psub N.compare).
Definition ncmp_eq : forall a b, N.compare a b = Eq -> a = b := fun a b => proj1 (N.compare_eq_iff a b).
Lemma nadd_ok r p q : peval r (nadd p q) = peval r p + peval r q.
Proof. apply peval_add, ncmp_eq. Qed.
Lemma nmul_ok r p q : peval r (nmul p q) = peval r p * peval r q.
Proof. apply peval_mul, ncmp_eq. Qed.
Definition below (d : N) (p : npoly) : bool := forallb (fun mc => forallb (fun ve => N.ltb (fst ve) d) (fst mc)) p.
Lemma below_ok d r r' p : below d p = true -> (forall k, (k < d)%N -> r k = r' k) -> peval r p = peval r' p.
Proof.
  unfold below. rewrite forallb_forall. intros H E. unfold peval. apply sum_ext. intros [m c] I. f_equal.
  specialize (H _ I). cbn [fst] in *. clear I. induction m as [|[v e] m IH]; auto. simpl in H. apply andb_true_iff in H as [H1 H2].
  unfold meval in *. cbn [fold_right fst snd]. rewrite IH, E; auto. apply N.ltb_lt; auto.
Qed.

(* ---------- Taylor models ---------- *)
Notation tm := (npoly * Q)%type.
Definition tm0 : tm := ([], 0%Q).
Definition tm_add (a b : tm) : tm := (nadd (fst a) (fst b), qadd (snd a) (snd b)).
Definition tm_scale (c : Q) (a : tm) : tm := (pscale c (fst a), qmul (qabs c) (snd a)).
Definition tm_exact (p : npoly) : tm := (p, 0%Q).
Definition tm_ok (r : N -> R) (a : tm) (y : R) : Prop := Rabs (y - peval r (fst a)) <= Q2R (snd a).

Section Box.
Variable box : N -> itv.
Notation nrange := (range N.compare box).
Definition tm_mul (a b : tm) : tm :=
  let e := qmul (snd a) (snd b) in
  let e := if is0 (snd b) then e else qadd e (qmul (snd b) (imag (nrange (fst a)))) in
  let e := if is0 (snd a) then e else qadd e (qmul (snd a) (imag (nrange (fst b)))) in
  (nmul (fst a) (fst b), e).
Definition tm_range (a : tm) : itv := widen (nrange (fst a)) (snd a).

Variable r : N -> R.
Hypothesis Hbox : forall v, within (r v) (box v).
Lemma nrange_ok p : within (peval r p) (nrange p).
Proof. apply range_ok; auto. apply ncmp_eq. Qed.
Lemma tm0_ok : tm_ok r tm0 0.
Proof. unfold tm_ok; simpl. rewrite peval_nil, Rminus_0_r, Rabs_R0, q0_ok. lra. Qed.
Lemma tm_exact_ok p : tm_ok r (tm_exact p) (peval r p).
Proof. unfold tm_ok; simpl. rewrite Rminus_eq_0, Rabs_R0, q0_ok. lra. Qed.
Lemma tm_add_ok a b u v : tm_ok r a u -> tm_ok r b v -> tm_ok r (tm_add a b) (u + v).
Proof.
  unfold tm_ok; simpl; intros. rewrite nadd_ok, qadd_ok.
  replace (u + v - (peval r (fst a) + peval r (fst b))) with ((u - peval r (fst a)) + (v - peval r (fst b))) by ring.
  eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.
Lemma tm_scale_ok c a u : tm_ok r a u -> tm_ok r (tm_scale c a) (Q2R c * u).
Proof.
  unfold tm_ok; simpl; intros. rewrite peval_scale, qmul_ok, qabs_ok, <- Rmult_minus_distr_l, Rabs_mult.
  apply Rmult_le_compat_l; auto using Rabs_pos.
Qed.
Lemma tm_mul_ok a b u v : tm_ok r a u -> tm_ok r b v -> tm_ok r (tm_mul a b) (u * v).
Proof.
  unfold tm_ok, tm_mul; simpl; intros Ha Hb. rewrite nmul_ok.
  pose proof (imag_ok (nrange_ok (fst a))) as Ma. pose proof (imag_ok (nrange_ok (fst b))) as Mb.
  set (p := peval r (fst a)) in *. set (q := peval r (fst b)) in *.
  assert (Rabs (u * v - p * q) <= Q2R (snd a) * Q2R (snd b) + Q2R (snd b) * Rabs p + Q2R (snd a) * Rabs q).
  { replace (u * v - p * q) with ((u - p) * (v - q) + (v - q) * p + (u - p) * q) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. apply Rplus_le_compat; [eapply Rle_trans; [apply Rabs_triang|]; apply Rplus_le_compat|];
    rewrite Rabs_mult; apply Rmult_le_compat; auto using Rabs_pos; lra. }
  assert (0 <= Q2R (snd a)) by (eapply Rle_trans; [apply Rabs_pos|exact Ha]).
  assert (0 <= Q2R (snd b)) by (eapply Rle_trans; [apply Rabs_pos|exact Hb]).
  assert (A : Q2R (snd b) * Rabs p <= Q2R (snd b) * Q2R (imag (nrange (fst a)))) by (apply Rmult_le_compat_l; auto).
  assert (B : Q2R (snd a) * Rabs q <= Q2R (snd a) * Q2R (imag (nrange (fst b)))) by (apply Rmult_le_compat_l; auto).
  destruct (is0 (snd b)) eqn:Eb; [apply is0_ok in Eb; rewrite Eb in *|];
  (destruct (is0 (snd a)) eqn:Ea; [apply is0_ok in Ea; rewrite Ea in *|]); rewrite ?qadd_ok, ?qmul_ok, ?Ea, ?Eb; lra.
Qed.
Lemma tm_range_ok a u : tm_ok r a u -> within u (tm_range a).
Proof. intros H. apply widen_ok with (x := peval r (fst a)); auto. apply nrange_ok. Qed.
End Box.
