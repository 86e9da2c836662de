(* The semantics at rational sequences, as a program, where the values are rational (docs/formats.md, section 4, Exact values):
   so that the statement can be compared with other evaluators.  No theorem about the checker needs it. *)
From Coq Require Import ZArith NArith QArith List Bool FMapPositive.
From Sumformer Require Import Semantics Rational Gadget.
Import ListNotations.
Set Implicit Arguments.
Module PM := PositiveMap.

(* ---- Targets ---- *)
Definition qsum {A} (l : list A) (f : A -> option Q) : option Q :=
  fold_right (fun a s => match f a, s with Some x, Some y => Some (qadd x y) | _, _ => None end) (Some 0%Q) l.
Definition qproduct {A} (l : list A) (f : A -> option Q) : option Q :=
  fold_right (fun a s => match f a, s with Some x, Some y => Some (qmul x y) | _, _ => None end) (Some 1%Q) l.
Section Sequence.
Variable rows : list (list Q).
Definition given (j : nat) (k : N) : Q := nth (N.to_nat k) (nth j rows []) 0%Q.
Notation n := (length rows).

Definition both (a b : option Q) (f : Q -> Q -> Q) : option Q := match a, b with Some x, Some y => Some (f x y) | _, _ => None end.
Fixpoint qvalue (env : list nat) (a : expr) : option Q :=
  match a with
  | Num q => Some q
  | Len => Some (qnat n)
  | Coord l k => Some (given (nth l env O) k)
  | Neg a => match qvalue env a with Some x => Some (qopp x) | None => None end
  | Add a b => both (qvalue env a) (qvalue env b) qadd
  | Sub a b => both (qvalue env a) (qvalue env b) qsub
  | Mul a b => both (qvalue env a) (qvalue env b) qmul
  | Div a b => match qvalue env b with Some y => if is0 y then None else both (qvalue env a) (Some (qinv y)) qmul | None => None end
  | Pow a e => match qvalue env a with Some x => Some (qpow x e) | None => None end
  | Sum except a => qsum (remaining n env except) (fun j => qvalue (env ++ [j]) a)
  | Mean except a =>
      match remaining n env except with
      | [] => None
      | js => both (qsum js (fun j => qvalue (env ++ [j]) a)) (Some (qinv (qnat (length js)))) qmul
      end
  | Prod except a => qproduct (remaining n env except) (fun j => qvalue (env ++ [j]) a)
  end.
Definition target_at (f : target) (i o : nat) : option Q := qvalue (start f n i) (nth o (t_outputs f) Len).

