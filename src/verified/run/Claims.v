(* What the gadgets of a block are claimed to add, as polynomials in the slots (6.5). *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool FMapPositive.
From Sumformer Require Import Semantics Rational Sum Bernstein Interval Polynomial Piece Gadget TaylorModel Slots.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

(* the first n units, if there are so many, and the rest *)
Fixpoint split_units (n : N) (taken us : list unit_) : option (list unit_ * list unit_) :=
  if N.eqb n 0 then Some (rev' taken, us)
  else match us with [] => None | u :: us' => split_units (N.pred n) (u :: taken) us' end.
Fixpoint cut (gs : list gadget) (us : list unit_) : option (list (gadget * list unit_)) :=
  match gs with
  | [] => match us with [] => Some [] | _ => None end
  | g :: gs' =>
      match split_units (g_units g) [] us with
      | Some (taken, rest) => match cut gs' rest with Some l => Some ((g, taken) :: l) | None => None end
      | None => None
      end
  end.
Lemma split_units_ok : forall us n taken a b, split_units n taken us = Some (a, b) -> rev taken ++ us = a ++ b.
Proof.
  induction us as [|u us IH]; intros n taken a b; cbn [split_units]; destruct (N.eqb n 0); try discriminate.
  - intros E; injection E as <- <-. unfold rev'. rewrite <- rev_alt. auto.
  - intros E; injection E as <- <-. unfold rev'. rewrite <- rev_alt. auto.
  - intros E. apply IH in E. rewrite <- E. cbn [rev]. rewrite <- app_assoc. auto.
Qed.
Lemma cut_ok : forall gs us l, cut gs us = Some l -> us = flat_map snd l.
Proof.
  induction gs as [|g gs IH]; intros us l; cbn [cut].
  - destruct us; [|discriminate]. intros E; injection E as <-. auto.
  - destruct (split_units _ _ us) as [[taken rest]|] eqn:S; [|discriminate]. apply split_units_ok in S. cbn [rev app] in S.
    destruct (cut gs _) as [l'|] eqn:C; [|discriminate]. intros E; injection E as <-. apply IH in C. cbn [flat_map snd].
    rewrite <- C. exact S.
Qed.
Lemma at_slot_app A (l m : list (N * A)) s f : at_slot (l ++ m) s f = at_slot l s f + at_slot m s f.
Proof. apply sum_app. Qed.
Lemma at_slot_map A B (h : A -> B) (l : list (N * A)) s f : at_slot (map (fun o => (fst o, h (snd o))) l) s f = at_slot l s (fun a => f (h a)).
Proof. unfold at_slot. rewrite sum_map. auto. Qed.
Lemma at_slot_ext A (l : list (N * A)) s f g : (forall a, f a = g a) -> at_slot l s f = at_slot l s g.
Proof. intros H. apply sum_ext. intros. rewrite H. auto. Qed.
Lemma entry_at_slot v s : entry v s = at_slot v s Q2R.
Proof. apply sum_ext. intros [? ?] _. auto. Qed.
Lemma at_slot_flat A B (f : A -> list (N * B)) l s ev : at_slot (flat_map f l) s ev = sum l (fun a => at_slot (f a) s ev).
Proof. apply sum_flat_map. Qed.

(* what a block adds, as polynomials in the slots with errors: L_s and the sum of the e in 6.5 *)
Definition claimed (t : npoly) (pe : upoly * Q) : tm := (lift (fst pe) t, snd pe).
Definition contributions (parts : list (gadget * list unit_)) (bias : svec) : list (N * tm) :=
  map (fun sc => (fst sc, tm_exact (pconst N (snd sc)))) bias ++
  flat_map (fun gu => map (fun o => (fst o, claimed (form (direction (snd gu))) (snd o))) (g_outs (fst gu))) parts.
Definition claims_value (parts : list (gadget * list unit_)) (bias : svec) (z : N -> R) (slot : N) : R :=
  entry bias slot +
  sum parts (fun gu => at_slot (g_outs (fst gu)) slot (fun pe => ueval (dot (direction (snd gu)) z) (fst pe))).
Lemma contributions_value parts bias z slot :
  at_slot (contributions parts bias) slot (poly_of z) = claims_value parts bias z slot.
Proof.
  unfold contributions, claims_value. rewrite at_slot_app, (at_slot_map (fun c => tm_exact (pconst N c))), at_slot_flat, entry_at_slot. f_equal.
  - apply at_slot_ext. intros. apply peval_const.
  - apply sum_ext. intros gu _. cbn beta. rewrite (at_slot_map (claimed (form (direction (snd gu))))). apply at_slot_ext. intros [p e]. unfold poly_of, claimed. cbn [fst].
    rewrite lift_ok, form_ok. auto.
Qed.
Lemma contributions_error parts bias slot :
  at_slot (contributions parts bias) slot error_of =
  sum parts (fun gu => at_slot (g_outs (fst gu)) slot (fun pe => Q2R (snd pe))).
Proof.
  unfold contributions. rewrite at_slot_app, (at_slot_map (fun c => tm_exact (pconst N c))), at_slot_flat.
  replace (at_slot bias slot _) with 0; [rewrite Rplus_0_l|symmetry; apply sum_0; intros; destruct (N.eqb _ _); auto; apply q0_ok].
  apply sum_ext. intros gu _. cbn beta. rewrite (at_slot_map (claimed (form (direction (snd gu))))). auto.
Qed.
Lemma feed_forward_claims b parts z slot : units b = flat_map snd parts ->
  Forall (fun gu => gadget_ok (act b) (fst gu) (snd gu) = true /\ within (dot (direction (snd gu)) z) (g_range (fst gu))) parts ->
  Rabs (feed_forward b z slot - claims_value parts (b_bias b) z slot) <= at_slot (contributions parts (b_bias b)) slot error_of.
Proof.
  intros E H. rewrite contributions_error. unfold feed_forward, claims_value. rewrite E.
  replace (sum (flat_map snd parts) (fun u => sigma (act b) (dot (u_in u) z + Q2R (u_bias u)) * entry (u_out u) slot) + entry (b_bias b) slot -
    (entry (b_bias b) slot + sum parts (fun gu => at_slot (g_outs (fst gu)) slot (fun pe => ueval (dot (direction (snd gu)) z) (fst pe)))))
    with (sum (flat_map snd parts) (fun u => sigma (act b) (dot (u_in u) z + Q2R (u_bias u)) * entry (u_out u) slot)
     - sum parts (fun gu => at_slot (g_outs (fst gu)) slot (fun pe => ueval (dot (direction (snd gu)) z) (fst pe)))) by ring.
  clear E. induction H as [|[g us] parts [Hg Ht] H IH]; [cbn [flat_map]; rewrite !sum_nil, Rminus_0_r, Rabs_R0; lra|].
  cbn [flat_map snd]. rewrite sum_app, !sum_cons. cbn [fst snd] in *. pose proof (gadget_ok_ok _ _ _ _ Hg Ht slot) as G. unfold units_value in G.
  set (a1 := sum us _) in *. set (a2 := sum (flat_map snd parts) _) in *. set (b1 := at_slot (g_outs g) _ _) in *. set (b2 := sum parts _) in *.
  replace (a1 + a2 - (b1 + b2)) with ((a1 - b1) + (a2 - b2)) by ring. eapply Rle_trans; [apply Rabs_triang|]. lra.
Qed.
