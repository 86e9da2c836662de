(* target.toml (docs/target-language.md).  This file belongs to the statement about files. *)
From Coq Require Import Ascii String NArith ZArith QArith List Bool.
From Sumformer Require Import Semantics Outcome Text Number Toml Expression.
Import ListNotations.
Local Open Scope string_scope.

Fixpoint look_up (key : string) (l : table) : option value :=
  match l with [] => None | (k, v) :: l' => if is k key then Some v else look_up key l' end.
Definition required (key : string) (l : table) : outcome value := require (look_up key l) Unreadable (String.append "missing key " key).
Definition keys : list string := ["name"; "tokens"; "domain"; "epsilon"; "output"; "semi_invariant"; "symmetrize"].

(* A whole number in digits: as in TOML without leading zeros. *)
Definition integer (w : text) : option Z :=
  let (minus, w) := signed w in
  match w with
  | "0"%char :: _ :: _ => None
  | _ => some n <- natural w; Some (sign minus (Z.of_N n))
  end.
Definition number_of (v : value) : outcome Q :=
  match v with
  | VText s => require (number s) Unreadable "an exact number"
  | VWord w => require (if at_most 10000 w then match integer w with Some z => Some (z # 1)%Q | None => None end else None) Unreadable "an exact number"
  | VArray _ => refuse Unreadable "a number"
  end.
Definition length_of (v : value) : outcome (option nat) :=
  match v with
  | VText s => if is s "any" then Yes None else refuse Unreadable "a count, or any"
  | VWord w =>
      match (if at_most 10 w then integer w else None) with
      | Some (Zpos n) => if N.leb (Npos n) 1000000 then Yes (Some (Pos.to_nat n)) else refuse Unreadable "at most 1000000 tokens"
      | _ => refuse Unreadable "a number of tokens"
      end
  | VArray _ => refuse Unreadable "a number of tokens"
  end.
Definition array_of {A} (f : value -> outcome A) (v : value) : outcome (list A) :=
  match v with
  | VArray [] => refuse Unreadable "at least one value"
  | VArray l => if Nat.leb (List.length l) 4096 then each f l else refuse Unreadable "at most 4096 values"
  | _ => refuse Unreadable "an array"
  end.
Definition interval_of (v : value) : outcome (Q * Q) :=
  match v with
  | VArray [a; b] =>
      do a <- number_of a; do b <- number_of b;
      if Qle_bool a b then Yes (a, b) else refuse Unreadable "inf <= sup"
  | _ => refuse Unreadable "[inf, sup]"
  end.
Definition in_name (c : ascii) : bool := (is_letter c || is_digit c || Ascii.eqb c "-" || Ascii.eqb c ".")%bool.
Definition name_ok (v : value) : bool :=
  match v with
  | VText [] | VText ("."%char :: _) => false
  | VText s => if at_most 100 s then forallb in_name s else false
  | _ => false
  end.

(* The fuel is more than the nesting of an expression can use: all lexemes of the file count. *)
Definition fuel_for (defs : definitions) (l : list lexeme) : nat :=
  fold_left (fun k d => fold_left (fun k _ => 10 + k)%nat (snd d) k) defs (fold_left (fun k _ => 10 + k)%nat l 100%nat).
(* The definitions before an expression, latest first, and how much each stands for. *)
Record known := Known { defs : definitions; weights : list (text * N) }.
Definition expression_of (ctx : context) (own : list text) (k : known) (l : list lexeme) : outcome expr :=
  if negb (shallow 0 0 l) then refuse Unreadable "expressions that are nested less deep" else
  if N.leb (weight (weights k) l 0) 1000000 then
    do (a, rest) <- p_sum ctx own (fuel_for (defs k) l) (defs k) own l;
    match rest with [] => Yes a | _ => refuse Unreadable "an operator or the end" end
  else refuse Unreadable "expressions that are less long".
Definition lexemes_of (v : value) : outcome (list lexeme) :=
  match v with VText s => Yes (lex s Between []) | _ => refuse Unreadable "an expression in quotes" end.
(* Every definition is an expression by itself, by the definitions before it. *)
Fixpoint definitions_of (ctx : context) (own : list text) (l : table) (k : known) : outcome known :=
  match l with
  | [] => Yes k
  | (w, v) :: l' =>
      if match w with c :: _ => is_letter c | [] => false end then
      if forallb (fun c => is_letter c || is_digit c)%bool w then
      if (reserved w || explicit ctx && is_explicit w)%bool then refuse Unreadable "this name cannot be an abbreviation" else
        do t <- lexemes_of v;
        do _ <- expression_of ctx own k t;
        definitions_of ctx own l' (Known ((w, t) :: defs k) ((w, weight (weights k) t 0) :: weights k))
      else refuse Unreadable "a name" else refuse Unreadable "a name"
  end.

Fixpoint text_of_uint (d : Decimal.uint) : text :=
  match d with
  | Decimal.Nil => []
  | Decimal.D0 d => "0" :: text_of_uint d | Decimal.D1 d => "1" :: text_of_uint d | Decimal.D2 d => "2" :: text_of_uint d
  | Decimal.D3 d => "3" :: text_of_uint d | Decimal.D4 d => "4" :: text_of_uint d | Decimal.D5 d => "5" :: text_of_uint d
  | Decimal.D6 d => "6" :: text_of_uint d | Decimal.D7 d => "7" :: text_of_uint d | Decimal.D8 d => "8" :: text_of_uint d
  | Decimal.D9 d => "9" :: text_of_uint d
  end%char.
(* x1, x2, ..., xn *)
Definition explicit_names (n : nat) : list text := map (fun k => "x"%char :: text_of_uint (Nat.to_uint k)) (seq 1 n).

Definition target_of (t : text) : outcome target :=
  if at_most 1048576 t then
  do (top, below) <- toml_of t;
  match find (fun kv => negb (one_of keys (fst kv))) top with
  | Some _ => refuse Unreadable "a key that is not known"
  | None =>
      do name <- required "name" top;
      if name_ok name then
      do n <- required "tokens" top; do n <- under (Key "tokens") (length_of n);
      do box <- required "domain" top; do box <- under (Key "domain") (array_of interval_of box);
      do _ <- match look_up "epsilon" top with
              | None => Yes tt
              | Some e => do e <- under (Key "epsilon") (number_of e);
                          if Qle_bool e 0 then refuse Unreadable "epsilon > 0" else Yes tt end;
      do (explicit, function) <- match look_up "output" top, look_up "semi_invariant" top, look_up "symmetrize" top with
              | Some o, None, None => Yes (false, o)
              | None, Some o, None => Yes (true, o)
              | None, Some o, Some (VWord w) =>
                  if is w "false" then Yes (true, o) else if is w "true" then refuse NotCovered "symmetrize" else refuse Unreadable "symmetrize"
              | _, _, _ => refuse Unreadable "output or semi_invariant" end;
      do own <- match explicit, n with
              | false, _ => Yes [["x"%char]]
              | true, Some n => if Nat.leb n 64 then Yes (explicit_names n) else refuse NotCovered "semi_invariant of more than 64 tokens"
              | true, None => refuse Unreadable "semi_invariant has a fixed length" end;
      let definitions := match below with Some d => d | None => [] end in
      let ctx := Context n (N.of_nat (List.length box)) explicit (map fst definitions) in
      do k <- under (Key "where") (definitions_of ctx own definitions (Known [] []));
      do out <- under (Key (if explicit then "semi_invariant" else "output"))
                  (array_of (fun v => do l <- lexemes_of v; expression_of ctx own k l) function);
      Yes (Target n box explicit out)
      else refuse Unreadable "name"
  end
  else refuse Unreadable "at most 1 MiB".
