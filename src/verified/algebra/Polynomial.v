(* Sparse polynomials in variables of any type with a comparison. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool.
From Sumformer Require Import Semantics Rational Sum.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Notation mono V := (list (V * nat)).
Notation poly V := (list (mono V * Q)).
Definition meval {V} (r : V -> R) (m : mono V) : R := fold_right (fun ve x => r (fst ve) ^ snd ve * x) 1 m.
Definition peval {V} (r : V -> R) (p : poly V) : R := sum p (fun mc => Q2R (snd mc) * meval r (fst mc)).

#[global] Arguments peval {V} r p : simpl never.
Lemma peval_ext V (r r' : V -> R) p : (forall v, r v = r' v) -> peval r p = peval r' p.
Proof.
  intros H. unfold peval. apply sum_ext. intros [m c] _. f_equal. cbn [fst]. unfold meval. induction m as [|ve m IH]; auto.
  cbn [fold_right]. rewrite IH, H. auto.
Qed.

Section Polynomials.
Variable V : Type.
Variable cmp : V -> V -> comparison.
Hypothesis cmp_eq : forall a b, cmp a b = Eq -> a = b.

(* lexicographic; only what Eq says matters for soundness *)
Fixpoint mcmp (a b : mono V) : comparison :=
  match a, b with
  | [], [] => Eq | [], _ => Lt | _, [] => Gt
  | (v, e) :: a', (w, f) :: b' =>
      match cmp v w with
      | Eq => match Nat.compare e f with Eq => mcmp a' b' | c => c end
      | Lt => Gt | Gt => Lt end
  end.
Fixpoint mmul (a : mono V) : mono V -> mono V :=
  match a with
  | [] => fun b => b
  | (v, e) :: a' => fix inner (b : mono V) : mono V :=
      match b with
      | [] => a
      | (w, f) :: b' =>
          match cmp v w with
          | Eq => (v, (e + f)%nat) :: mmul a' b'
          | Lt => (v, e) :: mmul a' b
          | Gt => (w, f) :: inner b' end end
  end.
Fixpoint padd (p : poly V) : poly V -> poly V :=
  match p with
  | [] => fun q => q
  | (m, c) :: p' => fix inner (q : poly V) : poly V :=
      match q with
      | [] => p
      | (m', c') :: q' =>
          match mcmp m m' with
          | Eq => let s := qadd c c' in if is0 s then padd p' q' else (m, s) :: padd p' q'
          | Lt => (m, c) :: padd p' q
          | Gt => (m', c') :: inner q' end end
  end.
Definition pconst (c : Q) : poly V := if is0 c then [] else [([], c)].
Definition pvar (v : V) : poly V := [([(v, 1%nat)], 1%Q)].
Definition pscale (c : Q) (p : poly V) : poly V := if is0 c then [] else map (fun mc => (fst mc, qmul c (snd mc))) p.
Definition pterm (m : mono V) (c : Q) (p : poly V) : poly V := map (fun mc => (mmul m (fst mc), qmul c (snd mc))) p.
Definition pmul (p q : poly V) : poly V := fold_right (fun mc acc => padd (pterm (fst mc) (snd mc) q) acc) [] p.
Definition psub (p q : poly V) : poly V := padd p (pscale (-1) q).
Fixpoint ppow (p : poly V) (e : nat) : poly V :=
  match e with O => pconst 1 | S O => p | S e' => pmul p (ppow p e') end.
Definition as_const (p : poly V) : option Q := match p with [] => Some 0%Q | [([], c)] => Some c | _ => None end.

Variable r : V -> R.
Lemma mcmp_eq : forall a b, mcmp a b = Eq -> a = b.
Proof.
  induction a as [|[v e] a IH]; intros [|[w f] b]; simpl; try discriminate; auto.
  destruct (cmp v w) eqn:C; try discriminate. destruct (Nat.compare e f) eqn:F; try discriminate.
  intros H. apply cmp_eq in C. apply Nat.compare_eq in F. apply IH in H. congruence.
