(* The same with every token by itself, for a fixed n: products over tokens, and semi_invariant. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool.
From Sumformer Require Import Semantics Rational Interval Sum Polynomial Range TaylorModel Slots Variables Sumformer.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Notation xvariable := (nat * N)%type.
Definition xv_cmp (a b : xvariable) : comparison := match Nat.compare (fst a) (fst b) with Eq => N.compare (snd a) (snd b) | c => c end.
Lemma xv_cmp_eq a b : xv_cmp a b = Eq -> a = b.
Proof.
  destruct a as [j k], b as [j' k']. unfold xv_cmp. cbn [fst snd]. destruct (Nat.compare j j') eqn:E; try discriminate. intros F.
  apply Nat.compare_eq in E. apply ncmp_eq in F. congruence.
Qed.
Notation xpoly := (poly xvariable).
Notation xadd := (padd xv_cmp).
Notation xmul := (pmul xv_cmp).
Section Explicit.
Variable n : nat.
Fixpoint expand (env : list nat) (a : expr) : option xpoly :=
  let fold (f : xpoly -> xpoly -> xpoly) (unit : xpoly) (a : expr) (js : list nat) : option xpoly :=
    fold_right (fun j r => match expand (env ++ [j]) a, r with Some p, Some q => Some (f p q) | _, _ => None end) (Some unit) js in
  match a with
  | Num q => Some (pconst xvariable q)
  | Len => Some (pconst xvariable (qnat n))
  | Coord l k => Some (pvar (nth l env O, k))
  | Neg a => match expand env a with Some p => Some (pscale (-1) p) | None => None end
  | Add a b => match expand env a, expand env b with Some p, Some q => Some (xadd p q) | _, _ => None end
  | Sub a b => match expand env a, expand env b with Some p, Some q => Some (psub xv_cmp p q) | _, _ => None end
  | Mul a b => match expand env a, expand env b with Some p, Some q => Some (xmul p q) | _, _ => None end
  | Div a b =>
      match expand env a, expand env b with
      | Some p, Some q => match as_const q with Some c => if is0 c then None else Some (pscale (qinv c) p) | None => None end
      | _, _ => None end
  | Pow a e => match expand env a with Some p => Some (ppow xv_cmp p e) | None => None end
  | Sum except a => fold xadd [] a (remaining n env except)
  | Mean except a =>
      match remaining n env except with
      | [] => None
      | js => match fold xadd [] a js with Some p => Some (pscale (qinv (qnat (length js))) p) | None => None end end
  | Prod except a => fold xmul (pconst xvariable 1) a (remaining n env except)
  end.
Definition at_position (j : nat) (p : npoly) : xpoly :=
  fold_right (fun mc q => xadd [(map (fun ke => ((j, fst ke), snd ke)) (fst mc), snd mc)] q) [] p.
Definition explicit_latent (i : nat) (l : npoly * npoly) : xpoly :=
  xadd (fold_right (fun j q => if Nat.eqb j i then q else xadd (at_position j (fst l)) q) [] (positions n)) (at_position i (snd l)).
Definition explicit_variable (d : N) (i : nat) (ls : list xpoly) (v : N) : xpoly :=
  if N.ltb v d then pvar (i, v) else nth (N.to_nat (v - d)) ls [].
Definition xknown (d : N) (p : xpoly) : bool :=
  forallb (fun mc => forallb (fun ve => Nat.ltb (fst (fst ve)) n && N.ltb (snd (fst ve)) d) (fst mc)) p.
Definition xsize (box : N -> itv) (p : xpoly) : Q := match p with [] => 0%Q | _ => imag (range xv_cmp (fun v => box (snd v)) p) end.
Definition explicit_ok (d : N) (box : N -> itv) (ls : list (npoly * npoly)) (psi : npoly) (residual : Q) (from : nat -> list nat) (e : expr) : bool :=
  forallb (fun i =>
    match expand (from i) e with
    | None => false
    | Some f =>
        let diff := psub xv_cmp (substitute xv_cmp (explicit_variable d i (map (explicit_latent i) ls)) psi) f in
        if xknown d diff then qle (xsize box diff) residual else false
    end) (positions n).

Variable X : nat -> N -> R.
Notation xs := (fun v => X (fst v) (snd v)).
Lemma expand_ok : forall a env p, expand env a = Some p -> peval xs p = value n X env a.
Proof.
  assert (FS : forall (a : expr) env, (forall env p, expand env a = Some p -> peval xs p = value n X env a) -> forall js p,
    fold_right (fun j r => match expand (env ++ [j]) a, r with Some p, Some q => Some (xadd p q) | _, _ => None end) (Some []) js = Some p ->
    peval xs p = sum js (fun j => value n X (env ++ [j]) a)).
  { intros a env IH. induction js as [|j js IHj]; intros p; cbn [fold_right]; [intros E; injection E as <-; auto|].
    destruct (expand (env ++ [j]) a) as [q|] eqn:F; [|discriminate]. destruct (fold_right _ _ js) as [q'|]; [|discriminate].
    intros E; injection E as <-. rewrite (peval_add xv_cmp xv_cmp_eq), sum_cons, (IH _ _ F), (IHj _ eq_refl). auto. }
  induction a as [c| |l k|a IHa|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa e|except a IHa|except a IHa|except a IHa];
  intros env p; cbn [expand value].
  - intros E; injection E as <-. apply peval_const.
  - intros E; injection E as <-. rewrite peval_const, qnat_ok. auto.
  - intros E; injection E as <-. apply peval_var.
  - destruct (expand env a) as [q|] eqn:N; [|discriminate]. intros E; injection E as <-. rewrite peval_scale, q_opp1, (IHa _ _ N). ring.
  - destruct (expand env a) as [q|] eqn:N; [|discriminate]. destruct (expand env b) as [q'|] eqn:N'; [|discriminate]. intros E; injection E as <-.
    rewrite (peval_add xv_cmp xv_cmp_eq), (IHa _ _ N), (IHb _ _ N'). auto.
  - destruct (expand env a) as [q|] eqn:N; [|discriminate]. destruct (expand env b) as [q'|] eqn:N'; [|discriminate]. intros E; injection E as <-.
    rewrite (peval_sub xv_cmp xv_cmp_eq), (IHa _ _ N), (IHb _ _ N'). auto.
  - destruct (expand env a) as [q|] eqn:N; [|discriminate]. destruct (expand env b) as [q'|] eqn:N'; [|discriminate]. intros E; injection E as <-.
    rewrite (peval_mul xv_cmp xv_cmp_eq), (IHa _ _ N), (IHb _ _ N'). auto.
  - destruct (expand env a) as [q|] eqn:N; [|discriminate]. destruct (expand env b) as [q'|] eqn:N'; [|discriminate].
    destruct (as_const q') as [c|] eqn:C; [|discriminate]. destruct (is0 c) eqn:Z; [discriminate|]. intros E; injection E as <-.
    rewrite peval_scale, (qinv_ok _ Z), (IHa _ _ N), <- (IHb _ _ N'), (as_const_ok _ _ C). unfold Rdiv. ring.
  - destruct (expand env a) as [q|] eqn:N; [|discriminate]. intros E; injection E as <-. rewrite (peval_pow xv_cmp xv_cmp_eq), (IHa _ _ N). auto.
  - apply FS; auto.
  - destruct (remaining n env except) as [|j js] eqn:Q; [discriminate|]. 
    destruct (fold_right _ _ (j :: js)) as [q|] eqn:F; [|discriminate]. intros E; injection E as <-. apply FS in F; auto.
    assert (Z : is0 (qnat (length (j :: js))) = false).
    { reflexivity. }
    rewrite peval_scale, F. replace (Q2R (qinv _)) with (/ INR (length (j :: js))); [unfold Rdiv; ring|].
    rewrite <- qnat_ok. symmetry. exact (qinv_ok _ Z).
  - revert p. induction (remaining n env except) as [|j js IHj]; intros p; cbn [fold_right]; [intros E; injection E as <-; rewrite peval_const; apply q1_ok|].
    destruct (expand (env ++ [j]) a) as [q|] eqn:F; [|discriminate]. destruct (fold_right _ _ js) as [q'|] eqn:G; [|discriminate].
    intros E; injection E as <-. rewrite (peval_mul xv_cmp xv_cmp_eq), (IHa _ _ F), (IHj _ eq_refl). auto.
Qed.
Lemma at_position_ok j p : peval xs (at_position j p) = peval (X j) p.
Proof.
  unfold at_position. induction p as [|[m c] p IH]; auto. cbn [fold_right fst snd]. rewrite (peval_add xv_cmp xv_cmp_eq), term_ok, IH, peval_cons. do 2 f_equal.
  unfold meval. induction m as [|[k e] m IHm]; auto. cbn [map fold_right fst snd]. rewrite IHm. auto.
Qed.
Lemma explicit_latent_ok i l : (i < n)%nat -> peval xs (explicit_latent i l) =
  sum (positions n) (fun j => if Nat.eqb j i then 0 else peval (X j) (fst l)) + peval (X i) (snd l).
Proof.
  intros Hi. unfold explicit_latent. rewrite (peval_add xv_cmp xv_cmp_eq), at_position_ok. f_equal.
  induction (positions n) as [|j js IH]; auto. cbn [fold_right]. rewrite sum_cons. destruct (Nat.eqb j i); [rewrite IH; ring|].
  rewrite (peval_add xv_cmp xv_cmp_eq), at_position_ok, IH. auto.
Qed.
Lemma xsize_ok d box p : (forall j k, (j < n)%nat -> (k < d)%N -> within (X j k) (box k)) -> (forall k, (d <= k)%N -> within 0 (box k)) ->
  (forall k, (k < d)%N -> exists x, within x (box k)) -> xknown d p = true -> Rabs (peval xs p) <= Q2R (xsize box p).
Proof.
  intros H1 H2 H3 K. unfold xsize. destruct p as [|t p]; [rewrite peval_nil, Rabs_R0, q0_ok; lra|].
  set (Y v := if (Nat.ltb (fst v) n && N.ltb (snd v) d)%bool then X (fst v) (snd v) else if N.ltb (snd v) d then Q2R (fst (box (snd v))) else 0 : R).
  assert (E : peval xs (t :: p) = peval Y (t :: p)).
  { unfold xknown in K. rewrite forallb_forall in K. unfold peval. apply sum_ext. intros [m c] I. f_equal. specialize (K _ I). cbn [fst] in *. clear I.
    unfold meval. induction m as [|[v e] m IH]; auto. cbn [forallb fst] in K. apply andb_true_iff in K as [K1 K2].
    cbn [fold_right fst snd]. rewrite IH by auto. unfold Y at 2. rewrite K1. auto. }
  rewrite E. apply imag_ok, range_ok; [apply xv_cmp_eq|]. intros [j k]. unfold Y. cbn [fst snd].
  destruct (Nat.ltb j n && N.ltb k d)%bool eqn:A.
  - apply andb_true_iff in A as [A B]. apply H1; [apply Nat.ltb_lt|apply N.ltb_lt]; auto.
  - destruct (N.ltb k d) eqn:B; [|apply H2, N.ltb_ge; auto]. apply N.ltb_lt in B. destruct (H3 k B) as [x [L U]]. unfold within. lra.
Qed.
End Explicit.
