(* network.json (docs/formats.md, sections 2 and 3).  This file belongs to the statement about files. *)
From Coq Require Import Ascii String NArith ZArith QArith List Bool Sorting.Mergesort Orders.
From Sumformer Require Import Semantics Outcome Text Number Json.
Import ListNotations.
Local Open Scope string_scope.
Local Open Scope N_scope.

(* ---- What sparse vectors and matrices must be ---- *)
Definition is_zero (q : Q) : bool := match Qnum q with Z0 => true | _ => false end.
Fixpoint vector_ok (length : N) (last : option N) (v : svec) : bool :=
  match v with
  | [] => true
  | (i, w) :: v' =>
      if N.ltb i length then if is_zero w then false
      else if match last with Some j => N.ltb j i | None => true end then vector_ok length (Some i) v' else false else false
  end.
Fixpoint matrix_ok (rows columns : N) (last : option (N * N)) (m : smat) : bool :=
  match m with
  | [] => true
  | (r, c, w) :: m' =>
      if N.ltb r rows then if N.ltb c columns then if is_zero w then false
      else if match last with Some (r', c') => if N.ltb r' r then true else if N.eqb r' r then N.ltb c' c else false | None => true end
           then matrix_ok rows columns (Some (r, c)) m' else false else false else false
  end.
Definition vector_of (length : N) (v : json) : outcome svec :=
  do l <- array_of (fun x => match x with
    | JArray [i; w] => do i <- count_of i; do w <- number_of w; Yes (i, w)
    | _ => refuse Unreadable "[index, value]" end) v;
  if vector_ok length None l then Yes l else refuse Unreadable "indices increase and are below the length, no value is 0".
Definition matrix_of (rows columns : N) (v : json) : outcome smat :=
  do l <- array_of (fun x => match x with
    | JArray [r; c; w] => do r <- count_of r; do c <- count_of c; do w <- number_of w; Yes (r, c, w)
    | _ => refuse Unreadable "[row, column, value]" end) v;
  if matrix_ok rows columns None l then Yes l else refuse Unreadable "places increase and are inside the matrix, no value is 0".
Definition affine_of (rows columns : N) (v : json) : outcome affine :=
  do (values, _) <- fields ["weights"; "bias"] [] v;
  match values with
  | [w; b] =>
      do w <- under (Key "weights") (matrix_of rows columns w);
      do b <- under (Key "bias") (vector_of columns b);
      Yes (Affine w b)
  | _ => bad end.

(* ---- Blocks ---- *)
Section Width.
Variable tokens : option nat.
Variable D : N.

Definition projection_of (v : json) : outcome projection :=
  match v with
  | JObject [(k, x)] =>
      if is k "rows" then
        match tokens with
        | None => refuse Unreadable "rows have no fixed length"
        | Some n =>
            do rows <- array_of (fun row => do row <- array_of number_of row;
              if Nat.eqb (List.length row) n then Yes row else refuse Unreadable "a row has n entries") x;
            Yes (Rows rows)
        end
      else if is k "uniform" then
        do (values, _) <- fields ["rank"; "value"] [] x;
        match values with
        | [r; JText s] =>
            do r <- count_of r;
            if is s "1/n" then Yes (Uniform r None) else do q <- number_of (JText s); Yes (Uniform r (Some q))
        | _ => refuse Unreadable "a number, or 1/n" end
      else refuse Unreadable "uniform or rows"
  | _ => refuse Unreadable "uniform or rows"
  end.
Definition rank (p : projection) : N := match p with Uniform k _ => k | Rows rows => N.of_nat (List.length rows) end.
Definition mechanism_of (v : json) : outcome mechanism :=
  match v with
  | JObject l =>
      match look_up "kind" l with
      | Some (JText k) =>
          if is k "softmax" then do _ <- fields ["kind"] [] v; Yes Softmax
          else if is k "linformer" then
            do (values, _) <- fields ["kind"; "e"; "f"] [] v;
            match values with
            | [_; e; f] =>
                do e <- projection_of e; do f <- projection_of f;
                if N.eqb (rank e) (rank f) then if N.eqb (rank e) 0 then refuse Unreadable "k >= 1" else Yes (Linformer e f)
                else refuse Unreadable "E and F have the same number of rows"
            | _ => bad end
          else if is k "performer" then
            do (values, _) <- fields ["kind"; "normalized"; "features"] [] v;
            match values with
            | [_; JBool b; f] =>
                do f <- array_of (vector_of D) f;
                match f with [] => refuse Unreadable "a feature" | _ => Yes (Performer b f) end
            | _ => bad end
          else refuse Unreadable "softmax, linformer or performer"
      | _ => refuse Unreadable "kind" end
  | _ => refuse Unreadable "an object"
  end.
