(* The attention block is sound. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool FMapPositive.
From Sumformer Require Import Semantics Outcome Rational Sum Bernstein Interval Polynomial Range Piece Gadget MeanLayer MeanLayerSound TaylorModel Slots Claims Step FeedForwardSound Tokens.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.


Lemma enter_claims_ok : forall cs k st s,
  (get (enter_claims k cs st) s = get st s /\ forall c, In c cs -> c_slot c <> s) \/
  exists m c, nth_error cs m = Some c /\ c_slot c = s /\ get (enter_claims k cs st) s = (pvar (k + N.of_nat m)%N, c_error c).
Proof.
  induction cs as [|c cs IH]; intros k st s; cbn [enter_claims]; [left; split; auto; intros ? []|].
  destruct (IH (N.succ k) (PM.add (N.succ_pos (c_slot c)) (pvar k, c_error c) st) s) as [[E H]|[m [c' [H1 [H2 H3]]]]].
  - rewrite E, get_add. destruct (N.eqb (c_slot c) s) eqn:F.
    + apply N.eqb_eq in F. right. exists O, c. split; [auto|split; [auto|]]. rewrite N.add_0_r. auto.
    + apply N.eqb_neq in F. left. split; auto. intros c' [<-|I]; auto.
  - right. exists (S m), c'. split; [auto|split; [auto|]]. rewrite H3. do 2 f_equal. lia.
Qed.
Lemma affine_value (p : upoly) a b : (length p <= 2)%nat -> ueval (a + b) p = ueval a p + Q2R (nth 1 p 0%Q) * b.
Proof. destruct p as [|x [|y [|? ?]]]; simpl; intros; rewrite ?q0_ok; try ring. lia. Qed.

Section Step.
Variable n : nat.
Variable tok : option nat.
Hypothesis Htok : match tok with Some m => n = m | None => True end.
Variables d D : N.
Variable X0 : nat -> N -> R.
Definition rho0 (j : nat) (k : N) : R := if N.ltb k d then X0 j k else 0.
Definition latent_value (i : nat) (l : npoly * npoly) : R :=
  others n tok i (fun j => peval (rho0 j) (fst l)) + peval (rho0 i) (snd l).
Definition rho (ls : list (npoly * npoly)) (i : nat) (k : N) : R :=
  if N.ltb k d then X0 i k else match nth_error ls (N.to_nat (k - d)) with Some l => latent_value i l | None => 0 end.
Lemma rho_nil i k : rho [] i k = rho0 i k.
Proof. unfold rho, rho0. destruct (N.ltb k d); auto. destruct (N.to_nat (k - d)); auto. Qed.

Lemma latent_ok box st X own mean_ e q p rng err i :
  (forall j, (j < n)%nat -> forall v, within (rho0 j v) (box v)) -> (forall j, (j < n)%nat -> rep (rho0 j) st (X j)) -> (i < n)%nat ->
  latent tok box st own mean_ e = (q, p, rng, err) ->
  within (latent_value i (q, p)) rng /\
  forall y, Rabs (y - (peval (X i) own + mean n (fun j => peval (X j) mean_))) <= Q2R e -> Rabs (y - latent_value i (q, p)) <= Q2R err.
Proof.
  intros Hb Hr Hi. unfold latent. intros E; injection E as <- <- <- <-. unfold latent_value. cbn [fst snd]. split.
  - apply iadd_ok; [apply others_within; auto; intros j Hj|]; apply nrange_ok; auto.
  - intros y. rewrite (@split_value n tok Htok i Hi). intros Hy. qs.
    set (q := compose box st (share tok mean_)) in *. set (p := compose box st (own_part tok own mean_)) in *.
    assert (A : Rabs (others n tok i (fun j => peval (X j) (share tok mean_)) - others n tok i (fun j => peval (rho0 j) (fst q)))
      <= Q2R (copies tok) * Q2R (snd q)).
    { apply others_close; auto. intros j Hj. apply compose_ok; auto. }
    assert (B : Rabs (peval (X i) (own_part tok own mean_) - peval (rho0 i) (fst p)) <= Q2R (snd p)) by (apply compose_ok; auto).
    set (a := others n tok i (fun j => peval (X j) (share tok mean_))) in *.
    set (a' := others n tok i (fun j => peval (rho0 j) (fst q))) in *.
    set (b := peval (X i) (own_part tok own mean_)) in *. set (b' := peval (rho0 i) (fst p)) in *.
    replace (y - (a' + b')) with ((y - (b + a)) + (a - a') + (b - b')) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. pose proof (Rabs_triang (y - (b + a)) (a - a')). lra.
Qed.

Definition inv (r : run) (X : nat -> N -> R) : Prop :=
  (r_latents r = [] -> N.of_nat (length (r_box r)) = d) /\
  (forall i, (i < n)%nat -> forall v, within (rho (r_latents r) i v) (box_at (r_box r) v)) /\
  (forall i, (i < n)%nat -> rep (rho (r_latents r) i) (r_state r) (X i)).

Lemma matrix_models (A : smat) z s :
  peval z (fst (get (accumulate (map (fun '(k, s, w) => (s, tm_exact (pscale w (pvar k)))) A) (PM.empty tm)) s)) = mul z A s.
Proof.
  pose proof (accumulate_ok (poly_of z) (poly_of_add z) (map (fun '(k, s, w) => (s, tm_exact (pscale w (pvar k)))) A) (PM.empty tm) s) as P.
  rewrite get_empty in P. unfold poly_of in P at 1 2. cbn [tm0 fst] in P. rewrite peval_nil, Rplus_0_l in P. rewrite P.
  unfold at_slot, mul. rewrite sum_map. apply sum_ext. intros [[k s'] w] _. cbn [fst snd]. destruct (N.eqb s' s); auto.
  unfold poly_of, tm_exact. cbn [fst]. rewrite peval_scale, peval_var. auto.
Qed.
Lemma mean_form_ok (M : PM.t tm) A z v : (forall s, peval z (fst (get M s)) = mul z A s) -> peval z (mean_form M v) = dot v (mul z A).
Proof.
  intros H. unfold mean_form, dot. induction v as [|[i w] v IH]; auto. cbn [fold_right fst snd].
  rewrite nadd_ok, peval_scale, H, IH. auto.
Qed.
Lemma dot_mean v x (f : nat -> N -> R) : dot v (fun s => x s + mean n (fun j => f j s)) = dot v x + mean n (fun j => dot v (f j)).
Proof.
  unfold dot. induction v as [|[i w] v IH].
  - unfold mean. rewrite !sum_nil, sum_0; [ring|]. intros; apply sum_nil.
  - rewrite !sum_cons, IH. rewrite (@mean_ext n (fun j => sum ((i, w) :: v) (fun '(i, w) => Q2R w * f j i)) (fun j => Q2R w * f j i + sum v (fun '(i, w) => Q2R w * f j i))) by (intros; apply sum_cons).
    rewrite mean_plus, mean_scale. ring.
Qed.

Lemma attention_step_ok r b A gs cs r' X : attention_step tok d r b A gs cs = Yes r' -> inv r X ->
  inv r' (fun i s => X i s + feed_forward b (fun s => X i s + mean n (fun j => mul (X j) A s)) s).
Proof.
  unfold attention_step. intros E [I1 [I2 I3]]. destruct (r_latents r) eqn:L; [|discriminate].
  destruct (cut gs (units b)) as [parts|] eqn:C; [|discriminate]. specialize (I1 eq_refl).
  assert (R2 : forall j, (j < n)%nat -> forall v, within (rho0 j v) (box_at (r_box r) v)) by (intros; rewrite <- rho_nil; auto).
  assert (R3 : forall j, (j < n)%nat -> rep (rho0 j) (r_state r) (X j)).
  { intros j Hj s. specialize (I3 j Hj s). unfold tm_ok in *.
    rewrite (peval_ext _ (rho [] j)) by (intros; rewrite rho_nil; auto). auto. }
  clear I2 I3. set (M := accumulate (map (fun '(k, s, w) => (s, tm_exact (pscale w (pvar k)))) A) (PM.empty tm)) in *.
  assert (HM : forall z s, peval z (fst (get M s)) = mul z A s) by (intros; apply matrix_models).
  set (box := box_at (r_box r)) in *. set (st := r_state r) in *.
  checked E Hp. checked E Hm. checked E Hexact. checked E Hd. checked E Hc. injection E as <-.
  set (own := accumulate (contributions parts (b_bias b)) (own_slots st)) in *.
  set (mean_ := accumulate (mean_contributions M parts) (PM.empty tm)) in *.
  set (Z i s := X i s + mean n (fun j => mul (X j) A s)).
  assert (HZ : forall i v, dot v (Z i) = peval (X i) (form v) + mean n (fun j => peval (X j) (mean_form M v))).
  { intros i v. unfold Z. rewrite dot_mean, form_ok. f_equal. apply mean_ext. intros j _. symmetry. apply mean_form_ok; auto. }
  rewrite forallb_forall in Hp.
  (* the new slots before they are modelled *)
  assert (V : forall i s, (i < n)%nat -> Rabs (X i s + feed_forward b (Z i) s -
    (peval (X i) (fst (get own s)) + mean n (fun j => peval (X j) (fst (get mean_ s))))) <= Q2R (snd (get own s))).
  { intros i s Hi.
    assert (G : Rabs (feed_forward b (Z i) s - claims_value parts (b_bias b) (Z i) s) <= at_slot (contributions parts (b_bias b)) s error_of).
    { apply feed_forward_claims; [apply cut_ok with gs; auto|]. apply Forall_forall. intros gu I.
      specialize (Hp _ I). cbn beta in Hp. destruct (gadget_ok _ _ _); [split; auto|discriminate].
      unfold affine_gadget in Hp. destruct (latent _ _ _ _ _ _) as [[[q p] rng] e] eqn:EL.
      destruct (isub _ _) eqn:ES; [|discriminate]. eapply isub_ok; [exact ES|].
      destruct (latent_ok X R2 R3 Hi EL) as [W1 W2]. apply widen_ok with (x := latent_value i (q, p)); auto.
      apply W2. rewrite HZ, Rminus_eq_0, Rabs_R0, q0_ok. lra. }
    assert (S : claims_value parts (b_bias b) (Z i) s = at_slot (contributions parts (b_bias b)) s (poly_of (X i))
      + mean n (fun j => at_slot (mean_contributions M parts) s (poly_of (X j)))).
    { rewrite contributions_value. unfold claims_value. rewrite Rplus_assoc. f_equal.
      rewrite (@mean_ext n _ (fun j => sum parts (fun gu => at_slot (g_outs (fst gu)) s
         (fun pe => Q2R (nth 1 (fst pe) 0%Q) * peval (X j) (mean_form M (direction (snd gu))))))).
      2:{ intros j _. unfold mean_contributions. rewrite at_slot_flat. apply sum_ext. intros gu _. cbn beta zeta.
          rewrite (at_slot_map (fun pe => tm_exact (pscale (nth 1 (fst pe) 0%Q) (mean_form M (direction (snd gu)))))).
          apply at_slot_ext. intros pe. unfold poly_of, tm_exact. cbn [fst]. apply peval_scale. }
      rewrite mean_sum, <- sum_plus. apply sum_ext. intros gu I. specialize (Hp _ I). cbn beta in Hp.
      destruct (gadget_ok _ _ _); [|discriminate]. unfold affine_gadget in Hp. destruct (latent _ _ _ _ _ _) as [[[q p] rng] e].
      destruct (isub _ _); [|discriminate]. rewrite forallb_forall in Hp. unfold at_slot. rewrite mean_sum, <- sum_plus.
      apply sum_ext. intros o Io. specialize (Hp _ Io). cbn beta in Hp. apply Nat.leb_le in Hp.
      destruct (N.eqb (fst o) s).
      - rewrite HZ, affine_value by auto. rewrite form_ok, mean_scale. auto.
      - unfold mean. rewrite sum_0 by auto. ring. }
    rewrite S in G.
    pose proof (accumulate_ok (poly_of (X i)) (poly_of_add (X i)) (contributions parts (b_bias b)) (own_slots st) s) as P1.
    pose proof (accumulate_ok error_of error_of_add (contributions parts (b_bias b)) (own_slots st) s) as P2.
    fold own in P1, P2. unfold poly_of in P1 at 1 2. unfold error_of in P2 at 1 2.
    assert (O : peval (X i) (fst (get (own_slots st) s)) = X i s /\ Q2R (snd (get (own_slots st) s)) = 0).
    { unfold get, own_slots. rewrite PM.gmapi. specialize (R3 i Hi s). unfold tm_ok, get in R3. destruct (PM.find _ st) as [a|]; cbn [option_map].
      - cbn [tm_exact fst snd]. rewrite peval_var, N.pos_pred_succ, q0_ok. auto.
      - cbn [tm0 fst snd] in *. rewrite peval_nil, q0_ok in *. rewrite Rminus_0_r in R3. split; auto.
        pose proof (Rabs_pos (X i s)). destruct (Req_dec (X i s) 0) as [|N]; auto. apply Rabs_no_R0 in N. lra. }
    destruct O as [O1 O2]. rewrite O1 in P1. rewrite O2, Rplus_0_l in P2. rewrite P1, P2.
    replace (mean n (fun j => peval (X j) (fst (get mean_ s)))) with (mean n (fun j => at_slot (mean_contributions M parts) s (poly_of (X j)))).
    2:{ apply mean_ext. intros j _. pose proof (accumulate_ok (poly_of (X j)) (poly_of_add (X j)) (mean_contributions M parts) (PM.empty tm) s) as Q.
        rewrite get_empty in Q. fold mean_ in Q. unfold poly_of in Q at 1 2. cbn [tm0 fst] in Q. rewrite peval_nil, Rplus_0_l in Q. auto. }
    match goal with |- Rabs ?a <= _ => match type of G with Rabs ?b <= _ => replace a with b by ring end end. exact G. }
  set (defs := map (definition_of tok box st own mean_) cs). fold Z. rewrite forallb_forall in Hc.
  assert (Low : forall i p, below d p = true -> peval (rho0 i) p = peval (rho defs i) p).
  { intros i p Hp0. apply below_ok with d; auto. intros k Hk. unfold rho0, rho. apply N.ltb_lt in Hk. rewrite Hk. auto. }
  split; [|split]; cbn [r_box r_latents r_state].
  - intros Hn. unfold defs in Hn. destruct cs; [|discriminate]. cbn [map]. rewrite app_nil_r. auto.
  - intros i Hi v. unfold box_at, rho. destruct (N.ltb v d) eqn:Hv.
    + apply N.ltb_lt in Hv. rewrite app_nth1 by lia. specialize (R2 i Hi v). unfold rho0, box, box_at in R2.
      replace (N.ltb v d) with true in R2 by (symmetry; apply N.ltb_lt; auto). auto.
    + apply N.ltb_ge in Hv. rewrite app_nth2 by lia. replace (N.to_nat v - length (r_box r))%nat with (N.to_nat (v - d)) by lia.
      unfold defs. rewrite nth_error_map. set (m := N.to_nat (v - d)). rewrite <- (map_nth c_range) with (d := Claim 0 (0, 0)%Q 0%Q) || idtac.
      destruct (nth_error cs m) as [c|] eqn:En; cbn [option_map].
      * rewrite (nth_indep _ _ (c_range c)) by (rewrite map_length; apply nth_error_Some; congruence).
        rewrite map_nth, (nth_error_nth _ _ _ En). apply nth_error_In in En. specialize (Hc _ En). unfold claim_follows in Hc. unfold definition_of.
        destruct (latent _ _ _ _ _ _) as [[[q p] rng] e] eqn:EL. destruct (isub rng _) eqn:ES; [|discriminate].
        eapply isub_ok; [exact ES|]. apply (latent_ok X R2 R3 Hi EL).
      * rewrite nth_overflow by (rewrite map_length; apply nth_error_None; auto). unfold within. cbn [fst snd]. rewrite q0_ok. lra.
  - intros i Hi s. specialize (V i s Hi). set (st' := PM.map2 (option_pair tok box st) own mean_) in *.
    destruct (enter_claims_ok cs d st' s) as [[-> Hs]|[m [c [C1 [C2 ->]]]]].
    + (* not a latent *)
      assert (NO : others n tok i (fun j => peval (X j) (share tok (fst (get mean_ s)))) = 0).
      { apply no_others_ok; auto. unfold get. destruct (PM.find (N.succ_pos s) mean_) as [m|] eqn:F.
        - pose proof (forallb_find _ _ _ Hm F) as G. cbn [fst snd] in G. destruct (no_others tok (fst m)); auto.
          apply existsb_exists in G as [c [G1 G2]]. apply N.eqb_eq in G2. rewrite N.pos_pred_succ in G2. exfalso. apply (Hs c); auto.
        - destruct tok as [[|[|?]]|]; auto. }
      rewrite (@split_value n tok Htok i Hi), NO, Rplus_0_r in V.
      assert (W : tm_ok (rho0 i) (get st' s) (X i s + feed_forward b (Z i) s)).
      { unfold st'. unfold get at 1. rewrite find_map2 by auto.
        assert (Own : tm_ok (rho0 i) (match own_model tok box st (PM.find (N.succ_pos s) own) (PM.find (N.succ_pos s) mean_) with Some a => a | None => tm0 end)
          (X i s + feed_forward b (Z i) s)).
        { cbn [own_model]. fold (get own s). fold (get mean_ s). unfold tm_ok. cbn [fst snd]. rewrite qadd_ok.
          pose proof (compose_ok _ (own_part tok (fst (get own s)) (fst (get mean_ s))) (R2 i Hi) (R3 i Hi)) as K. unfold tm_ok in K.
          set (c := compose box st _) in *. set (y := X i s + _) in *. set (u := peval (X i) _) in *.
          replace (y - peval (rho0 i) (fst c)) with ((y - u) + (u - peval (rho0 i) (fst c))) by ring.
          eapply Rle_trans; [apply Rabs_triang|]. fold box in K. fold c in K. lra. }
        unfold option_pair. destruct (PM.find (N.succ_pos s) own) as [a|] eqn:Fo; [destruct (PM.find (N.succ_pos s) mean_); exact Own|].
        destruct (PM.find (N.succ_pos s) mean_) as [m|] eqn:Fm; [exact Own|].
        unfold tm_ok. cbn [tm0 fst snd]. unfold get in V. rewrite Fo, Fm in V. cbn [tm0 fst snd] in V.
        assert (O : peval (X i) (own_part tok [] []) = 0).
        { unfold own_part, share. destruct tok; [|apply peval_nil]. rewrite nadd_ok, peval_scale, peval_nil. ring. }
        rewrite O in V. rewrite peval_nil. exact V. }
      unfold tm_ok in *. rewrite <- Low; auto. unfold get. destruct (PM.find (N.succ_pos s) st') as [a|] eqn:F; auto.
      exact (forallb_find _ _ _ Hd F).
    + (* a latent *)
      unfold tm_ok. cbn [fst snd]. rewrite peval_var. unfold rho. replace (N.ltb (d + N.of_nat m) d) with false by (symmetry; apply N.ltb_ge; lia).
      replace (N.to_nat (d + N.of_nat m - d)) with m by lia. unfold defs. rewrite nth_error_map, C1. cbn [option_map].
      apply nth_error_In in C1. specialize (Hc _ C1). unfold claim_follows in Hc. unfold definition_of. subst s.
      destruct (latent _ _ _ _ _ _) as [[[q p] rng] e] eqn:EL. destruct (isub rng _); [|discriminate]. destruct (qle e _) eqn:Ee; [|discriminate].
      apply qle_ok in Ee. destruct (latent_ok X R2 R3 Hi EL) as [_ W]. apply W in V.
      eapply Rle_trans; [exact V|exact Ee].
Qed.
End Step.
