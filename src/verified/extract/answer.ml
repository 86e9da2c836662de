(* Gives three files to the extracted checker, and puts its answer into words: what program and page have in common.  Trusted
   are that the pieces of a file are passed on in order and without gaps, and the words. *)

let quoted s =
  let b = Buffer.create (String.length s + 2) in
  String.iter (fun c -> if c = '"' || c = '\\' then Buffer.add_char b '\\'; Buffer.add_char b c) s;
  "\"" ^ Buffer.contents b ^ "\""
let json_object fields = "{" ^ String.concat ", " (List.map (fun (key, value) -> quoted key ^ ": " ^ value) fields) ^ "}"
let json_array f list = "[" ^ String.concat ", " (List.map f list) ^ "]"

(* ---- Bytes ---- *)
let characters text first length =
  let rec go i chars = if i < first then chars else go (i - 1) (text.[i] :: chars) in
  go (first + length - 1) []
let bytes_of text = characters text 0 (String.length text)
let text_of chars = String.of_seq (List.to_seq chars)
(* JSON is scanned in pieces (check_pieces in Verdict.v), so that a list of all bytes is never there. *)
let piece = 65536
let scanned ?(progress = ignore) text =
  let size = String.length text in
  let rec go at scanned =
    if at >= size then scanned
    else begin
      progress at;
      let length = min piece (size - at) in
      go (at + length) (Checker.scan_on scanned (characters text at length))
    end in
  go 0 Checker.beginning

(* ---- Numbers ---- *)
(* The decimal digits of a binary number, lowest first. *)
let double carry digits =
  let rec go carry doubled = function
    | [] -> List.rev (if carry = 0 then doubled else carry :: doubled)
    | d :: rest -> let t = (2 * d) + carry in go (t / 10) ((t mod 10) :: doubled) rest in
  go carry [] digits
let positive p =
  (* the bits, highest first *)
  let rec bits below = function
    | Checker.XH -> 1 :: below | Checker.XO p -> bits (0 :: below) p | Checker.XI p -> bits (1 :: below) p in
  let digits = List.fold_left (fun digits bit -> double bit digits) [] (bits [] p) in
  String.of_seq (Seq.map (fun d -> Char.chr (48 + d)) (List.to_seq (List.rev digits)))
let natural = function Checker.N0 -> "0" | Checker.Npos p -> positive p
let rational { Checker.qnum; qden } =
  let n = match qnum with Checker.Z0 -> "0" | Checker.Zpos p -> positive p | Checker.Zneg p -> "-" ^ positive p in
  if qden = Checker.XH then n else n ^ "/" ^ positive qden

(* ---- The check ---- *)
type verdict =
  | Accepted of { bound : string; epsilon : string; lower : (string * bool) option; unread : string list }
  | Not of { why : Checker.reason; rule : string; place : string }

let place steps =
  String.concat " " (List.map (function Checker.Key name -> text_of name | Checker.At index -> natural index) steps)
let not_accepted { Checker.why; rule; place = steps } = Not { why; rule = text_of rule; place = place steps }
let accepted { Checker.bound; epsilon; lower; unread } =
  let lower = Option.map (fun (e, exactly) -> rational e, exactly) lower in
  Accepted { bound = rational bound; epsilon = rational epsilon; lower; unread = List.map text_of unread }
(* check_scanned of Verdict.v, step by step; `stage` hears what is done and how many bytes of a file lie behind, `known` what was
   read. *)
let check ?(stage = fun _ _ -> ()) ?(known = fun _ _ -> ()) ~target ~network ~certificate () =
  match Checker.read_target (bytes_of target) with
  | Checker.No refusal -> not_accepted refusal
  | Checker.Yes f ->
    let network = scanned ~progress:(stage "reading the network") network in
    stage "reading the network's numbers" 0;
    match Checker.read_network network with
    | Checker.No refusal -> not_accepted refusal
    | Checker.Yes net ->
      known f net;
      let certificate = scanned ~progress:(stage "reading the certificate") certificate in
      stage "checking the claims" 0;
      match Checker.decide f net certificate with
      | Checker.No refusal -> not_accepted refusal
      | Checker.Yes yes -> accepted yes

(* ---- Words ---- *)
let kind = function
  | Checker.Invalid -> 1, "refused", "refused: rule"
  | Checker.Unreadable -> 2, "unreadable", "not read: expected"
  | Checker.NotCovered -> 3, "not covered", "not covered: rule"
let exit_code = function Accepted _ -> 0 | Not { why; _ } -> let code, _, _ = kind why in code
let fields = function
  | Accepted { bound; epsilon; lower; unread } ->
    let at_the_witness = match lower with
      | None -> "null"
      | Some (e, exactly) -> json_object [ "error", quoted e; "exact", string_of_bool exactly ] in
    [ "verdict", quoted "accepted"; "certified", quoted bound; "epsilon", quoted epsilon; "witness", at_the_witness;
      "unread", json_array quoted unread ]
  | Not { why; rule; place } ->
    let _, verdict, _ = kind why in
    [ "verdict", quoted verdict; "rule", quoted rule; "place", quoted place ]
let sentence = function
  | Accepted { bound; epsilon; lower; unread } ->
    let at_the_witness = match lower with
      | None -> ""
      | Some (e, exactly) -> Printf.sprintf "; at the witness it is %s%s" (if exactly then "" else "at least ") e in
    Printf.sprintf "accepted: |network - target| <= %s on the whole box, and that is at most epsilon %s%s; not looked at: %s"
      bound epsilon at_the_witness (String.concat ", " unread)
  | Not { why; rule; place } -> let _, _, words = kind why in Printf.sprintf "%s `%s`, at %s" words rule place
