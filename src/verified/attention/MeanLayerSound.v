(* Rule 6.6, why: heads whose weights do not depend on the tokens are multiples of the mean. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool.
From Sumformer Require Import Semantics Rational Sum Polynomial MeanLayer.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Section Soundness.
Variable n : nat.
Variable D : N.
Variable X : nat -> N -> R.
Variable i : nat.
Hypothesis Hi : (i < n)%nat.
Variable constant : N -> bool.
Hypothesis Hconstant : forall r, constant r = true -> forall j, (j < n)%nat -> X j r = X i r.
Variable tok : option nat.
Hypothesis Htok : match tok with Some m => n = m | None => True end.

Definition mean (f : nat -> R) : R := / INR n * sum (positions n) f.
Lemma n_pos : 0 < INR n.
Proof. apply lt_0_INR. lia. Qed.
Lemma in_positions j : In j (positions n) -> (j < n)%nat.
Proof. unfold positions. rewrite in_seq. intros [_ H]. exact H. Qed.
Lemma sum_mean f : sum (positions n) f = INR n * mean f.
Proof. unfold mean. pose proof n_pos. field. lra. Qed.

Lemma sum_pos A (f : A -> R) l : l <> [] -> (forall a, 0 < f a) -> 0 < sum l f.
Proof.
  intros H P. destruct l as [|a l]; [congruence|]. rewrite sum_cons. specialize (P a) as Pa.
  assert (0 <= sum l f); [|lra]. clear H Pa. induction l; [rewrite sum_nil; lra|]. rewrite sum_cons. specialize (P a0). lra.
Qed.
Lemma softmax_sum A (l : list A) t : l <> [] -> sum l (softmax l t) = 1.
Proof.
  intros H. unfold softmax, Rdiv. rewrite sum_scale_r. apply Rinv_r.
  pose proof (sum_pos (fun a => exp (t a)) H (fun a => exp_pos (t a))). lra.
Qed.
Lemma softmax_const A (l : list A) t t0 a : l <> [] -> (forall b, In b l -> t b = t0) -> In a l -> softmax l t a = / INR (length l).
Proof.
  intros H E I. unfold softmax. rewrite (sum_ext _ (fun _ => exp t0)) by (intros; rewrite E; auto).
  rewrite sum_const, (E a I). pose proof (exp_pos t0).
  assert (0 < INR (length l)) by (apply lt_0_INR; destruct l; [congruence|simpl; lia]). field. lra.
Qed.
Lemma mul_nil z c : mul z [] c = 0.
Proof. auto. Qed.
Lemma positions_nonempty : positions n <> [].
Proof. unfold positions. destruct n; [lia|discriminate]. Qed.

Lemma scores_constant_ok h j : scores_constant constant h = true -> (j < n)%nat ->
  inner D (mul (X i) (w_query h)) (mul (X j) (w_key h)) = inner D (mul (X i) (w_query h)) (mul (X i) (w_key h)).
Proof.
  intros C Hj. unfold inner. apply sum_ext. intros c _. unfold scores_constant in C. rewrite forallb_forall in C.
  destruct (existsb (fun '(_, c', _) => N.eqb c' c) (w_query h)) eqn:E.
  - f_equal. unfold mul. apply sum_ext. intros [[r c'] w] I. destruct (N.eqb c' c) eqn:F; auto.
    apply N.eqb_eq in F; subst c'. specialize (C _ I). cbn beta iota in C. rewrite E in C.
    destruct (constant r) eqn:K; [|discriminate]. rewrite (Hconstant K) with (j := j); auto.
  - replace (mul (X i) (w_query h) c) with 0; [ring|]. symmetry. apply sum_0. intros [[r c'] w] I.
    destruct (N.eqb c' c) eqn:F; auto. exfalso. assert (G : existsb (fun '(_, c', _) => N.eqb c' c) (w_query h) = true).
    { apply existsb_exists. exists (r, c', w). auto. }
    congruence.
Qed.
Lemma keys_constant_ok h j c : keys_constant constant h = true -> (j < n)%nat -> mul (X j) (w_key h) c = mul (X i) (w_key h) c.
Proof.
  unfold keys_constant. rewrite forallb_forall. intros C Hj. unfold mul. apply sum_ext. intros [[r c'] w] I.
  specialize (C _ I). cbn in C. rewrite (Hconstant C) with (j := j); auto.
Qed.
Lemma kernel_ext omegas q k k' : (forall c, k c = k' c) -> kernel D omegas q k = kernel D omegas q k'.
Proof.
  intros E. unfold kernel. apply sum_ext. intros om _. f_equal. unfold favor, inner, dot.
  rewrite (sum_ext _ (fun c => k' c * k' c)) by (intros; rewrite !E; auto).
  rewrite (sum_ext _ (fun '(i, w) => Q2R w * k' i) om); auto. intros [? ?] _. rewrite E; auto.
Qed.
Lemma sqrt_len A (l : list A) : l <> [] -> 0 < sqrt (INR (length l)).
Proof. intros. apply sqrt_lt_R0, lt_0_INR. destruct l; [congruence|simpl; lia]. Qed.
Lemma kernel_pos omegas q k : omegas <> [] -> 0 < kernel D omegas q k.
Proof.
  intros H. unfold kernel. apply sum_pos; auto. intros om.
  assert (P : forall z, 0 < favor D omegas z om).
  { intros z. unfold favor. pose proof (sqrt_len H). pose proof (exp_pos (- inner D z z / 2)). pose proof (exp_pos (dot om z)).
    apply Rmult_lt_0_compat; [apply Rmult_lt_0_compat; auto|apply Rinv_0_lt_compat; auto]. }
  apply Rmult_lt_0_compat; auto.
Qed.
Lemma kernel_zero omegas : omegas <> [] -> kernel D omegas (mul (X i) []) (fun c => mul (X i) [] c) = 1.
Proof.
  intros H. unfold kernel. assert (F : forall om, favor D omegas (mul (X i) []) om = / sqrt (INR (length omegas))).
  { intros om. unfold favor, inner, dot. rewrite sum_0 by (intros; rewrite mul_nil; ring).
    rewrite sum_0 by (intros [? ?] _; rewrite mul_nil; ring). replace (- 0 / 2) with 0 by field. rewrite exp_0. field.
    pose proof (sqrt_len H). lra. }
  rewrite (sum_ext _ (fun _ => / INR (length omegas))).
  - rewrite sum_const. apply Rinv_r, not_0_INR. destruct omegas; [congruence|simpl; lia].
  - intros om _. rewrite F. change (favor D omegas (fun c => mul (X i) [] c) om) with (favor D omegas (mul (X i) []) om). rewrite F.
    pose proof (sqrt_len H). rewrite <- Rinv_mult. f_equal. apply sqrt_sqrt, pos_INR.
Qed.
Lemma nonempty_ok A (l : list A) : nonempty l = true -> l <> [].
Proof. destruct l; simpl; congruence. Qed.
Lemma empty_ok A (l : list A) : nonempty l = false -> l = [].
Proof. destruct l; simpl; congruence. Qed.
Lemma rows_equal_ok c rows r j : rows_equal n c rows = true -> (r < length rows)%nat -> (j < n)%nat ->
  Q2R (nth j (nth r rows []) 0%Q) = Q2R c.
Proof.
  unfold rows_equal. rewrite forallb_forall. intros H Hr Hj. specialize (H (nth r rows []) (nth_In _ _ Hr)). cbn beta in H.
  destruct (Nat.eqb _ n) eqn:L; [|discriminate]. apply Nat.eqb_eq in L. rewrite forallb_forall in H.
  symmetry. apply qeq_ok, H, nth_In. lia.
Qed.

Theorem multiple_of_mean_ok h mu c : multiple_of_mean constant tok h = Some mu ->
  head_value n D h X i c = Q2R mu * mean (fun j => mul (X j) (w_value h) c).
Proof.
  unfold multiple_of_mean. destruct (nonempty (w_value h)) eqn:V.
  2:{ intros E; injection E as <-. apply empty_ok in V. rewrite q0_ok, Rmult_0_l. unfold head_value. rewrite V.
      destruct (mech h) as [|e f|b om].
      - apply sum_0. intros. rewrite mul_nil. ring.
      - apply sum_0. intros. unfold project. rewrite sum_0; [ring|]. intros. rewrite mul_nil. ring.
      - rewrite sum_0 by (intros; rewrite mul_nil; ring). unfold Rdiv. ring. }
  unfold head_value. cbv zeta. set (v j := mul (X j) (w_value h)).
  assert (LIN : forall f (k : nat) (mu : R) (t : nat -> R), (0 < k)%nat ->
    (forall r, (r < k)%nat -> project n f v r c = mu * mean (fun j => v j c)) ->
    sum (seq 0 k) (fun r => softmax (seq 0 k) t r * project n f v r c) = mu * mean (fun j => v j c)).
  { intros f k m t Hk P. rewrite (sum_ext _ (fun r => softmax (seq 0 k) t r * (m * mean (fun j => v j c)))).
    - rewrite sum_scale_r, softmax_sum; [ring|]. destruct k; [lia|discriminate].
    - intros r I. rewrite P; auto. rewrite in_seq in I. lia. }
  destruct (mech h) as [|e f|[] om].
  - destruct (scores_constant _ _) eqn:C; [|discriminate]. intros E; injection E as <-. qs.
    unfold mean. rewrite Rmult_1_l, <- sum_scale. apply sum_ext. intros j Ij. f_equal.
    rewrite (@softmax_const _ _ _ (inner D (mul (X i) (w_query h)) (mul (X i) (w_key h)) / sqrt (INR (N.to_nat D)))); auto.
    + unfold positions. rewrite seq_length. auto.
    + apply positions_nonempty.
    + intros b Ib. rewrite scores_constant_ok; auto using in_positions.
  - destruct f as [k [w|]|[|[|c0 row] rows]]; try discriminate.
    + destruct (N.eqb k 0) eqn:K0; [discriminate|]. apply N.eqb_neq in K0.
      destruct tok as [m|]; [|discriminate]. intros E; injection E as <-. apply LIN; [simpl; lia|]. intros r _. subst m. qs.
      unfold project. cbn [proj]. rewrite sum_scale, sum_mean. ring.
    + destruct (N.eqb k 0) eqn:K0; [discriminate|]. apply N.eqb_neq in K0.
      intros E; injection E as <-. apply LIN; [simpl; lia|]. intros r _. qs.
      unfold project. cbn [proj]. rewrite sum_scale. unfold mean. ring.
    + destruct tok as [m|]; [|discriminate]. destruct (rows_equal m c0 _) eqn:Eq; [|discriminate].
      intros E; injection E as <-. apply LIN; [simpl; lia|]. intros r Hr. subst m. qs.
      unfold project. rewrite (sum_ext _ (fun j => Q2R c0 * v j c)).
      * rewrite sum_scale, sum_mean. ring.
      * intros j Ij. cbn [proj]. rewrite (@rows_equal_ok c0) by auto using in_positions. auto.
  - destruct (nonempty om) eqn:O; [|discriminate]. destruct (keys_constant _ _) eqn:K; [|discriminate].
    intros E; injection E as <-. qs. apply nonempty_ok in O.
    set (s := kernel D om (mul (X i) (w_query h)) (mul (X i) (w_key h))).
    assert (S : forall j, In j (positions n) -> kernel D om (mul (X i) (w_query h)) (mul (X j) (w_key h)) = s).
    { intros j Ij. apply kernel_ext. intros. apply keys_constant_ok; auto using in_positions. }
    assert (P : 0 < s) by (apply kernel_pos; auto).
    replace (sum (positions n) (fun j => kernel D om (mul (X i) (w_query h)) (mul (X j) (w_key h)) * mul (X j) (w_value h) c))
      with (sum (positions n) (fun j => s * mul (X j) (w_value h) c)) by (apply sum_ext; intros j Ij; rewrite S; auto).
    replace (sum (positions n) (fun j => kernel D om (mul (X i) (w_query h)) (mul (X j) (w_key h))))
      with (sum (positions n) (fun _ => s)) by (apply sum_ext; intros j Ij; rewrite S; auto).
    rewrite sum_const, sum_scale. unfold positions at 2. rewrite seq_length. unfold mean. pose proof n_pos. field. lra.
  - destruct tok as [m|]; [|discriminate]. destruct (nonempty om) eqn:O; [|discriminate].
    destruct (nonempty (w_query h)) eqn:Q; [discriminate|]. destruct (nonempty (w_key h)) eqn:K; [discriminate|].
    intros E; injection E as <-. subst m. apply nonempty_ok in O. apply empty_ok in Q, K. rewrite Q, K. qs.
    rewrite (sum_ext _ (fun j => v j c)).
    + unfold v. rewrite sum_mean. field.
    + intros j _. rewrite (@kernel_ext om (mul (X i) []) (mul (X j) []) (fun c => mul (X i) [] c)) by auto.
      rewrite kernel_zero by auto. unfold v. ring.
Qed.

Lemma multiples_ok : forall hs ms, multiples constant tok hs = Some ms -> forall k c,
  head_value n D (nth k hs no_head) X i c = Q2R (nth k ms 0%Q) * mean (fun j => mul (X j) (w_value (nth k hs no_head)) c).
Proof.
  induction hs as [|h hs IH]; intros ms; cbn [multiples].
  - intros E; injection E as <-. intros k c. assert (nth k (@nil head) no_head = no_head) as -> by (destruct k; auto).
    assert (nth k (@nil Q) 0%Q = 0%Q) as -> by (destruct k; auto). rewrite q0_ok, Rmult_0_l.
    unfold head_value. cbn [mech no_head w_value]. apply sum_0. intros. rewrite mul_nil. ring.
  - destruct (multiple_of_mean _ _ h) as [m|] eqn:M; [|discriminate]. destruct (multiples _ _ hs) as [ms'|]; [|discriminate].
    intros E; injection E as <-. intros [|k] c; cbn [nth]; [apply multiple_of_mean_ok; auto|apply IH; auto].
Qed.
Theorem mean_layer_ok a A s : mean_layer constant tok D a = Some A -> attend n D a X i s = mean (fun j => mul (X j) A s).
Proof.
  unfold mean_layer. destruct (multiples _ _ _) as [ms|] eqn:M; [|discriminate]. intros E; injection E as <-.
  pose proof (multiples_ok _ M) as H. unfold attend, mean. unfold mul at 1 2. set (hs := heads a) in *.
  rewrite <- sum_scale.
  rewrite (sum_ext _ (fun j => sum (out a) (fun rsw => / INR n * (let '(row, s', w) := rsw in
     sum (w_value (nth (N.to_nat (N.div row D)) hs no_head)) (fun rcv => let '(r, c, v) := rcv in
       if N.eqb c (N.modulo row D) then if N.eqb s' s then Q2R w * (Q2R v * Q2R (nth (N.to_nat (N.div row D)) ms 0%Q)) * X j r else 0 else 0)))) (positions n)).
  2:{ intros j _. rewrite sum_scale. f_equal. rewrite sum_flat_map. apply sum_ext. intros [[row s'] w] _. rewrite sum_flat_map.
      apply sum_ext. intros [[r c] v] _. destruct (N.eqb c _); [|apply sum_nil]. rewrite sum_cons, sum_nil.
      destruct (N.eqb s' s); qs; ring. }
  rewrite sum_swap. apply sum_ext. intros [[row s'] w] _. rewrite sum_scale.
  destruct (N.eqb s' s).
  - rewrite H. unfold mean. set (k := N.to_nat (N.div row D)).
    transitivity (/ INR n * (Q2R w * Q2R (nth k ms 0%Q)) * sum (positions n) (fun j => mul (X j) (w_value (nth k hs no_head)) (N.modulo row D))); [ring|].
    rewrite Rmult_assoc. f_equal. rewrite <- sum_scale. apply sum_ext. intros j _. unfold mul. rewrite <- sum_scale. apply sum_ext.
    intros [[r c] v] _. destruct (N.eqb c _); ring.
  - symmetry. rewrite sum_0; [ring|]. intros j _. apply sum_0. intros [[r c] v] _. destruct (N.eqb c _); auto.
Qed.
End Soundness.
