(* The Sumformer as such a polynomial, and the size of a difference. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool.
From Sumformer Require Import Semantics Rational Interval Sum Polynomial Range TaylorModel Step Variables.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Definition own_poly (p : npoly) : ppoly := fold_right (fun mc q => vadd [(at_level O (fst mc), snd mc)] q) [] p.
Definition power_sums (tok : option nat) (p : npoly) : ppoly :=
  fold_right (fun mc q => vadd (match fst mc with [] => pconst pvariable (qmul (copies tok) (snd mc)) | m => [([(Pw m, 1%nat)], snd mc)] end) q) [] p.
Definition unfolded (tok : option nat) (l : npoly * npoly) : ppoly := vadd (power_sums tok (fst l)) (own_poly (snd l)).
Definition substitute {V} (cmp : V -> V -> comparison) (f : N -> poly V) (p : npoly) : poly V :=
  fold_right (fun mc q => padd cmp (pscale (snd mc) (fold_right (fun ve r => pmul cmp (ppow cmp (f (fst ve)) (snd ve)) r) (pconst V 1) (fst mc))) q) [] p.
Lemma substitute_ok V cmp (s : V -> R) f p : (forall a b, cmp a b = Eq -> a = b) -> peval s (substitute cmp f p) = peval (fun v => peval s (f v)) p.
Proof.
  intros H. unfold substitute. induction p as [|[m c] p IH]; auto. cbn [fold_right fst snd]. rewrite (peval_add cmp H), IH, peval_cons, peval_scale. do 2 f_equal.
  induction m as [|[v e] m IHm]; [unfold meval; simpl; rewrite peval_const; qs; auto|]. cbn [fold_right fst snd].
  rewrite (peval_mul cmp H), (peval_pow cmp H), IHm. auto.
Qed.
Definition variable_of (d : N) (ls : list ppoly) (v : N) : ppoly :=
  if N.ltb v d then pvar (Tok O v) else nth (N.to_nat (v - d)) ls [].
Definition pv_box (tok : option nat) (box : N -> itv) (v : pvariable) : itv :=
  match v with Tok _ k => box k | Pw g => iscale (copies tok) (mrange box g) end.

Definition known (d : N) (p : ppoly) : bool :=
  forallb (fun mc => forallb (fun ve => match fst ve with Tok _ k => N.ltb k d | Pw g => forallb (fun ke => N.ltb (fst ke) d) g end) (fst mc)) p.
(* |p| at the most *)
Definition size (tok : option nat) (d : N) (box : N -> itv) (p : ppoly) : Q :=
  match p with [] => 0%Q | _ => imag (range pv_cmp (pv_box tok box) p) end.
