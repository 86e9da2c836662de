(* Exact numbers (docs/formats.md, section 2).  This file belongs to the statement about files. *)
From Coq Require Import Ascii String NArith ZArith QArith List Bool.
From Sumformer Require Import Text.
Import ListNotations.
Local Open Scope char_scope.

Notation "'some' x <- a ; b" := (match a with Some x => b | None => None end)
  (at level 200, x pattern, a at level 100, b at level 200).

Fixpoint digits (l : text) (n : N) : option N :=
  match l with [] => Some n | c :: l' => if is_digit c then digits l' (10 * n + digit c)%N else None end.
(* one digit or more *)
Definition natural (l : text) : option N := match l with [] => None | _ => digits l 0 end.
Definition signed (l : text) : bool * text :=
  match l with "-" :: l' => (true, l') | "+" :: l' => (false, l') | _ => (false, l) end.
Definition sign (minus : bool) (n : Z) : Z := if minus then Z.opp n else n.

(* n * 10^e *)
Definition scaled (n : N) (e : Z) : Q :=
  if Z.leb 0 e then (Z.of_N n * 10 ^ e) # 1 else Z.of_N n # Z.to_pos (10 ^ (- e)).
Definition exponent (l : text) : option Z :=
  let (minus, l) := signed l in
  some e <- natural l;
  if N.leb e 2000 then Some (sign minus (Z.of_N e)) else None.
(* digits, digits.digits, each with an exponent or without *)
Definition decimal (l : text) : option Q :=
  let (mantissa, e) := split_at "e" (map (fun c => if Ascii.eqb c "E" then "e" else c) l) in
  some e <- match e with None => Some 0%Z | Some e => exponent e end;
  match split_at "." mantissa with
  | (whole, None) => some n <- natural whole; Some (scaled n e)
  | (whole, Some part) =>
      some n <- natural whole; some _ <- natural part; some n <- digits part n;
      Some (scaled n (e - Z.of_nat (List.length part)))
  end.
Definition fraction (l : text) : option Q :=
  match split_at "/" l with
  | (l, None) => decimal l
  | (p, Some q) =>
      some n <- natural (drop_blanks_behind p); some d <- natural (drop_blanks q);
      match d with N0 => None | Npos d => Some (Z.of_N n # d) end
  end.
Definition number (l : text) : option Q :=
  if at_most 10000 l then
    let (minus, l) := signed (drop_blanks_behind (drop_blanks l)) in
    some q <- fraction l; Some (if minus then Qopp q else q)
  else None.
