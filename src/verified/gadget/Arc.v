(* A quadratic polynomial plus truncated powers, from left to right: on every piece its value v and slope s at the left end and
   the coefficient c of the square, and by these whether it stays within e, exactly. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool Psatz.
From Sumformer Require Import Semantics Rational Sum Bernstein Polynomial Piece Spline.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

(* -e <= v + x (s + c x) for 0 <= x <= w, where the left side holds at 0 and w, and the slope at w is s' *)
Definition above (e v s c s' : Q) : bool :=
  if qle c 0 then true else if qle 0 s then true else if qle s' 0 then true else qle (qmul s s) (qmul 4 (qmul c (qadd e v))).
Definition arc (e v s c v' s' : Q) : bool :=
  if qle (qabs v) e then if qle (qabs v') e then
    if above e v s c s' then above e (qopp v) (qopp s) (qopp c) (qopp s') else false
  else false else false.
Fixpoint glide (r : nat) (e h l v s c : Q) (ks : list knot) : bool :=
  match ks with
  | [] =>
      let w := qsub h l in let d := qmul c w in let m := qadd s d in
      arc e v s c (qadd v (qmul w m)) (qadd m d)
  | (k, a) :: ks' =>
      if qle k l then
        let d := qmul a (qsub l k) in
        match r with
        | 1%nat => glide r e h l (qadd v d) (qadd s a) c ks'
        | _ => glide r e h l (qadd v (qmul d (qsub l k))) (qadd s (qmul 2 d)) (qadd c a) ks'
        end
      else
        let k := qmin k h in
        let w := qsub k l in let d := qmul c w in let m := qadd s d in
        let v' := qadd v (qmul w m) in let s' := qadd m d in
        if arc e v s c v' s' then
          if qle h k then true else
          match r with
          | 1%nat => glide r e h k v' (qadd s' a) c ks'
          | _ => glide r e h k v' s' (qadd c a) ks'
          end
        else false
  end.

Lemma Rabs_within a b : Rabs a <= b -> - b <= a <= b.
Proof. unfold Rabs. destruct (Rcase_abs a); lra. Qed.
Lemma above_ok e v s c s' w x : above e v s c s' = true -> Q2R s' = Q2R s + 2 * (Q2R c * w) -> 0 <= x <= w ->
  - Q2R e <= Q2R v -> - Q2R e <= Q2R v + w * (Q2R s + Q2R c * w) -> - Q2R e <= Q2R v + x * (Q2R s + Q2R c * x).
Proof.
  intros H S X V W. unfold above in H. set (E := Q2R e) in *. set (a := Q2R v) in *. set (b := Q2R s) in *.
  destruct (qle c 0) eqn:C.
  { apply qle_ok in C. rewrite q0_ok in C. set (q := Q2R c) in *.
    destruct (Req_dec w 0) as [Z|Z]; [replace x with 0 by lra; lra|].
    assert (0 <= w * (E + a + x * (b + q * x))); [|nra].
    replace (w * (E + a + x * (b + q * x))) with ((w - x) * (E + a) + x * (E + a + w * (b + q * w)) + (- q) * (x * (w - x) * w)) by ring.
    assert (0 <= x * (w - x) * w) by (repeat apply Rmult_le_pos; lra).
    assert (0 <= (w - x) * (E + a)) by (apply Rmult_le_pos; lra).
    assert (0 <= x * (E + a + w * (b + q * w))) by (apply Rmult_le_pos; lra).
    assert (0 <= - q * (x * (w - x) * w)) by (apply Rmult_le_pos; lra). lra. }
  apply qle_no in C. rewrite q0_ok in C. set (q := Q2R c) in *.
  destruct (qle 0 s) eqn:B.
  { apply qle_ok in B. rewrite q0_ok in B. fold b in B. assert (0 <= x * (b + q * x)); [|lra]. apply Rmult_le_pos; [lra|]. nra. }
  destruct (qle s' 0) eqn:B'.
  { apply qle_ok in B'. rewrite q0_ok, S in B'.
    replace (a + x * (b + q * x)) with (a + w * (b + q * w) + (w - x) * (- (b + 2 * (q * w)) + q * (w - x))) by ring.
    assert (0 <= (w - x) * (- (b + 2 * (q * w)) + q * (w - x))); [|lra]. apply Rmult_le_pos; [lra|]. nra. }
  apply qle_ok in H. qs. fold E a b q in H.
  assert (0 <= 4 * q * (E + a + x * (b + q * x))); [|nra].
  replace (4 * q * (E + a + x * (b + q * x))) with ((2 * q * x + b) * (2 * q * x + b) + (4 * (q * (E + a)) - b * b)) by ring.
  pose proof (Rle_0_sqr (2 * q * x + b)) as P. unfold Rsqr in P. lra.
Qed.
Lemma arc_ok e v s c v' s' w x : arc e v s c v' s' = true -> Q2R v' = Q2R v + w * (Q2R s + Q2R c * w) -> Q2R s' = Q2R s + 2 * (Q2R c * w) ->
  0 <= x <= w -> Rabs (Q2R v + x * (Q2R s + Q2R c * x)) <= Q2R e.
Proof.
  unfold arc. intros H V S X. destruct (qle (qabs v) e) eqn:A; [|discriminate]. destruct (qle (qabs v') e) eqn:A'; [|discriminate].
  destruct (above e v s c s') eqn:L; [|discriminate]. apply qle_ok in A, A'. rewrite qabs_ok in A, A'. rewrite V in A'.
  apply Rabs_within in A, A'.
  pose proof (@above_ok e v s c s' w x L S X ltac:(lra) ltac:(lra)) as P.
  assert (N : Q2R (qopp s') = Q2R (qopp s) + 2 * (Q2R (qopp c) * w)) by (rewrite !qopp_ok, S; ring).
  pose proof (@above_ok e (qopp v) (qopp s) (qopp c) (qopp s') w x H N X) as P'. rewrite !qopp_ok in P'.
  apply Rabs_le. split; [lra|]. specialize (P' ltac:(lra) ltac:(lra)). lra.
Qed.
Lemma glide_ok r e h t : (r = 1 \/ r = 2)%nat -> t <= Q2R h -> forall ks l v s c, increasing ks = true ->
  glide r e h l v s c ks = true -> Q2R l <= t ->
  Rabs (Q2R v + (t - Q2R l) * (Q2R s + Q2R c * (t - Q2R l)) + spline r ks t) <= Q2R e.
Proof.
  intros Hr Hh. induction ks as [|[k a] ks IH]; intros l v s c I E Hl; cbn [glide] in E.
  - unfold spline; rewrite sum_nil, Rplus_0_r. eapply arc_ok with (w := Q2R h - Q2R l); [exact E| | |lra]; qs; ring.
  - pose proof (increasing_ok _ _ _ I) as F. pose proof (increasing_tl _ _ I) as I'.
    assert (G : Q2R k <= t -> spline r ((k, a) :: ks) t = Q2R a * (t - Q2R k) ^ r + spline r ks t).
    { intros Hk. unfold spline. rewrite sum_cons. cbn [fst snd]. rewrite Rmax_left by lra. auto. }
    destruct (qle k l) eqn:K; [apply qle_ok in K|apply qle_no in K].
    + rewrite G by lra. destruct Hr as [->| ->]; cbn beta iota zeta in E; apply IH in E; auto; qs; (eapply Rle_trans; [|exact E]);
      apply Req_le; f_equal; cbn [pow]; ring.
    + cbv zeta in E. set (k' := qmin k h) in *.
      assert (K' : Q2R k' = Rmin (Q2R k) (Q2R h)) by (unfold k'; apply qmin_ok).
      destruct (arc _ _ _ _ _ _) eqn:A; [|discriminate].
      destruct (Rle_or_lt t (Q2R k')) as [T|T].
      * assert (Z : spline r ((k, a) :: ks) t = 0).
        { assert (t <= Q2R k) by (pose proof (Rmin_l (Q2R k) (Q2R h)); lra).
          apply spline_left; auto. constructor; auto. eapply Forall_impl; [|exact F]. simpl; intros; lra. }
        rewrite Z, Rplus_0_r. eapply arc_ok with (w := Q2R k' - Q2R l); [exact A| | |lra]; qs; ring.
      * assert (KH : Q2R k' = Q2R k).
        { rewrite K'. unfold Rmin in *. destruct (Rle_dec _ _); auto. lra. }
        destruct (qle h k') eqn:H; [apply qle_ok in H; lra|].
        rewrite G by lra. destruct Hr as [->| ->]; apply IH in E; auto; try lra; qs; (eapply Rle_trans; [|exact E]);
        apply Req_le; f_equal; cbn [pow]; rewrite KH; ring.
Qed.

(* From the left end of the range on. *)
Definition quadratic (q : upoly) : option (Q * Q * Q) :=
  match q with
  | [] => Some (0, 0, 0)%Q | [a] => Some (a, 0, 0)%Q | [a; b] => Some (a, b, 0%Q) | [a; b; c] => Some (a, b, c) | _ => None end.
Definition stays_within (r : nat) (e l h : Q) (q : upoly) (ks : list knot) : bool :=
  match quadratic q with
  | Some (a, b, c) => let d := qmul c l in let m := qadd b d in glide r e h l (qadd a (qmul l m)) (qadd m d) c ks
  | None => sweep r e h l q ks
  end.
Lemma quadratic_ok q a b c t : quadratic q = Some (a, b, c) -> ueval t q = Q2R a + t * (Q2R b + Q2R c * t).
Proof.
  destruct q as [|? [|? [|? [|? ?]]]]; cbn [quadratic]; intros E; try discriminate; injection E as <- <- <-; cbn [leval]; rewrite ?q0_ok; ring.
Qed.
Theorem stays_within_ok r e l h q ks t : (r = 1 \/ r = 2)%nat -> increasing ks = true -> stays_within r e l h q ks = true ->
  Q2R l <= t <= Q2R h -> Rabs (ueval t q + spline r ks t) <= Q2R e.
Proof.
  unfold stays_within. intros Hr I E [L H]. destruct (quadratic q) as [[[a b] c]|] eqn:P; [|eapply sweep_ok; eauto].
  apply quadratic_ok with (t := t) in P. rewrite P. apply glide_ok with (t := t) in E; auto. qs. eapply Rle_trans; [|exact E].
  apply Req_le. f_equal. ring.
Qed.
