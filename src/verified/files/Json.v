(* JSON (RFC 8259) as far as the two files need it: values to trees, in one pass over the bytes.
   Strings are printable ASCII without escapes, numbers are counts.  This file belongs to the statement about files. *)
From Coq Require Import Ascii String NArith ZArith QArith List Bool.
From Sumformer Require Import Outcome Text Number.
Import ListNotations.
Local Open Scope string_scope.

Inductive json := JNull | JBool (b : bool) | JCount (n : N) | JText (s : text) | JArray (l : list json) | JObject (l : list (text * json)).

(* What is open: arrays and objects with what was read of them, latest first; an object with the key of the value at hand. *)
Inductive frame := InArray (done : list json) | InObject (done : list (text * json)) (key : text).
(* What may come next.  OrEnd: also the end of the array or object, which has just begun. *)
Inductive expected := Value | ValueOrEnd | Name | NameOrEnd | Colon | Comma | Nothing (whole : json).
Record state := State { next : expected; opened : list frame; depth : N }.
Inductive lexeme := LText (s : text) | LCount (n : N) | LWord (w : text) | LSymbol (c : ascii).

Definition bad {A} : outcome A := refuse Unreadable "JSON".
Definition complete (v : json) (s : state) : outcome state :=
  match opened s with
  | [] => Yes (State (Nothing v) [] 0)
  | InArray done :: r => Yes (State Comma (InArray (v :: done) :: r) (depth s))
  | InObject done key :: r => Yes (State Comma (InObject ((key, v) :: done) key :: r) (depth s))
  end.
Definition open (next : expected) (f : frame) (s : state) : outcome state :=
  if N.leb 127 (depth s) then refuse Unreadable "at most 127 arrays and objects inside each other"
  else Yes (State next (f :: opened s) (N.succ (depth s))).
Definition close (v : json) (r : list frame) (s : state) : outcome state := complete v (State Comma r (N.pred (depth s))).
Definition begin_value (x : lexeme) (s : state) : outcome state :=
  match x with
  | LText t => complete (JText t) s
  | LCount n => complete (JCount n) s
  | LWord w =>
      if is w "null" then complete JNull s else if is w "true" then complete (JBool true) s
      else if is w "false" then complete (JBool false) s else bad
  | LSymbol "["%char => open ValueOrEnd (InArray []) s
  | LSymbol "{"%char => open NameOrEnd (InObject [] []) s
  | LSymbol _ => bad
  end.
