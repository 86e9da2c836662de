(* Ranges of polynomials over a box: term by term, and by tensor Bernstein coefficients (6.3). *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool.
From Sumformer Require Import Semantics Rational Sum Bernstein Interval Polynomial.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.


Section Range.
Variable V : Type.
Variable cmp : V -> V -> comparison.
Hypothesis cmp_eq : forall a b, cmp a b = Eq -> a = b.
Variable r : V -> R.
Notation vadd := (padd cmp).
Notation vscale := (@pscale V).
Variable box : V -> itv.
Hypothesis Hbox : forall v, within (r v) (box v).
Definition mrange (m : mono V) : itv :=
  match m with [] => (1%Q, 1%Q)
  | ve :: m' => fold_left (fun I ve => imul I (ipow (box (fst ve)) (snd ve))) m' (ipow (box (fst ve)) (snd ve)) end.
Definition trange (p : poly V) : itv := fold_right (fun mc I => iadd (iscale (snd mc) (mrange (fst mc))) I) (0%Q, 0%Q) p.
Lemma mrange_ok m : within (meval r m) (mrange m).
Proof.
  destruct m as [|ve m]; [unfold within; simpl; qs; lra|]. simpl. fold (meval r m).
  pose proof (ipow_ok (snd ve) (Hbox (fst ve))) as H. revert H.
  generalize (ipow (box (fst ve)) (snd ve)). generalize (r (fst ve) ^ snd ve). revert m.
  induction m as [|we m IH]; intros x I H; simpl; [rewrite Rmult_1_r; auto|]. fold (meval r m).
  rewrite <- Rmult_assoc. apply IH. apply imul_ok; auto. apply ipow_ok; auto.
Qed.
Lemma trange_ok p : within (peval r p) (trange p).
Proof.
  induction p as [|[m c] p IH]; [unfold within; simpl; rewrite peval_nil; qs; lra|].
  rewrite peval_cons. simpl. apply iadd_ok; auto. apply iscale_ok, mrange_ok.
Qed.

Fixpoint take (v : V) (m : mono V) : nat * mono V :=
  match m with [] => (O, [])
  | (w, e) :: m' => match cmp v w with Eq => (e, m') | _ => let (f, m'') := take v m' in (f, (w, e) :: m'') end end.
Fixpoint put (e : nat) (t : mono V * Q) (l : list (poly V)) : list (poly V) :=
  match e, l with
  | O, [] => [[t]] | O, p :: l' => (t :: p) :: l'
  | S e', [] => [] :: put e' t [] | S e', p :: l' => p :: put e' t l' end.
Definition split (v : V) (p : poly V) : list (poly V) :=
  fold_right (fun mc l => let (e, m) := take v (fst mc) in put e (m, snd mc) l) [] p.
Lemma take_ok v m : meval r m = r v ^ fst (take v m) * meval r (snd (take v m)).
Proof.
  induction m as [|[w e] m IH]; simpl; [ring|]. fold (meval r m).
  destruct (cmp v w) eqn:C; [apply cmp_eq in C; subst; simpl; auto| |];
  destruct (take v m) as [f m'']; simpl in *; fold (meval r m''); rewrite IH; ring.
Qed.
Lemma put_ok e m c x : forall l, leval (peval r) x (put e (m, c) l) = x ^ e * (Q2R c * meval r m) + leval (peval r) x l.
Proof.
  induction e; intros [|p l]; cbn [put leval pow].
  - rewrite peval_cons, peval_nil. simpl. ring.
  - rewrite peval_cons. ring.
  - rewrite IHe, peval_nil. simpl. ring.
  - rewrite IHe. ring.
