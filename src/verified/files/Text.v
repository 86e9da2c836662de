(* Texts as lists of bytes.  This file belongs to the statement about files. *)
From Coq Require Import Ascii String NArith List Bool.
Import ListNotations.
Local Open Scope char_scope.

Definition text := list ascii.

(* The value of a digit. *)
Definition digit (c : ascii) : option N :=
  match c with
  | "0" => Some 0 | "1" => Some 1 | "2" => Some 2 | "3" => Some 3 | "4" => Some 4
  | "5" => Some 5 | "6" => Some 6 | "7" => Some 7 | "8" => Some 8 | "9" => Some 9
  | _ => None
  end%N.
Definition is_digit (c : ascii) : bool := match digit c with Some _ => true | None => false end.
(* What follows is decided by the eight bits of a code, lowest first, as this is done for every byte of a file; the lemmas say
   which codes these are. *)
Definition is_letter (c : ascii) : bool :=
  match c with
  | Ascii a b c d e _ true false =>
      (* codes 64 to 95 and 96 to 127: the letter is in the last five bits, 1 to 26; the underscore is 95 *)
      if e then if d then if c then false else negb (a && b) else true else (a || b || c || d)%bool
  | _ => false
  end || Ascii.eqb c "_".
(* What may stand in a string: ASCII without control characters. *)
Definition is_printable (c : ascii) : bool :=
  match c with
  | "127" => false
  | Ascii _ _ _ _ _ a b false => (a || b)%bool
  | _ => false
  end.
Definition between_codes (a b : N) (c : ascii) : bool := (N.leb a (N_of_ascii c) && N.leb (N_of_ascii c) b)%bool.
Lemma digit_codes c : digit c = if between_codes 48 57 c then Some (N_of_ascii c - 48)%N else None.
Proof. destruct c as [[] [] [] [] [] [] [] []]; reflexivity. Qed.
Lemma letter_codes c : is_letter c = (between_codes 97 122 c || between_codes 65 90 c || Ascii.eqb c "_")%bool.
Proof. destruct c as [[] [] [] [] [] [] [] []]; reflexivity. Qed.
Lemma printable_codes c : is_printable c = between_codes 32 126 c.
Proof. destruct c as [[] [] [] [] [] [] [] []]; reflexivity. Qed.
Definition is_blank (c : ascii) : bool := (Ascii.eqb c " " || Ascii.eqb c "009")%bool.
Definition is_newline (c : ascii) : bool := Ascii.eqb c "010".

Fixpoint text_eqb (a b : text) : bool :=
  match a, b with [], [] => true | c :: a', d :: b' => if Ascii.eqb c d then text_eqb a' b' else false | _, _ => false end.
Fixpoint is (a : text) (s : string) : bool :=
  match a, s with [], EmptyString => true | c :: a', String d s' => if Ascii.eqb c d then is a' s' else false | _, _ => false end.

Fixpoint at_most (n : N) (l : text) : bool :=
  match l with [] => true | _ :: l' => if N.eqb n 0 then false else at_most (N.pred n) l' end.

Fixpoint drop_blanks (l : text) : text :=
  match l with c :: l' => if is_blank c then drop_blanks l' else l | [] => [] end.
Definition drop_blanks_behind (l : text) : text := rev' (drop_blanks (rev' l)).
