(* Rule 6.2: the witness, evaluated exactly, where network and target are rational.  What it proves is a lower bound: a sequence in
   the box at which the network is so far from the target. *)
From Coq Require Import String ZArith NArith QArith Qreals Reals List Lra Lia Bool FMapPositive.
From Sumformer Require Import Semantics Outcome Rational Interval Evaluate EvaluateSound.
Import ListNotations.
Open Scope R_scope.

(* rows: the tokens, equal ones repeated; exact: the distance is claimed to be error, else to be at least error *)
Record witness := Witness { rows : list (list Q); token : nat; output : nat; error : Q; exact : bool }.

Definition in_box (box : list (Q * Q)) (row : list Q) : bool :=
  if Nat.eqb (length row) (length box) then forallb (fun '(x, (a, b)) => if qle a x then qle x b else false) (combine row box) else false.
Definition admitted (tokens : option nat) (n : nat) : bool := match tokens with Some m => Nat.eqb n m | None => Nat.leb 1 n end.
Definition stands (f : target) (w : witness) : bool :=
  if admitted (t_tokens f) (length (rows w)) then if forallb (in_box (domain f)) (rows w) then
    if Nat.ltb (token w) (length (rows w)) then Nat.ltb (output w) (length (t_outputs f)) else false else false else false.
Definition distance (net : network) (f : target) (w : witness) : option Q :=
  match target_at (rows w) f (token w) (output w) with
  | None => None
  | Some x => match network_for (rows w) net (token w) (output w) with Some y => Some (qabs (qsub y x)) | None => None end
  end.
(* Whether the claim was found to be true; it is not, and that is no fault, where the values are not known to be rational. *)
Definition check_witness (net : network) (f : target) (w : witness) : outcome bool :=
  if stands f w then
    match distance net f w with
    | None => Yes false
    | Some e =>
        if (if exact w then qeq e (error w) else if qle 0 (error w) then qle (error w) e else false)
        then Yes true else refuse Invalid "witness"
    end
  else refuse Invalid "witness".

(* Somewhere in the box the network is so far from the target, or at least so far. *)
Definition reaches (net : network) (f : target) (exactly : bool) (e : Q) : Prop :=
  exists n X i o, admits (t_tokens f) n /\ inside (domain f) n X /\ (i < n)%nat /\ (o < length (t_outputs f))%nat /\
    let d := Rabs (network_value net n X i (N.of_nat o) - target_value f n X i o) in
    if exactly then d = Q2R e else Q2R e <= d.

Lemma in_box_ok box row k : in_box box row = true -> (k < length box)%nat ->
  Q2R (fst (nth k box (0, 0)%Q)) <= Q2R (nth k row 0%Q) <= Q2R (snd (nth k box (0, 0)%Q)).
Proof.
  unfold in_box. destruct (Nat.eqb _ _) eqn:L; [|discriminate]. apply Nat.eqb_eq in L. rewrite forallb_forall. intros H K.
  assert (I : In (nth k row 0%Q, nth k box (0, 0)%Q) (combine row box)).
  { rewrite <- combine_nth by auto. apply nth_In. rewrite combine_length. lia. }
  specialize (H _ I). cbn beta iota in H. destruct (nth k box (0, 0)%Q) as [a b]. destruct (qle a _) eqn:E; [|discriminate].
  apply qle_ok in E, H. cbn [fst snd]. lra.
Qed.
Theorem check_witness_sound net f w : check_witness net f w = Yes true -> reaches net f (exact w) (error w).
Proof.
  unfold check_witness. destruct (stands f w) eqn:S; [|discriminate]. unfold stands in S.
  destruct (admitted _ _) eqn:A; [|discriminate]. destruct (forallb _ _) eqn:B; [|discriminate]. destruct (Nat.ltb (token w) _) eqn:T; [|discriminate].
  apply Nat.ltb_lt in T, S. rewrite forallb_forall in B. unfold distance.
  destruct (target_at _ _ _ _) as [x|] eqn:X; [|discriminate]. destruct (network_for _ _ _ _) as [y|] eqn:N; [|discriminate]. intros H.
  exists (length (rows w)), (real (rows w)), (token w), (output w). repeat split.
  - unfold admitted in A. unfold admits. destruct (t_tokens f); [apply Nat.eqb_eq in A|apply Nat.leb_le in A]; auto.
  - unfold real, given. rewrite Nat2N.id. apply in_box_ok; auto. apply B, nth_In. auto.
  - unfold real, given. rewrite Nat2N.id. apply in_box_ok; auto. apply B, nth_In. auto.
  - auto.
  - auto.
  - cbv zeta. unfold target_at in X. apply qvalue_ok in X. apply network_for_ok in N; [|exact T].
    unfold target_value. rewrite <- N, <- X, <- qsub_ok, <- qabs_ok.
    destruct (exact w).
    + destruct (qeq _ _) eqn:Q; [|discriminate]. apply qeq_ok; auto.
    + destruct (qle 0 _); [|discriminate]. destruct (qle _ _) eqn:Q; [|discriminate]. apply qle_ok; auto.
Qed.
