(* Rational arithmetic, and what it means over R. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool Qreduction.
From Sumformer Require Import Semantics.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

(* ---------- rationals ---------- *)
(* Almost all numbers are dyadic, so common factors 2 are cancelled by matching; Qred is for what is left. *)
(* f and g with d f = e g *)
Fixpoint align (d e : positive) : option (positive * positive) :=
  match d, e with
  | xO d', xO e' => align d' e'
  | xH, _ => Some (e, xH)
  | _, xH => Some (xH, d)
  | _, _ => if Pos.eqb d e then Some (xH, xH) else None end.
Fixpoint power_of_2 (d : positive) : bool := match d with xH => true | xO d' => power_of_2 d' | xI _ => false end.
Fixpoint strip (n d : positive) : positive * positive :=
  match n, d with xO n', xO d' => strip n' d' | _, _ => (n, d) end.
Definition tidy (z : Z) (d : positive) : Q :=
  match z with
  | Z0 => 0%Q
  | Zpos n => let (n', d') := strip n d in if power_of_2 d' then Zpos n' # d' else Qred (Zpos n' # d')
  | Zneg n => let (n', d') := strip n d in if power_of_2 d' then Zneg n' # d' else Qred (Zneg n' # d')
  end.
Definition qadd (a b : Q) : Q :=
  match align (Qden a) (Qden b) with
  | Some (f, g) => tidy (Zpos f * Qnum a + Zpos g * Qnum b) (f * Qden a)
  | None => Qred (a + b) end.
Definition qmul (a b : Q) : Q := tidy (Qnum a * Qnum b) (Qden a * Qden b).
Definition qopp (a : Q) : Q := Qopp a.
Definition qsub (a b : Q) : Q := qadd a (qopp b).
Definition qinv (a : Q) : Q := Qinv a.
Definition qle (a b : Q) : bool :=
  match align (Qden a) (Qden b) with
  | Some (f, g) => Z.leb (Zpos f * Qnum a) (Zpos g * Qnum b)
  | None => Qle_bool a b end.
Definition is0 (a : Q) : bool := match Qnum a with Z0 => true | _ => false end.
Definition qeq (a b : Q) : bool := Qeq_bool a b.
Definition qmin (a b : Q) : Q := if qle a b then a else b.
Definition qmax (a b : Q) : Q := if qle a b then b else a.
Definition qabs (a : Q) : Q := qmax a (qopp a).
Fixpoint qpow (a : Q) (e : nat) : Q := match e with O => 1%Q | S e' => qmul a (qpow a e') end.
Definition qnat (n : nat) : Q := inject_Z (Z.of_nat n).

Lemma Q2R_red q : Q2R (Qred q) = Q2R q.
Proof. apply Qeq_eqR, Qred_correct. Qed.
Lemma align_ok : forall d e f g, align d e = Some (f, g) -> (d * f = e * g)%positive.
Proof.
  induction d as [d IH|d IH|]; intros [e|e|] f g; simpl; try (intros E; injection E as <- <-; simpl; lia).
  - destruct (Pos.eqb d e) eqn:E; [|discriminate]. apply Pos.eqb_eq in E. intros F; injection F as <- <-. subst; auto.
  - discriminate.
  - discriminate.
  - intros E. apply IH in E. lia.
Qed.
Lemma strip_ok : forall n d n' d', strip n d = (n', d') -> (n * d' = n' * d)%positive.
Proof.
  induction n as [n IH|n IH|]; intros [d|d|] n' d'; simpl; try (intros E; injection E as <- <-; simpl; lia).
  intros E. apply IH in E. lia.
