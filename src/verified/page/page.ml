(* The program of the page: three files in, lines of JSON out, one for each thing that is known. *)
open Answer

let read name =
  let file = open_in_bin ("/static/" ^ name) in
  let text = really_input_string file (in_channel_length file) in
  close_in file; text
let say fields = print_endline (json_object fields)
let () =
  let target = read "target.toml" and network = read "network.json" and certificate = read "certificate.json" in
  let stage what bytes = say [ "stage", quoted what; "bytes", string_of_int bytes ] in
  let known f net = say [ "statement", Aloud.statement f net ] in
  match check ~stage ~known ~target ~network ~certificate () with
  | exception (Stack_overflow | Out_of_memory) ->
    say [ "verdict", quoted "not covered"; "rule", quoted "work"; "place", quoted "the limit on memory" ]
  | verdict -> say (fields verdict)
