(* |polynomial| <= e on one piece [l, h] (6.4): exactly up to degree 2, else by Bernstein coefficients on 8 parts. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool Psatz.
From Sumformer Require Import Semantics Rational Sum Bernstein Polynomial.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.


Notation upoly := (list Q).
Notation ueval t p := (leval Q2R t p).
Definition uadd : upoly -> upoly -> upoly := ladd qadd.
Definition uscale (c : Q) (p : upoly) : upoly := map (qmul c) p.
Lemma uadd_ok t p q : ueval t (uadd p q) = ueval t p + ueval t q.
Proof. apply leval_ladd, qadd_ok. Qed.
Lemma uscale_ok t c p : ueval t (uscale c p) = Q2R c * ueval t p.
Proof. apply leval_map. intros. apply qmul_ok. Qed.

(* ---------- |polynomial| <= e on [l, h] ---------- *)
(* 0 <= a + b t + c t^2 on [l, h]: exact *)
Definition quad_pos (a b c l h : Q) : bool :=
  if qle 0 (qadd a (qmul l (qadd b (qmul c l)))) then
  if qle 0 (qadd a (qmul h (qadd b (qmul c h)))) then
    if qle c 0 then true
    else if qle 0 (qadd b (qmul 2 (qmul c l))) then true
    else if qle (qadd b (qmul 2 (qmul c h))) 0 then true
    else qle (qmul b b) (qmul 4 (qmul a c))
  else false else false.
Lemma q2_ok : Q2R 2 = 2. Proof. unfold Q2R; simpl; lra. Qed.
Lemma qm2_ok : Q2R (-2) = -2. Proof. unfold Q2R; simpl; lra. Qed.
Lemma q4_ok : Q2R 4 = 4. Proof. unfold Q2R; simpl; lra. Qed.
Lemma qh_ok : Q2R (1#2) = 1/2. Proof. unfold Q2R; simpl; lra. Qed.
#[global] Hint Rewrite q2_ok qm2_ok q4_ok qh_ok q_opp1 : q.

Lemma quad_pos_ok a b c l h t : quad_pos a b c l h = true -> Q2R l <= t <= Q2R h ->
  0 <= Q2R a + t * (Q2R b + Q2R c * t).
Proof.
  unfold quad_pos. destruct (qle 0 _) eqn:E1; [|discriminate]. destruct (qle 0 (qadd a (qmul h _))) eqn:E2; [|discriminate].
  apply qle_ok in E1, E2. qs. set (A := Q2R a) in *. set (B := Q2R b) in *. set (C := Q2R c) in *.
  set (L := Q2R l) in *. set (H := Q2R h) in *. intros F [T1 T2].
  destruct (qle c 0) eqn:E3.
  { apply qle_ok in E3. qs. fold C in E3.
    destruct (Req_dec L H) as [E|E]; [assert (t = L) by lra; subst t; lra|].
    assert (0 < H - L) by lra.
    assert (0 <= (H - L) * (A + t * (B + C * t))).
    { replace ((H - L) * (A + t * (B + C * t))) with
        ((H - t) * (A + L * (B + C * L)) + (t - L) * (A + H * (B + C * H)) + (- C) * (t - L) * (H - t) * (H - L)) by ring.
      assert (0 <= (H - t) * (A + L * (B + C * L))) by (apply Rmult_le_pos; lra).
      assert (0 <= (t - L) * (A + H * (B + C * H))) by (apply Rmult_le_pos; lra).
      assert (0 <= (- C) * (t - L) * (H - t) * (H - L)) by (repeat apply Rmult_le_pos; lra). lra. }
    nra. }
  apply qle_no in E3. qs. fold C in E3.
  destruct (qle 0 (qadd b (qmul 2 (qmul c l)))) eqn:E4.
  { apply qle_ok in E4. qs. fold B C L in E4.
    replace (A + t * (B + C * t)) with (A + L * (B + C * L) + (t - L) * ((B + 2 * (C * L)) + C * (t - L))) by ring.
    assert (0 <= C * (t - L)) by (apply Rmult_le_pos; lra).
    assert (0 <= (t - L) * ((B + 2 * (C * L)) + C * (t - L))) by (apply Rmult_le_pos; lra). lra. }
  destruct (qle (qadd b (qmul 2 (qmul c h))) 0) eqn:E5.
  { apply qle_ok in E5. qs. fold B C H in E5.
    replace (A + t * (B + C * t)) with (A + H * (B + C * H) + (H - t) * (- (B + 2 * (C * H)) + C * (H - t))) by ring.
    assert (0 <= C * (H - t)) by (apply Rmult_le_pos; lra).
    assert (0 <= (H - t) * (- (B + 2 * (C * H)) + C * (H - t))) by (apply Rmult_le_pos; lra). lra. }
  apply qle_ok in F. qs. fold A B C in F.
  assert (0 <= 4 * C * (A + t * (B + C * t))).
  { replace (4 * C * (A + t * (B + C * t))) with ((2 * C * t + B) * (2 * C * t + B) + (4 * (A * C) - B * B)) by ring.
    pose proof (Rle_0_sqr (2 * C * t + B)) as S. unfold Rsqr in S. lra. }
  nra.
Qed.

Fixpoint hull_below (e : Q) (cs ks : list Q) : bool :=
  match cs, ks with
  | c :: cs', k :: ks' => if qle (qabs c) (qmul e k) then hull_below e cs' ks' else false
  | [], [] => true | _, _ => false end.
Fixpoint parts (depth : nat) (e l h : Q) (q : upoly) : bool :=
  match depth with
  | O => hull_below e (homogeneous qadd qmul 0%Q (shifted qadd qmul l (qsub h l) q)) (row (length q - 1))
  | S d => let m := qmul (1#2) (qadd l h) in if parts d e l m q then parts d e m h q else false
  end.
Definition piece (e l h : Q) (q : upoly) : bool :=
  match q with
  | [] => qle 0 e
  | [a] => qle (qabs a) e
  | [a; b] => if qle (qabs (qadd a (qmul l b))) e then qle (qabs (qadd a (qmul h b))) e else false
  | [a; b; c] => if quad_pos (qsub e a) (qopp b) (qopp c) l h then quad_pos (qadd e a) b c l h else false
  | _ => parts 3 e l h q
  end.
Lemma hull_below_ok e : forall cs ks, hull_below e cs ks = true ->
  Forall2 (fun c k => - Q2R e * Q2R k <= Q2R c <= Q2R e * Q2R k) cs ks.
Proof.
  induction cs as [|c cs IH]; intros [|k ks]; simpl; try discriminate; constructor.
  - destruct (qle _ _) eqn:E; [|discriminate]. apply qle_ok in E. qs. unfold Rabs in E. destruct (Rcase_abs _); lra.
  - destruct (qle _ _); [auto|discriminate].
Qed.
Lemma parts_ok e q t : forall d l h, parts d e l h q = true -> Q2R l <= t <= Q2R h -> Rabs (ueval t q) <= Q2R e.
Proof.
  induction d as [|d IH]; intros l h; cbn [parts]; intros E T.
  - assert (Hu : exists u, 0 <= u <= 1 /\ t = Q2R l + Q2R (qsub h l) * u).
    { rewrite qsub_ok. destruct (Req_dec (Q2R l) (Q2R h)) as [N|N].
      - exists 0. lra.
      - exists ((t - Q2R l) / (Q2R h - Q2R l)). assert (0 < Q2R h - Q2R l) by lra. split; [|field; lra].
        split; [apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat; auto]|].
        apply (Rmult_le_reg_r (Q2R h - Q2R l)); auto. unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra. lra. }
    destruct Hu as [u [Hu ->]].
    rewrite <- (shifted_ok qadd qmul Q2R qadd_ok qmul_ok), <- (homogeneous_ok qadd qmul 0%Q Q2R qadd_ok qmul_ok q0_ok).
    apply hull_below_ok in E. pose proof (@evalH_between _ Q2R u _ _ Hu _ _ E) as B. rewrite evalH_row in B.
    apply Rabs_le. lra.
  - destruct (parts d e l _ q) eqn:E1; [|discriminate].
    destruct (Rle_or_lt t (Q2R (qmul (1#2) (qadd l h)))).
    + apply (IH _ _ E1). lra.
    + apply (IH _ _ E). lra.
Qed.
Lemma piece_ok e l h q t : piece e l h q = true -> Q2R l <= t <= Q2R h -> Rabs (ueval t q) <= Q2R e.
Proof.
  intros E T. destruct q as [|a [|b [|c [|d q]]]]; cbn [piece] in E; [..|eapply parts_ok; eauto]; cbn [leval].
  - apply qle_ok in E. rewrite Rabs_R0. qs; auto.
  - apply qle_ok in E. qs. replace (Q2R a + t * 0) with (Q2R a) by ring. auto.
  - destruct (qle (qabs (qadd a (qmul l b))) e) eqn:E1; [|discriminate]. apply qle_ok in E, E1. qs.
    unfold Rabs in E, E1. apply Rabs_le.
    destruct (Rcase_abs (Q2R a + Q2R h * Q2R b)), (Rcase_abs (Q2R a + Q2R l * Q2R b)), (Rle_or_lt 0 (Q2R b)); nra.
  - destruct (quad_pos (qsub e a) _ _ l h) eqn:E1; [|discriminate].
    apply quad_pos_ok with (t := t) in E; auto. apply quad_pos_ok with (t := t) in E1; auto. qs. apply Rabs_le. lra.
Qed.

