(* The symbolic run (6.5, 6.7), the program: what a block makes of the models of all slots. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool FMapPositive.
From Coq Require Import String.
From Sumformer Require Import Semantics Outcome Rational Interval Polynomial Range Piece Gadget MeanLayer TaylorModel Slots Claims.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.
Local Open Scope string_scope.

(* ---------- the state ---------- *)
Record claim := Claim { c_slot : N; c_range : itv; c_error : Q }.
Record run := Run { r_box : list itv; r_latents : list (npoly * npoly); r_state : PM.t tm }.
Definition box_at (l : list itv) (k : N) : itv := nth (N.to_nat k) l (0%Q, 0%Q).

Definition embed (a : affine) : PM.t tm :=
  accumulate (map (fun '(k, s, w) => (s, tm_exact (pscale w (pvar k)))) (weights a) ++
              map (fun sc => (fst sc, tm_exact (pconst N (snd sc)))) (offset a)) (PM.empty _).

(* 6.5 *)
Definition gadget_in_range (box : N -> itv) (st : PM.t tm) (gu : gadget * list unit_) : bool :=
  isub (tm_range box (compose box st (form (direction (snd gu))))) (g_range (fst gu)).
Definition add_local (box : N -> itv) (st : PM.t tm) (a : option tm) (l : option tm) : option tm :=
  match l with
  | None => a
  | Some (p, e) => let c := compose box st p in Some (tm_add (match a with Some a => a | None => tm0 end) (fst c, qadd (snd c) e)) end.
(* Why a gadget is refused whose test below fails, given whether its range and its degree would do. *)
Definition units_fit (s : activation) (gu : gadget * list unit_) : bool :=
  forallb (fun o => match pieces s (direction (snd gu)) (fst o) (snd gu) with Some _ => true | None => false end) (g_outs (fst gu)).
Definition gadget_refusal (s : activation) (affine : bool) (g : N) (gu : gadget * list unit_) : refusal :=
  let (why, rule) :=
    if is_step s then (NotCovered, "gadget-units")
    else if gadget_ok s (fst gu) (snd gu) then if affine then (Invalid, "gadget-range") else (NotCovered, "attention")
    else if units_fit s gu then (Invalid, "gadget-error") else (Invalid, "gadget-units") in
  Refusal why rule [Key "gadget"; At g].
Definition feed_forward_step (r : run) (b : block) (gs : list gadget) : outcome run :=
  let box := box_at (r_box r) in
  match cut gs (units b) with
  | None => refuse Invalid "gadget-units"
  | Some parts =>
      match first_bad (fun gu => if gadget_ok (act b) (fst gu) (snd gu) then gadget_in_range box (r_state r) gu else false) 0 parts with
      | Some (g, gu) => No (gadget_refusal (act b) true g gu)
      | None =>
        Yes (Run (r_box r) (r_latents r)
          (PM.map2 (add_local box (r_state r)) (r_state r) (accumulate (contributions parts (b_bias b)) (PM.empty _))))
      end
  end.

(* 6.7 *)
Definition constant_slot (st : PM.t tm) (s : N) : bool :=
  let a := get st s in if is0 (snd a) then match as_const (fst a) with Some _ => true | None => false end else false.
Section Latents.
Variable tok : option nat.
Variable box : N -> itv.
Variable st : PM.t tm.
Definition copies : Q := match tok with Some n => qnat (n - 1) | None => 1%Q end.
Definition share (mean : npoly) : npoly := match tok with Some n => pscale (qinv (qnat n)) mean | None => mean end.
(* the own token's share of the mean is moved to own *)
Definition own_part (own mean : npoly) : npoly := match tok with Some _ => nadd own (share mean) | None => own end.
Definition no_others (mean : npoly) : bool := match tok with Some 1%nat => true | _ => match mean with [] => true | _ => false end end.
(* (what is summed over the others, what the own token adds, range, error) *)
Definition latent (own mean : npoly) (e : Q) : npoly * npoly * itv * Q :=
  let q := compose box st (share mean) in
  let p := compose box st (own_part own mean) in
  (fst q, fst p, iadd (iscale copies (range N.compare box (fst q))) (range N.compare box (fst p)),
   qadd (qadd (qmul copies (snd q)) (snd p)) e).
Variable M : PM.t tm.      (* slot s of mean_j X_j A, as a form of the slots before the block *)
Definition mean_form (v : svec) : npoly := fold_right (fun iw p => nadd (pscale (snd iw) (fst (get M (fst iw)))) p) [] v.
Definition affine_gadget (gu : gadget * list unit_) : bool :=
  let dir := direction (snd gu) in
  let '(_, _, rng, e) := latent (form dir) (mean_form dir) 0%Q in
  if isub (widen rng e) (g_range (fst gu)) then forallb (fun o => Nat.leb (List.length (fst (snd o))) 2) (g_outs (fst gu)) else false.
(* X + FC(Z): own parts with errors, and mean parts *)
Definition mean_contributions (parts : list (gadget * list unit_)) : list (N * tm) :=
  flat_map (fun gu => let t := mean_form (direction (snd gu)) in
    map (fun o => (fst o, tm_exact (pscale (nth 1 (fst (snd o)) 0%Q) t))) (g_outs (fst gu))) parts.
Definition own_slots : PM.t tm := PM.mapi (fun k _ => tm_exact (pvar (Pos.pred_N k))) st.
Definition own_model (a m : option tm) : option tm :=
  let a := match a with Some a => a | None => tm0 end in
  let m := match m with Some m => m | None => tm0 end in
  let c := compose box st (own_part (fst a) (fst m)) in Some (fst c, qadd (snd c) (snd a)).
Definition option_pair (a m : option tm) : option tm := match a, m with None, None => None | _, _ => own_model a m end.
Definition claim_follows (d : N) (own mean : PM.t tm) (c : claim) : bool :=
  let '(q, p, rng, e) := latent (fst (get own (c_slot c))) (fst (get mean (c_slot c))) (snd (get own (c_slot c))) in
  if isub rng (c_range c) then if qle e (c_error c) then if below d q then below d p else false else false else false.
Definition definition_of (own mean : PM.t tm) (c : claim) : npoly * npoly :=
  let '(q, p, _, _) := latent (fst (get own (c_slot c))) (fst (get mean (c_slot c))) (snd (get own (c_slot c))) in (q, p).
End Latents.
Fixpoint enter_claims (k : N) (cs : list claim) (st : PM.t tm) : PM.t tm :=
  match cs with
  | [] => st
  | c :: cs' => enter_claims (N.succ k) cs' (PM.add (N.succ_pos (c_slot c)) (pvar k, c_error c) st) end.
Definition slot_refusal (why : reason) (rule : string) (slot : positive) : refusal := Refusal why rule [Key "slot"; At (Pos.pred_N slot)].
Definition attention_step (tok : option nat) (d : N) (r : run) (b : block) (A : smat) (gs : list gadget) (cs : list claim) : outcome run :=
  let box := box_at (r_box r) in
  let st := r_state r in
  let M := accumulate (map (fun '(k, s, w) => (s, tm_exact (pscale w (pvar k)))) A) (PM.empty _) in
  match r_latents r, cut gs (units b) with
  | _ :: _, _ => refuse NotCovered "attention"
  | [], None => refuse Invalid "gadget-units"
  | [], Some parts =>
      match first_bad (fun gu => if gadget_ok (act b) (fst gu) (snd gu) then affine_gadget tok box st M gu else false) 0 parts with
      | Some (g, gu) => No (gadget_refusal (act b) (forallb (fun o => Nat.leb (List.length (fst (snd o))) 2) (g_outs (fst gu))) g gu)
      | None =>
      let own := accumulate (contributions parts (b_bias b)) (own_slots st) in
      (* t of a gadget also has a part that depends on the mean *)
      let mean := accumulate (mean_contributions M parts) (PM.empty _) in
      let st' := PM.map2 (option_pair tok box st) own mean in
      (* the claims are about exactly the slots that hold latents *)
      match first_bad (fun km => if no_others tok (fst (snd km)) then true
                                 else existsb (fun c => N.eqb (c_slot c) (Pos.pred_N (fst km))) cs) 0 (PM.elements mean) with
      | Some (_, km) => No (slot_refusal Invalid "latent-range" (fst km))
      | None =>
      match first_bad (fun c => negb (no_others tok (fst (get mean (c_slot c))))) 0 cs with
      | Some (k, _) => No (Refusal Invalid "latent-range" [Key "latent"; At k])
      | None =>
      match first_bad (fun ka => below d (fst (snd ka))) 0 (PM.elements st') with
      | Some (_, ka) => No (slot_refusal NotCovered "attention" (fst ka))
      | None =>
      match first_bad (claim_follows tok box st d own mean) 0 cs with
      | Some (k, c) => No (Refusal Invalid "latent-range or latent-error" [Key "latent"; At k])
      | None => Yes (Run (r_box r ++ map c_range cs) (map (definition_of tok box st own mean) cs) (enter_claims d cs st'))
      end end end end end
  end.
Definition block_step (tok : option nat) (d D : N) (r : run) (b : block) (gs : list gadget) (cs : list claim) : outcome run :=
  match att b with
  | None => feed_forward_step r b gs
  | Some a =>
      match mean_layer (constant_slot (r_state r)) tok D a with
      | None => refuse NotCovered "attention"
      | Some [] => feed_forward_step r b gs
      | Some A => attention_step tok d r b A gs cs
      end
  end.
Fixpoint blocks_run (tok : option nat) (d D : N) (r : run) (k : N) (bs : list block) (gss : list (list gadget)) (cs : list claim) : outcome run :=
  match bs, gss with
  | [], [] => Yes r
  | b :: bs', gs :: gss' =>
      match block_step tok d D r b gs cs with
      | Yes r' => blocks_run tok d D r' (N.succ k) bs' gss' cs
      | No refusal => under (Key "block") (under (At k) (No refusal))
      end
  | _, _ => refuse Invalid "shape"
  end.
