(* What was read, in words: the statement that an accepted proof has shown.  It is made of the very data that the theorem speaks
   of, not of the files once more. *)
open Answer

let rec int_of_nat n counted = match n with Checker.O -> counted | Checker.S n -> int_of_nat n (counted + 1)
let int_of_nat n = int_of_nat n 0
let count number what = Printf.sprintf "%s %s%s" number what (if number = "1" then "" else "s")
let length = function None -> None | Some n -> Some (string_of_int (int_of_nat n))

(* ---- Expressions, as target files have them ---- *)
exception Long
let limit = 4000
(* Tokens by level: x and those that reductions bind, or x1, x2, ... *)
let token explicit level =
  if explicit then "x" ^ string_of_int (level + 1)
  else if level = 0 then "x" else if level = 1 then "y" else if level = 2 then "z" else "y" ^ string_of_int level
let expression explicit written =
  let out = Buffer.create 256 in
  let put text = Buffer.add_string out text; if Buffer.length out > limit then raise Long in
  (* strength: 0 sum, 1 product, 2 sign, 3 power, 4 atom; what binds less is put in parentheses *)
  let rec show levels wanted e =
    let at strength f = if strength < wanted then (put "("; f (); put ")") else f () in
    let binary strength sign a b = at strength (fun () -> show levels strength a; put sign; show levels (strength + 1) b) in
    let reduction name except body =
      let names = List.map (fun level -> token explicit (int_of_nat level)) except in
      put (Printf.sprintf "%s(%s%s: " name (token explicit levels) (if names = [] then "" else " != " ^ String.concat ", " names));
      show (levels + 1) 0 body; put ")" in
    match e with
    | Checker.Num q ->
      let text = rational q in
      let plain = text.[0] <> '-' && not (String.contains text '/') in
      if plain then put text else at 1 (fun () -> put text)
    | Checker.Len -> put "n"
    | Checker.Coord (level, k) -> put (Printf.sprintf "%s[%s]" (token explicit (int_of_nat level)) (natural k))
    | Checker.Neg a -> at 2 (fun () -> put "-"; show levels 2 a)
    | Checker.Add (a, b) -> binary 0 " + " a b
    | Checker.Sub (a, b) -> binary 0 " - " a b
    | Checker.Mul (a, b) -> binary 1 "*" a b
    | Checker.Div (a, b) -> binary 1 "/" a b
    | Checker.Pow (a, e) -> at 3 (fun () -> show levels 4 a; put ("^" ^ string_of_int (int_of_nat e)))
    | Checker.Sum (except, a) -> reduction "sum" except a
    | Checker.Mean (except, a) -> reduction "mean" except a
    | Checker.Prod (except, a) -> reduction "prod" except a in
  (try show 1 0 written with Long | Stack_overflow -> Buffer.truncate out (min limit (Buffer.length out)); Buffer.add_string out " ...");
  Buffer.contents out

(* ---- The parts of a network ---- *)
let mechanism { Checker.mech; _ } = match mech with
  | Checker.Softmax -> "softmax"
  | Checker.Linformer _ -> "Linformer"
  | Checker.Performer (true, _) -> "Performer with normaliser"
  | Checker.Performer (false, _) -> "Performer without normaliser"
let activation = function Checker.Relu -> "relu" | Checker.Relu2 -> "relu squared" | Checker.Step -> "step"
let network { Checker.blocks; width; _ } =
  let units = List.fold_left (fun sum { Checker.units; _ } -> sum + List.length units) 0 blocks in
  let names what = String.concat ", " (List.sort_uniq compare what) in
  let heads = List.concat_map (function { Checker.att = Some { Checker.heads; _ }; _ } -> List.map mechanism heads | _ -> []) blocks in
  let working = List.filter (fun { Checker.units; _ } -> units <> []) blocks in
  Printf.sprintf "%s, a stream of %s, %s%s; %s"
    (count (string_of_int (List.length blocks)) "block") (count (natural width) "slot")
    (count (string_of_int units) "hidden unit")
    (if working = [] then "" else " (" ^ names (List.map (fun { Checker.act; _ } -> activation act) working) ^ ")")
    (if heads = [] then "no attention" else count (string_of_int (List.length heads)) "attention head" ^ " (" ^ names heads ^ ")")

(* All of it, for the page. *)
let statement f net =
  let { Checker.t_tokens; domain; semi_invariant; t_outputs } = f in
  let tokens = match length t_tokens with Some n -> quoted n | None -> "null" in
  let interval (low, high) = "[" ^ quoted (rational low) ^ ", " ^ quoted (rational high) ^ "]" in
  json_object
    [ "tokens", tokens; "domain", json_array interval domain;
      "outputs", json_array (fun e -> quoted (expression semi_invariant e)) t_outputs; "network", quoted (network net) ]
