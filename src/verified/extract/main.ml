(* Reads the three files of a proof folder, calls the extracted checker and prints its answer.  What is not proved: reading the
   files, this file, and the limits on time and memory, which can only keep the checker from answering.

     sumformer-verified [--json] [--time-limit SECONDS] [--memory-limit MIB] DIR
     sumformer-verified --values SEQUENCE.json DIR       the values of network and target there, as far as they are rational

   Exit codes: 0 accepted, 1 refused, 2 not read, 3 not covered or a limit reached. *)

open Answer

let usage = "usage: sumformer-verified [--json] [--time-limit SECONDS] [--memory-limit MIB] [--values SEQUENCE.json] DIR"

(* ---- What is asked ---- *)
let json = ref false
(* 0: a minute, and a second for each 100 kB of the files *)
let seconds = ref 0
let mebibytes = ref 4096
let sequence = ref None
let folder =
  let rec parse = function
    | "--json" :: rest -> json := true; parse rest
    | "--time-limit" :: n :: rest -> seconds := int_of_string n; parse rest
    | "--memory-limit" :: n :: rest -> mebibytes := int_of_string n; parse rest
    | "--values" :: file :: rest -> sequence := Some file; parse rest
    | [ "--help" ] -> print_endline usage; exit 0
    | [ folder ] when folder <> "" && folder.[0] <> '-' -> folder
    | _ -> prerr_endline usage; exit 2 in
  try parse (List.tl (Array.to_list Sys.argv)) with Failure _ -> prerr_endline usage; exit 2

(* ---- What is answered ---- *)
let answer code fields text =
  print_endline (if !json then json_object fields else text);
  exit code
let stopped what =
  answer 3 [ "verdict", quoted "not covered"; "rule", quoted "work"; "place", quoted what ]
    ("not covered: rule `work`: " ^ what)

(* ---- Limits ---- *)
(* Lists are long, and some functions are not tail recursive: with a larger stack, if the system allows it. *)
let () =
  let mark = "SUMFORMER_VERIFIED_STACK" in
  if Sys.unix && Sys.getenv_opt mark = None then begin
    Unix.putenv mark "1";
    let script = "ulimit -S -s 1048576 2>/dev/null || ulimit -S -s \"$(ulimit -H -s)\" 2>/dev/null; exec \"$0\" \"$@\"" in
    let arguments = List.tl (Array.to_list Sys.argv) in
    try Unix.execv "/bin/sh" (Array.of_list ("sh" :: "-c" :: script :: Sys.executable_name :: arguments)) with Unix.Unix_error _ -> ()
  end
let () =
  Gc.set { (Gc.get ()) with Gc.minor_heap_size = 1024 * 1024; space_overhead = 300 };
  let started = Unix.gettimeofday () in
  let watch _ =
    if !seconds > 0 && Unix.gettimeofday () -. started > float_of_int !seconds then stopped "the limit on time";
    let words = (Gc.quick_stat ()).Gc.heap_words in
    if words / (1024 * 1024 / (Sys.word_size / 8)) > !mebibytes then stopped "the limit on memory" in
  Sys.set_signal Sys.sigalrm (Sys.Signal_handle watch);
  ignore (Unix.setitimer Unix.ITIMER_REAL { Unix.it_value = 0.25; it_interval = 0.25 })

(* ---- Bytes in, words out ---- *)
let read path =
  let name = Filename.basename path in
  let problem message = answer 2 [ "verdict", quoted "unreadable"; "rule", quoted "file"; "place", quoted (name ^ ": " ^ message) ]
    ("not read: " ^ path ^ ": " ^ message) in
  match open_in_bin path with
  | exception Sys_error message -> problem message
  | file ->
    let size = in_channel_length file in
    if size > 1 lsl 30 then problem "more than 1 GiB"
    else (match really_input_string file size with
      | text -> close_in file; text
      | exception (End_of_file | Sys_error _) -> problem "it cannot be read")
(* Values for people and tests: an array of tokens, of outputs, of [network, target]. *)
let show_values sequence =
  let number = function None -> "null" | Some q -> quoted (rational q) in
  let file name = bytes_of (read (Filename.concat folder name)) in
  match Checker.values_files (file "target.toml") (file "network.json") (bytes_of (read sequence)) with
  | Checker.Yes values ->
    print_endline (json_array (json_array (fun (network, target) -> "[" ^ number network ^ ", " ^ number target ^ "]")) values); exit 0
  | Checker.No { Checker.rule; place = steps; _ } ->
    prerr_endline (Printf.sprintf "not read: expected `%s`, at %s" (text_of rule) (place steps)); exit 2

let () =
  Option.iter show_values !sequence;
  let file name = read (Filename.concat folder name) in
  let target = file "target.toml" and network = file "network.json" and certificate = file "certificate.json" in
  let size = List.fold_left (fun sum text -> sum + String.length text) 0 [ target; network; certificate ] in
  if !seconds = 0 then seconds := 60 + (size / 100_000);
  match check ~target ~network ~certificate () with
  | exception (Stack_overflow | Out_of_memory) -> stopped "the limit on memory"
  | verdict -> answer (exit_code verdict) (fields verdict) (sentence verdict)
