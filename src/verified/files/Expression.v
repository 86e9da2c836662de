(* Expressions (docs/target-language.md), without functions.  This file belongs to the statement about files.

   A token is a level: in `output`, x is level 0 and the r-th enclosing reduction binds level r; in `semi_invariant`, x1, x2, ...
   are levels 0, 1, ....  An abbreviation is read anew, in parentheses so to say, wherever it stands. *)
From Coq Require Import Ascii String NArith ZArith QArith List Bool.
From Sumformer Require Import Semantics Outcome Text Number.
Import ListNotations.
Local Open Scope char_scope.

(* ---- Lexemes ---- *)
Inductive lexeme := LNumber (n : text) | LName (w : text) | LNotEqual | LSymbol (c : ascii).
Inductive mode := Between | InNumber (read : text) | InName (read : text) | Exclamation.
(* digits, a point, an exponent with its sign; whether they make a number is decided when it is read *)
Definition in_number (c : ascii) (read : text) : bool :=
  let e c := (Ascii.eqb c "e" || Ascii.eqb c "E")%bool in
  (is_digit c || Ascii.eqb c "." || e c || (Ascii.eqb c "-" || Ascii.eqb c "+") && match read with b :: _ => e b | [] => false end)%bool.
Definition finish (m : mode) (out : list lexeme) : list lexeme :=
  match m with Between => out | InNumber w => LNumber (rev' w) :: out | InName w => LName (rev' w) :: out
  | Exclamation => LSymbol "!" :: out end.
Definition begin (c : ascii) (out : list lexeme) : mode * list lexeme :=
  if is_digit c then (InNumber [c], out) else if is_letter c then (InName [c], out)
  else if is_blank c then (Between, out) else if Ascii.eqb c "!" then (Exclamation, out) else (Between, LSymbol c :: out).
Fixpoint lex (l : text) (m : mode) (out : list lexeme) : list lexeme :=
  match l with
  | [] => rev' (finish m out)
  | c :: l' =>
      match m with
      | InNumber w =>
          if in_number c w then lex l' (InNumber (c :: w)) out else let (m, out) := begin c (finish m out) in lex l' m out
      | InName w =>
          if (is_letter c || is_digit c)%bool then lex l' (InName (c :: w)) out else let (m, out) := begin c (finish m out) in lex l' m out
      | Exclamation =>
          if Ascii.eqb c "=" then lex l' Between (LNotEqual :: out) else let (m, out) := begin c (finish m out) in lex l' m out
      | Between => let (m, out) := begin c out in lex l' m out
      end
  end.

(* ---- What is known where an expression stands ---- *)
Record context := Context {
  length : option nat;                            (* n, or every length *)
  dimension : N;                                  (* d *)
  explicit : bool;                                (* semi_invariant *)
  abbreviations : list text }.                    (* all of them *)
Definition definitions := list (text * list lexeme).    (* those that are defined before, latest first *)

Definition functions : list string := ["exp"; "log"; "sqrt"; "sin"; "cos"; "tanh"; "sigmoid"; "abs"; "relu"; "max"; "min"]%string.
Definition reductions : list string := ["sum"; "mean"; "prod"]%string.
Definition one_of (l : list string) (w : text) : bool := existsb (is w) l.
Definition is_explicit (w : text) : bool := match w with "x" :: r => forallb is_digit r | _ => false end.
Definition reserved (w : text) : bool := (is w "x" || is w "n" || one_of functions w || one_of reductions w)%bool.
Definition reduction (w : text) : option (list nat -> expr -> expr) :=
  if is w "sum" then Some Sum else if is w "mean" then Some Mean else if is w "prod" then Some Prod else None.

Fixpoint position (w : text) (scope : list text) : option nat :=
  match scope with
  | [] => None
  | v :: r => if text_eqb v w then Some O else match position w r with Some k => Some (S k) | None => None end
  end.
(* How many lexemes there are when all abbreviations are replaced; beyond a million nothing is read. *)
Fixpoint weight (weights : list (text * N)) (l : list lexeme) (n : N) : N :=
  match l with
  | [] => n
  | x :: l' =>
      let more := match x with
        | LName w => match find (fun v => text_eqb (fst v) w) weights with Some (_, k) => k | None => 1 end
        | _ => 1 end%N in
      weight weights l' (n + more)
  end.
