(* Exact numbers (docs/formats.md, section 2).  This file belongs to the statement about files. *)
From Coq Require Import Ascii String NArith ZArith QArith List Bool Lia.
From Sumformer Require Import Text.
Import ListNotations.
Local Open Scope char_scope.

Notation "'some' x <- a ; b" := (match a with Some x => b | None => None end)
  (at level 200, x pattern, a at level 100, b at level 200).

(* 10 p + d, in one addition: half of it is p + (4 p + d / 2). *)
Definition with_digit (p : positive) (d : N) : positive :=
  (match d with
  | 0%N => xO (p + xO (xO p)) | 1%N => xI (p + xO (xO p))
  | 2%N => xO (p + xI (xO p)) | 3%N => xI (p + xI (xO p))
  | 4%N => xO (p + xO (xI p)) | 5%N => xI (p + xO (xI p))
  | 6%N => xO (p + xI (xI p)) | 7%N => xI (p + xI (xI p))
  | 8%N => xO (p + xO (xO (Pos.succ p))) | 9%N => xI (p + xO (xO (Pos.succ p)))
  | Npos d => 10 * p + d
  end)%positive.
Definition shift_in (n d : N) : N := match n with N0 => d | Npos p => Npos (with_digit p d) end.
Lemma shift_in_ok n d : shift_in n d = (10 * n + d)%N.
Proof.
  destruct n as [|p]; [reflexivity|]. cbn [shift_in]. replace (10 * Npos p + d)%N with (Npos (with_digit p d)); [auto|].
  destruct d as [|d]; cbn [with_digit]; [lia|]. do 4 (destruct d as [d|d|]; cbn [with_digit]; try lia).
Qed.
(* The digits before something else, behind those of n. *)
Fixpoint digits (l : text) (n : N) : N * text :=
  match l with
  | [] => (n, [])
  | c :: l' => match digit c with Some d => digits l' (shift_in n d) | None => (n, l) end
  end.
(* The same, and how many there are beyond k. *)
Fixpoint counted (l : text) (n k : N) : N * N * text :=
  match l with
  | [] => (n, k, [])
  | c :: l' => match digit c with Some d => counted l' (shift_in n d) (N.succ k) | None => (n, k, l) end
  end.
Definition begins_with_digit (l : text) : bool := match l with c :: _ => is_digit c | [] => false end.
(* one digit or more, and what follows *)
Definition some_digits (l : text) : option (N * text) := if begins_with_digit l then Some (digits l 0) else None.
(* nothing else *)
Definition natural (l : text) : option N := match some_digits l with Some (n, []) => Some n | _ => None end.
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
Definition in_tens (n : N) (places : N) (l : text) : option Q :=
  match l with
  | [] => Some (scaled n (- Z.of_N places))
  | "e" :: l | "E" :: l => some e <- exponent l; Some (scaled n (e - Z.of_N places))
  | _ => None
  end.
(* What follows digits that mean n: a point and more digits, an exponent, both, or nothing. *)
Definition decimal_rest (n : N) (l : text) : option Q :=
  match l with
  | "." :: l => if begins_with_digit l then let '(n, places, l) := counted l n 0 in in_tens n places l else None
  | _ => in_tens n 0 l
  end.
Definition decimal (l : text) : option Q := some (n, l) <- some_digits l; decimal_rest n l.
(* A decimal, or p/q, with blanks around the stroke perhaps, and behind. *)
Definition fraction (l : text) : option Q :=
  some (n, l) <- some_digits l;
  match drop_blanks l with
  | [] => Some (Z.of_N n # 1)
  | "/" :: q =>
      some (d, l) <- some_digits (drop_blanks q);
      match d, drop_blanks l with Npos d, [] => Some (Z.of_N n # d) | _, _ => None end
  | _ => decimal_rest n (drop_blanks_behind l)
  end.
Definition number (l : text) : option Q :=
  if at_most 10000 l then
    let (minus, l) := signed (drop_blanks l) in
    some q <- fraction l; Some (if minus then Qopp q else q)
  else None.
