(* A block without attention is sound. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool FMapPositive.
From Sumformer Require Import Semantics Outcome Rational Sum Bernstein Interval Polynomial Range Piece Gadget MeanLayer MeanLayerSound TaylorModel Slots Claims Step.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Lemma find_map2 A B C (f : option A -> option B -> option C) m m' k : f None None = None ->
  PM.find k (PM.map2 f m m') = f (PM.find k m) (PM.find k m').
Proof. intros H. unfold PM.map2. rewrite PM.gmap2; auto. destruct (PM.find k m), (PM.find k m'); auto. Qed.
Lemma forallb_find A (f : positive * A -> bool) m k a : forallb f (PM.elements m) = true -> PM.find k m = Some a -> f (k, a) = true.
Proof. rewrite forallb_forall. intros H E. apply H, PM.elements_correct; auto. Qed.
Lemma feed_forward_step_ok r b gs r' rho z : feed_forward_step r b gs = Yes r' ->
  (forall v, within (rho v) (box_at (r_box r) v)) -> rep rho (r_state r) z ->
  r_box r' = r_box r /\ r_latents r' = r_latents r /\ rep rho (r_state r') (fun s => z s + feed_forward b z s).
Proof.
  unfold feed_forward_step. intros E Hb Hr. destruct (cut gs (units b)) as [parts|] eqn:C; [|discriminate].
  checked E Hp. injection E as <-.
  split; [auto|split; [auto|]]. cbn [r_state].
  set (local := accumulate (contributions parts (b_bias b)) (PM.empty tm)). intros s.
  assert (F : Rabs (feed_forward b z s - peval z (fst (get local s))) <= Q2R (snd (get local s))).
  { assert (G : Rabs (feed_forward b z s - claims_value parts (b_bias b) z s) <= at_slot (contributions parts (b_bias b)) s error_of).
    { apply feed_forward_claims; [apply cut_ok with gs; auto|]. rewrite forallb_forall in Hp. apply Forall_forall. intros gu I.
      specialize (Hp _ I). cbn beta in Hp. destruct (gadget_ok _ _ _); [split; auto|discriminate].
      unfold gadget_in_range in Hp. eapply isub_ok; [exact Hp|]. apply tm_range_ok with (r := rho); auto.
      rewrite <- form_ok. apply compose_ok; auto. }
    rewrite <- contributions_value in G. unfold local.
    pose proof (accumulate_ok (poly_of z) (poly_of_add z) (contributions parts (b_bias b)) (PM.empty tm) s) as P.
    pose proof (accumulate_ok error_of error_of_add (contributions parts (b_bias b)) (PM.empty tm) s) as Q.
    rewrite get_empty in P, Q. unfold poly_of in P at 1 2. unfold error_of in Q at 1 2. cbn [fst snd tm0] in P, Q.
    rewrite peval_nil, Rplus_0_l in P. rewrite q0_ok, Rplus_0_l in Q. rewrite P, Q. exact G. }
  assert (V : tm_ok rho (get (PM.map2 (add_local (box_at (r_box r)) (r_state r)) (r_state r) local) s)
     (z s + feed_forward b z s)); [|exact V].
  unfold get at 1. rewrite find_map2 by auto. specialize (Hr s) as Hs. unfold get in Hs, F.
  destruct (PM.find (N.succ_pos s) local) as [[p e]|].
  - cbn [add_local fst snd] in *. apply tm_add_ok; auto.
    pose proof (compose_ok _ p Hb Hr) as P. unfold tm_ok in *. cbn [fst snd]. rewrite qadd_ok.
    replace (feed_forward b z s - peval rho (fst (compose (box_at (r_box r)) (r_state r) p))) with
      ((feed_forward b z s - peval z p) + (peval z p - peval rho (fst (compose (box_at (r_box r)) (r_state r) p)))) by ring.
    eapply Rle_trans; [apply Rabs_triang|]. lra.
  - cbn [add_local tm0 fst snd] in *. rewrite peval_nil, q0_ok, Rminus_0_r in F.
    assert (feed_forward b z s = 0) as ->.
    { pose proof (Rabs_pos (feed_forward b z s)). destruct (Req_dec (feed_forward b z s) 0) as [|N]; auto.
      apply Rabs_no_R0 in N. lra. }
    rewrite Rplus_0_r. destruct (PM.find (N.succ_pos s) (r_state r)); auto.
Qed.