Qed.
Lemma split_ok v p : leval (peval r) (r v) (split v p) = peval r p.
Proof.
  induction p as [|[m c] p IH]; auto. cbn [split fold_right fst snd]. fold (split v p).
  rewrite peval_cons, (take_ok v m). destruct (take v m) as [e m']. simpl. rewrite put_ok, IH. ring.
Qed.

Fixpoint hull_over (f : poly V -> itv) (cs : list (poly V)) (ks : list Q) : itv :=
  match cs, ks with
  | [c], k :: _ => iscale (qinv k) (f c)
  | c :: cs', k :: ks' => ihull (iscale (qinv k) (f c)) (hull_over f cs' ks')
  | _, _ => (0%Q, 0%Q) end.
Fixpoint bern (vs : list V) (p : poly V) : itv :=
  match vs with
  | [] => trange p
  | v :: vs' =>
      let (a, b) := box v in
      match split v p with
      | [] => (0%Q, 0%Q)
      | [q] => bern vs' q
      | l => hull_over (bern vs') (homogeneous vadd vscale [] (shifted vadd vscale a (qsub b a) l)) (row (length l - 1))
      end
  end.
Lemma row_pos n : Forall (fun k => 0 < Q2R k) (row n).
Proof.
  assert (G : forall l x, 0 <= x -> Forall (fun k => 0 < Q2R k) l -> forall z, Q2R z = x ->
     Forall (fun k => 0 < Q2R k) (ladd qadd (l ++ [0%Q]) (z :: l)) \/ l = []).
  { induction l as [|k l IH]; intros x Hx H z Hz; auto. left. inversion H; subst. simpl.
    constructor; [qs; lra|]. destruct (IH (Q2R k) ltac:(lra) H3 k eq_refl) as [A|A]; auto.
    subst l. simpl. constructor; auto. qs. lra. }
  induction n; [repeat constructor; qs; lra|]. cbn [row].
  destruct (G (row n) 0 ltac:(lra) IHn 0%Q ltac:(qs; auto)) as [A|A]; auto.
  pose proof (row_length n). rewrite A in H. discriminate.
Qed.
Lemma hull_over_ok f : (forall c, within (peval r c) (f c)) -> forall cs ks, length cs = length ks ->
  Forall (fun k => 0 < Q2R k) ks ->
  Forall2 (fun c k => Q2R (fst (hull_over f cs ks)) * Q2R k <= peval r c <= Q2R (snd (hull_over f cs ks)) * Q2R k) cs ks.
Proof.
  intros Hf. induction cs as [|c cs IH]; intros [|k ks] L P; try discriminate; constructor.
  - inversion P; subst. assert (Z : is0 k = false).
    { destruct (is0 k) eqn:E; auto. apply is0_ok in E. lra. }
    assert (A : within (peval r c * / Q2R k) (iscale (qinv k) (f c))).
    { rewrite Rmult_comm, <- (qinv_ok k Z). apply iscale_ok; auto. }
    assert (B : within (peval r c * / Q2R k) (hull_over f (c :: cs) (k :: ks))).
    { simpl. destruct cs; auto. apply ihull_l; auto. }
    destruct B as [B1 B2]. set (H := hull_over _ _ _) in *.
    split; apply (Rmult_le_reg_r (/ Q2R k)); try (apply Rinv_0_lt_compat; auto); rewrite Rmult_assoc, Rinv_r, Rmult_1_r; auto; lra.
  - inversion P; subst. specialize (IH ks ltac:(simpl in L; lia) H2).
    destruct cs as [|c' cs]; [destruct ks; [constructor|discriminate]|].
    change (hull_over f (c :: c' :: cs) (k :: ks)) with (ihull (iscale (qinv k) (f c)) (hull_over f (c' :: cs) ks)).
    set (J := hull_over f (c' :: cs) ks) in *. set (I := iscale (qinv k) (f c)). clearbody I J. clear - IH H2.
    revert ks IH H2. generalize (c' :: cs). induction l as [|a l IHl]; intros ks F P; inversion F; subst; constructor.
    + inversion P; subst. simpl. qs. pose proof (Rmin_r (Q2R (fst I)) (Q2R (fst J))). pose proof (Rmax_r (Q2R (snd I)) (Q2R (snd J))).
      split; [eapply Rle_trans; [|apply H1]|eapply Rle_trans; [apply H1|]]; apply Rmult_le_compat_r; lra.
    + inversion P; subst. apply IHl; auto.
Qed.
Lemma bern_ok : forall vs p, within (peval r p) (bern vs p).
Proof.
  induction vs as [|v vs IH]; intros p; cbn [bern]; [apply trange_ok|].
  pose proof (Hbox v) as Hv. destruct (box v) as [a b]. pose proof (split_ok v p) as S.
  destruct (split v p) as [|q0 [|q1 l]].
  - rewrite <- S. unfold within; simpl; qs; lra.
  - simpl in S. rewrite <- S. replace (peval r q0 + r v * 0) with (peval r q0) by ring. auto.
  - set (l0 := q0 :: q1 :: l) in *. destruct Hv as [Va Vb]. cbn [fst snd] in *.
    assert (Hu : exists u, 0 <= u <= 1 /\ r v = Q2R a + Q2R (qsub b a) * u).
    { rewrite qsub_ok. destruct (Req_dec (Q2R a) (Q2R b)) as [E|E].
      - exists 0. lra.
      - exists ((r v - Q2R a) / (Q2R b - Q2R a)). assert (0 < Q2R b - Q2R a) by lra. split; [|field; lra].
        split; [apply Rmult_le_pos; [lra|left; apply Rinv_0_lt_compat; auto]|].
        apply (Rmult_le_reg_r (Q2R b - Q2R a)); auto. unfold Rdiv. rewrite Rmult_assoc, Rinv_l, Rmult_1_r by lra. lra. }
    destruct Hu as [u [Hu Eu]]. rewrite <- S, Eu.
    rewrite <- (shifted_ok vadd vscale (peval r) (@peval_add V cmp cmp_eq r) (@peval_scale V r)).
    rewrite <- (homogeneous_ok vadd vscale [] (peval r) (@peval_add V cmp cmp_eq r) (@peval_scale V r) (@peval_nil V r)).
    set (hs := homogeneous _ _ _ _). set (n := (length l0 - 1)%nat).
    assert (Hl : length hs = length (row n)).
    { unfold hs, n. rewrite homogeneous_length, row_length.
      assert (G : forall l, length (shifted vadd vscale a (qsub b a) l) = length l).
      { clear. induction l; auto. cbn [shifted]. rewrite ladd_length. cbn [length]. rewrite !map_length, IHl. lia. }
      rewrite G. unfold l0; simpl. lia. }
    pose proof (@hull_over_ok (bern vs) IH hs _ Hl (row_pos n)) as H.
    pose proof (@evalH_between _ (peval r) u _ _ Hu _ _ H) as B. rewrite evalH_row in B.
    unfold within. lra.
Qed.

(* the variables, and how often each occurs *)
Fixpoint enter (v : V) (e : nat) (l : list (V * (nat * nat))) : list (V * (nat * nat)) :=
  match l with [] => [(v, (1%nat, e))]
  | (w, (k, f)) :: l' => match cmp v w with Eq => (w, (S k, Nat.max e f)) :: l' | _ => (w, (k, f)) :: enter v e l' end end.
Definition occurrences (p : poly V) : list (V * (nat * nat)) :=
  fold_left (fun l mc => fold_left (fun l ve => enter (fst ve) (snd ve) l) (fst mc) l) p [].
Definition tensor_limit : N := 1024.
Definition range (p : poly V) : itv :=
  let vs := occurrences p in
  let t := trange p in
  if forallb (fun o => Nat.eqb (fst (snd o)) 1) vs then t
  else if N.leb (fold_left (fun s o => N.mul s (N.of_nat (S (snd (snd o))))) vs 1%N) tensor_limit
  then imeet t (bern (map fst vs) p) else t.
Lemma range_ok p : within (peval r p) (range p).
Proof.
  unfold range. destruct (forallb _ _); [apply trange_ok|]. destruct (N.leb _ _); [|apply trange_ok].
  apply imeet_ok; [apply trange_ok|apply bern_ok].
Qed.
End Range.