(* At most 200 parentheses inside each other, and as many signs in a row. *)
Fixpoint shallow (depth signs : N) (l : list lexeme) : bool :=
  match l with
  | [] => true
  | LSymbol "(" :: l' => if N.ltb depth 200 then shallow (N.succ depth) 0 l' else false
  | LSymbol ")" :: l' => shallow (N.pred depth) 0 l'
  | LSymbol "-" :: l' => if N.ltb signs 200 then shallow depth (N.succ signs) l' else false
  | _ :: l' => shallow depth 0 l'
  end.
Fixpoint find_definition (w : text) (defs : definitions) : option (list lexeme * definitions) :=
  match defs with [] => None | (v, l) :: r => if text_eqb v w then Some (l, r) else find_definition w r end.

Section Parser.
Variable ctx : context.
(* The tokens of the target itself, which abbreviations see too. *)
Variable own : list text.
Definition hidden (scope : list text) : list text := own ++ map (fun _ => []) (skipn (List.length own) scope).

Definition wrong {A} (what : string) : outcome A := refuse Unreadable what.
(* e ^ f, or more than 10000 *)
Definition bounded_power (e f : N) : N :=
  N.iter (N.min f 10001) (fun p => if N.leb p 10000 then p * e else p)%N 1%N.
Fixpoint p_exponent (fuel : nat) (l : list lexeme) : outcome (N * list lexeme) :=
  match fuel with
  | O => wrong "nesting"
  | S fuel =>
      match l with
      | LNumber e :: LSymbol "^" :: l =>
          do e <- require (natural e) Unreadable "an exponent";
          do (f, l) <- p_exponent fuel l;
          if N.leb f 10000 then Yes (bounded_power e f, l) else wrong "an exponent of at most 10000"
      | LNumber e :: l => do e <- require (natural e) Unreadable "an exponent"; Yes (e, l)
      | _ => wrong "an exponent"
      end
  end.
Definition token (w : text) (scope : list text) : outcome nat :=
  match w with [] => wrong "a token" | _ => require (position w scope) Unreadable "a token in scope" end.
Fixpoint p_excluded (fuel : nat) (scope : list text) (l : list lexeme) : outcome (list nat * list lexeme) :=
  match fuel with
  | O => wrong "nesting"
  | S fuel =>
      match l with
      | LName w :: LSymbol "," :: l =>
          do i <- token w scope; do (r, l) <- p_excluded fuel scope l;
          if existsb (Nat.eqb i) r then wrong "a token is excluded twice" else Yes (i :: r, l)
      | LName w :: LSymbol ":" :: l => do i <- token w scope; Yes ([i], l)
      | _ => wrong "a token to exclude"
      end
  end.
Definition may_bind (y : text) (scope : list text) : bool :=
  negb (reserved y || existsb (text_eqb y) scope || existsb (text_eqb y) (abbreviations ctx))%bool.
(* Which reductions there are: none over tokens that have names; for every length means over all tokens only; a mean leaves tokens over. *)
Definition may_reduce (w : text) (except : list nat) : outcome unit :=
  if explicit ctx then wrong "no reductions in semi_invariant"
  else match length ctx with
  | None => if is w "mean" then match except with [] => Yes tt | _ => wrong "means over all tokens" end else wrong "means only"
  | Some n => if is w "mean" then if Nat.leb n (List.length except) then wrong "a mean over no token" else Yes tt else Yes tt
  end.

Fixpoint p_sum (fuel : nat) (defs : definitions) (scope : list text) (l : list lexeme) : outcome (expr * list lexeme) :=
  match fuel with
  | O => wrong "nesting"
  | S fuel => do (a, l) <- p_product fuel defs scope l; p_sum_rest fuel defs scope a l
  end
