(* One hidden unit as a polynomial plus a truncated power. *)
From Coq Require Import ZArith NArith QArith Qreals Reals List Lra Lia Bool Psatz.
From Sumformer Require Import Semantics Rational Sum Bernstein Polynomial Piece Spline.
Import ListNotations.
Set Implicit Arguments.
Open Scope R_scope.

Definition order (a : activation) : nat := match a with Relu => 1 | _ => 2 end.
(* w σ(a t + b) *)
Definition unit_knot (s : activation) (a b w : Q) : upoly * knot :=
  let k := qopp (qmul b (qinv a)) in
  let rising := qle 0 a in
  match s with
  | Relu => if rising then ([], (k, qmul w a)) else ([qmul w b; qmul w a], (k, qopp (qmul w a)))
  | _ => let l := qmul w (qmul a a) in
      if rising then ([], (k, l)) else ([qmul w (qmul b b); qmul 2 (qmul w (qmul a b)); l], (k, qopp l))
  end.
Lemma Rmax_rising a x : 0 <= a -> Rmax (a * x) 0 = a * Rmax x 0.
Proof. intros. unfold Rmax. destruct (Rle_dec (a * x) 0), (Rle_dec x 0); nra. Qed.
Lemma Rmax_falling a x : a < 0 -> Rmax (a * x) 0 = a * x - a * Rmax x 0.
Proof. intros. unfold Rmax. destruct (Rle_dec (a * x) 0), (Rle_dec x 0); nra. Qed.
Lemma Rmax_square x : x * Rmax x 0 = Rmax x 0 * Rmax x 0.
Proof. unfold Rmax. destruct (Rle_dec x 0); ring. Qed.
Lemma unit_knot_ok s a b w t : s <> Step -> is0 a = false ->
  Q2R w * sigma s (Q2R a * t + Q2R b) =
  ueval t (fst (unit_knot s a b w)) + Q2R (snd (snd (unit_knot s a b w))) * Rmax (t - Q2R (fst (snd (unit_knot s a b w)))) 0 ^ order s.
Proof.
  intros Hs Ha. pose proof (is0_no Ha) as A. unfold unit_knot.
  assert (K : Q2R (qopp (qmul b (qinv a))) = - (Q2R b / Q2R a)) by (qs; rewrite (qinv_ok _ Ha); auto).
  set (k := qopp (qmul b (qinv a))) in *.
  assert (B : Q2R b = - Q2R a * Q2R k) by (rewrite K; field; auto).
  assert (P : Q2R a * t + Q2R b = Q2R a * (t - Q2R k)) by (rewrite B; ring).
  pose proof (Rmax_square (t - Q2R k)) as S.
  destruct (qle 0 a) eqn:E; [apply qle_ok in E|apply qle_no in E]; rewrite q0_ok in E;
  destruct s; try congruence; cbn [order sigma fst snd leval pow]; rewrite P; qs; rewrite ?B;
  rewrite ?(Rmax_rising (t - Q2R k) E), ?(Rmax_falling (t - Q2R k) E); set (m := Rmax _ 0) in *; set (x := t - Q2R k) in *;
  try replace t with (x + Q2R k) by (unfold x; ring); try ring.
  rewrite !Rmult_1_r.
  replace (Q2R w * ((Q2R a * x - Q2R a * m) * (Q2R a * x - Q2R a * m))) with
    (Q2R w * (Q2R a * Q2R a) * (x * x - 2 * (x * m) + m * m)) by ring. rewrite S. ring.
Qed.
