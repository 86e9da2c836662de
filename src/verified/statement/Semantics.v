(* What a network computes and what a target means, over the real numbers.

   This file is the statement.  It contains no proofs and no algorithm, and is to be read beside
   docs/formats.md, sections 2-4, and docs/target-language.md.  Slots, coordinates and outputs are numbers of
   type N, positions of tokens are of type nat, both from 0. *)
From Coq Require Import ZArith QArith Qreals Reals List.
Import ListNotations.
Open Scope R_scope.

Definition sum {A} (l : list A) (f : A -> R) : R := fold_right (fun a s => f a + s) 0 l.
Definition positions (n : nat) : list nat := seq 0 n.
Definition indices (count : N) : list N := map N.of_nat (seq 0 (N.to_nat count)).

(* ---- Section 2: sparse vectors and matrices; tokens are rows, matrices multiply from the right ---- *)
Definition svec := list (N * Q).
Definition smat := list (N * N * Q).
Definition entry (v : svec) (c : N) : R := sum v (fun '(i, w) => if N.eqb i c then Q2R w else 0).
Definition dot (v : svec) (z : N -> R) : R := sum v (fun '(i, w) => Q2R w * z i).
Definition mul (z : N -> R) (W : smat) (c : N) : R :=
  sum W (fun '(r, c', w) => if N.eqb c' c then Q2R w * z r else 0).

(* ---- Section 3: network.json ---- *)
Record affine := Affine { weights : smat; offset : svec }.
Inductive activation := Relu | Relu2 | Step.
Record unit_ := Unit { u_in : svec; u_bias : Q; u_out : svec }.
Inductive projection :=
  | Uniform (rank : N) (value : option Q)          (* None stands for "1/n" *)
  | Rows (rows : list (list Q)).
Inductive mechanism :=
  | Softmax
  | Linformer (e f : projection)
  | Performer (normalized : bool) (features : list svec).
Record head := Head { mech : mechanism; w_query : smat; w_key : smat; w_value : smat }.
Record attention := Attention { heads : list head; out : smat }.
Record block := Block { att : option attention; act : activation; units : list unit_; b_bias : svec }.
Record network := Network {
  tokens : option nat;                             (* None stands for "any" *)
  dimension : N; outputs : N; width : N;           (* d, c and D *)
  embedding : affine; blocks : list block; readout : affine }.

(* ---- Section 4: the function of a network.  A sequence of n tokens is a function X of position and coordinate ---- *)
Definition apply_affine (a : affine) (z : N -> R) (c : N) : R := mul z (weights a) c + entry (offset a) c.

Definition sigma (a : activation) (t : R) : R :=
  match a with
  | Relu => Rmax t 0
  | Relu2 => (Rmax t 0) ^ 2
  | Step => if Rle_dec 0 t then 1 else 0
  end.
Definition feed_forward (b : block) (z : N -> R) (s : N) : R :=
  sum (units b) (fun u => sigma (act b) (dot (u_in u) z + Q2R (u_bias u)) * entry (u_out u) s)
  + entry (b_bias b) s.

Section Sequence.
Variable n : nat.     (* the length of the sequence *)
Variable D : N.       (* the width of the stream *)

Definition inner (u v : N -> R) : R := sum (indices D) (fun c => u c * v c).
Definition softmax {A} (l : list A) (t : A -> R) (a : A) : R := exp (t a) / sum l (fun b => exp (t b)).

Definition rank_of (p : projection) : nat := match p with Uniform k _ => N.to_nat k | Rows rows => length rows end.
Definition proj (p : projection) (r j : nat) : R :=
  match p with
  | Uniform _ (Some v) => Q2R v
  | Uniform _ None => / INR n
  | Rows rows => Q2R (nth j (nth r rows []) 0%Q)
  end.
Definition project (p : projection) (Z : nat -> N -> R) (r : nat) (c : N) : R :=
  sum (positions n) (fun j => proj p r j * Z j c).

Definition favor (omegas : list svec) (z : N -> R) (omega : svec) : R :=
  exp (- inner z z / 2) * exp (dot omega z) / sqrt (INR (length omegas)).
Definition kernel (omegas : list svec) (q k : N -> R) : R :=
  sum omegas (fun omega => favor omegas q omega * favor omegas k omega).

Definition head_value (h : head) (X : nat -> N -> R) (i : nat) (c : N) : R :=
  let q j := mul (X j) (w_query h) in
  let k j := mul (X j) (w_key h) in
  let v j := mul (X j) (w_value h) in
  match mech h with
  | Softmax =>
      sum (positions n) (fun j => softmax (positions n) (fun j => inner (q i) (k j) / sqrt (INR (N.to_nat D))) j * v j c)
  | Linformer e f =>
      let rows := seq 0 (rank_of f) in
      sum rows (fun r => softmax rows (fun r => inner (q i) (project e k r) / sqrt (INR (N.to_nat D))) r * project f v r c)
  | Performer normalized omegas =>
      let s j := kernel omegas (q i) (k j) in
      sum (positions n) (fun j => s j * v j c) / (if normalized then sum (positions n) s else 1)
  end.
Definition no_head : head := Head Softmax [] [] [].
Definition attend (a : attention) (X : nat -> N -> R) (i : nat) (s : N) : R :=
  mul (fun row => head_value (nth (N.to_nat (N.div row D)) (heads a) no_head) X i (N.modulo row D)) (out a) s.

Definition run_block (X : nat -> N -> R) (b : block) (i : nat) (s : N) : R :=
  let Z s := X i s + match att b with Some a => attend a X i s | None => 0 end in
  X i s + feed_forward b Z s.
End Sequence.

Definition network_value (net : network) (n : nat) (X : nat -> N -> R) (i : nat) (o : N) : R :=
  let embedded j := apply_affine (embedding net) (X j) in
  apply_affine (readout net) (fold_left (run_block n (width net)) (blocks net) embedded i) o.

(* ---- target.toml: expressions without functions, abbreviations replaced.  Level 0 is the own token x, level r the token of
   the r-th enclosing reduction; a reduction leaves out the positions of the listed levels ---- *)
Inductive expr :=
  | Num (q : Q) | Len | Coord (level : nat) (k : N)
  | Neg (a : expr) | Add (a b : expr) | Sub (a b : expr) | Mul (a b : expr) | Div (a b : expr) | Pow (a : expr) (e : nat)
  | Sum (except : list nat) (body : expr) | Mean (except : list nat) (body : expr) | Prod (except : list nat) (body : expr).

Definition remaining (n : nat) (env : list nat) (except : list nat) : list nat :=
  filter (fun j => negb (existsb (fun l => Nat.eqb (nth l env O) j) except)) (positions n).

Fixpoint value (n : nat) (X : nat -> N -> R) (env : list nat) (a : expr) : R :=
  match a with
  | Num q => Q2R q
  | Len => INR n
  | Coord l k => X (nth l env O) k
  | Neg a => - value n X env a
  | Add a b => value n X env a + value n X env b
  | Sub a b => value n X env a - value n X env b
  | Mul a b => value n X env a * value n X env b
  | Div a b => value n X env a / value n X env b
  | Pow a e => value n X env a ^ e
  | Sum except a => sum (remaining n env except) (fun j => value n X (env ++ [j]) a)
  | Mean except a =>
      sum (remaining n env except) (fun j => value n X (env ++ [j]) a) / INR (length (remaining n env except))
  | Prod except a => fold_right (fun j p => value n X (env ++ [j]) a * p) 1 (remaining n env except)
  end.

(* With semi_invariant = true, level 0 is x1, the own token, and levels 1, 2, ... are x2, x3, ..., the others in order. *)
Record target := Target { t_tokens : option nat; domain : list (Q * Q); semi_invariant : bool; t_outputs : list expr }.
Definition start (f : target) (n i : nat) : list nat :=
  if semi_invariant f then i :: filter (fun j => negb (Nat.eqb j i)) (positions n) else [i].
Definition target_value (f : target) (n : nat) (X : nat -> N -> R) (i o : nat) : R :=
  value n X (start f n i) (nth o (t_outputs f) Len).

(* ---- The statement ---- *)
Definition admits (length : option nat) (n : nat) : Prop :=
  match length with Some m => n = m | None => (1 <= n)%nat end.
Definition inside (box : list (Q * Q)) (n : nat) (X : nat -> N -> R) : Prop :=
  forall j k, (j < n)%nat -> (k < length box)%nat ->
    Q2R (fst (nth k box (0, 0)%Q)) <= X j (N.of_nat k) <= Q2R (snd (nth k box (0, 0)%Q)).
Definition approximates (net : network) (f : target) (eps : Q) : Prop :=
  forall n X i o, admits (t_tokens f) n -> inside (domain f) n X -> (i < n)%nat -> (o < length (t_outputs f))%nat ->
    Rabs (network_value net n X i (N.of_nat o) - target_value f n X i o) <= Q2R eps.