Definition head_of (v : json) : outcome head :=
  do (values, _) <- fields ["mechanism"; "query"; "key"; "value"] [] v;
  match values with
  | [m; q; k; x] =>
      do m <- under (Key "mechanism") (mechanism_of m);
      do q <- under (Key "query") (matrix_of D D q);
      do k <- under (Key "key") (matrix_of D D k);
      do x <- under (Key "value") (matrix_of D D x);
      Yes (Head m q k x)
  | _ => bad end.
Definition attention_of (v : json) : outcome (option attention) :=
  match v with
  | JNull => Yes None
  | _ =>
      do (values, _) <- fields ["heads"; "output"] [] v;
      match values with
      | [h; o] =>
          do h <- under (Key "heads") (array_of head_of h);
          match h with
          | [] => refuse Unreadable "a head"
          | _ => do o <- under (Key "output") (matrix_of (N.of_nat (List.length h) * D) D o); Yes (Some (Attention h o))
          end
      | _ => bad end
  end.
Definition activation_of (v : json) : outcome activation :=
  do s <- text_of v;
  if is s "relu" then Yes Relu else if is s "relu2" then Yes Relu2 else if is s "step" then Yes Step
  else refuse Unreadable "relu, relu2 or step".
Definition unit_of (v : json) : outcome unit_ :=
  do (values, _) <- fields ["in"; "bias"; "out"] [] v;
  match values with
  | [i; b; o] =>
      do i <- under (Key "in") (vector_of D i);
      do b <- under (Key "bias") (number_of b);
      do o <- under (Key "out") (vector_of D o);
      Yes (Unit i b o)
  | _ => bad end.
Definition block_of (v : json) : outcome block :=
  do (values, _) <- fields ["label"; "attention"; "activation"; "units"; "bias"] [] v;
  match values with
  | [l; a; s; u; b] =>
      do _ <- under (Key "label") (text_of l);
      do a <- under (Key "attention") (attention_of a);
      do s <- under (Key "activation") (activation_of s);
      do u <- under (Key "units") (array_of unit_of u);
      do b <- under (Key "bias") (vector_of D b);
      Yes (Block a s u b)
  | _ => bad end.
End Width.

(* ---- The network ---- *)
Definition size_of (limit : N) (v : json) : outcome N :=
  do n <- count_of v; if N.eqb n 0 then refuse Unreadable "at least 1" else if N.leb n limit then Yes n else refuse Unreadable "too large".
Definition length_of (v : json) : outcome (option nat) :=
  match v with
  | JText s => if is s "any" then Yes None else refuse Unreadable "a count, or any"
  | _ => do n <- size_of 1000000 v; Yes (Some (N.to_nat n))
  end.
(* Different names: none occurs again in the rest. *)
Module TextOrder <: TotalLeBool.
  Definition t := text.
  Fixpoint leb (a b : text) : bool :=
    match a, b with
    | [], _ => true
    | _, [] => false
    | c :: a', d :: b' => if Ascii.eqb c d then leb a' b' else N.leb (N_of_ascii c) (N_of_ascii d)
    end.
  Theorem leb_total : forall a b, leb a b = true \/ leb b a = true.
  Proof.
    induction a as [|c a IH]; intros [|d b]; cbn; auto. rewrite (Ascii.eqb_sym d c). destruct (Ascii.eqb c d); auto.
    destruct (N.le_ge_cases (N_of_ascii c) (N_of_ascii d)); [left|right]; apply N.leb_le; auto.
  Qed.
End TextOrder.
Module TextSort := Sort TextOrder.
Fixpoint differ (sorted : list text) : bool :=
  match sorted with a :: ((b :: _) as l) => if text_eqb a b then false else differ l | _ => true end.
Definition slots_of (v : json) : outcome N :=
  do names <- array_of text_of v;
  match names with
  | [] => refuse Unreadable "a slot"
  | _ => if differ (TextSort.sort names) then Yes (N.of_nat (List.length names)) else refuse Unreadable "different names"
  end.
Definition network_in (v : json) : outcome network :=
  do (values, _) <- fields ["format"; "tokens"; "dimension"; "outputs"; "slots"; "embedding"; "blocks"; "readout"] [] v;
  match values with
  | [f; n; d; c; s; e; b; r] =>
      do f <- text_of f;
      if is f "sumformer-network/1" then
        do n <- under (Key "tokens") (length_of n);
        do d <- under (Key "dimension") (size_of 4096 d);
        do c <- under (Key "outputs") (size_of 4096 c);
        do D <- under (Key "slots") (slots_of s);
        do e <- under (Key "embedding") (affine_of d D e);
        do b <- under (Key "blocks") (array_of (block_of n D) b);
        do r <- under (Key "readout") (affine_of D c r);
        Yes (Network n d c D e b r)
      else refuse Unreadable "sumformer-network/1"
  | _ => bad end.
Definition network_of (t : text) : outcome network := do v <- json_of t; network_in v.