(* ---- Networks: a token's slots are a map, in which what is absent is 0 ---- *)
Notation slots := (PM.t Q).
Definition at_ (m : slots) (s : N) : Q := match PM.find (N.succ_pos s) m with Some x => x | None => 0%Q end.
Definition put (l : list (N * Q)) (m : slots) : slots :=
  fold_left (fun m x => PM.add (N.succ_pos (fst x)) (qadd (snd x) (at_ m (fst x))) m) l m.
Definition times (z : N -> Q) (W : smat) : slots := put (map (fun '(r, c, w) => (c, qmul w (z r))) W) (PM.empty _).
Definition map_affine (a : affine) (z : N -> Q) : slots := put (offset a) (times z (weights a)).
Definition qdot (v : svec) (z : N -> Q) : Q := fold_right (fun '(i, w) s => qadd (qmul w (z i)) s) 0%Q v.
Definition qsigma (a : activation) (t : Q) : Q :=
  match a with
  | Relu => qmax t 0
  | Relu2 => qmul (qmax t 0) (qmax t 0)
  | Step => if qle 0 t then 1%Q else 0%Q
  end.
Definition unit_terms (a : activation) (z : N -> Q) (u : unit_) : list (N * Q) :=
  let y := qsigma a (qadd (qdot (u_in u) z) (u_bias u)) in if is0 y then [] else map (fun sw => (fst sw, qmul y (snd sw))) (u_out u).
Definition feed (b : block) (z : N -> Q) (x : slots) : slots :=
  put (b_bias b) (fold_left (fun m u => put (unit_terms (act b) z u) m) (units b) x).

Section Attention.
Variable D : N.
Variable X : list slots.             (* of all tokens *)
Variable x : slots.                  (* of the token at hand *)
Notation token j := (nth j X (PM.empty Q)).
Definition qinner (u v : slots) : Q := fold_right (fun c s => qadd (qmul (at_ u c) (at_ v c)) s) 0%Q (indices D).
Definition score (h : head) (j : nat) : Q := qinner (times (at_ x) (w_query h)) (times (at_ (token j)) (w_key h)).
Definition scores_equal (h : head) : bool := let own := qinner (times (at_ x) (w_query h)) (times (at_ x) (w_key h)) in forallb (fun j => qeq (score h j) own) (positions (length X)).
Definition keys_equal (h : head) : bool :=
  forallb (fun j => forallb (fun '(_, c, _) => qeq (at_ (times (at_ (token j)) (w_key h)) c) (at_ (times (at_ x) (w_key h)) c)) (w_key h))
    (positions (length X)).
Definition weighted (c : nat -> Q) (h : head) : slots :=
  put (flat_map (fun j => map (fun '(r, col, w) => (col, qmul (c j) (qmul w (at_ (token j) r)))) (w_value h)) (positions (length X))) (PM.empty _).
Definition one_over : Q := qinv (qnat (length X)).
Definition head_at (h : head) : option slots :=
  match mech h with
  | Softmax => if scores_equal h then Some (weighted (fun _ => one_over) h) else None
  | Linformer _ (Uniform k v) =>
      if N.eqb k 0 then None else Some (weighted (fun _ => match v with None => one_over | Some v => v end) h)
  | Linformer _ (Rows (row :: rows)) =>
      if forallb (fun row' => forallb (fun j => qeq (nth j row' 0%Q) (nth j row 0%Q)) (positions (length X))) rows
      then Some (weighted (fun j => nth j row 0%Q) h) else None
  | Linformer _ (Rows []) => None
  | Performer true omegas =>
      match omegas with [] => None | _ => if keys_equal h then Some (weighted (fun _ => one_over) h) else None end
  | Performer false omegas =>
      match omegas, w_query h, w_key h with _ :: _, [], [] => Some (weighted (fun _ => 1%Q) h) | _, _, _ => None end
  end.
Fixpoint heads_at (hs : list head) : option (list slots) :=
  match hs with
  | [] => Some []
  | h :: hs' => match head_at h, heads_at hs' with Some m, Some ms => Some (m :: ms) | _, _ => None end
  end.
Definition attention_terms (a : attention) : option (list (N * Q)) :=
  match heads_at (heads a) with
  | None => None
  | Some ms => Some (map (fun '(row, s, w) => (s, qmul w (at_ (nth (N.to_nat (N.div row D)) ms (PM.empty _)) (N.modulo row D)))) (out a))
  end.
End Attention.

Definition block_at (D : N) (b : block) (X : list slots) (x : slots) : option slots :=
  match att b with
  | None => Some (feed b (at_ x) x)
  | Some a => match attention_terms D X x a with Some l => Some (feed b (at_ (put l x)) x) | None => None end
  end.
(* Equal tokens, one behind the other, are evaluated once: behind is the token before, and what became of it. *)
Definition same_number (a b : Q) : bool := (Z.eqb (Qnum a) (Qnum b) && Pos.eqb (Qden a) (Qden b))%bool.
Fixpoint same (a b : slots) : bool :=
  match a, b with
  | PM.Leaf _, PM.Leaf _ => true
  | PM.Node l o r, PM.Node l' o' r' =>
      match o, o' with
      | Some q, Some q' => if same_number q q' then if same l l' then same r r' else false else false
      | None, None => if same l l' then same r r' else false
      | _, _ => false
      end
  | _, _ => false
  end.
Fixpoint each_token (f : slots -> option slots) (behind : option (slots * slots)) (xs : list slots) : option (list slots) :=
  match xs with
  | [] => Some []
  | x :: xs' =>
      match (match behind with Some (x', y) => if same x' x then Some y else f x | None => f x end) with
      | Some y => match each_token f (Some (x, y)) xs' with Some ys => Some (y :: ys) | None => None end
      | None => None
      end
  end.
Fixpoint blocks_at (D : N) (bs : list block) (X : list slots) : option (list slots) :=
  match bs with
  | [] => Some X
  | b :: bs' => match each_token (block_at D b X) None X with Some X' => blocks_at D bs' X' | None => None end
  end.
Definition embedded (net : network) : list slots := map (fun j => map_affine (embedding net) (given j)) (positions n).
Definition network_at (net : network) : option (list slots) :=
  match blocks_at (width net) (blocks net) (embedded net) with
  | None => None
  | Some X => Some (map (fun x => map_affine (readout net) (at_ x)) X)
  end.
Definition output_at (Y : list slots) (i o : nat) : Q := at_ (nth i Y (PM.empty _)) (N.of_nat o).

(* Of one token: behind the last attention the others do not matter. *)
Definition attends (b : block) : bool := match att b with Some _ => true | None => false end.
Fixpoint blocks_for (D : N) (i : nat) (bs : list block) (X : list slots) : option slots :=
  match bs with
  | [] => Some (nth i X (PM.empty Q))
  | b :: bs' =>
      if existsb attends bs then
        match each_token (block_at D b X) None X with Some X' => blocks_for D i bs' X' | None => None end
      else Some (fold_left (fun x b => feed b (at_ x) x) bs (nth i X (PM.empty Q)))
  end.
Definition network_for (net : network) (i o : nat) : option Q :=
  match blocks_for (width net) i (blocks net) (embedded net) with
  | None => None
  | Some x => Some (at_ (map_affine (readout net) (at_ x)) (N.of_nat o))
  end.
End Sequence.