with p_sum_rest (fuel : nat) (defs : definitions) (scope : list text) (a : expr) (l : list lexeme) : outcome (expr * list lexeme) :=
  match fuel with
  | O => wrong "nesting"
  | S fuel =>
      match l with
      | LSymbol "+" :: l => do (b, l) <- p_product fuel defs scope l; p_sum_rest fuel defs scope (Add a b) l
      | LSymbol "-" :: l => do (b, l) <- p_product fuel defs scope l; p_sum_rest fuel defs scope (Sub a b) l
      | _ => Yes (a, l)
      end
  end
with p_product (fuel : nat) (defs : definitions) (scope : list text) (l : list lexeme) : outcome (expr * list lexeme) :=
  match fuel with
  | O => wrong "nesting"
  | S fuel => do (a, l) <- p_signed fuel defs scope l; p_product_rest fuel defs scope a l
  end
with p_product_rest (fuel : nat) (defs : definitions) (scope : list text) (a : expr) (l : list lexeme) : outcome (expr * list lexeme) :=
  match fuel with
  | O => wrong "nesting"
  | S fuel =>
      match l with
      | LSymbol "*" :: l => do (b, l) <- p_signed fuel defs scope l; p_product_rest fuel defs scope (Mul a b) l
      | LSymbol "/" :: l => do (b, l) <- p_signed fuel defs scope l; p_product_rest fuel defs scope (Div a b) l
      | _ => Yes (a, l)
      end
  end
with p_signed (fuel : nat) (defs : definitions) (scope : list text) (l : list lexeme) : outcome (expr * list lexeme) :=
  match fuel with
  | O => wrong "nesting"
  | S fuel =>
      match l with
      | LSymbol "-" :: l => do (a, l) <- p_signed fuel defs scope l; Yes (Neg a, l)
      | _ =>
          do (a, l) <- p_atom fuel defs scope l;
          match l with
          | LSymbol "^" :: l =>
              do (e, l) <- p_exponent fuel l;
              if N.leb e 10000 then Yes (Pow a (N.to_nat e), l) else wrong "an exponent of at most 10000"
          | _ => Yes (a, l)
          end
      end
  end
with p_atom (fuel : nat) (defs : definitions) (scope : list text) (l : list lexeme) : outcome (expr * list lexeme) :=
  match fuel with
  | O => wrong "nesting"
  | S fuel =>
      match l with
      | LNumber t :: l =>
          do q <- require (if at_most 10000 t then decimal t else None) Unreadable "a number"; Yes (Num q, l)
      | LSymbol "(" :: l =>
          do (a, l) <- p_sum fuel defs scope l;
          match l with LSymbol ")" :: l => Yes (a, l) | _ => wrong ")" end
      | LName w :: LSymbol "[" :: LNumber k :: LSymbol "]" :: l =>
          do i <- token w scope; do k <- require (natural k) Unreadable "a coordinate";
          if N.ltb k (dimension ctx) then Yes (Coord i k, l) else wrong "a coordinate below d"
      | LName w :: LSymbol "(" :: LName y :: l =>
          if one_of functions w then refuse NotCovered "functions of the language" else
          do r <- require (reduction w) Unreadable "a function of the language";
          do (except, l) <- match l with
            | LSymbol ":" :: l => Yes ([], l)
            | LNotEqual :: l => p_excluded fuel scope l
            | _ => wrong "a reduction" end;
          if may_bind y scope then
            do _ <- may_reduce w except;
            do (a, l) <- p_sum fuel defs (scope ++ [y]) l;
            match l with LSymbol ")" :: l => Yes (r except a, l) | _ => wrong ")" end
          else wrong "this name cannot be bound"
      | LName w :: LSymbol "(" :: _ =>
          if one_of functions w then refuse NotCovered "functions of the language" else wrong "a function of the language"
      | LName w :: l =>
          if is w "n" then match length ctx with Some _ => Yes (Len, l) | None => wrong "n is not fixed" end
          else
            do (t, before) <- require (find_definition w defs) Unreadable "an abbreviation";
            do (a, rest) <- p_sum fuel before (hidden scope) t;
            match rest with [] => Yes (a, l) | _ => wrong "an abbreviation" end
      | _ => wrong "an operand"
      end
  end.
End Parser.
