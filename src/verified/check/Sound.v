(* The checker is sound. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool FMapPositive.
From Sumformer Require Import Semantics Outcome Rational Sum Bernstein Interval Polynomial Range Piece Gadget MeanLayer MeanLayerSound TaylorModel Slots Claims Step Tokens FeedForwardSound AttentionSound Variables NormalForm Sumformer Explicit Centre Check.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Section Final.
Variable n : nat.
Variable tok : option nat.
Hypothesis Htok : match tok with Some m => n = m | None => True end.
Variables d D : N.
Variable X : nat -> N -> R.
Variable i : nat.
Hypothesis Hi : (i < n)%nat.
Notation s := (sigma_at tok n X i [i]).
Notation rho0 := (rho0 d X).
Notation rho := (rho n tok d X).

Lemma own_poly_ok p : below d p = true -> peval s (own_poly p) = peval (rho0 i) p.
Proof.
  intros B. rewrite (@below_ok d (rho0 i) (X i)); auto.
  - unfold own_poly. clear B. induction p as [|[m c] p IH]; auto. cbn [fold_right fst snd]. rewrite vadd_ok, term_ok, at_level_ok, IH, peval_cons. auto.
  - intros k Hk. unfold AttentionSound.rho0. apply N.ltb_lt in Hk. rewrite Hk. auto.
Qed.
Lemma power_sums_ok p : below d p = true -> peval s (power_sums tok p) = others n tok i (fun j => peval (rho0 j) p).
Proof.
  intros B. rewrite (@others_ext n tok Htok i _ (fun j => peval (X j) p)).
  2:{ intros j _. apply below_ok with d; auto. intros k Hk. unfold AttentionSound.rho0. apply N.ltb_lt in Hk. rewrite Hk. auto. }
  unfold power_sums. clear B. induction p as [|[m c] p IH].
  - cbn [fold_right]. rewrite peval_nil. rewrite (@others_ext n tok Htok i _ (fun _ => 0)) by auto. rewrite (@others_const n tok Htok i Hi). ring.
  - cbn [fold_right fst snd]. rewrite vadd_ok, IH. rewrite (@others_ext n tok Htok i (fun j => peval (X j) ((m, c) :: p)) (fun j => Q2R c * meval (X j) m + peval (X j) p))
      by (intros; apply peval_cons). rewrite others_plus by auto. f_equal. destruct m as [|ve m].
    + rewrite peval_const, qmul_ok, <- (@others_const n tok Htok i Hi). apply others_ext; [auto|]. intros; unfold meval; simpl; ring.
    + rewrite term_ok, others_scale by auto. unfold meval at 1. cbn [fold_right fst snd sigma_at]. ring.
Qed.
Lemma variable_ok ls v : forallb (fun l => if below d (fst l) then below d (snd l) else false) ls = true ->
  peval s (variable_of d (map (unfolded tok) ls) v) = rho ls i v.
Proof.
  rewrite forallb_forall. intros B. unfold variable_of, AttentionSound.rho. destruct (N.ltb v d) eqn:E; [rewrite peval_var; auto|].
  set (m := N.to_nat (v - d)). destruct (nth_error ls m) as [l|] eqn:F.
  - rewrite (nth_error_nth (map (unfolded tok) ls) m [] (map_nth_error (unfolded tok) m ls F)).
    apply nth_error_In in F. specialize (B _ F). cbn beta in B. destruct (below d (fst l)) eqn:B1; [|discriminate].
    unfold unfolded, latent_value. rewrite vadd_ok, power_sums_ok, own_poly_ok by auto. auto.
  - rewrite nth_overflow by (rewrite map_length; apply nth_error_None; auto). apply peval_nil.
Qed.
Lemma size_ok box p : (forall j, (j < n)%nat -> forall v, within (rho0 j v) (box v)) -> known d p = true ->
  Rabs (peval s p) <= Q2R (size tok d box p).
Proof.
  intros Hb K. unfold size. destruct p as [|t p]; [rewrite peval_nil, Rabs_R0, q0_ok; lra|].
  assert (E : peval s (t :: p) = peval (sigma_at tok n (fun j => rho0 j) i [i]) (t :: p)).
  { unfold known in K. rewrite forallb_forall in K. unfold peval. apply sum_ext. intros [m c] I. f_equal. specialize (K _ I). cbn [fst] in *. clear I.
    unfold meval. induction m as [|[v e] m IH]; auto. cbn [forallb fst] in K. apply andb_true_iff in K as [K1 K2].
    cbn [fold_right fst snd]. rewrite IH by auto. do 2 f_equal. destruct v as [l k|g]; cbn [sigma_at].
    - unfold AttentionSound.rho0. rewrite K1. auto.
    - apply others_ext; auto. intros j _. clear - K1. unfold meval. induction g as [|[k e] g IH]; auto. cbn [forallb fst] in K1.
      apply andb_true_iff in K1 as [A B]. cbn [fold_right fst snd]. rewrite IH by auto. unfold AttentionSound.rho0. rewrite A. auto. }
  rewrite E. apply imag_ok, range_ok; [apply pv_cmp_eq|]. intros [l k|g]; cbn [sigma_at pv_box].
  - apply Hb. destruct l as [|[|l]]; cbn [nth]; lia.
  - apply others_within; auto. intros j Hj. apply mrange_ok. auto.
Qed.
Lemma output_model_ok rh st z a o : rep rh st z -> tm_ok rh (output_model st a o) (apply_affine a z o).
Proof.
  intros H. unfold output_model, apply_affine, mul. induction (weights a) as [|[[k o'] w] l IH].
  - cbn [fold_right]. rewrite sum_nil, Rplus_0_l. pose proof (tm_exact_ok rh (fold_right (fun sc p => if N.eqb (fst sc) o then nadd (pconst N (snd sc)) p else p) [] (offset a))) as T.
    replace (entry (offset a) o) with (peval rh (fold_right (fun sc p => if N.eqb (fst sc) o then nadd (pconst N (snd sc)) p else p) [] (offset a))); auto.
    clear. unfold entry. induction (offset a) as [|[c w] l IH]; auto. cbn [fold_right fst snd]. rewrite sum_cons. destruct (N.eqb c o).
    + rewrite nadd_ok, peval_const, IH. auto. + rewrite IH. ring.
  - cbn [fold_right]. rewrite sum_cons. destruct (N.eqb o' o); [|rewrite Rplus_0_l; auto].
    rewrite Rplus_assoc. apply tm_add_ok; auto. apply tm_scale_ok. apply H.
Qed.
End Final.

Lemma blocks_run_ok n tok d D X0 : match tok with Some m => n = m | None => True end ->
  forall bs gss cs number r r' X, blocks_run tok d D r number bs gss cs = Yes r' -> inv n tok d X0 r X ->
  inv n tok d X0 r' (fold_left (run_block n D) bs X).
Proof.
  intros Htok. induction bs as [|b bs IH]; intros gss cs number r r' X E I; destruct gss as [|gs gss]; cbn [blocks_run] in E; try discriminate.
  { injection E as <-. auto. }
  destruct (block_step tok d D r b gs cs) as [r1|] eqn:S; [|discriminate]. cbn [fold_left]. apply (IH _ _ _ _ _ _ E). clear E IH.
  assert (ext : forall X X', (forall j, (j < n)%nat -> forall s, X j s = X' j s) -> inv n tok d X0 r1 X -> inv n tok d X0 r1 X').
  { intros Y Y' H [J1 [J2 J3]]. split; [auto|split; auto]. intros j Hj s. unfold tm_ok. rewrite <- H by auto. apply J3; auto. }
  assert (ff : forall Z, (forall j, (j < n)%nat -> forall s, Z j s = X j s) -> feed_forward_step r b gs = Yes r1 ->
     inv n tok d X0 r1 (fun j s => X j s + feed_forward b (Z j) s)).
  { intros Z HZ F. destruct I as [I1 [I2 I3]].
    assert (G : forall j, (j < n)%nat -> r_box r1 = r_box r /\ r_latents r1 = r_latents r /\
       rep (rho n tok d X0 (r_latents r) j) (r_state r1) (fun s => X j s + feed_forward b (X j) s)).
    { intros j Hj. apply feed_forward_step_ok with gs; auto. }
    assert (B : r_box r1 = r_box r /\ r_latents r1 = r_latents r).
    { unfold feed_forward_step in F. destruct (cut _ _); [|discriminate]. checked F Hp. injection F as <-. auto. }
    destruct B as [B1 B2]. split; [rewrite B1, B2; auto|split].
    - intros j Hj v. rewrite B1, B2. auto.
    - intros j Hj s. rewrite B2. destruct (G j Hj) as [_ [_ K]]. unfold feed_forward in *. unfold tm_ok in *.
      rewrite (sum_ext _ (fun u => sigma (act b) (dot (u_in u) (X j) + Q2R (u_bias u)) * entry (u_out u) s)); [apply K|].
      intros u _. do 3 f_equal. unfold dot. apply sum_ext. intros [k w] _. rewrite HZ; auto. }
  unfold block_step in S. destruct (att b) as [a|] eqn:A.
  - destruct (mean_layer _ tok D a) as [Am|] eqn:M; [|discriminate].
    assert (HA : forall j s, (j < n)%nat -> attend n D a X j s = mean n (fun j => mul (X j) Am s)).
    { intros j s Hj. apply mean_layer_ok with (constant := constant_slot (r_state r)) (tok := tok); auto.
      destruct I as [_ [_ I3]]. intros k Hk j' Hj'. unfold constant_slot in Hk. destruct (is0 _) eqn:Z; [|discriminate].
      destruct (as_const _) as [c|] eqn:C; [|discriminate]. apply is0_ok in Z.
      assert (V : forall j, (j < n)%nat -> X j k = Q2R c).
      { intros l Hl. specialize (I3 l Hl k). unfold tm_ok in I3. rewrite Z, (as_const_ok _ _ C) in I3.
        pose proof (Rabs_pos (X l k - Q2R c)). destruct (Req_dec (X l k - Q2R c) 0) as [|N]; [lra|]. apply Rabs_no_R0 in N. lra. }
      rewrite !V; auto. }
    destruct Am as [|e Am].
    + apply (ext (fun j s => X j s + feed_forward b (fun s => X j s + mean n (fun j => mul (X j) [] s)) s)).
      * intros j Hj s. unfold run_block. rewrite A. f_equal. unfold feed_forward. f_equal. apply sum_ext. intros u _. do 3 f_equal.
        unfold dot. apply sum_ext. intros [k w] _. rewrite HA; auto.
      * apply ff; auto. intros j Hj s. unfold mean. rewrite sum_0; [ring|]. intros; apply mul_nil.
    + apply (ext (fun j s => X j s + feed_forward b (fun s => X j s + mean n (fun j => mul (X j) (e :: Am) s)) s)).
      * intros j Hj s. unfold run_block. rewrite A. f_equal. unfold feed_forward. f_equal. apply sum_ext. intros u _. do 3 f_equal.
        unfold dot. apply sum_ext. intros [k w] _. rewrite HA; auto.
      * apply attention_step_ok with (r := r) (gs := gs) (cs := cs); auto.
  - apply (ext (fun j s => X j s + feed_forward b (fun s => X j s + 0) s)).
    + intros j Hj s. unfold run_block. rewrite A. auto.
    + apply ff; auto. intros; ring.
Qed.
Lemma embed_ok rh a z s : (forall k s w, In (k, s, w) (weights a) -> rh k = z k) -> tm_ok rh (get (embed a) s) (apply_affine a z s).
Proof.
  intros H. unfold embed. set (l := map _ (weights a) ++ map _ (offset a)).
  pose proof (accumulate_ok (poly_of rh) (poly_of_add rh) l (PM.empty tm) s) as P.
  pose proof (accumulate_ok error_of error_of_add l (PM.empty tm) s) as Q.
  rewrite get_empty in P, Q. unfold poly_of in P at 1 2. unfold error_of in Q at 1 2. cbn [tm0 fst snd] in P, Q.
  rewrite peval_nil, Rplus_0_l in P. rewrite q0_ok, Rplus_0_l in Q.
  assert (Z : at_slot l s error_of = 0).
  { apply sum_0. intros [s' t] I. cbn [fst snd]. destruct (N.eqb s' s); auto. apply in_app_or in I as [I|I]; apply in_map_iff in I as [x [E _]].
    - destruct x as [[? ?] ?]. injection E as <- <-. apply q0_ok. - injection E as <- <-. apply q0_ok. }
  unfold tm_ok. rewrite P, Q, Z. replace (at_slot l s (poly_of rh)) with (apply_affine a z s); [rewrite Rminus_eq_0, Rabs_R0; lra|].
  unfold l. rewrite at_slot_app. unfold apply_affine. f_equal.
  - unfold mul, at_slot. rewrite sum_map. apply sum_ext. intros [[k s'] w] I. cbn [fst snd]. destruct (N.eqb s' s); auto.
    unfold poly_of, tm_exact. cbn [fst]. rewrite peval_scale, peval_var, (H _ _ _ I). auto.
  - rewrite (at_slot_map (fun c => tm_exact (pconst N c))), entry_at_slot. apply at_slot_ext. intros c. symmetry. apply peval_const.
Qed.
Lemma check_outputs_ok f : forall es o claims, check_outputs f o es claims = Yes tt ->
  forall m, (m < length es)%nat -> exists claim, f (o + N.of_nat m)%N (nth m es Len) claim = Yes tt.
Proof.
  induction es as [|e es IH]; intros o claims H m Hm; [simpl in Hm; lia|]. cbn [check_outputs] in H. destruct claims as [|c claims]; [discriminate|].
  destruct (f o e c) as [[]|] eqn:F; [|discriminate].
  destruct m as [|m]; cbn [nth]; [exists c; rewrite N.add_0_r; auto|]. destruct (IH _ _ H m ltac:(simpl in Hm; lia)) as [c' C]. exists c'.
  replace (o + N.of_nat (S m))%N with (N.succ o + N.of_nat m)%N by lia. auto.
Qed.
Lemma demand_yes b rule name (P : outcome unit) : (do _ <- demand b rule name; P) = Yes tt -> b = true /\ P = Yes tt.
Proof. unfold demand. destruct b; [auto|discriminate]. Qed.

Theorem check_here_sound net f c : check_here net f c = Yes tt -> approximates net f (c_certified c) /\ (c_certified c <= c_epsilon c)%Q.
Proof.
  unfold check_here. set (tok := t_tokens f). set (d := dimension net). intros H.
  apply demand_yes in H as [_ H]. apply demand_yes in H as [Ed H]. apply demand_yes in H as [_ H]. apply demand_yes in H as [_ H].
  apply demand_yes in H as [W H]. destruct (blocks_run _ _ _ _ _ _ _ _) as [r|] eqn:B; [|discriminate].
  apply demand_yes in H as [_ H]. apply demand_yes in H as [L H].
  destruct (check_outputs _ _ _ _) as [[]|] eqn:O; [|discriminate]. unfold demand in H. destruct (qle _ _) eqn:Eps; [|discriminate]. clear H.
  split; [|rewrite qle_eq in Eps; apply Qle_bool_iff; exact Eps]. unfold approximates.
  apply N.eqb_eq in Ed. rewrite forallb_forall in W.
  intros n X i o Hn Hx Hi Ho.
  assert (Htok : match tok with Some m => n = m | None => True end) by (unfold tok; destruct (t_tokens f); auto).
  destruct (@check_outputs_ok _ _ _ _ O _ Ho) as [[low res] K]. rewrite N.add_0_l in K. set (e := nth o (t_outputs f) Len) in *.
  assert (I0 : inv n tok d X (Run (domain f) [] (embed (embedding net))) (fun j => apply_affine (embedding net) (X j))).
  { split; [auto|split]; cbn [r_box r_latents r_state].
    - intros j Hj v. rewrite rho_nil. unfold rho0, box_at. destruct (N.ltb v d) eqn:E.
      + apply N.ltb_lt in E. specialize (Hx j (N.to_nat v) Hj ltac:(lia)). rewrite N2Nat.id in Hx. exact Hx.
      + apply N.ltb_ge in E. rewrite nth_overflow by (unfold itv; lia). unfold within. cbn [fst snd]. rewrite q0_ok. lra.
    - intros j Hj s. apply embed_ok. intros k s' w I. rewrite rho_nil. unfold rho0. specialize (W _ I). cbn in W. rewrite W. auto. }
  pose proof (@blocks_run_ok _ _ _ _ _ Htok _ _ _ _ _ _ _ B I0) as [J1 [J2 J3]].
  unfold network_value. set (Y := fold_left _ _ _) in *.
  pose proof (output_model_ok (readout net) (N.of_nat o) (J3 i Hi)) as M. unfold check_output in K.
  set (m := output_model _ _ _) in *. destruct (qle (snd m) low) eqn:Hlow; [|discriminate]. apply qle_ok in Hlow.
  destruct (residual_ok _ _ _ _ _ _ _ _) eqn:Res; [|discriminate]. destruct (qle (qadd low res) _) eqn:Tot; [|discriminate].
  apply qle_ok in Tot. rewrite qadd_ok in Tot. clear K. unfold residual_ok in Res. fold tok in Res. unfold target_value. fold e. unfold tm_ok in M.
  set (y := apply_affine _ _ _) in *. set (p := peval _ (fst m)) in *.
  assert (Hb : forall j, (j < n)%nat -> forall v, within (rho0 d X j v) (box_at (domain f) v)).
  { intros j Hj v. rewrite <- (rho_nil n tok d X). destruct I0 as [_ [I0 _]]. apply (I0 j Hj v). }
  destruct (if semi_invariant f then false else symmetric_ok _ _ _ _ _ _ _) eqn:Route.
  2:{ destruct tok as [n'|] eqn:Tok; [subst n'|discriminate]. destruct (Nat.leb n explicit_limit); [|discriminate].
    rename Res into K. unfold explicit_ok in K. rewrite forallb_forall in K.
    specialize (K i). assert (Ii : In i (positions n)) by (unfold positions; apply in_seq; lia). specialize (K Ii). cbn beta in K.
    destruct (expand n (start f n i) e) as [t|] eqn:T; [|discriminate]. apply (expand_ok n X) in T. rewrite <- T.
    set (psi := substitute _ _ _) in *. destruct (xknown n d _) eqn:Kn; [|discriminate]. apply qle_ok in K.
    assert (Hp : peval (fun v => X (fst v) (snd v)) psi = p).
    { unfold psi, p. rewrite substitute_ok by apply xv_cmp_eq. apply peval_ext. intros v. unfold explicit_variable, rho.
      destruct (N.ltb v d); [apply peval_var|]. set (k := N.to_nat _). rewrite forallb_forall in L.
      destruct (nth_error (r_latents r) k) as [l|] eqn:F.
      - rewrite (nth_error_nth _ _ [] (map_nth_error (explicit_latent n i) k _ F)), explicit_latent_ok by auto. unfold latent_value, others.
        apply nth_error_In in F. specialize (L _ F). cbn beta in L. destruct (below d (fst l)) eqn:B1; [|discriminate].
        assert (Low : forall j q, below d q = true -> peval (X j) q = peval (rho0 d X j) q).
        { intros j q Hq. apply below_ok with d; auto. intros k' Hk. unfold rho0. apply N.ltb_lt in Hk. rewrite Hk. auto. }
        rewrite (Low i) by auto. f_equal. apply sum_ext. intros j _. rewrite (Low j) by auto. auto.
      - rewrite nth_overflow by (rewrite map_length; apply nth_error_None; auto). apply peval_nil. }
    assert (Hd : Rabs (peval (fun v => X (fst v) (snd v)) (psub xv_cmp psi t)) <= Q2R (xsize (box_at (domain f)) (psub xv_cmp psi t))).
    { apply xsize_ok with (n := n) (d := d); auto.
      - intros j k Hj Hk. specialize (Hb j Hj k). unfold rho0 in Hb. apply N.ltb_lt in Hk. rewrite Hk in Hb. auto.
      - intros k Hk. specialize (Hb i Hi k). unfold rho0 in Hb. apply N.ltb_ge in Hk. rewrite Hk in Hb. auto.
      - intros k Hk. eexists. apply (Hb i Hi). }
    rewrite (peval_sub xv_cmp xv_cmp_eq), Hp in Hd. set (v := peval _ t) in *.
    replace (y - v) with ((y - p) + (p - v)) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra. }
  unfold start. destruct (semi_invariant f); [discriminate|]. rename Route into K. unfold symmetric_ok in K.
  destruct (normal tok [[]] e) as [t|] eqn:T; [|discriminate].
  set (ls := map (unfolded tok) (r_latents r)) in *. set (psi := substitute pv_cmp (variable_of d ls) (fst m)) in *.
  destruct (known d _) eqn:Kn; [|discriminate]. apply qle_ok in K.
  assert (Ht : peval (sigma_at tok n X i [i]) t = value n X [i] e).
  { apply normal_ok with (ex := [[]]); auto. split; [auto|split; [auto|split; [simpl; lia|split]]].
    - intros [|[|l]]; cbn [nth]; lia.
    - intros l [|[|l']] F; simpl in F; contradiction. }
  assert (Hp : peval (sigma_at tok n X i [i]) psi = p).
  { unfold psi, p. rewrite substitute_ok by apply pv_cmp_eq. apply peval_ext. intros v. apply variable_ok; auto. }
  assert (Hd : Rabs (peval (sigma_at tok n X i [i]) (psub pv_cmp psi t)) <= Q2R (size tok d (box_at (domain f)) (psub pv_cmp psi t))).
  { apply size_ok with (n := n); auto. }
  rewrite (peval_sub pv_cmp pv_cmp_eq), Hp, Ht in Hd.
  set (v := value _ _ _ _) in *.
  replace (y - v) with ((y - p) + (p - v)) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.
Theorem check_sound net f c : check net f c = Yes tt -> approximates net f (c_certified c) /\ (c_certified c <= c_epsilon c)%Q.
Proof.
  unfold check. destruct (c_centre c) as [|x l]; [apply check_here_sound|].
  destruct (Nat.eqb _ _); [|discriminate]. intros H. apply check_here_sound in H as [H E]. split; [|exact E].
  apply centred_sound in H. exact H.
Qed.
