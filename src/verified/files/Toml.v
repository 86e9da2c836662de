(* The part of TOML that target files are written in: pairs of keys and values, a table [where] behind them; values are strings
   in double quotes without escapes, words, whole numbers in digits, and arrays.  Whatever else TOML knows is not read.
   This file belongs to the statement about files. *)
From Coq Require Import Ascii String NArith List Bool.
From Sumformer Require Import Outcome Text.
Import ListNotations.
Local Open Scope char_scope.

(* A word is a key, a truth value or a number: letters, digits, _ and -, with a sign perhaps. *)
Inductive lexeme := LText (s : text) | LWord (w : text) | LSymbol (c : ascii) | LNewline.
Inductive mode := Between | InText (read : text) | InWord (read : text) | InComment.

Definition in_word (c : ascii) : bool := (is_letter c || is_digit c || Ascii.eqb c "-" || Ascii.eqb c "+" || Ascii.eqb c ".")%bool.
Definition in_comment (c : ascii) : bool := (Ascii.eqb c "009" || N.leb 32 (N_of_ascii c))%bool.
Fixpoint lex (l : text) (m : mode) (out : list lexeme) : outcome (list lexeme) :=
  match l with
  | [] =>
      match m with
      | Between | InComment => Yes (rev' out)
      | InWord w => Yes (rev' (LWord (rev' w) :: out))
      | InText _ => refuse Unreadable "TOML: a string has no end"
      end
  | c :: l' =>
      match m with
      | InText s =>
          if Ascii.eqb c """" then lex l' Between (LText (rev' s) :: out)
          else if Ascii.eqb c "\" then refuse NotCovered "TOML: strings without escapes are read"
          else if (is_printable c || Ascii.eqb c "009")%bool then lex l' (InText (c :: s)) out
          else refuse NotCovered "TOML: strings of printable ASCII are read"
      | InComment =>
          if is_newline c then lex l' Between (LNewline :: out)
          else if (in_comment c || Ascii.eqb c "013")%bool then lex l' InComment out
          else refuse Unreadable "TOML: control characters in a comment"
      | Between | InWord _ =>
          let out := match m with InWord w => if in_word c then out else LWord (rev' w) :: out | _ => out end in
          if in_word c then lex l' (InWord (c :: match m with InWord w => w | _ => [] end)) out
          else if Ascii.eqb c """" then lex l' (InText []) out
          else if is_blank c then lex l' Between out
          else if is_newline c then lex l' Between (LNewline :: out)
          else if Ascii.eqb c "#" then lex l' InComment out
          else if (Ascii.eqb c "[" || Ascii.eqb c "]" || Ascii.eqb c "," || Ascii.eqb c "=")%bool then lex l' Between (LSymbol c :: out)
          else if Ascii.eqb c "013" then
            match l' with d :: _ => if is_newline d then lex l' Between out else refuse Unreadable "TOML" | [] => refuse Unreadable "TOML" end
          else refuse NotCovered "TOML: another character"
      end
  end.

Inductive value := VText (s : text) | VWord (w : text) | VArray (l : list value).
(* A value and what follows it; the arrays that are open, latest element first.  behind: a value has just ended. *)
Fixpoint value_of (l : list lexeme) (opened : list (list value)) (behind : bool) : outcome (value * list lexeme) :=
  let bad := refuse Unreadable "TOML: a value" in
  match l with
  | [] => bad
  | x :: l' =>
      match x, opened, behind with
      | LNewline, _ :: _, _ => value_of l' opened behind
      | LText s, [], false => Yes (VText s, l')
      | LWord w, [], false => Yes (VWord w, l')
      | LText s, done :: r, false => value_of l' ((VText s :: done) :: r) true
      | LWord w, done :: r, false => value_of l' ((VWord w :: done) :: r) true
      | LSymbol "[", _, false => value_of l' ([] :: opened) false
      | LSymbol ",", _ :: _, true => value_of l' opened false
      | LSymbol "]", [done], _ => Yes (VArray (rev' done), l')
      | LSymbol "]", done :: outer :: r, _ => value_of l' ((VArray (rev' done) :: outer) :: r) true
      | _, _, _ => bad
      end
  end.

Definition table := list (text * value).
Definition bare_key (w : text) : bool :=
  forallb (fun c => (is_letter c || is_digit c || Ascii.eqb c "-")%bool) w.
Definition ends_line (l : list lexeme) : option (list lexeme) :=
  match l with [] => Some [] | LNewline :: l' => Some l' | _ => None end.
(* The pairs before and after [where], in the order of the file; inside: the latter. *)
Fixpoint pairs (fuel : nat) (l : list lexeme) (inside : bool) (top below : table) : outcome (table * option table) :=
  match fuel with
  | O => refuse Unreadable "TOML"
  | S fuel =>
      match l with
      | [] => Yes (rev' top, if inside then Some (rev' below) else None)
      | LNewline :: l => pairs fuel l inside top below
      | LSymbol "[" :: LWord w :: LSymbol "]" :: l =>
          match is w "where", inside, ends_line l with
          | true, false, Some l => pairs fuel l true top below
          | _, _, _ => refuse Unreadable "TOML: another table"
          end
      | LWord key :: LSymbol "=" :: l =>
          if bare_key key then
          if existsb (fun kv => text_eqb (fst kv) key) (if inside then below else top) then refuse Unreadable "TOML: a key twice" else
          do (v, l) <- value_of l [] false;
          match ends_line l with
          | Some l => if inside then pairs fuel l inside top ((key, v) :: below) else pairs fuel l inside ((key, v) :: top) below
          | None => refuse Unreadable "TOML: one pair in a line"
          end
          else refuse Unreadable "TOML: a key"
      | _ => refuse Unreadable "TOML"
      end
  end.
Definition toml_of (t : text) : outcome (table * option table) :=
  do l <- lex t Between [];
  pairs (S (List.length l)) l false [] [].
