(* Univariate polynomials with coefficients of any kind, and their Bernstein form. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool.
From Sumformer Require Import Semantics Rational Sum.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Fixpoint ladd {A} (f : A -> A -> A) (p q : list A) : list A :=
  match p, q with
  | [], _ => q | _, [] => p
  | a :: p', b :: q' => f a b :: ladd f p' q' end.
Fixpoint leval {A} (ev : A -> R) (x : R) (p : list A) : R :=
  match p with [] => 0 | a :: p' => ev a + x * leval ev x p' end.
Lemma leval_ladd A ev x (f : A -> A -> A) : (forall a b, ev (f a b) = ev a + ev b) ->
  forall p q, leval ev x (ladd f p q) = leval ev x p + leval ev x q.
Proof. intros Hf; induction p as [|a p IH]; intros [|b q]; simpl; try ring. rewrite Hf, IH; ring. Qed.
Lemma leval_map A ev x (g : A -> A) c : (forall a, ev (g a) = c * ev a) ->
  forall p, leval ev x (map g p) = c * leval ev x p.
Proof. intros Hg; induction p; simpl; [ring|]. rewrite Hg, IHp; ring. Qed.
Lemma ladd_length A (f : A -> A -> A) : forall p q, length (ladd f p q) = Nat.max (length p) (length q).
Proof. induction p; intros [|b q]; simpl; auto. Qed.

(* Bernstein form without binomial identities: with y = 1 - x, Σ a_i x^i = Σ c_j x^j y^(m-j). *)
Section Bernstein.
Variable A : Type.
Variables (add : A -> A -> A) (scale : Q -> A -> A) (zero : A) (ev : A -> R).
Hypothesis add_ok : forall a b, ev (add a b) = ev a + ev b.
Hypothesis scale_ok : forall c a, ev (scale c a) = Q2R c * ev a.
Hypothesis zero_ok : ev zero = 0.

Fixpoint evalH {B} (e : B -> R) (x : R) (p : list B) : R :=
  match p with [] => 0 | c :: t => e c * (1 - x) ^ (length t) + x * evalH e x t end.
(* m choose j *)
Fixpoint row (n : nat) : list Q :=
  match n with O => [1%Q] | S n' => let r := row n' in ladd qadd (r ++ [0%Q]) (0%Q :: r) end.
Fixpoint homogeneous (p : list A) : list A :=
  match p with [] => []
  | a :: p' => ladd add (map (fun c => scale c a) (row (length p'))) (zero :: homogeneous p') end.
(* the polynomial in u with x = a + w u *)
Fixpoint shifted (a w : Q) (p : list A) : list A :=
  match p with [] => []
  | c :: p' => let r := shifted a w p' in ladd add (c :: map (scale w) r) (map (scale a) r) end.

Lemma evalH_ladd B (e : B -> R) x (f : B -> B -> B) : (forall a b, e (f a b) = e a + e b) ->
  forall p q, length p = length q -> evalH e x (ladd f p q) = evalH e x p + evalH e x q.
Proof.
  intros Hf; induction p as [|a p IH]; intros [|b q] L; simpl in *; try lia; [ring|].
  injection L as L. rewrite Hf, IH, ladd_length by auto.
  replace (Nat.max (length p) (length q)) with (length p) by lia. rewrite <- L. ring.
Qed.
Lemma evalH_app0 B (e : B -> R) x z : e z = 0 -> forall p, evalH e x (p ++ [z]) = (1 - x) * evalH e x p.
Proof. intros Hz; induction p; simpl; [rewrite Hz; ring|]. rewrite IHp, app_length, Nat.add_1_r. simpl. ring. Qed.
Lemma row_length n : length (row n) = S n.
Proof. induction n; simpl; auto. rewrite ladd_length, app_length; simpl. lia. Qed.
Lemma evalH_row x n : evalH Q2R x (row n) = 1.
Proof.
  induction n; [simpl; qs; ring|]. cbn [row].
  rewrite evalH_ladd by (auto using qadd_ok; rewrite app_length; simpl; lia).
  rewrite evalH_app0 by apply q0_ok. simpl. rewrite q0_ok, IHn. ring.
Qed.
Lemma evalH_mapscale a x : forall r, evalH ev x (map (fun c => scale c a) r) = evalH Q2R x r * ev a.
Proof. induction r; simpl; [ring|]. rewrite scale_ok, IHr, map_length. ring. Qed.
Lemma homogeneous_length p : length (homogeneous p) = length p.
Proof. induction p; simpl; auto. rewrite ladd_length, map_length, row_length. simpl. lia. Qed.
Lemma homogeneous_ok x : forall p, evalH ev x (homogeneous p) = leval ev x p.
Proof.
  induction p as [|a p IH]; auto. cbn [homogeneous].
  rewrite evalH_ladd; auto.
  - rewrite evalH_mapscale, evalH_row. simpl. rewrite zero_ok, IH. ring.
  - rewrite map_length, row_length. simpl. rewrite homogeneous_length. auto.
Qed.
Lemma shifted_ok a w u : forall p, leval ev u (shifted a w p) = leval ev (Q2R a + Q2R w * u) p.
Proof.
  induction p as [|c p IH]; auto. cbn [shifted leval].
  rewrite leval_ladd by auto. cbn [leval]. rewrite !leval_map with (c := Q2R w) by auto.
  rewrite !leval_map with (c := Q2R a) by auto. rewrite IH. ring.
Qed.
Lemma evalH_between x lo hi : 0 <= x <= 1 -> forall p r,
  Forall2 (fun c k => lo * Q2R k <= ev c <= hi * Q2R k) p r ->
  lo * evalH Q2R x r <= evalH ev x p <= hi * evalH Q2R x r.
Proof.
  intros Hx p r H; induction H as [|c k p r Hc H IH]; simpl; [lra|].
  assert (L : length p = length r) by (clear - H; induction H; simpl; auto). rewrite L.
  assert (0 <= (1 - x) ^ length r) by (apply pow_le; lra).
  set (y := (1 - x) ^ length r) in *. set (e := evalH ev x p) in *. set (f := evalH Q2R x r) in *.
  assert (lo * Q2R k * y <= ev c * y <= hi * Q2R k * y) by (split; apply Rmult_le_compat_r; lra).
  assert (x * (lo * f) <= x * e <= x * (hi * f)) by (split; apply Rmult_le_compat_l; lra).
  lra.
Qed.
End Bernstein.