Qed.
Lemma meval_mul : forall a b, meval r (mmul a b) = meval r a * meval r b.
Proof.
  induction a as [|[v e] a IH]; intros b; [simpl; ring|].
  induction b as [|[w f] b IHb]; [simpl; ring|].
  cbn [mmul]. destruct (cmp v w) eqn:C.
  - apply cmp_eq in C; subst w. cbn [meval fold_right fst snd]. fold (meval r a). fold (meval r b).
    change (fold_right _ 1 (mmul a b)) with (meval r (mmul a b)). rewrite IH, pow_add. ring.
  - cbn [meval fold_right fst snd]. change (fold_right _ 1 (mmul a _)) with (meval r (mmul a ((w, f) :: b))).
    rewrite IH. simpl. fold (meval r a). fold (meval r b). ring.
  - change (meval r ((w, f) :: mmul ((v, e) :: a) b) = meval r ((v, e) :: a) * meval r ((w, f) :: b)).
    cbn [meval fold_right fst snd]. change (fold_right _ 1 (mmul _ b)) with (meval r (mmul ((v, e) :: a) b)).
    rewrite IHb. simpl. fold (meval r a). fold (meval r b). ring.
Qed.
Lemma peval_nil : peval r [] = 0.
Proof. auto. Qed.
Lemma peval_cons m c p : peval r ((m, c) :: p) = Q2R c * meval r m + peval r p.
Proof. auto. Qed.
Lemma peval_add : forall p q, peval r (padd p q) = peval r p + peval r q.
Proof.
  induction p as [|[m c] p IH]; intros q; [simpl padd; rewrite peval_nil; ring|].
  induction q as [|[m' c'] q IHq]; [simpl padd; rewrite peval_nil; ring|].
  cbn [padd]. destruct (mcmp m m') eqn:C.
  - apply mcmp_eq in C; subst m'. rewrite !peval_cons. destruct (is0 (qadd c c')) eqn:Z.
    + apply is0_ok in Z. rewrite qadd_ok in Z. rewrite IH. replace (Q2R c') with (- Q2R c) by lra. ring.
    + rewrite peval_cons, IH, qadd_ok. ring.
  - rewrite peval_cons, IH, !peval_cons. ring.
  - change (peval r ((m', c') :: padd ((m, c) :: p) q) = peval r ((m, c) :: p) + peval r ((m', c') :: q)).
    rewrite peval_cons, IHq, (peval_cons m' c'). ring.
Qed.
Lemma peval_const c : peval r (pconst c) = Q2R c.
Proof. unfold pconst. destruct (is0 c) eqn:E; [apply is0_ok in E; rewrite E; auto|]. rewrite peval_cons, peval_nil. simpl. ring. Qed.
Lemma peval_var v : peval r (pvar v) = r v.
Proof. unfold pvar. rewrite peval_cons, peval_nil. simpl. qs. ring. Qed.
Lemma peval_scale c p : peval r (pscale c p) = Q2R c * peval r p.
Proof.
  unfold pscale. destruct (is0 c) eqn:E; [apply is0_ok in E; rewrite E, peval_nil; ring|].
  unfold peval. rewrite sum_map, <- sum_scale. apply sum_ext. intros; simpl. rewrite qmul_ok. ring.
Qed.
Lemma peval_term m c p : peval r (pterm m c p) = Q2R c * meval r m * peval r p.
Proof.
  unfold pterm, peval. rewrite sum_map, <- sum_scale. apply sum_ext. intros; simpl. rewrite qmul_ok, meval_mul. ring.
Qed.
Lemma peval_mul p q : peval r (pmul p q) = peval r p * peval r q.
Proof.
  induction p as [|[m c] p IH]; [simpl; rewrite peval_nil; ring|].
  cbn [pmul fold_right fst snd]. fold (pmul p q). rewrite peval_add, peval_term, IH, peval_cons. ring.
Qed.
Lemma q_opp1 : Q2R (-1) = -1.
Proof. unfold Q2R; simpl; lra. Qed.
Lemma peval_sub p q : peval r (psub p q) = peval r p - peval r q.
Proof. unfold psub. rewrite peval_add, peval_scale, q_opp1. ring. Qed.
Lemma peval_pow p e : peval r (ppow p e) = peval r p ^ e.
Proof.
  induction e as [|[|e] IH]; [apply (peval_const 1 ) || (simpl; rewrite peval_const; qs; auto)|simpl; ring|].
  change (ppow p (S (S e))) with (pmul p (ppow p (S e))). rewrite peval_mul, IH. simpl. ring.
Qed.
Lemma as_const_ok p c : as_const p = Some c -> peval r p = Q2R c.
Proof.
  destruct p as [|[[|? ?] c'] [|? ?]]; simpl; intros E; inversion E; subst.
  - rewrite q0_ok; auto. - rewrite peval_cons, peval_nil. simpl. ring.
Qed.

End Polynomials.
