(* certificate.json, as far as it is about the upper bound (docs/formats.md, section 5).  No theorem depends on what a
   certificate says: it tells the checker what to try.  What is not read changes nothing about the bound; what would change
   it (boxes, cells, approximations, atoms, keys that are not known) is not covered. *)
From Coq Require Import Ascii String NArith ZArith QArith List Bool.
From Sumformer Require Import Semantics Outcome Text Number Json Network Interval Gadget Step Check Witness.
Import ListNotations.
Local Open Scope string_scope.

Definition interval_of (v : json) : outcome itv :=
  match v with
  | JArray [a; b] =>
      do a <- number_of a; do b <- number_of b;
      if Qle_bool a b then Yes (a, b) else refuse Unreadable "inf <= sup"
  | _ => refuse Unreadable "[inf, sup]" end.
Definition claim_of (D : N) (v : json) : outcome claim :=
  do (values, _) <- fields ["slot"; "range"; "error"] [] v;
  match values with
  | [s; r; e] =>
      do s <- count_of s; do r <- under (Key "range") (interval_of r); do e <- under (Key "error") (number_of e);
      if N.ltb s D then Yes (Claim s r e) else refuse Invalid "shape"
  | _ => bad end.
(* The last coefficient is not 0; at most 65 of them. *)
Fixpoint ends_in_zero (p : list Q) : bool := match p with [] => false | [a] => is_zero a | _ :: p' => ends_in_zero p' end.
Definition gadget_output_of (D : N) (v : json) : outcome (N * (list Q * Q)) :=
  do (values, others) <- fields ["slot"; "polynomial"; "error"] ["factor"; "cuts"] v;
  match values, others with
  | [s; p; e], [None; None] =>
      do s <- count_of s; do p <- under (Key "polynomial") (array_of number_of p); do e <- under (Key "error") (number_of e);
      if N.ltb s D then
      if Nat.leb (List.length p) 65 then
      if ends_in_zero p then refuse Invalid "gadget-units" else Yes (s, (p, e))
      else refuse Invalid "gadget-units" else refuse Invalid "shape"
  | [_; _; _], _ => refuse NotCovered "gadgets of functions"
  | _, _ => bad end.
Definition gadget_of (D : N) (v : json) : outcome gadget :=
  do (values, others) <- fields ["units"; "range"; "outputs"] ["atom"] v;
  match values, others with
  | [u; r; o], [None] =>
      do u <- count_of u; do r <- under (Key "range") (interval_of r);
      do o <- under (Key "outputs") (array_of (gadget_output_of D) o);
      if N.eqb u 0 then refuse Invalid "gadget-units" else Yes (Gadget u r o)
  | [_; _; _], _ => refuse NotCovered "gadgets of functions"
  | _, _ => bad end.
