(* Texts as lists of bytes.  This file belongs to the statement about files. *)
From Coq Require Import Ascii String NArith List Bool.
Import ListNotations.
Local Open Scope char_scope.

Definition text := list ascii.

Definition between_codes (a b : N) (c : ascii) : bool :=
  let k := N_of_ascii c in if N.leb a k then N.leb k b else false.
Definition is_digit (c : ascii) : bool := between_codes 48 57 c.
Definition digit (c : ascii) : N := (N_of_ascii c - 48)%N.
Definition is_letter (c : ascii) : bool :=
  if between_codes 97 122 c then true else if between_codes 65 90 c then true else Ascii.eqb c "_".
(* What may stand in a string: ASCII without control characters. *)
Definition is_printable (c : ascii) : bool := between_codes 32 126 c.
Definition is_blank (c : ascii) : bool := (Ascii.eqb c " " || Ascii.eqb c "009")%bool.
Definition is_newline (c : ascii) : bool := Ascii.eqb c "010".

Fixpoint text_eqb (a b : text) : bool :=
  match a, b with [], [] => true | c :: a', d :: b' => if Ascii.eqb c d then text_eqb a' b' else false | _, _ => false end.
Definition is (a : text) (s : string) : bool := text_eqb a (list_ascii_of_string s).

Fixpoint at_most (n : N) (l : text) : bool :=
  match l with [] => true | _ :: l' => if N.eqb n 0 then false else at_most (N.pred n) l' end.

Fixpoint drop_blanks (l : text) : text :=
  match l with c :: l' => if is_blank c then drop_blanks l' else l | [] => [] end.
Definition drop_blanks_behind (l : text) : text := rev' (drop_blanks (rev' l)).
(* What stands before the first c, and what after it, if there is one. *)
Fixpoint split_at (c : ascii) (l : text) : text * option text :=
  match l with
  | [] => ([], None)
  | a :: l' => if Ascii.eqb a c then ([], Some l') else let (x, y) := split_at c l' in (a :: x, y)
  end.
