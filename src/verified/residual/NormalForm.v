(* The target as a polynomial in the own token and in power sums (6.9). *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool.
From Sumformer Require Import Semantics Rational Sum Polynomial TaylorModel MeanLayerSound Tokens Step Variables.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

(* ---------- the target ---------- *)
Section Target.
Variable tok : option nat.

(* the part of a monomial that belongs to a level, and the rest *)
Fixpoint take_level (l : nat) (m : mono pvariable) : mono N * mono pvariable :=
  match m with
  | [] => ([], [])
  | (v, e) :: m' =>
      let (g, r) := take_level l m' in
      match v with Tok l' k => if Nat.eqb l' l then ((k, e) :: g, r) else (g, (v, e) :: r) | Pw _ => (g, (v, e) :: r) end
  end.
Definition levels_below (l : nat) (m : mono pvariable) : bool :=
  forallb (fun ve => match fst ve with Tok l' _ => Nat.ltb l' l | Pw _ => true end) m.
Definition over_all (l : nat) (mc : mono pvariable * Q) : ppoly :=
  let (g, r) := take_level l (fst mc) in
  match g, tok with
  | [], Some n => [(r, qmul (snd mc) (qnat n))]
  | [], None => [(r, snd mc)]
  | _, None => [(mmul pv_cmp r [(Pw g, 1%nat)], snd mc)]
  | _, Some _ => vadd [(mmul pv_cmp r [(Pw g, 1%nat)], snd mc)] [(mmul pv_cmp r (at_level O g), snd mc)]
  end.
Definition at_token (l l' : nat) (mc : mono pvariable * Q) : ppoly :=
  let (g, r) := take_level l (fst mc) in [(mmul pv_cmp r (at_level l' g), snd mc)].
Definition collect (f : mono pvariable * Q -> ppoly) (p : ppoly) : ppoly := fold_right (fun mc q => vadd (f mc) q) [] p.

(* the levels that the binder of each level excludes; two levels are known to be at different positions *)
Definition apart (ex : list (list nat)) (l l' : nat) : bool :=
  existsb (Nat.eqb l) (nth l' ex []) || existsb (Nat.eqb l') (nth l ex []).
Fixpoint all_apart (ex : list (list nat)) (ls : list nat) : bool :=
  match ls with [] => true | l :: ls' => forallb (apart ex l) ls' && all_apart ex ls' end.

(* the sum over the remaining tokens (every length: the mean over all) *)
Definition reduce (ex : list (list nat)) (except : list nat) (p : ppoly) : option ppoly :=
  let l := length ex in
  if forallb (fun mc => levels_below (S l) (fst mc)) p then
  if forallb (fun e => Nat.ltb e l) except then
  if all_apart ex except then
  match tok, except with
  | None, _ :: _ => None
  | _, _ => Some (fold_right (fun e q => psub pv_cmp q (collect (at_token l e) p)) (collect (over_all l) p) except)
  end else None else None else None.
Fixpoint normal (ex : list (list nat)) (a : expr) : option ppoly :=
  match a with
  | Num q => Some (pconst pvariable q)
  | Len => match tok with Some n => Some (pconst pvariable (qnat n)) | None => None end
  | Coord l k => if Nat.ltb l (length ex) then Some (pvar (Tok l k)) else None
  | Neg a => match normal ex a with Some p => Some (pscale (-1) p) | None => None end
  | Add a b => match normal ex a, normal ex b with Some p, Some q => Some (vadd p q) | _, _ => None end
  | Sub a b => match normal ex a, normal ex b with Some p, Some q => Some (psub pv_cmp p q) | _, _ => None end
  | Mul a b => match normal ex a, normal ex b with Some p, Some q => Some (vmul p q) | _, _ => None end
  | Div a b =>
      match normal ex a, normal ex b with
      | Some p, Some q => match as_const q with Some c => if is0 c then None else Some (pscale (qinv c) p) | None => None end
      | _, _ => None end
  | Pow a e => match normal ex a with Some p => Some (ppow pv_cmp p e) | None => None end
  | Sum except a =>
      match tok, normal (ex ++ [except]) a with Some _, Some p => reduce ex except p | _, _ => None end
  | Mean except a =>
      match normal (ex ++ [except]) a with
      | None => None
      | Some p =>
          match tok with
          | None => reduce ex except p
          | Some n =>
              if Nat.ltb (length except) n then
                match reduce ex except p with Some q => Some (pscale (qinv (qnat (n - length except))) q) | None => None end
              else None
          end
      end
  | Prod _ _ => None
  end.

Variable n : nat.
Hypothesis Htok : match tok with Some m => n = m | None => True end.
Variable X : nat -> N -> R.
Variable i : nat.
Hypothesis Hi : (i < n)%nat.
Definition sigma_at (env : list nat) (v : pvariable) : R :=
  match v with Tok l k => X (nth l env O) k | Pw g => others n tok i (fun j => meval (X j) g) end.
Definition env_ok (ex : list (list nat)) (env : list nat) : Prop :=
  length env = length ex /\ nth O env O = i /\ (0 < length env)%nat /\ (forall l, nth l env O < n)%nat /\
  forall l l', In l (nth l' ex []) -> (l < l')%nat /\ nth l env O <> nth l' env O.

Lemma vadd_ok s p q : peval s (vadd p q) = peval s p + peval s q.
Proof. apply peval_add, pv_cmp_eq. Qed.
Lemma at_level_ok env l g : meval (sigma_at env) (at_level l g) = meval (X (nth l env O)) g.
Proof. unfold at_level, meval. induction g as [|[k e] g IH]; auto. cbn [map fold_right fst snd]. rewrite IH. auto. Qed.
Lemma take_level_ok env j m : levels_below (S (length env)) m = true ->
  meval (sigma_at (env ++ [j])) m = meval (sigma_at env) (snd (take_level (length env) m)) * meval (X j) (fst (take_level (length env) m)).
Proof.
  unfold levels_below, meval. induction m as [|[v e] m IH]; intros H; [cbn; ring|]. cbn [forallb fst] in H. apply andb_true_iff in H as [H1 H2].
  specialize (IH H2). cbn [take_level fold_right fst snd]. rewrite IH. destruct (take_level (length env) m) as [g r]. cbn [fst snd].
  destruct v as [l k|g']; [|cbn [fst snd fold_right sigma_at]; ring]. apply Nat.ltb_lt in H1. cbn [sigma_at].
  destruct (Nat.eqb l (length env)) eqn:E.
  - apply Nat.eqb_eq in E. subst l. cbn [fst snd fold_right]. rewrite app_nth2, Nat.sub_diag by lia. cbn [nth]. ring.
  - apply Nat.eqb_neq in E. cbn [fst snd fold_right sigma_at]. rewrite app_nth1 by lia. ring.
Qed.
Lemma collect_ok s f g p : (forall mc, In mc p -> peval s (f mc) = g mc) -> peval s (collect f p) = sum p g.
Proof.
  induction p as [|mc p IH]; intros H; auto. cbn [collect fold_right]. rewrite vadd_ok, sum_cons, H by (simpl; auto).
  f_equal. apply IH. intros; apply H; simpl; auto.
Qed.
Definition total (f : nat -> R) : R := match tok with Some _ => sum (positions n) f | None => mean n f end.
Lemma meval_pw env r g : meval (sigma_at env) (mmul pv_cmp r [(Pw g, 1%nat)]) = meval (sigma_at env) r * others n tok i (fun j => meval (X j) g).
Proof. rewrite (meval_mul pv_cmp pv_cmp_eq). unfold meval at 2. cbn [fold_right fst snd sigma_at]. ring. Qed.
Lemma over_all_ok ex env mc : env_ok ex env -> levels_below (S (length env)) (fst mc) = true ->
  peval (sigma_at env) (over_all (length env) mc) = total (fun j => Q2R (snd mc) * meval (sigma_at (env ++ [j])) (fst mc)).
Proof.
  destruct mc as [m c]. cbn [fst snd]. intros [E1 [E2 [E3 [E4 E5]]]] L.
  assert (T : total (fun j => Q2R c * meval (sigma_at (env ++ [j])) m) =
    Q2R c * meval (sigma_at env) (snd (take_level (length env) m)) * total (fun j => meval (X j) (fst (take_level (length env) m)))).
  { unfold total. destruct tok; [rewrite <- sum_scale; apply sum_ext|rewrite <- mean_scale; apply mean_ext]; intros j _;
    rewrite take_level_ok by auto; ring. }
  rewrite T. unfold over_all. cbn [fst snd]. destruct (take_level (length env) m) as [g r]. cbn [fst snd].
  unfold total. destruct g as [|ke g], tok as [n'|] eqn:K.
  - subst n'. rewrite term_ok, (sum_ext _ (fun _ => 1)), sum_const by auto. unfold positions. rewrite seq_length. qs. ring.
  - rewrite term_ok. unfold mean. rewrite (sum_ext _ (fun _ => 1)), sum_const by auto. unfold positions. rewrite seq_length.
    pose proof (n_pos Hi). field. lra.
  - rewrite vadd_ok, !term_ok, meval_pw, (meval_mul pv_cmp pv_cmp_eq), at_level_ok, E2.
    rewrite (@sum_except n i Hi). unfold others. rewrite K. ring.
  - rewrite term_ok, meval_pw. unfold others. rewrite K. ring.
Qed.
Lemma at_token_ok ex env e mc : env_ok ex env -> levels_below (S (length env)) (fst mc) = true ->
  peval (sigma_at env) (at_token (length env) e mc) = Q2R (snd mc) * meval (sigma_at (env ++ [nth e env O])) (fst mc).
Proof.
  intros H L. rewrite take_level_ok by auto. unfold at_token. destruct (take_level _ _) as [g r].
  rewrite term_ok, (meval_mul pv_cmp pv_cmp_eq), at_level_ok. auto.
Qed.
Lemma apart_ok ex env l l' : env_ok ex env -> apart ex l l' = true -> nth l env O <> nth l' env O.
Proof.
  intros [_ [_ [_ [_ H]]]] A. unfold apart in A. apply orb_true_iff in A as [A|A]; apply existsb_exists in A as [x [A1 A2]];
  apply Nat.eqb_eq in A2; subst x; [|apply not_eq_sym]; apply H; auto.
Qed.
Lemma indicator_ok ex env ls j (y : R) : env_ok ex env -> forallb (fun e => Nat.ltb e (length env)) ls = true -> all_apart ex ls = true ->
  (if negb (existsb (fun l => Nat.eqb (nth l env O) j) ls) then y else 0) =
  y - sum ls (fun l => if Nat.eqb (nth l env O) j then y else 0).
Proof.
  intros H. induction ls as [|l ls IH]; intros B A; [simpl; rewrite sum_nil; ring|].
  cbn [forallb all_apart] in *. apply andb_true_iff in A as [A1 A2], B as [B1 B2]. rewrite sum_cons.
  cbn [existsb]. destruct (Nat.eqb (nth l env O) j) eqn:E; cbn [orb negb].
  - rewrite sum_0; [ring|]. intros l' I. destruct (Nat.eqb (nth l' env O) j) eqn:E'; auto. exfalso.
    rewrite forallb_forall in A1. apply Nat.eqb_eq in E, E'. apply (apart_ok _ _ H (A1 _ I)). congruence.
  - rewrite IH by auto. ring.
Qed.
Lemma sum_filter A (P : A -> bool) f l : sum (filter P l) f = sum l (fun a => if P a then f a else 0).
Proof. induction l; auto. cbn [filter]. rewrite sum_cons, <- IHl. destruct (P a); rewrite ?sum_cons; ring. Qed.
Lemma sum_pick (f : nat -> R) e : (e < n)%nat -> sum (positions n) (fun j => if Nat.eqb e j then f j else 0) = f e.
Proof.
  intros He. rewrite (@sum_except n e He). rewrite Nat.eqb_refl, sum_0; [ring|]. intros j _. rewrite Nat.eqb_sym. destruct (Nat.eqb e j); auto.
Qed.
Lemma remaining_ok ex env ls f : env_ok ex env -> forallb (fun e => Nat.ltb e (length env)) ls = true -> all_apart ex ls = true ->
  sum (remaining n env ls) f = sum (positions n) f - sum ls (fun l => f (nth l env O)).
Proof.
  intros H B A. unfold remaining. rewrite sum_filter.
  rewrite (sum_ext _ (fun j => f j + -1 * sum ls (fun l => if Nat.eqb (nth l env O) j then f j else 0))).
  2:{ intros j _. rewrite (@indicator_ok ex) by auto. ring. }
  rewrite sum_plus, sum_scale, <- sum_swap. replace (sum ls (fun l => f (nth l env O))) with
    (sum ls (fun l => sum (positions n) (fun j => if Nat.eqb (nth l env O) j then f j else 0))); [ring|].
  apply sum_ext. intros l _. apply sum_pick. destruct H as [_ [_ [_ [H _]]]]. apply H.
Qed.
Lemma peval_over env j p : peval (sigma_at (env ++ [j])) p = sum p (fun mc => Q2R (snd mc) * meval (sigma_at (env ++ [j])) (fst mc)).
Proof. auto. Qed.
Lemma reduce_ok ex env ls p q : env_ok ex env -> reduce ex ls p = Some q ->
  peval (sigma_at env) q =
  match tok with
  | Some _ => sum (remaining n env ls) (fun j => peval (sigma_at (env ++ [j])) p)
  | None => mean n (fun j => peval (sigma_at (env ++ [j])) p) end /\ (tok = None -> ls = []).
Proof.
  intros H. pose proof H as [E1 _]. unfold reduce. rewrite <- E1.
  destruct (forallb _ p) eqn:L; [|discriminate]. destruct (forallb _ ls) eqn:B; [|discriminate]. destruct (all_apart ex ls) eqn:A; [|discriminate].
  rewrite forallb_forall in L.
  assert (T : peval (sigma_at env) (collect (over_all (length env)) p) = total (fun j => peval (sigma_at (env ++ [j])) p)).
  { rewrite (@collect_ok _ _ (fun mc => total (fun j => Q2R (snd mc) * meval (sigma_at (env ++ [j])) (fst mc)))) by
      (intros; apply over_all_ok with ex; auto).
    unfold total, peval. destruct tok; [apply sum_swap|symmetry; apply mean_sum]. }
  assert (S : forall ls, peval (sigma_at env) (fold_right (fun e q => psub pv_cmp q (collect (at_token (length env) e) p)) (collect (over_all (length env)) p) ls)
     = total (fun j => peval (sigma_at (env ++ [j])) p) - sum ls (fun e => peval (sigma_at (env ++ [nth e env O])) p)).
  { intros ls0. induction ls0 as [|e ls0 IH]; [cbn [fold_right]; rewrite T, sum_nil; ring|]. cbn [fold_right].
    rewrite (peval_sub pv_cmp pv_cmp_eq), IH, sum_cons.
    rewrite (@collect_ok _ _ (fun mc => Q2R (snd mc) * meval (sigma_at (env ++ [nth e env O])) (fst mc))) by
      (intros; apply at_token_ok with ex; auto). unfold peval at 4. ring. }
  destruct tok as [m|] eqn:K.
  - intros Q; injection Q as <-. rewrite S. split; [|discriminate]. rewrite (@remaining_ok ex) by auto. unfold total. rewrite K. auto.
  - destruct ls; [|discriminate]. intros Q; injection Q as <-. cbn [fold_right]. rewrite T. unfold total. rewrite K. auto.
Qed.
Lemma env_ok_app ex env except j : env_ok ex env -> (j < n)%nat -> In j (remaining n env except) -> forallb (fun e => Nat.ltb e (length env)) except = true ->
  env_ok (ex ++ [except]) (env ++ [j]).
Proof.
  intros [E1 [E2 [E3 [E4 E5]]]] Hj I B. rewrite forallb_forall in B. unfold remaining in I. apply filter_In in I as [_ I].
  repeat split.
  - rewrite !app_length, E1. auto.
  - rewrite app_nth1 by auto. auto.
  - rewrite app_length. simpl. lia.
  - intros l. destruct (Nat.lt_ge_cases l (length env)); [rewrite app_nth1 by auto; auto|]. rewrite app_nth2 by lia.
    destruct (l - length env)%nat as [|[|?]]; simpl; lia.
  - destruct (Nat.lt_ge_cases l' (length ex)) as [Q|Q]; [rewrite app_nth1 in H by auto; apply (E5 _ _ H)|].
    rewrite app_nth2 in H by lia. destruct (l' - length ex)%nat as [|[|?]] eqn:F; cbn [nth] in H; try contradiction.
    pose proof (B _ H) as P. apply Nat.ltb_lt in P. lia.
  - destruct (Nat.lt_ge_cases l' (length ex)) as [Q|Q].
    + rewrite app_nth1 in H by auto. destruct (E5 _ _ H) as [P1 P2]. rewrite !app_nth1 by lia. auto.
    + rewrite app_nth2 in H by lia. destruct (l' - length ex)%nat as [|[|?]] eqn:F; cbn [nth] in H; try contradiction.
      pose proof (B _ H) as P. apply Nat.ltb_lt in P. assert (l' = length env) by lia. subst l'.
      rewrite app_nth1 by auto. rewrite app_nth2, Nat.sub_diag by lia. cbn [nth].
      intros G. subst j. apply negb_true_iff in I. assert (G : existsb (fun l0 => Nat.eqb (nth l0 env O) (nth l env O)) except = true); [|congruence].
      apply existsb_exists. exists l. split; auto. apply Nat.eqb_refl.
Qed.

Lemma remaining_length env except ex : env_ok ex env -> forallb (fun e => Nat.ltb e (length env)) except = true -> all_apart ex except = true ->
  INR (length (remaining n env except)) = INR n - INR (length except).
Proof.
  intros H B A. pose proof (@remaining_ok ex env except (fun _ => 1) H B A) as E. rewrite !sum_const in E.
  unfold positions in E. rewrite seq_length in E. lra.
Qed.
Lemma reduce_checks ex ls p q : reduce ex ls p = Some q -> forallb (fun e => Nat.ltb e (length ex)) ls = true /\ all_apart ex ls = true.
Proof.
  unfold reduce. destruct (forallb _ p); [|discriminate]. destruct (forallb _ ls); [|discriminate]. destruct (all_apart ex ls); [auto|discriminate].
Qed.
Lemma sum_reduced ex env except a p q : env_ok ex env -> reduce ex except p = Some q ->
  (forall env', env_ok (ex ++ [except]) env' -> peval (sigma_at env') p = value n X env' a) ->
  sum (remaining n env except) (fun j => peval (sigma_at (env ++ [j])) p) = sum (remaining n env except) (fun j => value n X (env ++ [j]) a).
Proof.
  intros H R IH. destruct (reduce_checks _ _ _ R) as [B _]. pose proof H as [E1 _]. apply sum_ext. intros j I. apply IH.
  apply env_ok_app; auto; [|rewrite E1; auto]. unfold remaining in I. apply filter_In in I as [I _]. apply in_positions in I. auto.
Qed.
Theorem normal_ok : forall a ex env p, env_ok ex env -> normal ex a = Some p -> peval (sigma_at env) p = value n X env a.
Proof.
  induction a as [c| |l k|a IHa|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa e|except a IHa|except a IHa|except a IHa];
  intros ex env p H; cbn [normal value].
  - intros E; injection E as <-. apply peval_const.
  - destruct tok as [m|]; [|discriminate]. intros E; injection E as <-. rewrite peval_const, qnat_ok. subst m. auto.
  - destruct (Nat.ltb l _); [|discriminate]. intros E; injection E as <-. apply peval_var.
  - destruct (normal ex a) as [q|] eqn:N; [|discriminate]. intros E; injection E as <-.
    rewrite peval_scale, q_opp1, (IHa _ _ _ H N). ring.
  - destruct (normal ex a) as [q|] eqn:N; [|discriminate]. destruct (normal ex b) as [q'|] eqn:N'; [|discriminate]. intros E; injection E as <-.
    rewrite vadd_ok, (IHa _ _ _ H N), (IHb _ _ _ H N'). auto.
  - destruct (normal ex a) as [q|] eqn:N; [|discriminate]. destruct (normal ex b) as [q'|] eqn:N'; [|discriminate]. intros E; injection E as <-.
    rewrite (peval_sub pv_cmp pv_cmp_eq), (IHa _ _ _ H N), (IHb _ _ _ H N'). auto.
  - destruct (normal ex a) as [q|] eqn:N; [|discriminate]. destruct (normal ex b) as [q'|] eqn:N'; [|discriminate]. intros E; injection E as <-.
    rewrite (peval_mul pv_cmp pv_cmp_eq), (IHa _ _ _ H N), (IHb _ _ _ H N'). auto.
  - destruct (normal ex a) as [q|] eqn:N; [|discriminate]. destruct (normal ex b) as [q'|] eqn:N'; [|discriminate].
    destruct (as_const q') as [c|] eqn:C; [|discriminate]. destruct (is0 c) eqn:Z; [discriminate|]. intros E; injection E as <-.
    rewrite peval_scale, (qinv_ok _ Z), (IHa _ _ _ H N), <- (IHb _ _ _ H N'), (as_const_ok _ _ C). unfold Rdiv. ring.
  - destruct (normal ex a) as [q|] eqn:N; [|discriminate]. intros E; injection E as <-.
    rewrite (peval_pow pv_cmp pv_cmp_eq), (IHa _ _ _ H N). auto.
  - destruct (normal (ex ++ [except]) a) as [q|] eqn:N; [|destruct tok; discriminate]. intros R.
    assert (K : exists m, tok = Some m) by (destruct tok as [m|]; [exists m; auto|discriminate]). destruct K as [m K].
    rewrite K in R. destruct (@reduce_ok ex env except q p H R) as [E _]. rewrite K in E. rewrite E.
    apply sum_reduced with (ex := ex) (q := p); auto. intros env' H'. apply IHa with (ex ++ [except]); auto.
  - destruct (normal (ex ++ [except]) a) as [q|] eqn:N; [|discriminate]. intros R.
    assert (G : (exists m q', tok = Some m /\ (length except < m)%nat /\ reduce ex except q = Some q' /\ p = pscale (qinv (qnat (m - length except))) q')
      \/ (tok = None /\ reduce ex except q = Some p)).
    { destruct tok as [m|]; [left|right; auto]. destruct (Nat.ltb (length except) m) eqn:L; [|discriminate]. apply Nat.ltb_lt in L.
      destruct (reduce ex except q) as [q'|]; [|discriminate]. injection R as <-. exists m, q'. auto. }
    clear R. destruct G as [[m [q' [K [L [R ->]]]]]|[K R]].
    + destruct (@reduce_ok ex env except q q' H R) as [E _]. rewrite K in E.
      assert (Hm : n = m) by (rewrite K in Htok; auto).
      assert (Z : is0 (qnat (m - length except)) = false).
      { destruct (is0 _) eqn:Z; auto. apply is0_ok in Z. rewrite qnat_ok in Z. apply INR_eq with (m := O) in Z. lia. }
      rewrite peval_scale, (qinv_ok _ Z), E. rewrite (@sum_reduced ex env except a q q') by (auto; intros env' H'; apply IHa with (ex ++ [except]); auto).
      destruct (reduce_checks _ _ _ R) as [B A]. pose proof H as [E1 _]. rewrite <- E1 in B. rewrite (@remaining_length env except ex) by auto.
      rewrite qnat_ok, minus_INR, <- Hm by lia. unfold Rdiv. ring.
    + destruct (@reduce_ok ex env except q p H R) as [E F]. rewrite K in E. specialize (F K). subst except. rewrite E.
      assert (G : remaining n env [] = positions n).
      { unfold remaining. clear. induction (positions n); auto. simpl. f_equal. exact IHl. }
      pose proof (@sum_reduced ex env [] a q p H R) as S. rewrite G in S. rewrite G. unfold mean. rewrite S by (intros env' H'; apply IHa with (ex ++ [[]]); auto).
      unfold positions at 3. rewrite seq_length. unfold Rdiv. ring.
  - discriminate.
Qed.
End Target.
