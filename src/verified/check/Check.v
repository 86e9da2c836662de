(* The checker, on data: the rules of docs/formats.md, section 6, for the route `polynomial` without approximations. *)
From Coq Require Import String ZArith NArith QArith List Bool FMapPositive.
From Sumformer Require Import Semantics Outcome Rational Interval Polynomial Range Gadget TaylorModel Slots Claims Step Variables NormalForm Sumformer Explicit Centre.
Import ListNotations.
Set Implicit Arguments.
Local Open Scope string_scope.

(* What is claimed: epsilon, the bound, the two parts of each output's error, the point from which all is seen (none for 0), latents,
   gadgets of each block. *)
Record certificate := Certificate {
  c_epsilon : Q; c_certified : Q; c_outputs : list (Q * Q); c_centre : list Q; c_latents : list claim; c_blocks : list (list gadget) }.

(* 6.8: an output as a polynomial in the own token and the latents, up to an error *)
Definition output_model (st : PM.t tm) (a : affine) (o : N) : tm :=
  fold_right (fun '(s, o', w) m => if N.eqb o' o then tm_add (tm_scale w (get st s)) m else m)
    (tm_exact (fold_right (fun sc p => if N.eqb (fst sc) o then nadd (pconst N (snd sc)) p else p) [] (offset a))) (weights a).

(* 6.9: the difference of Sumformer and target, in power sums, is at most the residual *)
Definition symmetric_ok (tok : option nat) (d : N) (box : N -> itv) (ls : list ppoly) (psi : npoly) (residual : Q) (e : expr) : bool :=
  match normal tok [[]] e with
  | None => false
  | Some f =>
      let diff := psub pv_cmp (substitute pv_cmp (variable_of d ls) psi) f in
      if known d diff then qle (size tok d box diff) residual else false
  end.
(* the same with every token by itself: its cost grows with n *)
Definition explicit_limit : nat := 64.
Definition residual_ok (t : target) (d : N) (box : N -> itv) (r : run) (ls : list ppoly) (psi : npoly) (residual : Q) (e : expr) : bool :=
  if (if semi_invariant t then false else symmetric_ok (t_tokens t) d box ls psi residual e) then true
  else match t_tokens t with
  | Some n => if Nat.leb n explicit_limit then explicit_ok n d box (r_latents r) psi residual (start t n) e else false
  | None => false
  end.
Definition residual_refusal (t : target) (e : expr) : refusal :=
  let normal_form := match (if semi_invariant t then None else normal (t_tokens t) [[]] e) with Some _ => true | None => false end in
  let explicit := match t_tokens t with Some n => Nat.leb n explicit_limit | None => false end in
  Refusal (if (normal_form || explicit)%bool then Invalid else NotCovered) "residual" [].

Definition check_output (t : target) (d : N) (r : run) (ls : list ppoly) (a : affine) (certified : Q) (o : N) (e : expr) (claim : Q * Q) : outcome unit :=
  let (lowering, residual) := claim in
  let m := output_model (r_state r) a o in
  if qle (snd m) lowering then
    if residual_ok t d (box_at (domain t)) r ls (fst m) residual e then
      if qle (qadd lowering residual) certified then Yes tt else refuse Invalid "total"
    else No (residual_refusal t e)
  else refuse Invalid "lowering".
Fixpoint check_outputs (f : N -> expr -> Q * Q -> outcome unit) (o : N) (es : list expr) (claims : list (Q * Q)) : outcome unit :=
  match es, claims with
  | [], [] => Yes tt
  | e :: es', c :: claims' =>
      match f o e c with Yes _ => check_outputs f (N.succ o) es' claims' | No r => under (Key "output") (under (At o) (No r)) end
  | _, _ => refuse Invalid "shape"
  end.

Definition same_length (a b : option nat) : bool :=
  match a, b with Some m, Some n => Nat.eqb m n | None, None => true | _, _ => false end.
Definition demand (b : bool) (rule : string) (name : string) : outcome unit := if b then Yes tt else under (Key name) (refuse Invalid rule).

Definition check_here (net : network) (f : target) (c : certificate) : outcome unit :=
  let tok := t_tokens f in
  let d := dimension net in
  do _ <- demand (same_length (tokens net) tok) "shape" "tokens";
  do _ <- demand (N.eqb d (N.of_nat (length (domain f)))) "shape" "dimension";
  do _ <- demand (N.eqb (outputs net) (N.of_nat (length (t_outputs f)))) "shape" "outputs";
  do _ <- demand (negb (qle (c_epsilon c) 0)) "shape" "epsilon";
  do _ <- demand (forallb (fun '(k, _, _) => N.ltb k d) (weights (embedding net))) "shape" "embedding";
  do r <- blocks_run tok d (width net) (Run (domain f) [] (embed (embedding net))) 0 (blocks net) (c_blocks c) (c_latents c);
  do _ <- demand (match r_latents r, c_latents c with [], _ :: _ => false | _, _ => true end) "latent-range" "latents";
  do _ <- demand (forallb (fun l => if below d (fst l) then below d (snd l) else false) (r_latents r)) "attention" "latents";
  do _ <- check_outputs (check_output f d r (map (unfolded tok) (r_latents r)) (readout net) (c_certified c)) 0 (t_outputs f) (c_outputs c);
  demand (qle (c_certified c) (c_epsilon c)) "total" "epsilon".
Definition check (net : network) (f : target) (c : certificate) : outcome unit :=
  match c_centre c with
  | [] => check_here net f c
  | centre =>
      if Nat.eqb (length centre) (length (domain f)) then check_here (centred_network centre net) (centred_target centre f) c
      else under (Key "centre") (refuse Invalid "shape")
  end.