Definition feed (x : lexeme) (s : state) : outcome state :=
  match next s, x, opened s with
  | ValueOrEnd, LSymbol "]"%char, InArray done :: r | Comma, LSymbol "]"%char, InArray done :: r => close (JArray (rev' done)) r s
  | NameOrEnd, LSymbol "}"%char, InObject done _ :: r | Comma, LSymbol "}"%char, InObject done _ :: r => close (JObject (rev' done)) r s
  | Value, _, _ | ValueOrEnd, _, _ => begin_value x s
  | Name, LText key, InObject done _ :: r | NameOrEnd, LText key, InObject done _ :: r =>
      Yes (State Colon (InObject done key :: r) (depth s))
  | Colon, LSymbol ":"%char, _ => Yes (State Value (opened s) (depth s))
  | Comma, LSymbol ","%char, InArray _ :: _ => Yes (State Value (opened s) (depth s))
  | Comma, LSymbol ","%char, InObject _ _ :: _ => Yes (State Name (opened s) (depth s))
  | _, _, _ => bad
  end.

(* Counts from 0 to 2^64 - 1, in digits, without leading zeros. *)
Definition count (w : text) : outcome N :=
  if at_most 20 w then
    match w, natural w with
    | "0"%char :: _ :: _, _ => bad
    | _, Some n => if N.ltb n 18446744073709551616 then Yes n else bad
    | _, None => bad
    end
  else bad.

Inductive mode := Between | InText (read : text) | InCount (read : text) | InWord (read : text).
Definition begin_lexeme (c : ascii) (s : state) : outcome (mode * state) :=
  if Ascii.eqb c """" then Yes (InText [], s)
  else if is_digit c then Yes (InCount [c], s)
  else if is_letter c then Yes (InWord [c], s)
  else if (Ascii.eqb c " " || Ascii.eqb c "010" || Ascii.eqb c "013" || Ascii.eqb c "009")%bool then Yes (Between, s)
  else do s <- feed (LSymbol c) s; Yes (Between, s).
Definition end_lexeme (m : mode) (s : state) : outcome state :=
  match m with
  | Between => Yes s
  | InText _ => bad
  | InCount w => do n <- count (rev' w); feed (LCount n) s
  | InWord w => feed (LWord (rev' w)) s
  end.
(* c ends what is being read and begins something else. *)
Definition step (c : ascii) (m : mode) (s : state) : outcome (mode * state) := do s <- end_lexeme m s; begin_lexeme c s.
Fixpoint scan (l : text) (m : mode) (s : state) : outcome (mode * state) :=
  match l with
  | [] => Yes (m, s)
  | c :: l' =>
      match m with
      | InText read =>
          if Ascii.eqb c """" then do s <- feed (LText (rev' read)) s; scan l' Between s
          else if Ascii.eqb c "\" then refuse NotCovered "strings are read if they are printable ASCII without escapes"
          else if is_printable c then scan l' (InText (c :: read)) s
          else refuse NotCovered "strings are read if they are printable ASCII without escapes"
      | InCount read =>
          if is_digit c then scan l' (InCount (c :: read)) s else do (m, s) <- step c m s; scan l' m s
      | InWord read =>
          if is_letter c then scan l' (InWord (c :: read)) s else do (m, s) <- step c m s; scan l' m s
      | Between => do (m, s) <- step c m s; scan l' m s
      end
  end.
Definition scanned := outcome (mode * state).
Definition beginning : scanned := Yes (Between, State Value [] 0).
Definition scan_on (r : scanned) (t : text) : scanned := do (m, s) <- r; scan t m s.
(* What was read, if all ends here. *)
Definition whole (r : scanned) : outcome json :=
  do (m, s) <- r; do s <- end_lexeme m s; match next s with Nothing v => Yes v | _ => bad end.
Definition json_of (t : text) : outcome json := whole (scan_on beginning t).

(* A file can be read piece by piece. *)
Lemma scan_app : forall a b m s, scan (a ++ b)%list m s = (do (m, s) <- scan a m s; scan b m s).
Proof.
  induction a as [|c a IH]; intros b m s; [reflexivity|]. cbn [app scan]. destruct m.
  - destruct (step c Between s) as [[m s']|]; auto.
  - destruct (Ascii.eqb c _); [destruct (feed _ s); auto|]. destruct (Ascii.eqb c _); [reflexivity|]. destruct (is_printable c); [apply IH|reflexivity].
  - destruct (is_digit c); [apply IH|]. destruct (step c _ s) as [[m s']|]; auto.
  - destruct (is_letter c); [apply IH|]. destruct (step c _ s) as [[m s']|]; auto.
Qed.
Theorem scan_pieces : forall pieces r, fold_left scan_on pieces r = scan_on r (List.concat pieces).
Proof.
  induction pieces as [|t pieces IH]; intros r; cbn [fold_left List.concat].
  - destruct r as [[m s]|]; reflexivity.
  - rewrite IH. destruct r as [[m s]|]; [|reflexivity]. cbn [scan_on]. rewrite scan_app. destruct (scan t m s) as [[m' s']|]; reflexivity.
Qed.

(* ---- Objects: exactly these keys, each once ---- *)
Fixpoint look_up {A} (key : string) (l : list (text * A)) : option A :=
  match l with [] => None | (k, v) :: l' => if is k key then Some v else look_up key l' end.
Definition named (keys : list string) (k : text) : bool := existsb (is k) keys.
(* the values of the required keys and of the optional ones *)
Definition fields (required optional : list string) (v : json) : outcome (list json * list (option json)) :=
  match v with
  | JObject l =>
      match find (fun kv => negb (named (required ++ optional) (fst kv))) l with
      | Some _ => refuse NotCovered "a key that is not known here"
      | None =>
          do values <- (fix values (keys : list string) := match keys with
            | [] => Yes []
            | k :: keys' =>
                do v <- require (look_up k l) Unreadable (String.append "the key " k); do r <- values keys'; Yes (v :: r)
            end) required;
          let others := map (fun k => look_up k l) optional in
          if Nat.eqb (List.length l) (List.length values + List.length (filter (fun o => match o with Some _ => true | None => false end) others))
          then Yes (values, others) else refuse Unreadable "a key twice"
      end
  | _ => refuse Unreadable "an object"
  end.
Definition array_of {A} (f : json -> outcome A) (v : json) : outcome (list A) :=
  match v with JArray l => each f l | _ => refuse Unreadable "an array" end.
Definition number_of (v : json) : outcome Q :=
  match v with JText s => require (number s) Unreadable "an exact number" | _ => refuse Unreadable "a number in quotes" end.
Definition count_of (v : json) : outcome N := match v with JCount n => Yes n | _ => refuse Unreadable "a count" end.
Definition text_of (v : json) : outcome text := match v with JText s => Yes s | _ => refuse Unreadable "a string" end.
