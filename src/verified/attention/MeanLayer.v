(* Rule 6.6, the program: when a head is a multiple of the mean over the tokens. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool.
From Sumformer Require Import Semantics Rational.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Section Checks.
Variable constant : N -> bool.      (* slots that have the same value at all tokens *)
Variable tok : option nat.

Definition nonempty {A} (l : list A) : bool := match l with [] => false | _ => true end.
(* no query reads a column of the keys that differs between tokens *)
Definition scores_constant (h : head) : bool :=
  forallb (fun '(r, c, _) => if constant r then true else negb (existsb (fun '(_, c', _) => N.eqb c' c) (w_query h))) (w_key h).
Definition keys_constant (h : head) : bool := forallb (fun '(r, _, _) => constant r) (w_key h).
Definition rows_equal (n : nat) (c : Q) (rows : list (list Q)) : bool :=
  forallb (fun row => if Nat.eqb (length row) n then forallb (qeq c) row else false) rows.
(* mu with head_i = mu * mean_j V_j *)
Definition multiple_of_mean (h : head) : option Q :=
  if nonempty (w_value h) then
    match mech h with
    | Softmax => if scores_constant h then Some 1%Q else None
    | Performer true omegas => if nonempty omegas then if keys_constant h then Some 1%Q else None else None
    | Performer false omegas =>
        match tok, nonempty omegas, nonempty (w_query h), nonempty (w_key h) with
        | Some n, true, false, false => Some (qnat n) | _, _, _, _ => None end
    | Linformer _ (Uniform k None) => if N.eqb k 0 then None else Some 1%Q
    | Linformer _ (Uniform k (Some v)) =>
        if N.eqb k 0 then None else match tok with Some n => Some (qmul v (qnat n)) | None => None end
    | Linformer _ (Rows ((c :: row) :: rows)) =>
        match tok with Some n => if rows_equal n c ((c :: row) :: rows) then Some (qmul c (qnat n)) else None | None => None end
    | _ => None
    end
  else Some 0%Q.
Fixpoint multiples (hs : list head) : option (list Q) :=
  match hs with
  | [] => Some []
  | h :: hs' => match multiple_of_mean h, multiples hs' with Some m, Some ms => Some (m :: ms) | _, _ => None end end.
(* A with Att(X)_i = mean_j X_j A *)
Definition mean_layer (D : N) (a : attention) : option smat :=
  match multiples (heads a) with
  | None => None
  | Some ms =>
      Some (flat_map (fun '(row, s, w) =>
        let k := N.to_nat (N.div row D) in
        flat_map (fun '(r, c, v) => if N.eqb c (N.modulo row D) then [(r, s, qmul w (qmul v (nth k ms 0%Q)))] else [])
          (w_value (nth k (heads a) no_head))) (out a))
  end.
End Checks.