Fixpoint slots_rise (l : list claim) : bool :=
  match l with c :: ((c' :: _) as l') => if N.ltb (c_slot c) (c_slot c') then slots_rise l' else false | _ => true end.
Definition stream := (list Q * list claim * list (list gadget))%type.
Definition stream_of (D : N) (v : json) : outcome stream :=
  do (values, others) <- fields ["latents"; "blocks"] ["centre"] v;
  match values, others with
  | [l; b], [c] =>
      do c <- match c with None => Yes [] | Some c => under (Key "centre") (array_of number_of c) end;
      do l <- under (Key "latents") (array_of (claim_of D) l);
      if slots_rise l then
        do b <- under (Key "blocks") (array_of (array_of (gadget_of D)) b); Yes (c, l, b)
      else refuse Invalid "latent-range"
  | _, _ => bad end.
Definition route_of (D : N) (v : json) : outcome stream :=
  do (_, routes) <- fields [] ["polynomial"; "boxes"; "cells"] v;
  match routes with
  | [Some p; None; None] =>
      do (values, others) <- under (Key "polynomial") (fields ["stream"] ["approximations"] p);
      match values, others with
      | [s], [None] | [s], [Some (JArray [])] => under (Key "stream") (stream_of D s)
      | _, _ => refuse NotCovered "approximation" end
  | [None; Some _; None] => refuse NotCovered "boxes"
  | [None; None; Some _] => refuse NotCovered "cells"
  | _ => refuse Unreadable "one route" end.
Definition output_claim_of (v : json) : outcome (Q * Q) :=
  do (values, _) <- fields ["lowering"; "residual"] [] v;
  match values with [l; r] => do l <- number_of l; do r <- number_of r; Yes (l, r) | _ => bad end.
(* A witness with equal tokens repeated, unless there are so many that it is not looked at; none if it is null. *)
Definition witness_limit : N := 64.
Fixpoint repeated (rows : list (list Q)) (copies : list N) (n : N) : outcome (option (list (list Q))) :=
  match rows, copies with
  | [], [] => Yes (Some [])
  | row :: rows', k :: copies' =>
      if N.eqb k 0 then refuse Invalid "witness"
      else do rest <- repeated rows' copies' (n + k);
        Yes (match rest with Some rest => if N.leb (n + k) witness_limit then Some (repeat row (N.to_nat k) ++ rest)%list else None | None => None end)
  | _, _ => refuse Invalid "witness"
  end.
Inductive read_witness := NoWitness | TooLong | Read (w : witness).
Definition witness_of (v : json) : outcome read_witness :=
  match v with
  | JNull => Yes NoWitness
  | _ =>
      do (values, others) <- fields ["input"; "token"; "output"; "error"] ["copies"; "kind"] v;
      match values, others with
      | [i; t; o; e], [c; k] =>
          do rows <- under (Key "input") (array_of (array_of number_of) i);
          do t <- count_of t; do o <- count_of o; do e <- number_of e;
          do copies <- match c with None => Yes [] | Some c => under (Key "copies") (array_of count_of c) end;
          do exact <- match k with
            | None => Yes true
            | Some k => do k <- text_of k;
                if is k "exact" then Yes true else if is k "lower bound" then Yes false else refuse Unreadable "exact or lower bound" end;
          do rows <- repeated rows (match copies with [] => map (fun _ => 1%N) rows | _ => copies end) 0;
          match rows with
          | Some rows =>
              if N.ltb t (N.of_nat (List.length rows)) then
              if N.ltb o 4096 then Yes (Read (Witness rows (N.to_nat t) (N.to_nat o) e exact))
              else refuse Invalid "witness" else refuse Invalid "witness"
          | None => Yes TooLong
          end
      | _, _ => bad end
  end.
Definition type_of (v : json) : outcome unit :=
  do s <- text_of v; if existsb (is s) ["f64"; "f32"; "f16"; "bf16"] then Yes tt else refuse Unreadable "f64, f32, f16 or bf16".
Definition float_of (v : json) : outcome unit :=
  do (values, others) <- fields ["type"; "accumulate"; "bounds"] ["tokens"; "staged"] v;
  match values, others with
  | [t; a; b], [n; s] =>
      do _ <- type_of t; do _ <- type_of a; do _ <- array_of number_of b;
      do _ <- match n with None => Yes 0%N | Some n => count_of n end;
      match s with None => Yes tt | Some s => do _ <- count_of s; Yes tt end
  | _, _ => bad end.
(* The certificate, the witness, and the names of its claims that are not looked at. *)
Definition certificate_in (D : N) (v : json) : outcome (certificate * read_witness * list string) :=
  do (values, others) <-
    fields ["format"; "target_sha256"; "network_sha256"; "epsilon"; "certified"; "outputs"; "witness"; "route"] ["floats"] v;
  match values, others with
  | [f; ht; hn; e; c; o; w; r], [fl] =>
      do f <- text_of f;
      if is f "sumformer-certificate/2" then
        do e <- under (Key "epsilon") (number_of e);
        do c <- under (Key "certified") (number_of c);
        do o <- under (Key "outputs") (array_of output_claim_of o);
        do _ <- text_of ht; do _ <- text_of hn;
        do w <- under (Key "witness") (witness_of w);
        do (centre, l, b) <- under (Key "route") (route_of D r);
        do fl <- match fl with None => Yes [] | Some fl => under (Key "floats") (array_of float_of fl) end;
        Yes (Certificate e c o centre l b, w, "hashes" :: match fl with [] => [] | _ => ["floats"] end)
      else refuse Unreadable "sumformer-certificate/2"
  | _, _ => bad end.
