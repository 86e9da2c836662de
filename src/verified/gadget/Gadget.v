(* Rule 6.4: hidden units with proportional inputs against the polynomials that the certificate claims. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool Psatz Permutation.
From Sumformer Require Import Semantics Rational Sum Bernstein Interval Polynomial Piece Spline Arc Knot.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

(* the next g_units units of the block; the range of t; for each slot a polynomial in t and an error *)
Record gadget := Gadget { g_units : N; g_range : itv; g_outs : list (N * (upoly * Q)) }.

Definition qentry (v : svec) (s : N) : Q := fold_right (fun iw x => if N.eqb (fst iw) s then qadd (snd iw) x else x) 0%Q v.
(* a with v = a w *)
Fixpoint multiple (a : Q) (v w : svec) : bool :=
  match v, w with
  | [], [] => true
  | (i, x) :: v', (j, y) :: w' => if N.eqb i j then if qeq x (qmul a y) then multiple a v' w' else false else false
  | _, _ => false end.
Definition proportion (v w : svec) : option Q :=
  match v, w with
  | (_, x) :: _, (_, y) :: _ =>
      if is0 y then None else
      let a := qmul x (qinv y) in
      if is0 a then None else if multiple a v w then Some a else None
  | _, _ => None end.
(* the units as a polynomial and knots in t, added to q and ks; the knots of later units come first *)
Fixpoint pieces_onto (s : activation) (dir : svec) (slot : N) (us : list unit_) (q : upoly) (ks : list knot) : option (upoly * list knot) :=
  match us with
  | [] => Some (q, ks)
  | u :: us' =>
      match proportion (u_in u) dir with
      | Some a => let (p, k) := unit_knot s a (u_bias u) (qentry (u_out u) slot) in pieces_onto s dir slot us' (uadd p q) (k :: ks)
      | None => None end
  end.
Definition pieces (s : activation) (dir : svec) (slot : N) (us : list unit_) : option (upoly * list knot) :=
  match pieces_onto s dir slot us [] [] with Some (q, ks) => Some (q, rev' ks) | None => None end.
Definition claim_ok (s : activation) (dir : svec) (us : list unit_) (range : itv) (o : N * (upoly * Q)) : bool :=
  match pieces s dir (fst o) us with
  | None => false
  | Some (q, ks) =>
      let ks := sort ks in
      if increasing ks then stays_within (order s) (snd (snd o)) (fst range) (snd range) (uadd q (uscale (-1) (fst (snd o)))) ks else false
  end.
Fixpoint slots_increase (l : list (N * (upoly * Q))) : bool :=
  match l with o :: ((o' :: _) as l') => if N.ltb (fst o) (fst o') then slots_increase l' else false | _ => true end.
Definition is_step (s : activation) : bool := match s with Step => true | _ => false end.
Definition direction (us : list unit_) : svec := match us with u :: _ => u_in u | [] => [] end.
Definition gadget_ok (s : activation) (g : gadget) (us : list unit_) : bool :=
  if is_step s then false else
  if slots_increase (g_outs g) then
  if forallb (fun u => forallb (fun iw => existsb (fun o => N.eqb (fst iw) (fst o)) (g_outs g)) (u_out u)) us
  then forallb (claim_ok s (direction us) us (g_range g)) (g_outs g) else false else false.

(* what the units of a gadget add to a slot, and what is claimed of it *)
Definition units_value (s : activation) (us : list unit_) (z : N -> R) (slot : N) : R :=
  sum us (fun u => sigma s (dot (u_in u) z + Q2R (u_bias u)) * entry (u_out u) slot).
Definition at_slot {A} (l : list (N * A)) (slot : N) (f : A -> R) : R :=
  sum l (fun o => if N.eqb (fst o) slot then f (snd o) else 0).

Lemma qentry_ok v s : Q2R (qentry v s) = entry v s.
Proof.
  induction v as [|[i w] v IH]; [apply q0_ok|]. unfold entry in *. rewrite sum_cons. simpl.
  destruct (N.eqb i s); [rewrite qadd_ok, IH; auto|rewrite IH; ring].
Qed.
Lemma multiple_ok a z : forall v w, multiple a v w = true -> dot v z = Q2R a * dot w z.
Proof.
  unfold dot. induction v as [|[i x] v IH]; intros [|[j y] w]; cbn [multiple]; try discriminate; intros E; [rewrite !sum_nil; ring|].
  destruct (N.eqb i j) eqn:N; [|discriminate]. destruct (qeq x (qmul a y)) eqn:X; [|discriminate].
  apply N.eqb_eq in N; subst j. apply qeq_ok in X. rewrite !sum_cons, (IH _ E), X, qmul_ok. ring.
Qed.
Lemma proportion_ok v w a z : proportion v w = Some a -> is0 a = false /\ dot v z = Q2R a * dot w z.
Proof.
  unfold proportion. destruct v as [|[i x] v]; [discriminate|]. destruct w as [|[j y] w]; [discriminate|].
  destruct (is0 y); [discriminate|]. destruct (is0 (qmul x (qinv y))) eqn:Z; [discriminate|].
  destruct (multiple _ _ _) eqn:M; [|discriminate]. intros E; injection E as <-. split; auto. apply multiple_ok; auto.
Qed.
Lemma pieces_onto_ok s dir slot z : s <> Step -> forall us q ks q' ks', pieces_onto s dir slot us q ks = Some (q', ks') ->
  units_value s us z slot + ueval (dot dir z) q + spline (order s) ks (dot dir z) = ueval (dot dir z) q' + spline (order s) ks' (dot dir z).
Proof.
  intros Hs. unfold units_value. induction us as [|u us IH]; intros q ks q' ks'; cbn [pieces_onto].
  - intros E; injection E as <- <-. rewrite sum_nil. ring.
  - destruct (proportion _ _) as [a|] eqn:P; [|discriminate].
    destruct (proportion_ok _ _ z P) as [A D]. pose proof (unit_knot_ok a (u_bias u) (qentry (u_out u) slot) (dot dir z) Hs A) as K.
    destruct (unit_knot _ _ _ _) as [p k]. intros E. apply IH in E. rewrite <- E. cbn [fst snd] in K.
    rewrite sum_cons, D, <- qentry_ok, uadd_ok. unfold spline. rewrite sum_cons. rewrite (Rmult_comm (sigma _ _)), K. ring.
Qed.
Lemma pieces_ok s dir slot z us q ks : s <> Step -> pieces s dir slot us = Some (q, ks) ->
  units_value s us z slot = ueval (dot dir z) q + spline (order s) ks (dot dir z).
Proof.
  unfold pieces. intros Hs. destruct (pieces_onto _ _ _ _ _ _) as [[q' ks']|] eqn:E; [|discriminate]. intros F; injection F as <- <-.
  apply (pieces_onto_ok dir slot z Hs) in E. unfold rev'. rewrite spline_rev_append. unfold spline in E at 1.
  change (spline (order s) [] (dot dir z)) with 0. rewrite sum_nil in E. cbn [leval] in E. lra.
Qed.
Lemma claim_ok_ok s dir us range slot p e z : s <> Step -> claim_ok s dir us range (slot, (p, e)) = true ->
  within (dot dir z) range -> Rabs (units_value s us z slot - ueval (dot dir z) p) <= Q2R e.
Proof.
  unfold claim_ok. intros Hs. cbn [fst snd]. destruct (pieces s dir slot us) as [[q ks]|] eqn:P; [|discriminate].
  destruct (increasing _) eqn:I; [|discriminate]. intros E [L H].
  rewrite (pieces_ok dir slot z us Hs P).
  assert (O : (order s = 1 \/ order s = 2)%nat) by (destruct s; simpl; auto).
  apply stays_within_ok with (t := dot dir z) in E; auto.
  rewrite uadd_ok, uscale_ok, q_opp1, spline_sorted in E.
  replace (ueval (dot dir z) q + spline (order s) ks (dot dir z) - ueval (dot dir z) p) with
    (ueval (dot dir z) q + -1 * ueval (dot dir z) p + spline (order s) ks (dot dir z)) by ring. auto.
Qed.
Lemma at_slot_find (l : list (N * (upoly * Q))) slot f : slots_increase l = true ->
  at_slot l slot f = match find (fun o => N.eqb (fst o) slot) l with Some o => f (snd o) | None => 0 end.
Proof.
  unfold at_slot. induction l as [|o l IH]; intros H; [auto|]. rewrite sum_cons. cbn [find].
  assert (H' : slots_increase l = true).
  { destruct l; auto. cbn [slots_increase] in H. destruct (N.ltb _ _); auto; discriminate. }
  destruct (N.eqb (fst o) slot) eqn:E; [|rewrite IH; auto; ring].
  apply N.eqb_eq in E. rewrite sum_0; [ring|]. intros o' I. destruct (N.eqb (fst o') slot) eqn:E'; auto.
  apply N.eqb_eq in E'. exfalso.
  assert (G : forall l o, slots_increase (o :: l) = true -> forall o', In o' l -> (fst o < fst o')%N).
  { clear. induction l as [|a l IH]; intros o H o' I; [inversion I|]. cbn [slots_increase] in H.
    destruct (N.ltb (fst o) (fst a)) eqn:L; [|discriminate]. apply N.ltb_lt in L.
    destruct I as [<-|I]; auto. specialize (IH _ H _ I). lia. }
  specialize (G _ _ H _ I). lia.
Qed.
Theorem gadget_ok_ok s g us z : gadget_ok s g us = true -> within (dot (direction us) z) (g_range g) -> forall slot,
  Rabs (units_value s us z slot - at_slot (g_outs g) slot (fun pe => ueval (dot (direction us) z) (fst pe)))
    <= at_slot (g_outs g) slot (fun pe => Q2R (snd pe)).
Proof.
  unfold gadget_ok. destruct (is_step s) eqn:S; [discriminate|].
  assert (Hs : s <> Step) by (intros ->; discriminate).
  destruct (slots_increase _) eqn:I; [|discriminate]. destruct (forallb _ us) eqn:W; [|discriminate].
  intros C R slot. rewrite !at_slot_find by auto. rewrite forallb_forall in C, W.
  destruct (find _ (g_outs g)) as [[slot' [p e]]|] eqn:F.
  - apply find_some in F as [F1 F2]. cbn [fst snd] in *. apply N.eqb_eq in F2; subst slot'.
    eapply claim_ok_ok; eauto.
  - unfold units_value. rewrite sum_0; [rewrite Rminus_0_r, Rabs_R0; lra|].
    intros u Hu. specialize (W u Hu). rewrite forallb_forall in W.
    replace (entry (u_out u) slot) with 0; [ring|]. symmetry. apply sum_0. intros [i w] Hi.
    destruct (N.eqb i slot) eqn:E; auto. apply N.eqb_eq in E; subst i. specialize (W _ Hi).
    apply existsb_exists in W as [o [O1 O2]]. cbn [fst] in O2.
    pose proof (find_none _ _ F _ O1) as G. cbn beta in G. rewrite N.eqb_sym in G. congruence.
Qed.