Qed.
Lemma tidy_ok z d : (tidy z d == z # d)%Q.
Proof.
  unfold tidy. destruct z as [|n|n]; [unfold Qeq; simpl; auto| |]; destruct (strip n d) as [n' d'] eqn:S; apply strip_ok in S;
  (destruct (power_of_2 d'); [|rewrite Qred_correct]); unfold Qeq; simpl; f_equal; lia.
Qed.
Lemma qadd_ok a b : Q2R (qadd a b) = Q2R a + Q2R b.
Proof.
  rewrite <- Q2R_plus. apply Qeq_eqR. unfold qadd. destruct (align _ _) as [[f g]|] eqn:A; [|apply Qred_correct].
  apply align_ok in A. rewrite tidy_ok. unfold Qeq, Qplus. cbn [Qnum Qden]. destruct a as [n d], b as [m e]. cbn [Qnum Qden] in *.
  rewrite !Pos2Z.inj_mul. assert (H : (Zpos d * Zpos f = Zpos e * Zpos g)%Z) by (rewrite <- !Pos2Z.inj_mul, A; auto).
  transitivity (n * Zpos e * (Zpos d * Zpos f) + m * Zpos d * (Zpos e * Zpos g))%Z; [ring|]. rewrite <- H. ring.
Qed.
Lemma qmul_ok a b : Q2R (qmul a b) = Q2R a * Q2R b.
Proof. rewrite <- Q2R_mult. apply Qeq_eqR. unfold qmul. rewrite tidy_ok. reflexivity. Qed.
Lemma qle_eq a b : qle a b = Qle_bool a b.
Proof.
  unfold qle. destruct (align _ _) as [[f g]|] eqn:A; auto. apply align_ok in A. unfold Qle_bool. destruct a as [n d], b as [m e]. cbn [Qnum Qden] in *.
  assert (H : (Zpos d * Zpos f = Zpos e * Zpos g)%Z) by (rewrite <- !Pos2Z.inj_mul, A; auto).
  apply eq_true_iff_eq. rewrite !Z.leb_le. split; intros L.
  - apply (Zmult_le_reg_r _ _ (Zpos f)); [reflexivity|]. replace (m * Zpos d * Zpos f)%Z with (m * (Zpos d * Zpos f))%Z by ring.
    rewrite H. replace (n * Zpos e * Zpos f)%Z with (Zpos e * (Zpos f * n))%Z by ring. 
    replace (m * (Zpos e * Zpos g))%Z with (Zpos e * (Zpos g * m))%Z by ring. apply Zmult_le_compat_l; lia.
  - apply (Zmult_le_reg_r _ _ (Zpos e)); [reflexivity|]. replace (Zpos g * m * Zpos e)%Z with (m * (Zpos e * Zpos g))%Z by ring.
    rewrite <- H. replace (Zpos f * n * Zpos e)%Z with (Zpos f * (n * Zpos e))%Z by ring.
    replace (m * (Zpos d * Zpos f))%Z with (Zpos f * (m * Zpos d))%Z by ring. apply Zmult_le_compat_l; lia.
Qed.
Lemma qopp_ok a : Q2R (qopp a) = - Q2R a.
Proof. apply Q2R_opp. Qed.
Lemma qsub_ok a b : Q2R (qsub a b) = Q2R a - Q2R b.
Proof. unfold qsub. rewrite qadd_ok, qopp_ok. ring. Qed.
Lemma q0_ok : Q2R 0 = 0.
Proof. unfold Q2R; simpl; lra. Qed.
Lemma q1_ok : Q2R 1 = 1.
Proof. unfold Q2R; simpl; lra. Qed.
Lemma is0_ok a : is0 a = true -> Q2R a = 0.
Proof. unfold is0, Q2R. destruct (Qnum a); intros; try discriminate. simpl. ring. Qed.
Lemma is0_no a : is0 a = false -> Q2R a <> 0.
Proof.
  unfold is0, Q2R. intros H E. apply Rmult_integral in E as [E|E].
  - apply eq_IZR in E. rewrite E in H. discriminate.
  - revert E. apply Rinv_neq_0_compat, not_0_IZR. discriminate.
Qed.
Lemma qinv_ok a : is0 a = false -> Q2R (qinv a) = / Q2R a.
Proof. intros H. apply Q2R_inv. intros E. apply Qeq_eqR in E. rewrite q0_ok in E. apply (is0_no H E). Qed.
Lemma qle_ok a b : qle a b = true -> Q2R a <= Q2R b.
Proof. rewrite qle_eq. intros. apply Qle_Rle, Qle_bool_iff; auto. Qed.
Lemma qle_no a b : qle a b = false -> Q2R b < Q2R a.
Proof. rewrite qle_eq. intros. apply Qlt_Rlt, Qnot_le_lt. intros L. apply Qle_bool_iff in L. congruence. Qed.
Lemma qeq_ok a b : qeq a b = true -> Q2R a = Q2R b.
Proof. intros. apply Qeq_eqR, Qeq_bool_iff; auto. Qed.
Lemma qmin_ok a b : Q2R (qmin a b) = Rmin (Q2R a) (Q2R b).
Proof.
  unfold qmin. destruct (qle a b) eqn:E; [apply qle_ok in E | apply qle_no in E].
  - rewrite Rmin_left; auto. - rewrite Rmin_right; lra.
Qed.
Lemma qmax_ok a b : Q2R (qmax a b) = Rmax (Q2R a) (Q2R b).
Proof.
  unfold qmax. destruct (qle a b) eqn:E; [apply qle_ok in E | apply qle_no in E].
  - rewrite Rmax_right; auto. - rewrite Rmax_left; lra.
Qed.
Lemma qabs_ok a : Q2R (qabs a) = Rabs (Q2R a).
Proof.
  unfold qabs. rewrite qmax_ok, qopp_ok. unfold Rmax, Rabs. destruct (Rle_dec _ _), (Rcase_abs _); lra.
Qed.
Lemma qpow_ok a e : Q2R (qpow a e) = Q2R a ^ e.
Proof. induction e; simpl; [apply q1_ok|]. rewrite qmul_ok, IHe. ring. Qed.
Lemma qnat_ok n : Q2R (qnat n) = INR n.
Proof. unfold qnat, Q2R, inject_Z; simpl. rewrite INR_IZR_INZ. field. Qed.
#[global] Hint Rewrite qadd_ok qmul_ok qopp_ok qsub_ok q0_ok q1_ok qmin_ok qmax_ok qabs_ok qpow_ok qnat_ok : q.
Ltac qs := autorewrite with q in *.
