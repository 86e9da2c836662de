(* Maps from slots to Taylor models, and polynomials in slots. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool FMapPositive.
From Sumformer Require Import Semantics Rational Sum Bernstein Interval Polynomial Range Piece Gadget TaylorModel.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Module PM := PositiveMap.
(* ---------- maps from slots ---------- *)
Definition get (m : PM.t tm) (s : N) : tm := match PM.find (N.succ_pos s) m with Some a => a | None => tm0 end.
Definition accumulate (l : list (N * tm)) (m : PM.t tm) : PM.t tm :=
  fold_left (fun m x => PM.add (N.succ_pos (fst x)) (tm_add (snd x) (get m (fst x))) m) l m.
Lemma succ_pos_inj a b : N.succ_pos a = N.succ_pos b -> a = b.
Proof. intros H. rewrite <- (N.pos_pred_succ a), <- (N.pos_pred_succ b), H. auto. Qed.
Lemma get_add m s s' a : get (PM.add (N.succ_pos s) a m) s' = if N.eqb s s' then a else get m s'.
Proof.
  unfold get. destruct (N.eqb s s') eqn:E.
  - apply N.eqb_eq in E; subst. rewrite PM.gss. auto.
  - apply N.eqb_neq in E. rewrite PM.gso; auto. intros F. apply E. symmetry. apply succ_pos_inj; auto.
Qed.
Lemma get_empty s : get (PM.empty _) s = tm0.
Proof. unfold get. rewrite PM.gempty. auto. Qed.
Lemma accumulate_ok (ev : tm -> R) : (forall a b, ev (tm_add a b) = ev a + ev b) ->
  forall l m s, ev (get (accumulate l m) s) = ev (get m s) + at_slot l s ev.
Proof.
  intros H. unfold accumulate, at_slot. induction l as [|[s' a] l IH]; intros m s; [rewrite sum_nil; simpl; ring|].
  cbn [fold_left fst snd]. rewrite IH, sum_cons, get_add. cbn [fst snd]. destruct (N.eqb s' s) eqn:E; [|ring].
  apply N.eqb_eq in E; subst. rewrite H. ring.
Qed.
Definition poly_of (r : N -> R) (a : tm) : R := peval r (fst a).
Definition error_of (a : tm) : R := Q2R (snd a).
Lemma poly_of_add r a b : poly_of r (tm_add a b) = poly_of r a + poly_of r b.
Proof. apply nadd_ok. Qed.
Lemma error_of_add a b : error_of (tm_add a b) = error_of a + error_of b.
Proof. apply qadd_ok. Qed.

Definition rep (r : N -> R) (st : PM.t tm) (z : N -> R) : Prop := forall s, tm_ok r (get st s) (z s).

(* a polynomial in the slots, each replaced by its model *)
Definition factors (m : mono N) : list N := flat_map (fun se => repeat (fst se) (snd se)) m.
Definition tm_mono (box : N -> itv) (st : PM.t tm) (m : mono N) : tm :=
  match factors m with
  | [] => tm_exact (pconst N 1)
  | s :: fs => fold_left (fun a s => tm_mul box a (get st s)) fs (get st s) end.
Definition compose (box : N -> itv) (st : PM.t tm) (p : npoly) : tm :=
  fold_right (fun mc a => tm_add (tm_scale (snd mc) (tm_mono box st (fst mc))) a) tm0 p.
Lemma factors_ok z m : meval z m = fold_right (fun s x => z s * x) 1 (factors m).
Proof.
  induction m as [|[s e] m IH]; auto. unfold meval, factors in *. cbn [fold_right flat_map fst snd]. rewrite IH, fold_right_app.
  generalize (fold_right (fun s x => z s * x) 1 (flat_map (fun se => repeat (fst se) (snd se)) m)). clear. intros y.
  induction e; simpl; [ring|]. rewrite <- IHe. ring.
Qed.
Lemma compose_ok box r st z p : (forall v, within (r v) (box v)) -> rep r st z -> tm_ok r (compose box st p) (peval z p).
Proof.
  intros Hb Hr. unfold compose. induction p as [|[m c] p IH]; [apply tm0_ok|]. cbn [fold_right fst snd]. rewrite peval_cons.
  apply tm_add_ok; auto. apply tm_scale_ok. unfold tm_mono. rewrite factors_ok. destruct (factors m) as [|s fs].
  - simpl. pose proof (tm_exact_ok r (pconst N 1)) as G. rewrite peval_const, q1_ok in G. exact G.
  - cbn [fold_right]. specialize (Hr s) as H. revert H. generalize (get st s). generalize (z s).
    induction fs as [|s' fs IHf]; intros u a H; cbn [fold_left fold_right]; [rewrite Rmult_1_r; auto|].
    rewrite <- Rmult_assoc. apply IHf. apply tm_mul_ok; auto.
Qed.

(* linear forms of slots *)
Definition form (v : svec) : npoly := fold_right (fun iw p => nadd (pscale (snd iw) (pvar (fst iw))) p) [] v.
Lemma form_ok z v : peval z (form v) = dot v z.
Proof.
  unfold form, dot. induction v as [|[i w] v IH]; auto. cbn [fold_right fst snd]. rewrite nadd_ok, peval_scale, peval_var, IH. auto.
Qed.
(* g(t) for a polynomial t *)
Definition lift (g : upoly) (t : npoly) : npoly := fold_right (fun c p => nadd (pconst N c) (nmul t p)) [] g.
Lemma lift_ok z g t : peval z (lift g t) = ueval (peval z t) g.
Proof. induction g; auto. cbn [lift fold_right leval]. rewrite nadd_ok, nmul_ok, peval_const. fold (lift g t). rewrite IHg. auto. Qed.

