(* What a reader or a rule answers: a result, or why there is none and at which place.  No theorem depends on the reasons. *)
From Coq Require Import String NArith List.
Import ListNotations.

Inductive step := Key (name : string) | At (index : N).
Inductive reason :=
  | Unreadable          (* the file breaks its format, or is written in a way that this reader does not know *)
  | Invalid             (* a claim of the certificate does not follow *)
  | NotCovered.         (* nothing is wrong, but no rule of this checker speaks of it *)
Record refusal := Refusal { why : reason; rule : string; place : list step }.

Inductive outcome (A : Type) := Yes (a : A) | No (r : refusal).
Arguments Yes {A} a.
Arguments No {A} r.
Notation "'do' x <- a ; b" := (match a with Yes x => b | No r => No r end)
  (at level 200, x pattern, a at level 100, b at level 200).

Definition refuse {A} (why : reason) (rule : string) : outcome A := No (Refusal why rule []).
Definition under {A} (s : step) (o : outcome A) : outcome A :=
  match o with Yes a => Yes a | No r => No (Refusal (why r) (rule r) (s :: place r)) end.
Definition require {A} (found : option A) (why : reason) (rule : string) : outcome A :=
  match found with Some a => Yes a | None => refuse why rule end.

(* All elements of a list, one after the other; the index of the first that fails is its place. *)
Fixpoint each_from {A B} (f : A -> outcome B) (i : N) (l : list A) (read : list B) : outcome (list B) :=
  match l with
  | [] => Yes (rev' read)
  | a :: l' => match f a with Yes b => each_from f (N.succ i) l' (b :: read) | No r => under (At i) (No r) end
  end.
Definition each {A B} (f : A -> outcome B) (l : list A) : outcome (list B) := each_from f 0 l [].

(* The first element that fails a test. *)
Fixpoint first_bad {A} (f : A -> bool) (i : N) (l : list A) : option (N * A) :=
  match l with [] => None | a :: l' => if f a then first_bad f (N.succ i) l' else Some (i, a) end.
Lemma first_bad_none A (f : A -> bool) : forall l i, first_bad f i l = None -> forallb f l = true.
Proof.
  induction l as [|a l IH]; intros i; cbn; [auto|]. destruct (f a); [apply IH|discriminate].
Qed.
(* E says that a list passes a test before something else is done. *)
Ltac checked E H :=
  match type of E with
  | (match ?x with _ => _ end) = _ => destruct x as [[? ?]|] eqn:H; [discriminate|]; apply first_bad_none in H
  end.
