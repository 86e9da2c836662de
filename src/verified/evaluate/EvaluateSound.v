(* What the evaluator says is what the semantics says. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool FMapPositive FunctionalExtensionality.
From Sumformer Require Import Semantics Rational Sum Gadget MeanLayer MeanLayerSound Evaluate.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Lemma at_put_one m s s' x : at_ (PM.add (N.succ_pos s) x m) s' = if N.eqb s s' then x else at_ m s'.
Proof.
  unfold at_. destruct (N.eqb s s') eqn:E.
  - apply N.eqb_eq in E; subst. rewrite PM.gss. auto.
  - apply N.eqb_neq in E. rewrite PM.gso; auto. intros F. apply E. rewrite <- (N.pos_pred_succ s), <- (N.pos_pred_succ s'), F. auto.
Qed.
Lemma at_empty s : at_ (PM.empty Q) s = 0%Q.
Proof. unfold at_. rewrite PM.gempty. auto. Qed.
Lemma put_ok : forall l m s, Q2R (at_ (put l m) s) = Q2R (at_ m s) + at_slot l s Q2R.
Proof.
  unfold put, at_slot. induction l as [|[s' x] l IH]; intros m s; [rewrite sum_nil; simpl; ring|].
  cbn [fold_left fst snd]. rewrite IH, sum_cons, at_put_one. cbn [fst snd]. destruct (N.eqb s' s) eqn:E; [|ring].
  apply N.eqb_eq in E; subst. rewrite qadd_ok. ring.
Qed.
Lemma at_slot_sum A (l : list A) (slot : A -> N) (x : A -> Q) s :
  at_slot (map (fun a => (slot a, x a)) l) s Q2R = sum l (fun a => if N.eqb (slot a) s then Q2R (x a) else 0).
Proof. unfold at_slot. rewrite sum_map. auto. Qed.
Lemma at_slot_apart l m s : at_slot (l ++ m) s Q2R = at_slot l s Q2R + at_slot m s Q2R.
Proof. apply sum_app. Qed.
Lemma entry_slot v s : entry v s = at_slot v s Q2R.
Proof. apply sum_ext. intros [? ?] _. auto. Qed.
Lemma times_ok z (zr : N -> R) W c : (forall s, Q2R (z s) = zr s) -> Q2R (at_ (times z W) c) = mul zr W c.
Proof.
  intros H. unfold times. rewrite put_ok, at_empty, q0_ok, Rplus_0_l. unfold at_slot, mul. rewrite sum_map. apply sum_ext.
  intros [[r c'] w] _. cbn [fst snd]. destruct (N.eqb c' c); auto. rewrite qmul_ok, H. auto.
Qed.
Lemma map_affine_ok a z (zr : N -> R) c : (forall s, Q2R (z s) = zr s) -> Q2R (at_ (map_affine a z) c) = apply_affine a zr c.
Proof. intros H. unfold map_affine, apply_affine. rewrite put_ok, entry_slot, (@times_ok z zr) by auto. auto. Qed.
Lemma qdot_ok v z (zr : N -> R) : (forall s, Q2R (z s) = zr s) -> Q2R (qdot v z) = dot v zr.
Proof.
  intros H. unfold qdot, dot. induction v as [|[i w] v IH]; [apply q0_ok|]. cbn [fold_right]. rewrite sum_cons, qadd_ok, qmul_ok, IH, H. auto.
Qed.
Lemma qsigma_ok a t : Q2R (qsigma a t) = sigma a (Q2R t).
Proof.
  destruct a; cbn [qsigma sigma]; qs; auto; [ring|]. destruct (qle 0 t) eqn:E; [apply qle_ok in E|apply qle_no in E]; rewrite q0_ok in E;
  destruct (Rle_dec 0 (Q2R t)); qs; auto; lra.
Qed.
Lemma feed_ok b z (zr : N -> R) x s : (forall s, Q2R (z s) = zr s) -> Q2R (at_ (feed b z x) s) = Q2R (at_ x s) + feed_forward b zr s.
Proof.
  intros H. assert (G : forall us m, Q2R (at_ (fold_left (fun m u => put (unit_terms (act b) z u) m) us m) s) =
    Q2R (at_ m s) + sum us (fun u => at_slot (unit_terms (act b) z u) s Q2R)).
  { induction us as [|u us IH]; intros m; cbn [fold_left]; [rewrite sum_nil; ring|]. rewrite IH, put_ok, sum_cons. ring. }
  unfold feed, feed_forward. rewrite put_ok, G, entry_slot, Rplus_assoc. do 2 f_equal. apply sum_ext. unfold at_slot.
  intros u _. rewrite <- (@qdot_ok _ z zr), <- qadd_ok, <- qsigma_ok by auto. unfold unit_terms. set (y := qsigma _ _).
  destruct (is0 y) eqn:Z; [apply is0_ok in Z; rewrite Z, sum_nil; ring|].
  rewrite sum_map. unfold entry. rewrite <- sum_scale. apply sum_ext. intros [s' w] _. cbn [fst snd].
  destruct (N.eqb s' s); [|ring]. apply qmul_ok.
Qed.

Section Rows.
Variable rows : list (list Q).
Notation n := (length rows).
Definition real (j : nat) (k : N) : R := Q2R (given rows j k).

(* ---- targets ---- *)
Lemma qsum_ok A (l : list A) f g y : (forall a x, f a = Some x -> Q2R x = g a) -> qsum l f = Some y -> Q2R y = sum l g.
Proof.
  intros H. revert y. unfold qsum. induction l as [|a l IH]; intros y; cbn [fold_right]; [intros E; injection E as <-; apply q0_ok|].
  destruct (f a) as [x|] eqn:F; [|discriminate]. destruct (fold_right _ _ l) as [z|]; [|discriminate]. intros E; injection E as <-.
  rewrite sum_cons, qadd_ok, (IH _ eq_refl), (H _ _ F). auto.
Qed.
Theorem qvalue_ok : forall a env x, qvalue rows env a = Some x -> Q2R x = value n real env a.
Proof.
  induction a; intros env x; cbn [qvalue value]; unfold both.
  - intros E; injection E as <-. auto.
  - intros E; injection E as <-. apply qnat_ok.
  - intros E; injection E as <-. auto.
  - destruct (qvalue rows env a) as [y|] eqn:Y; [|discriminate]. intros E; injection E as <-. rewrite qopp_ok, (IHa _ _ Y). auto.
  - destruct (qvalue rows env a1) as [y|] eqn:Y; [|discriminate]. destruct (qvalue rows env a2) as [z|] eqn:Z; [|discriminate].
    intros E; injection E as <-. rewrite qadd_ok, (IHa1 _ _ Y), (IHa2 _ _ Z). auto.
  - destruct (qvalue rows env a1) as [y|] eqn:Y; [|discriminate]. destruct (qvalue rows env a2) as [z|] eqn:Z; [|discriminate].
    intros E; injection E as <-. rewrite qsub_ok, (IHa1 _ _ Y), (IHa2 _ _ Z). auto.
  - destruct (qvalue rows env a1) as [y|] eqn:Y; [|discriminate]. destruct (qvalue rows env a2) as [z|] eqn:Z; [|discriminate].
    intros E; injection E as <-. rewrite qmul_ok, (IHa1 _ _ Y), (IHa2 _ _ Z). auto.
  - destruct (qvalue rows env a2) as [z|] eqn:Z; [|discriminate]. destruct (is0 z) eqn:Z0; [discriminate|].
    destruct (qvalue rows env a1) as [y|] eqn:Y; [|discriminate]. intros E; injection E as <-.
    rewrite qmul_ok, (qinv_ok _ Z0), (IHa1 _ _ Y), (IHa2 _ _ Z). auto.
  - destruct (qvalue rows env a) as [y|] eqn:Y; [|discriminate]. intros E; injection E as <-. rewrite qpow_ok, (IHa _ _ Y). auto.
  - apply qsum_ok. intros; auto.
  - assert (Z : remaining n env except <> [] -> is0 (qnat (length (remaining n env except))) = false) by (destruct (remaining _ _ _); [congruence|reflexivity]).
    assert (G : forall js y, js <> [] -> is0 (qnat (length js)) = false -> qsum js (fun j => qvalue rows (env ++ [j]) a) = Some y ->
      Q2R (qmul y (qinv (qnat (length js)))) = sum js (fun j => value n real (env ++ [j]) a) / INR (length js)).
    { intros js y N Zj Y. rewrite qmul_ok, (qinv_ok _ Zj), qnat_ok, (@qsum_ok _ js _ (fun j => value n real (env ++ [j]) a) y (fun j => IHa (env ++ [j])) Y). auto. }
    destruct (remaining _ _ _) as [|j js]; [discriminate|]. destruct (qsum _ _) as [y|] eqn:Y; [|discriminate]. intros E; injection E as <-.
    exact (G (j :: js) y ltac:(discriminate) eq_refl Y).
  - revert x. unfold qproduct. induction (remaining _ _ _) as [|j js IH]; intros x; cbn [fold_right]; [intros E; injection E as <-; apply q1_ok|].
    destruct (qvalue rows (env ++ [j]) a) as [y|] eqn:Y; [|discriminate]. destruct (fold_right _ _ js) as [z|]; [|discriminate].
    intros E; injection E as <-. rewrite qmul_ok, (IH _ eq_refl), (IHa _ _ Y). auto.
Qed.

(* ---- heads ---- *)
Section Heads.
Variable D : N.
Variable X : list (PM.t Q).
Variable Y : nat -> N -> R.
Variable i : nat.
Hypothesis Hi : (i < length X)%nat.
Hypothesis HX : forall j, (j < length X)%nat -> forall s, Q2R (at_ (nth j X (PM.empty Q)) s) = Y j s.
Notation m := (length X).
Notation own := (nth i X (PM.empty Q)).

Lemma qinner_ok u v (ur vr : N -> R) : (forall s, Q2R (at_ u s) = ur s) -> (forall s, Q2R (at_ v s) = vr s) -> Q2R (qinner D u v) = inner D ur vr.
Proof.
  intros H K. unfold qinner, inner. induction (indices D) as [|c l IH]; [apply q0_ok|]. cbn [fold_right].
  rewrite sum_cons, qadd_ok, qmul_ok, IH, H, K. auto.
Qed.
Lemma score_ok h j : (j < m)%nat -> Q2R (score D X own h j) = inner D (mul (Y i) (w_query h)) (mul (Y j) (w_key h)).
Proof. intros Hj. apply qinner_ok; intros s; apply times_ok; auto. Qed.
Lemma weighted_ok c h s : Q2R (at_ (weighted X c h) s) = sum (positions m) (fun j => Q2R (c j) * mul (Y j) (w_value h) s).
Proof.
  unfold weighted. rewrite put_ok, at_empty, q0_ok, Rplus_0_l. unfold at_slot. rewrite sum_flat_map. apply sum_ext. intros j I. apply in_positions in I.
  rewrite sum_map. unfold mul. rewrite <- sum_scale. apply sum_ext. intros [[r col] w] _. cbn [fst snd]. destruct (N.eqb col s); [|ring].
  rewrite !qmul_ok, HX by auto. auto.
Qed.
Lemma one_over_ok : Q2R (one_over X) = / INR m.
Proof.
  unfold one_over. rewrite qinv_ok, qnat_ok; auto. destruct (is0 (qnat m)) eqn:Z; auto. apply is0_ok in Z. rewrite qnat_ok in Z.
  apply INR_eq with (m := O) in Z. lia.
Qed.
Lemma head_at_ok h H c : head_at D X own h = Some H -> Q2R (at_ H c) = head_value m D h Y i c.
Proof.
  unfold head_at, head_value. cbv zeta. destruct (mech h) as [|e f|[] omegas].
  - destruct (scores_equal _ _ _ _) eqn:S; [|discriminate]. intros E; injection E as <-. rewrite weighted_ok. apply sum_ext. intros j Ij.
    unfold scores_equal in S. cbv zeta in S. change (qinner _ _ _) with (score D X own h i) in S. rewrite forallb_forall in S. f_equal. rewrite one_over_ok.
    rewrite (@softmax_const m i Hi _ _ _ (inner D (mul (Y i) (w_query h)) (mul (Y i) (w_key h)) / sqrt (INR (N.to_nat D)))); auto.
    + unfold positions. rewrite seq_length. auto.
    + unfold positions. destruct m; [lia|discriminate].
    + intros b Ib. f_equal. specialize (S b Ib). apply qeq_ok in S. apply in_positions in Ib. rewrite !score_ok in S by auto. auto.
  - assert (LIN : forall (k : nat) (w : nat -> Q) (t : nat -> R), (0 < k)%nat ->
      (forall r, (r < k)%nat -> project m f (fun j => mul (Y j) (w_value h)) r c = sum (positions m) (fun j => Q2R (w j) * mul (Y j) (w_value h) c)) ->
      sum (seq 0 k) (fun r => softmax (seq 0 k) t r * project m f (fun j => mul (Y j) (w_value h)) r c) =
      sum (positions m) (fun j => Q2R (w j) * mul (Y j) (w_value h) c)).
    { intros k w t Hk P. rewrite (sum_ext _ (fun r => softmax (seq 0 k) t r * sum (positions m) (fun j => Q2R (w j) * mul (Y j) (w_value h) c))).
      - rewrite sum_scale_r, softmax_sum; [ring|]. destruct k; [lia|discriminate].
      - intros r I. rewrite P; auto. rewrite in_seq in I. lia. }
    destruct f as [k v|[|row rs]]; [|discriminate|].
    + destruct (N.eqb k 0) eqn:K; [discriminate|]. apply N.eqb_neq in K. intros E; injection E as <-. rewrite weighted_ok. symmetry. apply LIN; [simpl; lia|].
      intros r _. unfold project. apply sum_ext. intros j _. cbn [proj]. destruct v; auto. rewrite one_over_ok. auto.
    + destruct (forallb _ rs) eqn:F; [|discriminate]. intros E; injection E as <-. rewrite weighted_ok. symmetry. apply LIN; [simpl; lia|].
      intros r Hr. unfold project. apply sum_ext. intros j Ij. cbn [proj]. f_equal. rewrite forallb_forall in F. cbn [rank_of length] in Hr.
      destruct r as [|r]; cbn [nth]; auto. assert (I : In (nth r rs []) rs) by (apply nth_In; lia). specialize (F _ I). cbn beta in F.
      rewrite forallb_forall in F. apply qeq_ok, F, Ij.
  - destruct omegas as [|om oms]; [discriminate|]. set (omegas := om :: oms). destruct (keys_equal _ _ _) eqn:K; [|discriminate]. intros E; injection E as <-.
    rewrite weighted_ok. assert (O : omegas <> []) by discriminate.
    assert (KE : forall j, (j < m)%nat -> forall c, mul (Y j) (w_key h) c = mul (Y i) (w_key h) c).
    { intros j Hj c'. unfold keys_equal in K. rewrite forallb_forall in K. assert (Ij : In j (positions m)) by (unfold positions; apply in_seq; lia).
      specialize (K j Ij). cbn beta in K. rewrite forallb_forall in K.
      destruct (existsb (fun '(_, c1, _) => N.eqb c1 c') (w_key h)) eqn:Ex.
      - apply existsb_exists in Ex as [[[r c1] w] [I1 I2]]. apply N.eqb_eq in I2. subst c1. specialize (K _ I1). cbn beta iota in K.
        apply qeq_ok in K. rewrite (@times_ok (at_ (nth j X (PM.empty Q))) (Y j)), (@times_ok (at_ own) (Y i)) in K by auto. auto.
      - assert (Zero : forall z, mul z (w_key h) c' = 0).
        { intros z. apply sum_0. intros [[r c1] w] I. destruct (N.eqb c1 c') eqn:Q; auto. exfalso.
          assert (T : existsb (fun '(_, c1, _) => N.eqb c1 c') (w_key h) = true) by (apply existsb_exists; exists (r, c1, w); split; [exact I|exact Q]). congruence. }
        rewrite !Zero. auto. }
    set (s := kernel D omegas (mul (Y i) (w_query h)) (mul (Y i) (w_key h))).
    assert (S : forall j, In j (positions m) -> kernel D omegas (mul (Y i) (w_query h)) (mul (Y j) (w_key h)) = s).
    { intros j Ij. apply kernel_ext. intros. apply KE, in_positions; auto. }
    assert (P : 0 < s) by (apply (@kernel_pos m D i Hi); auto).
    rewrite (sum_ext (fun j => kernel D omegas (mul (Y i) (w_query h)) (mul (Y j) (w_key h)) * mul (Y j) (w_value h) c)
      (fun j => s * mul (Y j) (w_value h) c)) by (intros j Ij; rewrite S; auto).
    rewrite (sum_ext (fun j => kernel D omegas (mul (Y i) (w_query h)) (mul (Y j) (w_key h))) (fun _ => s)) by (intros j Ij; rewrite S; auto).
    rewrite sum_const, !sum_scale, one_over_ok. unfold positions at 3. rewrite seq_length. assert (0 < INR m) by (apply lt_0_INR; lia). field. lra.
  - destruct omegas as [|om oms]; [discriminate|]. destruct (w_query h) eqn:Q; [|discriminate]. destruct (w_key h) eqn:K; [|discriminate].
    intros E; injection E as <-. rewrite weighted_ok.
    transitivity (sum (positions m) (fun j => mul (Y j) (w_value h) c)); [apply sum_ext; intros; rewrite q1_ok; ring|].
    unfold Rdiv. rewrite Rinv_1, Rmult_1_r. apply sum_ext. intros j _.
    rewrite (@kernel_ext D (om :: oms) (mul (Y i) []) (mul (Y j) []) (fun c => mul (Y i) [] c)) by auto.
    rewrite (@kernel_zero m D Y i Hi) by discriminate. ring.
Qed.
Lemma heads_at_ok : forall hs ms, heads_at D X own hs = Some ms -> forall k c,
  Q2R (at_ (nth k ms (PM.empty _)) c) = head_value m D (nth k hs no_head) Y i c.
Proof.
  induction hs as [|h hs IH]; intros ms; cbn [heads_at].
  - intros E; injection E as <-. intros k c. assert (nth k (@nil head) no_head = no_head) as -> by (destruct k; auto).
    assert (nth k (@nil (PM.t Q)) (PM.empty Q) = PM.empty Q) as -> by (destruct k; auto). rewrite at_empty, q0_ok.
    unfold head_value. cbn [mech no_head w_value]. symmetry. apply sum_0. intros. unfold mul. rewrite sum_nil. ring.
  - destruct (head_at D X own h) as [H|] eqn:E1; [|discriminate]. destruct (heads_at D X own hs) as [Hs|]; [|discriminate].
    intros E; injection E as <-. intros [|k] c; cbn [nth]; [apply head_at_ok; auto|apply IH; auto].
Qed.
Lemma attention_terms_ok a l s : attention_terms D X own a = Some l -> at_slot l s Q2R = attend m D a Y i s.
Proof.
  unfold attention_terms. destruct (heads_at _ _ _ _) as [ms|] eqn:H; [|discriminate]. intros E; injection E as <-.
  unfold at_slot, attend, mul at 1. rewrite sum_map. apply sum_ext. intros [[row s'] w] _. cbn [fst snd]. destruct (N.eqb s' s); auto.
  rewrite qmul_ok, (heads_at_ok _ H). auto.
Qed.
Lemma block_at_ok b x s : block_at D b X own = Some x -> Q2R (at_ x s) = run_block m D Y b i s.
Proof.
  unfold block_at, run_block. destruct (att b) as [a|].
  - destruct (attention_terms _ _ _ _) as [l|] eqn:A; [|discriminate]. intros E; injection E as <-.
    rewrite (@feed_ok b _ (fun s => Y i s + attend m D a Y i s)), HX; auto. intros s'. rewrite put_ok, HX, (attention_terms_ok _ _ A) by auto. auto.
  - intros E; injection E as <-. rewrite (@feed_ok b _ (fun s => Y i s + 0)), HX; auto. intros s'. rewrite HX by auto. ring.
Qed.
End Heads.

Lemma same_ok : forall a b, same a b = true -> a = b.
Proof.
  induction a as [|l IHl o r IHr]; intros [|l' o' r']; cbn [same]; try discriminate; auto. intros H.
  assert (G : o = o' /\ (if same l l' then same r r' else false) = true).
  { destruct o as [[n d]|], o' as [[n' d']|]; try discriminate; auto. unfold same_number in H. cbn [Qnum Qden] in H.
    destruct (Z.eqb n n') eqn:E; [|discriminate]. destruct (Pos.eqb d d') eqn:F; [|discriminate].
    apply Z.eqb_eq in E. apply Pos.eqb_eq in F. subst. auto. }
  destruct G as [-> G]. destruct (same l l') eqn:L; [|discriminate]. rewrite (IHl _ L), (IHr _ G). auto.
Qed.
Lemma each_token_ok f : forall xs behind ys, (forall x y, behind = Some (x, y) -> f x = Some y) -> each_token f behind xs = Some ys ->
  length ys = length xs /\ forall k, (k < length xs)%nat -> f (nth k xs (PM.empty Q)) = Some (nth k ys (PM.empty Q)).
Proof.
  induction xs as [|x xs IH]; intros behind ys B; cbn [each_token]; [intros E; injection E as <-; split; auto; simpl; intros; lia|].
  set (found := match behind with Some _ => _ | None => _ end). assert (F : found = f x).
  { unfold found. destruct behind as [[x' y]|]; auto. destruct (same x' x) eqn:S; auto. apply same_ok in S. subst. symmetry. apply B. auto. }
  rewrite F. destruct (f x) as [y|] eqn:Y; [|discriminate]. destruct (each_token _ _ xs) as [ys'|] eqn:R; [|discriminate].
  intros E; injection E as <-. apply IH in R as [L H]; [|intros ? ? E; injection E as <- <-; auto].
  split; [simpl; auto|]. intros [|k] K; cbn [nth]; auto. apply H. simpl in K. lia.
Qed.
Lemma blocks_at_ok D : forall bs X X' Y, length X = n -> (forall j, (j < n)%nat -> forall s, Q2R (at_ (nth j X (PM.empty Q)) s) = Y j s) ->
  blocks_at D bs X = Some X' -> length X' = n /\ forall j, (j < n)%nat -> forall s, Q2R (at_ (nth j X' (PM.empty Q)) s) = fold_left (run_block n D) bs Y j s.
Proof.
  induction bs as [|b bs IH]; intros X X' Y L H; cbn [blocks_at fold_left]; [intros E; injection E as <-; auto|].
  destruct (each_token _ _ _) as [X1|] eqn:A; [|discriminate]. apply each_token_ok in A as [A1 A2]; [|discriminate]. rewrite L in A1, A2.
  intros E. refine (IH X1 X' (run_block n D Y b) A1 _ E). clear E. intros j Hj s. specialize (A2 j Hj).
  rewrite <- L. apply (@block_at_ok D X Y j); [rewrite L; auto|intros j' Hj'; apply H; rewrite <- L; auto|exact A2].
Qed.
Lemma embedded_ok net : length (embedded rows net) = n /\
  forall j, (j < n)%nat -> forall s, Q2R (at_ (nth j (embedded rows net) (PM.empty Q)) s) = apply_affine (embedding net) (real j) s.
Proof.
  unfold embedded. split; [rewrite map_length; apply seq_length|]. intros j Hj s.
  rewrite (nth_indep _ _ (map_affine (embedding net) (given rows O))) by (rewrite map_length; unfold positions; rewrite seq_length; auto).
  rewrite (map_nth (fun j => map_affine (embedding net) (given rows j))). unfold positions. rewrite seq_nth by auto. cbn [plus]. apply map_affine_ok. auto.
Qed.
Theorem network_at_ok net Y i o : network_at rows net = Some Y -> (i < n)%nat ->
  Q2R (output_at Y i o) = network_value net n real i (N.of_nat o).
Proof.
  unfold network_at, network_value, output_at. destruct (embedded_ok net) as [L0 H0]. destruct (blocks_at _ _ _) as [X|] eqn:B; [|discriminate].
  intros E; injection E as <-. intros Hi. destruct (@blocks_at_ok _ _ _ _ _ L0 H0 B) as [L H].
  rewrite (nth_indep _ _ (map_affine (readout net) (at_ (PM.empty Q)))) by (rewrite map_length, L; auto).
  rewrite (map_nth (fun x => map_affine (readout net) (at_ x))). apply map_affine_ok. intros s. apply (H i Hi s).
Qed.
Lemma alone_ok D i : forall bs x Y, existsb attends bs = false -> (forall s, Q2R (at_ x s) = Y i s) ->
  forall s, Q2R (at_ (fold_left (fun x b => feed b (at_ x) x) bs x) s) = fold_left (run_block n D) bs Y i s.
Proof.
  induction bs as [|b bs IH]; intros x Y A H s; cbn [fold_left]; auto. cbn [existsb] in A. apply orb_false_iff in A as [A1 A2].
  apply IH; auto. intros s'. unfold run_block. unfold attends in A1. destruct (att b); [discriminate|].
  rewrite (@feed_ok b _ (fun s => Y i s + 0)), H; auto. intros s''. rewrite H. ring.
Qed.
Lemma blocks_for_ok D i : (i < n)%nat -> forall bs X x Y, length X = n ->
  (forall j, (j < n)%nat -> forall s, Q2R (at_ (nth j X (PM.empty Q)) s) = Y j s) -> blocks_for D i bs X = Some x ->
  forall s, Q2R (at_ x s) = fold_left (run_block n D) bs Y i s.
Proof.
  intros Hi. induction bs as [|b bs IH]; intros X x Y L H; cbn [blocks_for].
  - intros E; injection E as <-. apply H; auto.
  - destruct (existsb attends (b :: bs)) eqn:A; [|intros E; injection E as <-; apply (@alone_ok D i (b :: bs) _ Y A (H i Hi))].
    destruct (each_token _ _ _) as [X1|] eqn:R; [|discriminate]. apply each_token_ok in R as [A1 A2]; [|discriminate]. rewrite L in A1, A2.
    intros E. cbn [fold_left]. refine (IH X1 x (run_block n D Y b) A1 _ E). clear E. intros j Hj s. specialize (A2 j Hj).
    rewrite <- L. apply (@block_at_ok D X Y j); [rewrite L; auto|intros j' Hj'; apply H; rewrite <- L; auto|exact A2].
Qed.
Theorem network_for_ok net i o x : network_for rows net i o = Some x -> (i < n)%nat -> Q2R x = network_value net n real i (N.of_nat o).
Proof.
  unfold network_for, network_value. destruct (embedded_ok net) as [L0 H0]. destruct (blocks_for _ _ _ _) as [y|] eqn:B; [|discriminate].
  intros E Hi; injection E as <-. apply map_affine_ok. intros s. apply (@blocks_for_ok _ _ Hi _ _ _ _ L0 H0 B).
Qed.
End Rows.
